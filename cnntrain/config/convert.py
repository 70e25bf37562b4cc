"""From located YAML to dataclasses: their fields are the schema."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from cnntrain.config import complaints
from cnntrain.config.complaints.wording import SET, at, flag_key, join, option_named
from cnntrain.config.yaml_tree import Node
from cnntrain.errors import ConfigError

T = TypeVar("T")

PLACEHOLDERS = {"path": "DIR"}  # of options in a line that shows how to write them


def complain(node: Node, path: str, problem: str) -> ConfigError:
    """Return the error for a value: place, key, problem."""
    return at(node.where, path, problem)


def fill(
    kind: type[T],
    node: Node,
    path: str,
    known: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
    elsewhere: Mapping[str, str] | None = None,
) -> T:
    """Return a `kind`, a dataclass, with its fields from a mapping; `known` ones are given.

    `also` are names worth suggesting that are read elsewhere; for `elsewhere` see `unknown`.
    Raises ConfigError for unknown, missing, mistyped and impossible values.
    """
    options = {f.name: f for f in fields(kind) if f.init}  # type: ignore[arg-type]  # a dataclass
    given = dict(known or {})
    for key, value in mapping(node, path).items():
        if key not in options or key in given:
            names = dict.fromkeys([*also, *(name for name in options if name not in given)])
            raise complaints.unknown(value, join(path, key), "option", names, elsewhere, key)
    hints = get_type_hints(kind)
    for key, value in node.value.items():
        given[key] = convert(value, hints[key], join(path, key))
    missing = [name for name, f in options.items() if name not in given and _required(f)]
    if missing:
        raise _missing(kind, node, path, missing)
    try:
        return kind(**given)
    except ValueError as error:
        raise _impossible(node, path, str(error)) from error


def _missing(kind: type, node: Node, path: str, missing: list[str]) -> ConfigError:
    """Return the error for options that have no default, and how they are written."""
    options = [f.name for f in fields(kind) if f.init]
    whole, _, name = path.rpartition(".")
    required = [f.name for f in fields(kind) if f.init and _required(f) and f.name != "name"]
    if required == [leading_option(kind)]:
        usage = f"{name}: {PLACEHOLDERS.get(required[0], required[0].upper())}"
    else:
        entries = ", ".join(f"{option}: ..." for option in required)
        usage = f"{name}: {{{entries}}}" if whole else f"{{{entries}}}"
    if whole and flag_key(node.where) == whole:
        usage = f"{node.where}{'=' if node.where.startswith(SET) else ' '}'{usage}'"
    shown = ", ".join(option for option in options if option != "name")
    return complain(
        node, path, f"'{missing[0]}' is missing; write `{usage}`; the options are {shown}"
    )


def _impossible(node: Node, path: str, problem: str) -> ConfigError:
    """Return the error for what a dataclass rejects: at the option that it begins with, if any."""
    option = option_named(problem)
    if option is None:
        return complain(node, path, problem)
    named, _, rest = problem.partition(": ")
    return complain(node.value.get(option, node), join(path, named), rest)


def mapping(node: Node, path: str) -> dict[str, Node]:
    """Return the entries of a mapping, or raise ConfigError."""
    if isinstance(node.value, dict):
        return node.value
    hint = ""
    if isinstance(node.value, str) and (slip := complaints.in_name(node.value)) is not None:
        hint = f"; {slip}"
    elif isinstance(node.value, list) and all(isinstance(i.value, dict) for i in node.value):
        hint = "; write them without '- '"
    elif node.value is None:
        hint = "; indent them below it"
    raise complain(
        node, path, f"{complaints.found(node.plain())}, expected options, as `name: value`{hint}"
    )


def convert(node: Node, hint: Any, path: str) -> Any:
    """Return a plain value as the type `hint`, or raise ConfigError."""
    try:
        return msgspec.convert(node.plain(), hint)
    except msgspec.ValidationError as error:
        raise _mistyped(node, hint, path) from error


def _mistyped(node: Node, hint: Any, path: str) -> ConfigError:
    """Return the error for a value of the wrong type: for the item of a list that is the cause."""
    if isinstance(node.value, list):
        for kind in complaints.arms(hint):
            inner = get_args(kind)
            if get_origin(kind) not in (list, tuple) or (
                get_origin(kind) is tuple and len(inner) != len(node.value)
            ):
                continue
            for index, item in enumerate(node.value):
                try:
                    convert(item, inner[index % len(inner)], f"{path}[{index}]")
                except ConfigError as error:
                    return error
    option = path.rpartition(".")[2]
    value = node.plain()
    what = complaints.advice(value, hint, option)
    return complain(
        node,
        path,
        f"{complaints.found(value)}, expected {complaints.expected(hint)}{'; ' if what else ''}{what}",
    )


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
        raise _not_one(node, path, table, kind)
    if name not in table:
        raise complaints.unknown(options, join(path, name), kind, table, name=name)
    first = leading_option(table[name])
    if options.value is None:
        options = Node({}, options.where)
    if first and not isinstance(options.value, dict):
        options = Node({first: options}, options.where)
    return name, options


def _not_one(node: Node, path: str, table: Mapping[str, type[T]], kind: str) -> ConfigError:
    """Return the error for anything but one name with its options."""
    wanted = f"expected one {kind}: name, or name: options"
    if isinstance(node.value, dict) and node.value:
        first, *others = node.value
        if first in table and node.value[first].value is None and others[0] not in table:
            return complain(
                node.value[others[0]],
                join(path, first),
                f"found '{others[0]}' as far to the left as '{first}', expected it deeper, as an "
                f"option of '{first}'; indent it by two more spaces",
            )
        wanted += f"; begin each {kind} with '- ' on a line of its own" if kind == "layer" else ""
    if isinstance(node.value, list) and len(node.value) == 1 and kind != "layer":
        wanted += "; write it without '- '"
        node = Node(node.value, node.value[0].where)
    return complain(node, path, f"{complaints.found(node.plain())}, {wanted}")


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING
