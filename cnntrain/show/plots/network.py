"""The diagram of a network: the maps that each of its stages makes, and the layers between them."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnntrain.nn.layers.base import Shape
from cnntrain.show.heading import literal
from cnntrain.show.stages import Stage, stages

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cnntrain.explain.describe import LayerRow

MOST_IN_A_ROW = 8  # stages
MOST_SHEETS = 8  # of a stack of maps
STEP = 1.9  # inches from one stage to the next
SIDE = 1.05  # inches of the largest map
SHIFT = 0.055  # inches from one sheet of a stack to the next
HEIGHT = 2.9  # inches of a row


def draw_network(heading: str, rows: Sequence["LayerRow"]) -> "Figure":
    """Return the stages from left to right, and in further rows if there are many.

    A stack of squares stands for the maps of a stage, a bar for units without rows and columns.
    Sides go with the square root of the number of pixels, and stacks end at MOST_SHEETS. Raises
    ImportError without matplotlib.
    """
    from matplotlib.figure import Figure

    found = stages(rows)
    lines = [found[n : n + MOST_IN_A_ROW] for n in range(0, len(found), MOST_IN_A_ROW)]
    across = max(4.5, STEP * max(map(len, lines)) + 0.3)
    figure = Figure(figsize=(across, HEIGHT * len(lines) + 0.4), dpi=110)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, across), ylim=(-HEIGHT * len(lines), 0.4), aspect="equal")
    axes.text(0.15, 0.2, literal(heading), fontsize=9, va="center")
    edge = 0.0
    widest = max(max(stage.shape[1:]) for stage in found)
    for number, line in enumerate(lines):
        for place, stage in enumerate(line):
            x, y = 0.3 + STEP * place, -HEIGHT * number - 1.15
            if number or place:
                _draw_arrow(axes, edge + 0.08 if place else 0.02, x - 0.08, y)
            edge = _draw_stage(axes, stage, x, y, widest)
    return figure


def _draw_stage(axes: "Axes", stage: Stage, x: float, y: float, widest: int) -> float:
    """Draw the output of a stage from x on, in the middle at y, with words; return its right edge."""
    height, width, sheets = _sizes(stage.shape, widest)
    from matplotlib.patches import Rectangle

    for sheet in range(sheets):
        left = x + SHIFT * sheet
        bottom = y - height / 2 + SHIFT * (sheets - 1 - 2 * sheet) / 2
        axes.add_patch(Rectangle((left, bottom), width, height, fc="#dfe9f4", ec="#1f4e8c", lw=0.8))
    channels, rows, columns = stage.shape
    units = f"{channels:,} units" if channels != 1 else "1 unit"
    text = units if (rows, columns) == (1, 1) else f"{channels:,} @ {rows}×{columns}"
    axes.text(x, y + 0.9, text, fontsize=9, weight="bold", va="center")
    below = [" ".join(stage.names[n : n + 2]) for n in range(0, len(stage.names), 2)]
    if stage.parameters:
        below.append(f"{stage.parameters:,} parameters")
    axes.text(x, y - 0.85, "\n".join(below), fontsize=8, va="top", linespacing=1.3)
    return x + width + SHIFT * (sheets - 1)


def _sizes(shape: Shape, widest: int) -> tuple[float, float, int]:
    """Return height and width in inches, and how many sheets are drawn."""
    channels, rows, columns = shape
    if (rows, columns) == (1, 1):
        return min(1.3, 0.2 + 0.16 * math.log2(channels + 1)), 0.16, 1
    height, width = (SIDE * math.sqrt(max(side, 1) / widest) for side in (rows, columns))
    return height, width, min(channels, MOST_SHEETS)


def _draw_arrow(axes: "Axes", start: float, end: float, y: float) -> None:
    style = {"arrowstyle": "-|>", "color": "#555555", "lw": 1.0, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=(end, y), xytext=(start, y), arrowprops=style)
