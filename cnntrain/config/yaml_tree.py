"""YAML as a tree in which every value knows where it was written.

PyYAML reads the structure; plain values are read here, by the rules of YAML 1.2 and of people.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from cnntrain.config import complaints
from cnntrain.config.complaints.wording import at, of_flag

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
LONGEST = 1_000_000  # characters of a text; PyYAML reads about 50,000 in a second
MOST_REPEATED = 100_000  # values and characters that aliases repeat: they would fill the memory
SURROGATE = re.compile("[\ud800-\udfff]")
SHORT = 70  # characters of a list of lists that is written on one line
WIDTH = 100  # of a line that is written
DEEPEST = 30  # levels of nesting; Python's own limit would be reached somewhere above 100


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper, with short lists on one line, and items deeper than their list's name.

    It puts in quotes what `_plain` would read as a number, and repeats what is given twice.
    """

    def represent_list(self, data: Iterable[Any]) -> yaml.SequenceNode:
        """Return a list, in brackets if it has single values alone, or is short and unnamed."""
        flat = not any(isinstance(item, list | dict) for item in data)
        short = all(isinstance(item, list) for item in data) and len(repr(data)) <= SHORT
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat or short)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list as the shipped configurations do."""
        super().increase_indent(flow, False)

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
    if len(text) > LONGEST:
        raise at(name, "", f"has more than {LONGEST:,} characters; no configuration is that long")
    try:
        root = yaml.compose(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        line, problem = complaints.explain(text, error)
        raise at(_place(name, line), "", problem) from error
    except RecursionError as error:
        raise at(name, "", "nested too deeply; no option needs so many levels") from error
    if root is None:
        raise at(name, "", "found nothing but spaces and comments; expected a value")
    return _Converter(name).convert(root)


def _place(name: str, line: int | None) -> str:
    """Return file:line; the lines of a flag mean nothing."""
    return name if line is None or of_flag(name) else f"{name}:{line}"


class _Converter:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, name: str) -> None:
        """Take the name of the file."""
        self.name = name
        self.seen: set[int] = set()
        self.repeated = 0

    def convert(
        self, node: yaml.Node, above: frozenset[int] = frozenset(), within: str = ""
    ) -> Node:
        """Return the tree below a node; `above` are the nodes that it lies in, `within` its key."""
        where = _place(self.name, node.start_mark.line + 1)
        if id(node) in above:
            raise at(where, "", "an alias that contains itself; write the value out")
        if id(node) in self.seen:
            self.repeated += 1 + (len(node.value) if isinstance(node, yaml.ScalarNode) else 0)
        if self.repeated > MOST_REPEATED:
            raise at(where, "", "its aliases repeat too much; write out what is needed")
        if len(above) == DEEPEST:
            raise at(where, "", "nested too deeply; no option needs so many levels")
        if node.tag not in TAGS:
            raise at(
                where,
                "",
                f"found the tag {node.tag}; tags mean nothing here, remove it",
            )
        self.seen.add(id(node))
        above |= {id(node)}
        if isinstance(node, yaml.ScalarNode):
            _refuse_surrogates(node.value, where, within)
            return Node(_plain(node), where)
        if isinstance(node, yaml.MappingNode):
            return Node(self._entries(node, above, within), where)
        return Node([self.convert(item, above) for item in node.value], where)

    def _entries(
        self, node: yaml.MappingNode, above: frozenset[int], within: str
    ) -> dict[str, Node]:
        """Return a mapping's values by key, each with the place of its key."""
        entries: dict[str, Node] = {}
        for key, value in node.value:
            where = _place(self.name, key.start_mark.line + 1)
            if not isinstance(key, yaml.ScalarNode):
                raise at(where, "", "found a list or mapping as a key; expected a name")
            _refuse_surrogates(key.value, where, within)
            if key.value in entries:
                raise at(where, key.value, f"given twice; {_about_two(within)}")
            entries[key.value] = Node(self.convert(value, above, key.value).value, where)
        return entries


def _refuse_surrogates(text: str, where: str, key: str) -> None:
    """Raise ConfigError for half a character, which can be written in quotes: "\\ud800"."""
    half = SURROGATE.search(text)
    if half:
        raise at(
            where, key, f"found U+{ord(half[0]):04X}, half of a character; write the whole one"
        )


def _about_two(within: str) -> str:
    """Return what to do about two entries of one name: in a list they may have the same."""
    if within == "network":
        return "layers are items of a list, and begin with '- '"
    return "keep one of the two"


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


def dump(data: Any) -> str:
    """Return plain data as YAML, in the order given, a line for each entry of a mapping."""
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=WIDTH,
    )
    return text
