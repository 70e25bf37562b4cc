"""Which classes a network takes for which, as a matrix."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.show.heading import literal
from cnntrain.system.text import one_line
from cnntrain.training.evaluation import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NUMBERED = 30  # classes; the cells of more are too small for numbers
LONGEST_NAME = 16  # characters


def draw_confusion(heading: str, classes: Sequence[str], result: Evaluation) -> "Figure":
    """Return the confusion matrix: a row for each true class, a column for each answer.

    The darker a cell beside the diagonal, the larger its share of the images of its class. Raises
    ImportError without matplotlib.
    """
    from matplotlib.figure import Figure

    counts = result.confusion
    side = min(12.0, max(4.5, 2.2 + 0.48 * len(classes)))
    figure = Figure(figsize=(side + 1.2, side), dpi=110, layout="constrained")
    axes = figure.subplots()
    wrong = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(wrong, 0)
    image = axes.imshow(100 * wrong, cmap="Greys", vmin=0, vmax=100 * (wrong.max() or 1))
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label("wrong answers, % of the class")
    short = [name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…" for name in classes]
    names = [literal(one_line(name)) for name in short]
    if len(classes) <= MOST_NUMBERED:
        turned = 90 if max(map(len, names)) > 2 else 0
        axes.set_xticks(range(len(names)), names, rotation=turned)
        axes.set_yticks(range(len(names)), names)
        _write_counts(axes, counts, wrong)
    axes.set(xlabel="answer", ylabel="true class")
    figure.suptitle("\n".join(textwrap.wrap(literal(heading), int(11 * side))), fontsize=9)
    return figure


def _write_counts(axes: "Axes", counts: np.ndarray, wrong: np.ndarray) -> None:
    """Write the counts: right answers bold, white on the darkest cells."""
    size = 9 if counts.max() < 10_000 and len(counts) <= 15 else 6
    for (row, column), count in np.ndenumerate(counts):
        if count:
            right = row == column
            axes.text(
                column,
                row,
                str(count),
                ha="center",
                va="center",
                fontsize=size,
                fontweight="bold" if right else "normal",
                color="white" if wrong[row, column] > 0.55 * (wrong.max() or 1) else "black",
            )
