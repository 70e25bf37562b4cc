"""A name that does not exist: what was meant, or why there is no such thing."""

import difflib
import re
from collections.abc import Collection, Mapping

from cnntrain.config.complaints.aliases import alias, not_needed, same_name
from cnntrain.config.complaints.slips import in_name, odd_character
from cnntrain.config.complaints.wording import at
from cnntrain.config.yaml_tree import Node
from cnntrain.errors import ConfigError

LONGEST = 40  # characters of a name that are compared and shown


def unknown(
    node: Node,
    path: str,
    kind: str,
    known: Collection[str],
    elsewhere: Mapping[str, str] | None = None,
    name: str | None = None,
) -> ConfigError:
    """Return the error for a name that does not exist, and what was meant.

    The name is the last part of `path`, unless given as `name` (when it contains a dot).
    `elsewhere` are names that other sections have, with what to say about them.
    """
    hint = _hint(path.rpartition(".")[2] if name is None else name, kind, known, elsewhere or {})
    return at(node.where, path, f"unknown {kind}; {hint}")


def _hint(name: str, kind: str, known: Collection[str], elsewhere: Mapping[str, str]) -> str:
    if not name:
        return "found no name before the colon; a '&' or '*' before a name must go, too"
    if (odd := odd_character(name)) is not None:
        return odd
    if kind == "data set" and re.search(r"[/\\~]", name):
        return f"a folder of images is written as `folder: {name}`"
    if (same := same_name(name, known)) is not None:
        return f"did you mean '{same}'?"
    if (slip := in_name(name)) is not None:
        return slip
    for names, shown in ((known, None), (elsewhere, elsewhere)):
        ours = same_name(name, names) or alias(name, kind, names)
        if ours is not None:
            return shown[ours] if shown else f"did you mean '{ours}'?"
    if (reason := not_needed(name, kind)) is not None:
        return reason
    near = difflib.get_close_matches(name[:LONGEST], known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    near = difflib.get_close_matches(name[:LONGEST], elsewhere, n=1, cutoff=0.75)
    return elsewhere[near[0]] if near else f"known are {', '.join(known)}"
