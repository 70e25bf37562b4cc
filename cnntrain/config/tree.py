"""YAML as a tree in which every value knows where it was written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from cnntrain.errors import ConfigError

# YAML 1.1, which PyYAML implements, reads 1e-3 as text; YAML 1.2 and people read it as a number.
FLOAT = re.compile(r"^[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[eE][-+]?\d+$")
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")  # one step of a path such as network[3].conv


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with YAML 1.2's numbers."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+.0123456789"))


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
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise ConfigError(f"{name}: the file is empty; expected dataset, network and train")
        return _convert(loader, root, name)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError(f"{name}{line}: not valid YAML: {problem}") from error
    finally:
        loader.dispose()


def _convert(
    loader: _Loader, node: yaml.Node, name: str, above: frozenset[int] = frozenset()
) -> Node:
    where = f"{name}:{node.start_mark.line + 1}"
    if id(node) in above:
        raise ConfigError(f"{where}: an alias that contains itself; write the value out")
    above |= {id(node)}
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node))
            if key in entries:
                line = key_node.start_mark.line + 1
                raise ConfigError(f"{name}:{line}: {key}: given twice; keep one of the two")
            entries[key] = _convert(loader, value_node, name, above)
            entries[key].where = f"{name}:{key_node.start_mark.line + 1}"
        return Node(entries, where)
    if isinstance(node, yaml.SequenceNode):
        return Node([_convert(loader, item, name, above) for item in node.value], where)
    return Node(loader.construct_object(node), where)


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


def parse_value(text: str, where: str) -> Node:
    """Return the value that a flag gives, read as YAML."""
    if not text.strip():
        raise ConfigError(f"{where}: the value is missing; expected {where}=VALUE")
    node = parse(text, where)
    return _relocated(node, where)


def _relocated(node: Node, where: str) -> Node:
    """Return the tree with one place for all of it: lines of a flag mean nothing."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _relocated(item, where) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_relocated(item, where) for item in value]
    return Node(value, where)


def dump(data: Any) -> str:
    """Return plain data as YAML, in the order given."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None)
