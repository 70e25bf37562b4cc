"""The learning rate of every layer, update by update."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.errors import DataError
from cnntrain.runs.folder import BATCHES
from cnntrain.show.heading import literal
from cnntrain.show.plots.several import COLOURS, LINES
from cnntrain.show.records import thinned

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_rates(heading: str, folder: Path, rates: Mapping[str, float]) -> "Figure":
    """Return the rates of a run: that of the first layer is recorded, the others go with it.

    `rates` are those of the configuration, by layer; layers of one rate share a line. Raises
    DataError without records of the rate, ImportError without matplotlib.
    """
    batches = thinned(folder / BATCHES, "step", ("rate",))
    if batches is None or np.isnan(batches.y["rate"]).all() or not rates:
        raise DataError(
            f"{folder / BATCHES}: found no learning rates, expected a column 'rate' with numbers; "
            "the run is empty, or was made by a version that did not record them"
        )
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    first = next(iter(rates.values()))
    factor = batches.y["rate"] / first if first else np.ones_like(batches.x)
    together: dict[float, list[str]] = {}
    for name, rate in rates.items():
        together.setdefault(rate, []).append(name)
    figure = Figure(figsize=(7, 4.2), dpi=110, layout="constrained")
    axes = figure.subplots()
    for number, (rate, names) in enumerate(together.items()):
        axes.plot(
            batches.x,
            rate * factor,
            color=COLOURS[number % len(COLOURS)],
            linestyle=LINES[number % len(LINES)],
            lw=1.6,
            label=", ".join(names) if len(names) <= 4 else f"{names[0]} to {names[-1]}",
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set(xlabel="mini-batch", ylabel="learning rate")
    axes.set_ylim(bottom=0)
    axes.set_title(literal(heading), fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend()
    return figure
