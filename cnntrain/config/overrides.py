"""Values that flags give: --set KEY=VALUE, --dataset, --epochs, --seed."""

import re
from collections.abc import Iterator, Sequence

from cnntrain.config import complaints
from cnntrain.config.complaints.wording import FLAGS, SET, at
from cnntrain.config.yaml_tree import Node, parse
from cnntrain.errors import ConfigError

STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,9})\]")  # a step of a path such as network[3].conv


def apply_overrides(root: Node, overrides: Sequence[str]) -> None:
    """Put the values of KEY=VALUE overrides into the tree. Raises ConfigError."""
    for item in overrides:
        key, equals, value = item.partition("=")
        if not equals:
            raise at(
                f"--set {item}",
                "",
                "found no '='; expected KEY=VALUE, as --set train.alpha=5",
            )
        where, path = flag_and_key(key)
        override(root, path, parse_value(value, where), where)


def flag_and_key(key: str) -> tuple[str, str]:
    """Return the flag as complaints name it, and the key that it gives a value to."""
    key = key.strip().replace("α", "alpha")
    return (key, FLAGS[key]) if key in FLAGS else (f"{SET}{key}", key)


def flag_text(override: str) -> str:
    """Return a whole flag with its value, to name it in a complaint."""
    key, _, value = override.partition("=")
    where, _ = flag_and_key(key)
    equals = "=" if where.startswith(SET) else " "
    return f"{where}{equals}{value if len(value) <= 40 else value[:37] + '...'}"


def override(root: Node, path: str, value: Node, where: str) -> None:
    """Put `value` at a path such as `train.alpha` or `network[3].conv.filters`.

    Mappings on the way are made where they are missing; list items must exist. A shorthand on the
    way, `dense: 10`, cannot be looked into. Raises ConfigError.
    """
    node, steps = root, list(_steps(path))
    for position, step in enumerate(steps):
        last = position == len(steps) - 1
        if isinstance(step, int):
            if not isinstance(node.value, list) or step >= len(node.value):
                raise _no_item(node, step, where)
            if last:
                node.value[step] = value
            node = node.value[step]
        else:
            if node.value is None:  # such as `train:` with nothing below it
                node.value = {}
            if not isinstance(node.value, dict):
                raise _no_options(node, step, where)
            if last:
                node.value[step] = value
            node = node.value.setdefault(step, Node({}, where))


def _no_item(node: Node, step: int, where: str) -> ConfigError:
    size = len(node.value) if isinstance(node.value, list) else 0
    expected = f"; expected one from [0] to [{size - 1}]" if size else ""
    return at(where, "", f"found no item [{step}]; there are {size}{expected}")


def _no_options(node: Node, step: str, where: str) -> ConfigError:
    advice = "set the whole of it instead"
    if isinstance(node.value, list):
        advice = f"an item of a list has a number, counted from 0: [0].{step}"
    return at(
        where,
        "",
        f"'{step}' is looked for in {complaints.shortened(node.plain())}, which has no options "
        f"written out; {advice}",
    )


def _steps(path: str) -> Iterator[str | int]:
    end = 0
    for match in STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        yield match[1] if match[1] is not None else int(match[2])
    if end != len(path) or not path:
        raise at(
            f"{SET}{path}",
            "",
            "not a path; expected one such as train.alpha or 'network[3].conv'",
        )


def parse_value(text: str, where: str) -> Node:
    """Return the value that a flag gives, read as YAML."""
    if not text.strip():
        equals = "=" if where.startswith(SET) else " "
        raise at(where, "", f"the value is missing; expected {where}{equals}VALUE")
    return _relocated(parse(text, where), where)


def _relocated(node: Node, where: str) -> Node:
    """Return the tree with one place for all of it: lines of a flag mean nothing."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _relocated(item, where) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_relocated(item, where) for item in value]
    return Node(value, where)
