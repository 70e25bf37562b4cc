"""The curves of a run: loss, learning rate and error."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.config import Config, load_config
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.show.heading import literal, of_run
from cnntrain.show.records import Curves, thinned
from cnntrain.system.run_files import CONFIG

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ERRORS = ("train_accuracy", "validation_accuracy", "test_error")


def draw_curves(folder: Path) -> "Figure | None":
    """Return the loss and the error of a run as a picture, from its batches.csv and epochs.csv.

    Below the loss stands the rate of the first layer, if it changed. Returns None before an epoch
    is done. Raises ImportError without matplotlib, the extra `plot`.
    """
    batches = thinned(folder / BATCHES, "step", ("mse", "weighted_mse", "rate"))
    epochs = thinned(folder / EPOCHS, "epoch", ("step", "mse", *ERRORS))
    if batches is None or epochs is None:
        return None
    from matplotlib.figure import Figure

    config = config_of(folder)
    classified = not np.isnan(epochs.y["test_error"]).all()
    rates = batches.y["rate"]
    scheduled = np.unique(rates[~np.isnan(rates)]).size > 1
    left = ["loss", "rate"] if scheduled else ["loss"]
    figure = Figure(figsize=(11, 4.2) if classified else (6, 4.2), dpi=110, layout="constrained")
    panels = figure.subplot_mosaic(
        [[name, "error"] if classified else [name] for name in left],
        height_ratios=[3, 1] if scheduled else None,
    )
    figure.suptitle(literal(of_run(folder, config)), fontsize=10)
    _draw_loss(panels["loss"], batches, epochs, config.loss)
    if scheduled:
        panels["loss"].set_xlabel("")
        _draw_rates(panels["rate"], batches)
    if classified:
        _draw_errors(panels["error"], epochs)
    return figure


def config_of(folder: Path) -> Config:
    """Return the configuration of a run, as far as it shows in curves.

    The layers do not, and may be of kinds that only their user's file has: there are others.
    """
    return load_config(str(folder / CONFIG), ["network=[{dense: 1}]"])


def _draw_loss(axes: "Axes", batches: Curves, epochs: Curves, loss: str) -> None:
    """Draw the loss of every mini-batch, its weighted average, and the average of every epoch."""
    from matplotlib.ticker import MaxNLocator

    steps, losses = batches.x, batches.y["mse"]
    name = "MSE" if loss == "mse" else loss.replace("_", " ")
    axes.plot(steps, losses, color="#bcd0e5", lw=0.8, label="each mini-batch")
    weighted = batches.y["weighted_mse"]
    axes.plot(steps, weighted, color="#1f4e8c", lw=1.6, label="weighted, 0.99 / 0.01")
    ends = epochs.y["step"]
    middles = ends - (ends[0] - steps[0] + 1) / 2  # all epochs have as many mini-batches
    average = epochs.y["mse"]
    axes.plot(middles, average, "o", color="#d9480f", ms=3.5, label="average of each epoch")
    if (losses > 0).any():
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set(xlabel="mini-batch", ylabel=name, title=f"{name} while training")
    axes.grid(alpha=0.3)
    axes.legend()


def _draw_rates(axes: "Axes", batches: Curves) -> None:
    """Draw the learning rate of the first layer at every update; the others move with it."""
    from matplotlib.ticker import MaxNLocator

    axes.plot(batches.x, batches.y["rate"], color="#1f4e8c", lw=1.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set(xlabel="mini-batch", ylabel="rate")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)


def _draw_errors(axes: "Axes", epochs: Curves) -> None:
    """Draw the share of images classified wrongly after every epoch, in percent."""
    from matplotlib.ticker import MaxNLocator

    percents = []
    for column, colour in zip(ERRORS, ("#8fb4d9", "#d9480f", "#1f4e8c"), strict=True):
        name, _, figure = column.partition("_")
        sign, offset = (100, 0) if figure == "error" else (-100, 100)
        percent, end = offset + sign * epochs.y[column], offset + sign * epochs.last[column]
        if not np.isnan(percent).all():
            label = f"{'training' if name == 'train' else name}: {end:.2f}% at the end"
            axes.plot(epochs.x, percent, color=colour, marker=".", label=label)
            percents.append(percent)
    axes.set(xlabel="epoch", ylabel="error in %", title="Images classified wrongly")
    scale_of_errors(axes, np.concatenate(percents))
    axes.set_xlim(0.5, epochs.x[-1] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.legend()


def scale_of_errors(axes: "Axes", percents: np.ndarray) -> None:
    """Give errors in percent an axis on which 1 and 2 stand as far apart as 10 and 20."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

    positive = percents[percents > 0]
    if positive.size:  # an error of 0 lies below the end of a logarithmic axis
        axes.set_yscale("log", nonpositive="clip")
        axes.set_ylim(positive.min() / 1.3, positive.max() * 1.3)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(0, 1)
