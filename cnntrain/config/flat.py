"""A configuration as a list of single values, each with its path: for telling two apart."""

from typing import Any

from cnntrain.config.complaints.wording import join
from cnntrain.config.yaml_tree import parse


def flat(text: str, name: str) -> dict[str, Any]:
    """Return the values of a YAML text by path, as train.alpha and network[0].conv.kernel.

    `name` is what complaints call the text. Nothing is checked but that it is YAML. Raises
    ConfigError.
    """
    found: dict[str, Any] = {}
    _collect(found, "", parse(text, name).plain())
    return found


def _collect(found: dict[str, Any], path: str, value: Any) -> None:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _collect(found, join(path, key), item)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, item in enumerate(value):
            _collect(found, f"{path}[{index}]", item)
    else:
        found[path] = value
