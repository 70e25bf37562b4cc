"""The reference of all that a configuration can say, read from the classes that make it up.

The fields of these dataclasses are the options; the comment behind a field is its meaning, the
first line of a class's docstring that of a layer, a loss or a data set. What is added to one of the
tables therefore appears by itself; a new table needs a row in TABLES, and its base class in WORDS.
"""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from cnntrain.config.dump import NOT_OPTIONS
from cnntrain.config.schema import Config, Published, Training, Tuning
from cnntrain.data.augment import DISTORTIONS, Distortion
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources import SOURCES
from cnntrain.data.sources.base import Source
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.schedules import SCHEDULES, Schedule
from cnntrain.nn.updates import UPDATES, UpdateRule

RATES = "alpha, alpha2, ..."  # as files spell the field `rates`

# For each place where one of several things is chosen by name: their table.
TABLES: dict[str, Mapping[str, type]] = {
    "dataset": SOURCES,
    "network": LAYERS,
    "loss": LOSSES,
    "train.update": UPDATES,
    "train.schedule": SCHEDULES,
    "train.augment": DISTORTIONS,
}
# How the type of an option is called where it is not a plain one.
WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Any: "value",
    tuple[int, int]: "list of two",
    dict[int, float]: "number",
    Training: "section",
    Published: "section",
    Tuning: "section",
    dict[str, Any]: "values by option",
    Source: "data set",
    Layer: "layer",
    UpdateRule: "update rule",
    Schedule: "schedule",
    Distortion: "distortion",
}


@dataclass(frozen=True)
class Option:
    """One option; its default as YAML has it, None where it is left out or has to be given."""

    name: str
    type: str
    required: bool
    default: str | None
    meaning: str


@dataclass(frozen=True)
class Entry:
    """What can be chosen by a name, or a section; with its options."""

    name: str
    meaning: str
    options: tuple[Option, ...]


def reference() -> dict[str, list[Entry]]:
    """Return what a configuration can say: for each place, what can stand there."""
    chosen = {
        place: [entry(name, kind) for name, kind in table.items()]
        for place, table in TABLES.items()
    }
    return {
        "configuration": [entry("configuration", Config)],
        **{place: chosen.pop(place) for place in ("dataset", "network", "loss")},
        "train": [entry("train", Training)],
        **chosen,
        "tune": [entry("tune", Tuning)],
        "published": [entry("published", Published)],
    }


def entry(name: str, kind: type) -> Entry:
    """Return a class as it is chosen by `name`."""
    meaning = (inspect.getdoc(kind) or "").partition("\n")[0]
    if name in DATASETS:
        meaning = f"{DATASETS[name].title}: {meaning[:1].lower()}{meaning[1:]}"
    return Entry(name, meaning, options(kind))


def options(kind: type) -> tuple[Option, ...]:
    """Return the options of a class, positional ones first; losses have none."""
    given = [f for f in fields(kind) if f.init] if is_dataclass(kind) else []
    hints, said = get_type_hints(kind), comments(kind)
    return tuple(
        Option(
            RATES if f.name == "rates" else f.name,
            in_words(hints[f.name]),
            f.default is MISSING and f.default_factory is MISSING,
            _default(f),
            said.get(f.name, ""),
        )
        for f in sorted(given, key=lambda f: bool(f.kw_only))
        if not _given_elsewhere(kind, f.name)
    )


def _given_elsewhere(kind: type, name: str) -> bool:
    """Return whether a field is no option: where a configuration was read, a source's own name."""
    return (kind is Config and name in NOT_OPTIONS) or (issubclass(kind, Source) and name == "name")


def comments(kind: type) -> dict[str, str]:
    """Return the comment behind each field in the source of a dataclass and of its bases."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if "__dataclass_fields__" in vars(base):
            found |= _comments_in(textwrap.dedent(inspect.getsource(base)))
    return found


def _comments_in(source: str) -> dict[str, str]:
    said = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    [written] = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return {
        node.target.id: said[node.end_lineno]
        for node in written.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.end_lineno in said
    }


def in_words(hint: Any) -> str:
    """Return a type as people call it; that a value may be left out is told by its default."""
    if hint in WORDS:
        return WORDS[hint]
    parts = [part for part in get_args(hint) if part is not NoneType]
    if get_origin(hint) is Literal:
        *first, last = map(str, parts)
        return f"{', '.join(first)} or {last}" if first else last
    if get_origin(hint) is list:
        kind, *rest = in_words(parts[0]).partition(" of ")
        return f"list of {kind}s{''.join(rest)}"
    return ", or ".join(map(in_words, parts))


def _default(option: "Field[Any]") -> str | None:
    if option.default is not MISSING:
        return _as_yaml(option.default)
    if option.default_factory is MISSING:
        return None
    made = type(option.default_factory())
    names = [name for table in TABLES.values() for name, kind in table.items() if made is kind]
    return names[0] if names else None


def _as_yaml(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
