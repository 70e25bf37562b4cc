"""Where each value of a configuration was written, for complaints that come later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cnntrain.config.complaints.wording import (
    at,
    belongs,
    join,
    named_after,
    of_flag,
    option_named,
)
from cnntrain.config.yaml_tree import Node
from cnntrain.errors import ConfigError
from cnntrain.nn.layers.base import Layer

DEEPEST = 3  # names in a key such as network[0].conv.kernel: nothing below has a line to itself


@dataclass(frozen=True)
class Places:
    """The places by key, as `train.alpha` or `network[3].conv.kernel`, and what was read."""

    lines: Mapping[str, str] = field(default_factory=dict)  # file:line, or a flag; "" is the whole
    text: str = ""
    path: str = ""
    overrides: Sequence[str] = ()
    own: Mapping[str, type[Layer]] = field(default_factory=dict)  # kinds of layers of a user's file

    def __getitem__(self, key: str) -> str:
        """Return where a key was written; where what it belongs to was, if it is left out."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0] if "." in key else ""
        return self.lines.get(key, self.path)

    def complaint(self, key: str, problem: str, because: Sequence[str] = ()) -> ConfigError:
        """Return the error for the value of a key: place, key, problem.

        `because` are keys that the problem depends on, too: where a flag gave one of them, or
        something below it, and the value itself stands in the file, the flag is named first.
        """
        error = at(self[key], key, problem)
        for other, place in self.lines.items():
            on = any(belongs(other, cause) for cause in because)
            if on and of_flag(place) and not of_flag(error.where):
                return named_after(place, error)
        return error

    def of_option(self, key: str, problem: str) -> str:
        """Return the place of the option of a layer that a problem is about; of the layer if none.

        A problem begins with the name of the option that is the cause: "weights: found ...".
        """
        option = option_named(problem)
        own = (
            place
            for other, place in self.lines.items()
            if option and other.startswith(f"{key}.") and other.endswith(f".{option}")
        )
        return next(own, self[key])


def places_of(
    root: Node,
    text: str,
    path: str,
    overrides: Sequence[str],
    own: Mapping[str, type[Layer]],
) -> Places:
    """Return where everything stands that has a name."""
    lines: dict[str, str] = {}
    _collect(lines, "", root, DEEPEST)
    return Places(lines, text, path, tuple(overrides), own)


def _collect(lines: dict[str, str], key: str, node: Node, depth: int) -> None:
    lines[key] = node.where
    if isinstance(node.value, dict) and depth:
        for name, item in node.value.items():
            _collect(lines, join(key, name), item, depth - 1)
    elif isinstance(node.value, list) and key == "network":
        for index, item in enumerate(node.value):
            _collect(lines, f"{key}[{index}]", item, depth)
