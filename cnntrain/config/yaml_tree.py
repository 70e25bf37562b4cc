"""YAML as a tree in which every value knows where it was written.

PyYAML reads the structure; plain values are read here, by the rules of YAML 1.2 and of people.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from cnntrain.errors import ConfigError

# PyYAML implements YAML 1.1, which takes 1e-3 for text, 010 for eight, 1:30 for ninety, and `no`
# for false. Longer integers are read as floats: no option takes them.
INTEGER = re.compile(r"[-+]?[0-9][0-9_]{0,17}")
NUMBER = re.compile(r"[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?")
WORDS = {
    **dict.fromkeys(("", "~", "null"), None),
    "true": True,
    "false": False,
    **dict.fromkeys((".inf", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}  # those of untagged values
MOST_REPEATED = 100_000  # values that aliases repeat: aliases of aliases would fill the memory
DEEPEST = 30  # levels of nesting; Python's own limit would be reached somewhere above 100
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,9})\]")  # a step of a path such as network[3].conv


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper, with lists of single values on one line: kernel: [3, 5].

    It puts in quotes what `_plain` would read as a number, and repeats what is given twice.
    """

    def represent_list(self, data: Iterable[Any]) -> yaml.SequenceNode:
        """Return a list, in brackets if no item is a list or mapping."""
        flat = not any(isinstance(item, list | dict) for item in data)
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat)

    def ignore_aliases(self, data: Any) -> bool:
        """Write no anchors."""
        return True


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(f"^(?:{NUMBER.pattern})$"), list("-+.0123456789")
)
_Dumper.add_representer(list, _Dumper.represent_list)


@dataclass
class Node:
    """A mapping, a list or a plain value, and where it stands: `file:line` or a flag."""

    value: Any  # dict[str, Node], list[Node], or a plain value
    where: str

    def plain(self) -> Any:
        """Return the value without the places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def parse(text: str, name: str) -> Node:
    """Return the tree of a YAML text from the file `name`. Raises ConfigError."""
    try:
        root = yaml.compose(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError(f"{name}{line}: not valid YAML: {problem}") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: nested too deeply; no option needs so many levels") from error
    if root is None:
        raise ConfigError(f"{name}: found nothing but blanks and comments; expected a value")
    return _Converter(name).convert(root)


class _Converter:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, name: str) -> None:
        """Take the name of the file."""
        self.name = name
        self.seen: set[int] = set()
        self.repeated = 0

    def convert(self, node: yaml.Node, above: frozenset[int] = frozenset()) -> Node:
        """Return the tree below a node; `above` are the nodes that it lies in."""
        where = f"{self.name}:{node.start_mark.line + 1}"
        if id(node) in above:
            raise ConfigError(f"{where}: an alias that contains itself; write the value out")
        self.repeated += id(node) in self.seen
        if len(above) == DEEPEST or self.repeated > MOST_REPEATED:
            raise ConfigError(f"{where}: nested too deeply; no option needs so many levels")
        if node.tag not in TAGS:
            raise ConfigError(
                f"{where}: found the tag {node.tag}; tags mean nothing here, remove it"
            )
        self.seen.add(id(node))
        above |= {id(node)}
        if isinstance(node, yaml.ScalarNode):
            return Node(_plain(node), where)
        if isinstance(node, yaml.MappingNode):
            return Node(self._entries(node, above), where)
        return Node([self.convert(item, above) for item in node.value], where)

    def _entries(self, node: yaml.MappingNode, above: frozenset[int]) -> dict[str, Node]:
        """Return a mapping's values by key, each with the place of its key."""
        entries: dict[str, Node] = {}
        for key, value in node.value:
            where = f"{self.name}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"{where}: found a list or mapping as a key; expected a name")
            if key.value in entries:
                raise ConfigError(f"{where}: {key.value}: given twice; keep one of the two")
            entries[key.value] = Node(self.convert(value, above).value, where)
        return entries


def _plain(node: yaml.ScalarNode) -> Any:
    """Return a single value: a number, a truth value, None, or text; what is quoted is text."""
    text: str = node.value
    if node.style is not None:
        return text
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if NUMBER.fullmatch(text):
        return float(text.replace("_", ""))
    return text


def override(root: Node, path: str, value: Node) -> None:
    """Put `value` at a path such as `train.alpha` or `network[3].conv.filters`.

    Mappings on the way are made where they are missing; list items must exist. A shorthand on the
    way, `dense: 10`, cannot be looked into. Raises ConfigError.
    """
    node, steps = root, list(_steps(path))
    for position, step in enumerate(steps):
        last = position == len(steps) - 1
        if isinstance(step, int):
            if not isinstance(node.value, list) or step >= len(node.value):
                size = len(node.value) if isinstance(node.value, list) else 0
                raise ConfigError(f"--set {path}: found no item [{step}]; there are {size}")
            if last:
                node.value[step] = value
            node = node.value[step]
        else:
            if not isinstance(node.value, dict):
                raise ConfigError(
                    f"--set {path}: '{step}' is looked for in {node.plain()!r}, which has no "
                    "options written out; set the whole of it instead"
                )
            if last:
                node.value[step] = value
            node = node.value.setdefault(step, Node({}, f"--set {path}"))


def _steps(path: str) -> Iterator[str | int]:
    end = 0
    for match in STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        yield match[1] if match[1] is not None else int(match[2])
    if end != len(path) or not path:
        raise ConfigError(
            f"--set {path}: not a path; expected one such as train.alpha or network[3].conv"
        )


def is_flag(node: Node) -> bool:
    """Return whether a value was given by a flag, not in a file."""
    return node.where.startswith("--")


def parse_value(text: str, where: str) -> Node:
    """Return the value that a flag gives, read as YAML."""
    if not text.strip():
        raise ConfigError(f"{where}: the value is missing; expected {where}=VALUE")
    return _relocated(parse(text, where), where)


def _relocated(node: Node, where: str) -> Node:
    """Return the tree with one place for all of it: lines of a flag mean nothing."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _relocated(item, where) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_relocated(item, where) for item in value]
    return Node(value, where)


def dump(data: Any) -> str:
    """Return plain data as YAML, in the order given, a line for each entry of a mapping."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    return text
