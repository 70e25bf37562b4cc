"""How far the activations of a network are in their flat parts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_saturation(heading: str, shares: Mapping[str, float], images: int) -> "Figure":
    """Return a bar for each activation: the share of its outputs where hardly any error passes.

    `shares` are those of `explain.saturation.flat_shares` over so many images. Raises ImportError
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
    axes.set_title(heading, fontsize=9)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    return figure
