"""From located YAML to dataclasses: their fields are the schema."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from cnntrain.config.yaml_tree import Node
from cnntrain.errors import ConfigError

T = TypeVar("T")


def complain(node: Node, path: str, problem: str) -> ConfigError:
    """Return the error for a value: place, key, problem."""
    return ConfigError(f"{node.where}: {path}: {problem}")


def unknown(node: Node, path: str, kind: str, known: Collection[str]) -> ConfigError:
    """Return the error for a name that does not exist, with the nearest that does."""
    name = path.rpartition(".")[2]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return complain(node, path, f"unknown {kind}; {hint}")


def fill(
    kind: type[T],
    node: Node,
    path: str,
    known: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
) -> T:
    """Return a `kind`, a dataclass, with its fields from a mapping; `known` ones are given.

    `also` are names worth suggesting that are read elsewhere. Raises ConfigError for unknown,
    missing, mistyped and impossible values.
    """
    options = {f.name: f for f in fields(kind) if f.init}  # type: ignore[arg-type]  # a dataclass
    given = dict(known or {})
    for key, value in mapping(node, path).items():
        if key not in options or key in given:
            names = [*also, *(name for name in options if name not in given)]
            raise unknown(value, join(path, key), "option", names)
    hints = get_type_hints(kind)
    for key, value in node.value.items():
        given[key] = convert(value, hints[key], join(path, key))
    missing = [name for name, f in options.items() if name not in given and _required(f)]
    if missing:
        options_text = ", ".join(options)
        raise complain(node, path, f"'{missing[0]}' is missing; the options are {options_text}")
    try:
        return kind(**given)
    except ValueError as error:
        raise complain(node, path, str(error)) from error


def mapping(node: Node, path: str) -> dict[str, Node]:
    """Return the entries of a mapping, or raise ConfigError."""
    if not isinstance(node.value, dict):
        found = shortened(node.plain())
        raise complain(node, path, f"found {found}, expected a mapping of options")
    return node.value


def convert(node: Node, hint: Any, path: str) -> Any:
    """Return a plain value as the type `hint`, or raise ConfigError."""
    try:
        return msgspec.convert(node.plain(), hint)
    except msgspec.ValidationError as error:
        found = shortened(node.plain())
        raise complain(node, path, f"found {found}, {_expected(hint, error)}") from error


def _expected(hint: Any, error: msgspec.ValidationError) -> str:
    """Return what a value should have been; of fixed choices msgspec does not tell them."""
    if get_origin(hint) is Literal:
        return f"expected one of {', '.join(map(str, get_args(hint)))}"
    text = str(error).replace("`", "")
    return text[:1].lower() + text[1:]


def shortened(value: Any) -> str:
    """Return a value as it fits into a message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def join(path: str, key: str) -> str:
    """Return the path of an entry."""
    return f"{path}.{key}" if path else key


def leading_option(kind: type) -> str | None:
    """Return the option that a shorthand such as `dense: 10` gives: the first positional one."""
    names = [f.name for f in fields(kind) if f.init and not f.kw_only]
    return names[0] if names else None


def chosen(node: Node, path: str, table: Mapping[str, type[T]], kind: str) -> tuple[str, Node]:
    """Return the name that `name`, `name: value` or `name: {options}` chooses, and its options."""
    if isinstance(node.value, str):
        name, options = node.value, Node({}, node.where)
    elif isinstance(node.value, dict) and len(node.value) == 1:
        [(name, options)] = node.value.items()
    else:
        found = shortened(node.plain())
        raise complain(node, path, f"found {found}, expected one {kind}: name, or name: options")
    if name not in table:
        raise unknown(node, join(path, name), kind, table)
    first = leading_option(table[name])
    if options.value is None:
        options = Node({}, options.where)
    if first and not isinstance(options.value, dict):
        options = Node({first: options}, options.where)
    return name, options


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING
