"""The shipped configurations, and the reference of all options, as text of a given width."""

import textwrap
from collections.abc import Mapping, Sequence

from cnntrain.config.catalogue import Shipped
from cnntrain.config.reference import Entry, Option

NARROW = 60  # columns; below, what would stand beside a name stands under it
BESIDE = 17  # column of what an option means
TITLES = {
    "configuration": "At the top",
    "dataset": "dataset: one of these, by its name alone or with options",
    "network": "network: a list of layers, each by its name alone or with options",
    "loss": "loss: one of these",
    "train": "train: a section",
    "train.update": "train.update: one of these; its options stand in `train`, too",
    "train.schedule": "train.schedule: one of these, by its name alone or with options",
    "train.augment": "train.augment: any of these, by name, each with its options or the first alone",
    "tune": "tune: a section",
    "published": "published: a list of sections",
}


def configs_as_text(configs: Sequence[Shipped], columns: int) -> str:
    """Return each configuration's name, what it is, and what it reaches."""
    beside = max(len(config.name) for config in configs) + 2
    lines: list[str] = []
    for config in configs:
        lines += _beside(config.name, beside, [config.summary, config.result], columns)
    return "\n".join(lines)


def reference_as_text(places: Mapping[str, Sequence[Entry]], columns: int) -> str:
    """Return the reference: for each place of a configuration, what can stand there."""
    blocks = []
    for place, entries in places.items():
        lines = textwrap.wrap(TITLES.get(place, place), columns)
        for entry in entries:
            alone = len(entries) == 1 and entry.name == place
            lines += [] if alone else _beside(f"  {entry.name}", BESIDE, [entry.meaning], columns)
            for option in entry.options:
                name = f"  {option.name}" if alone else f"    {option.name}"
                lines += _beside(name, BESIDE, [_explained(option)], columns)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _explained(option: Option) -> str:
    default = "required" if option.required else f"default {option.default}"
    if not option.required and option.default is None:
        default = "optional"
    return f"{option.meaning} ({option.type}; {default})"


def _beside(name: str, indent: int, paragraphs: Sequence[str], columns: int) -> list[str]:
    """Return a name with paragraphs beside it, or under it where the terminal is narrow."""
    if columns < NARROW:
        indent = len(name) - len(name.lstrip()) + 2
    below = [
        line
        for paragraph in paragraphs
        for line in textwrap.wrap(
            paragraph, columns, initial_indent=" " * indent, subsequent_indent=" " * indent
        )
    ]
    if columns < NARROW or len(name) >= indent:
        return [name, *below]
    return [name.ljust(indent) + below[0].lstrip(), *below[1:]]
