"""Whether a network is right as often as it is sure: the reliability diagram."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.show.heading import literal
from cnntrain.show.plots.several import COLOURS
from cnntrain.training.calibration import Calibration
from cnntrain.training.evaluation import wilson

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_reliability(heading: str, found: Calibration) -> "Figure":
    """Return the share of right answers by how sure the network was, and how many there are.

    Each share has its 95 % interval. A network that can be believed lies on the diagonal. Raises
    ImportError without matplotlib.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 6.4), dpi=110, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = np.flatnonzero(found.counts)
    x, y = 100 * found.confidence[filled], 100 * found.accuracy[filled]
    pairs = zip(found.right[filled].tolist(), found.counts[filled].tolist(), strict=True)
    low, high = 100 * np.array([wilson(right, n) for right, n in pairs]).T
    bars = np.maximum(0, [y - low, high - y])
    above.plot([0, 100], [0, 100], color="0.5", lw=1, ls="--", label="right as often as it is sure")
    above.errorbar(
        x,
        y,
        bars,
        color=COLOURS[0],
        marker="o",
        ms=4,
        lw=1.2,
        elinewidth=1,
        capsize=2,
        label=f"this network (ECE {found.ece:.2%})",
    )
    above.set(ylabel="right answers, %", ylim=(-3, 103))
    above.legend(loc="upper left", fontsize=9)
    edges = np.linspace(0, 100, len(found.counts) + 1)
    below.bar(edges[:-1], found.counts, np.diff(edges), align="edge", color="0.8", edgecolor="0.4")
    below.set(xlabel="how sure the network is, %", ylabel="answers", xlim=(0, 100), yscale="log")
    below.set_ylim(0.5, None)
    for axes in (above, below):
        axes.grid(alpha=0.3)
    figure.suptitle("\n".join(textwrap.wrap(literal(heading), 70)), fontsize=9)
    return figure
