"""How far the activations of a network are in their flat parts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnntrain.show.heading import literal
from cnntrain.show.plots.several import COLOURS, LINES, MARKS
from cnntrain.show.records import Curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_saturation(heading: str, shares: Mapping[str, float], images: int) -> "Figure":
    """Return a bar for each activation: the share of its outputs where hardly any error passes.

    `shares` are those of `training.saturation.flat_shares` over so many images. Raises ImportError
    without matplotlib.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 1.7 + 0.35 * len(shares)), dpi=110, layout="constrained")
    axes = figure.subplots()
    names = list(shares)
    percents = [100 * share for share in shares.values()]
    bars = axes.barh(range(len(names)), percents, color="#8fb4d9", edgecolor="#1f4e8c")
    axes.bar_label(bars, fmt="%.0f%%", padding=3, fontsize=9)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(
        f"% of outputs where the slope is below 1/20 of the steepest, over {images} training images"
    )
    axes.set_title(literal(heading), fontsize=9)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    return figure


def draw_saturation_by_epoch(heading: str, recorded: Curves) -> "Figure":
    """Return a line for each activation: the same shares after each epoch, as they were recorded.

    Raises ImportError without matplotlib.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7, 4.2), dpi=110, layout="constrained")
    axes = figure.subplots()
    for number, (name, shares) in enumerate(recorded.y.items()):
        axes.plot(
            recorded.x,
            100 * shares,
            color=COLOURS[number % len(COLOURS)],
            linestyle=LINES[number % len(LINES)],
            marker=MARKS[number % len(MARKS)],
            markersize=4,
            lw=1.4,
            markevery=max(1, len(recorded.x) // 12),
            label=f"{name}: {recorded.last[name]:.0%} at the end",
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set(xlabel="epoch", ylabel="% of outputs where the slope\nis below 1/20 of the steepest")
    axes.set_ylim(-2, 102)
    axes.set_title(literal(heading), fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend()
    return figure
