"""The curves of a run: loss and error."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.config import load_config
from cnntrain.model.find import CONFIG
from cnntrain.runs.folder import BATCHES, CURVES, EPOCHS
from cnntrain.system.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_STRETCHES = 1000  # of mini-batches; a line of more points than pixels is slow, not finer


def save_curves(folder: Path) -> None:
    """Draw curves.png from batches.csv and epochs.csv of a run: the loss and the error.

    Nothing is drawn before an epoch is done, nor without matplotlib, the extra `plot`: training
    works without it. Raises OutputError.
    """
    if not (folder / EPOCHS).is_file():
        return
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    batches, epochs = _columns(folder / BATCHES), _columns(folder / EPOCHS)
    if not len(epochs["epoch"]):
        return
    figure = Figure(figsize=(11, 4.2), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_loss(left, batches, epochs, load_config(str(folder / CONFIG)).loss)
    _draw_errors(right, epochs)
    with replacing(folder / CURVES) as file:
        figure.savefig(file, format="png")


def _columns(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of a CSV file of numbers by their names; an empty cell is NaN."""
    with path.open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    table = np.array([[float(cell or "nan") for cell in row] for row in rows])
    return dict(zip(names, table.reshape(-1, len(names)).T, strict=True))


def _draw_loss(
    axes: "Axes", batches: dict[str, np.ndarray], epochs: dict[str, np.ndarray], loss: str
) -> None:
    """Draw the loss of every mini-batch, its weighted average, and the average of every epoch."""
    steps = batches["step"]
    name = "MSE" if loss == "mse" else loss.replace("_", " ")
    axes.plot(*_thinned(steps, batches["mse"]), color="#bcd0e5", lw=0.8, label="each mini-batch")
    weighted = _thinned(steps, batches["weighted_mse"])
    axes.plot(*weighted, color="#1f4e8c", lw=1.6, label="weighted, 0.99 / 0.01")
    ends = np.concatenate([steps[:1] - 1, epochs["step"]])
    middles = (ends[:-1] + ends[1:]) / 2
    axes.plot(middles, epochs["mse"], "o", color="#d9480f", ms=3.5, label="average of each epoch")
    if (batches["mse"] > 0).any():
        axes.set_yscale("log")
    axes.set(xlabel="mini-batch", ylabel=name, title=f"{name} while training")
    axes.grid(alpha=0.3)
    axes.legend()


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a line with the smallest and largest y of each stretch of points: spikes survive."""
    stretch = -(-len(x) // MOST_STRETCHES)
    if stretch <= 1:
        return x, y
    starts = np.arange(0, len(x), stretch)
    ends = [np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)]
    return np.repeat(x[starts], 2), np.stack(ends, axis=1).ravel()


def _draw_errors(axes: "Axes", epochs: dict[str, np.ndarray]) -> None:
    """Draw the share of images classified wrongly after every epoch, in percent."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullLocator

    curves = {
        "training": (100 - 100 * epochs["train_accuracy"], "#8fb4d9"),
        "validation": (100 - 100 * epochs["validation_accuracy"], "#d9480f"),
        "test": (100 * epochs["test_error"], "#1f4e8c"),
    }
    for name, (percent, colour) in curves.items():
        if not np.isnan(percent).all():
            label = f"{name}: {percent[-1]:.2f}% at the end"
            axes.plot(epochs["epoch"], percent, color=colour, marker=".", label=label)
    axes.set(xlabel="epoch", ylabel="error in %", title="Images classified wrongly")
    percents = np.concatenate([percent for percent, _ in curves.values()])
    positive = percents[percents > 0]
    if positive.size:  # an error of 0 lies below the end of a logarithmic axis
        axes.set_yscale("log", nonpositive="clip")
        axes.set_ylim(positive.min() / 1.3, positive.max() * 1.3)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0.5, epochs["epoch"][-1] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.legend()
