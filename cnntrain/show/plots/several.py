"""The curves of several runs in one picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.show.curves import config_of, scale_of_errors
from cnntrain.show.heading import literal, of_run
from cnntrain.show.records import thinned

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito 2008: seven colours that people with any colour vision tell apart. The kind of line
# and the mark tell runs apart without colour.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#000000", "#cc79a7", "#56b4e9", "#e69f00")
LINES = ("-", "--", "-.", ":")
MARKS = "os^DvPX*"


def draw_several(folders: Sequence[Path]) -> "Figure | None":
    """Return the weighted loss and the test error of several runs, side by side.

    Returns None if none of them has records. Raises ImportError without matplotlib.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(11, 4.2 + 0.2 * len(folders)), dpi=110, layout="constrained")
    loss, error = figure.subplots(1, 2)
    drawn, percents = [], [np.empty(0)]
    for number, folder in enumerate(folders):
        batches = thinned(folder / BATCHES, "step", ("weighted_mse",))
        if batches is None:
            continue
        config = config_of(folder)
        drawn.append("MSE" if config.loss == "mse" else config.loss.replace("_", " "))
        style: dict[str, Any] = {
            "color": COLOURS[number % len(COLOURS)],
            "linestyle": LINES[number % len(LINES)],
            "marker": MARKS[number % len(MARKS)],
            "markersize": 4,
            "label": literal(of_run(folder, config)),
        }
        apart = max(1, len(batches.x) // 6)
        loss.plot(batches.x, batches.y["weighted_mse"], lw=1.4, markevery=apart, **style)
        epochs = thinned(folder / EPOCHS, "epoch", ("test_error",))
        if epochs is not None and not np.isnan(epochs.y["test_error"]).all():
            percents.append(100 * epochs.y["test_error"])
            error.plot(epochs.x, percents[-1], lw=1.4, **style)
    if not drawn:
        return None
    name = drawn[0] if len(set(drawn)) == 1 else "loss (of different kinds)"
    loss.set(title=f"weighted {name} while training", xlabel="mini-batch", ylabel=name)
    error.set(title="test images classified wrongly", xlabel="epoch", ylabel="error in %")
    for axes in (loss, error):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
    if any((np.asarray(line.get_ydata()) > 0).any() for line in loss.lines):
        loss.set_yscale("log")
    scale_of_errors(error, np.concatenate(percents))
    handles, labels = loss.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", fontsize=9)
    return figure
