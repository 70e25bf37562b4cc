"""Figures published by a source, beside those that this program computes."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cnntrain.config import Published
from cnntrain.data.examples import Examples
from cnntrain.nn.network import Network
from cnntrain.training.loop import BatchDone, Event

WIDTH = 80  # columns of the table, its notes included


@dataclass(frozen=True)
class Figure:
    """One number: what it is, as published, and as computed."""

    after: int  # updates
    name: str
    published: float
    computed: float
    note: str = ""


@dataclass
class Comparison:
    """Watches a training run and computes each figure after the update that it refers to."""

    network: Network
    examples: Examples
    wanted: Sequence[Published]
    figures: list[Figure] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        """Compute the figures for the moment after this event."""
        if isinstance(event, BatchDone):
            self.compute(event.step)

    def compute(self, step: int) -> None:
        """Compute the figures for the moment after `step` updates: loss and first outputs."""
        for wanted in self.wanted:
            if wanted.after != step:
                continue
            y = self.network.outputs(self.examples.images)
            if wanted.loss is not None:
                loss = self.network.loss_of(y, self.examples.targets(self.network.dtype))
                self.figures.append(Figure(step, "mse", wanted.loss, loss, wanted.note))
            for number, (published, value) in enumerate(
                zip(wanted.outputs or (), y[0], strict=False), start=1
            ):
                self.figures.append(
                    Figure(step, f"output {number}", published, float(value), wanted.note)
                )


def table(figures: Sequence[Figure], columns: int | None = None) -> list[str]:
    """Return the figures as lines of text, published and computed side by side.

    Figures with a note are marked, and the notes follow. In a terminal of fewer columns than the
    table has, published and computed stand below each other.
    """
    notes = list(dict.fromkeys(figure.note for figure in figures if figure.note))
    marks = {note: "*" * number for number, note in enumerate(notes, start=1)} | {"": ""}
    narrow = columns is not None and columns < WIDTH
    lines = _stacked(figures, marks) if narrow else _side_by_side(figures, marks)
    width = min(columns or WIDTH, WIDTH)
    return [
        *lines,
        *(line for note in notes for line in textwrap.wrap(f"{marks[note]} {note}", width)),
    ]


def _side_by_side(figures: Sequence[Figure], marks: Mapping[str, str]) -> list[str]:
    lines = [f"{'after':>7} updates{'':12}{'published':>13}{'computed':>17}{'difference':>13}"]
    before = None
    for figure in figures:
        after = "" if figure.after == before else f"{figure.after:,}"
        before = figure.after
        line = (
            f"{after:>7}{'':9}{figure.name:<11}{figure.published:>13.9f}"
            f"{figure.computed:>17.12f}{figure.computed - figure.published:>13.1e}"
        )
        lines.append(f"{line} {marks[figure.note]}".rstrip())
    return lines


def _stacked(figures: Sequence[Figure], marks: Mapping[str, str]) -> list[str]:
    lines = []
    for figure in figures:
        updates = "update" if figure.after == 1 else "updates"
        lines += [
            f"{figure.name} after {figure.after:,} {updates} {marks[figure.note]}".rstrip(),
            f"  published   {figure.published:.9f}",
            f"  computed    {figure.computed:.12f}",
            f"  difference  {figure.computed - figure.published:.1e}",
        ]
    return lines
