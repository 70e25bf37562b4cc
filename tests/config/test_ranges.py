"""What an option cannot be is complained about in the option's own line, whatever it belongs to."""

import re
from dataclasses import MISSING, fields
from typing import Any, NamedTuple

import pytest

from cnntrain.config import parse_config
from cnntrain.config.schema import Training
from cnntrain.data.sources import SOURCES
from cnntrain.errors import ConfigError
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.updates import UPDATES

DATA, NETWORK = "dataset: mnist", "network: [dense: 10]"
NEEDED = {
    "filters": "2",
    "kernel": "2",
    "units": "2",
    "window": "2",
    "path": "x",
    "inputs": "[[1, 2]]",
    "targets": "[[1, 0]]",
}
CHOICES = ("update", "schedule", "augment")  # names of a table, which are complained about as such


class Section(NamedTuple):
    """A class with options, and how they stand in a file: what is above and below, how deep."""

    kind: Any
    above: list[str]
    indent: str
    below: str = ""


SECTIONS = {
    **{
        name: Section(layer, [DATA, "network:", f"  - {name}:"], " " * 6, "  - dense: 10")
        for name, layer in LAYERS.items()
    },
    **{
        name: Section(source, ["dataset:", f"  {name}:"], " " * 4, NETWORK)
        for name, source in SOURCES.items()
    },
    **{
        name: Section(rule, [DATA, NETWORK, "train:", f"  update: {name}"], "  ")
        for name, rule in UPDATES.items()
    },
    "train": Section(Training, [DATA, NETWORK, "train:"], "  "),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_value_that_is_refused_is_refused_in_its_own_line(name: str) -> None:
    kind, above, indent, below = SECTIONS[name]
    options = [f for f in fields(kind) if f.init and f.name not in ("name", "rates", *CHOICES)]
    for option in options:
        others = [
            f"{indent}{other.name}: {NEEDED[other.name]}"
            for other in options
            if other.default is other.default_factory is MISSING and other is not option
        ]
        for value in ("-1", "0", "abc", ".nan"):
            lines = [*above, *others, f"{indent}{option.name}: {value}", below, ""]
            number = len(above) + len(others) + 1
            place = rf"x\.yaml:{number}: [\w.\[\]-]+\.{option.name}: "
            refused = complaint_about("\n".join(lines))
            assert refused is None or re.match(place, refused), refused


def complaint_about(text: str) -> str | None:
    """Return what is wrong with a configuration, if anything."""
    try:
        parse_config(text, "x.yaml")
    except ConfigError as error:
        return str(error)
    return None
