"""The curves of a run: loss, learning rate and error."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from cnntrain.config import Config
from cnntrain.config.find import read_text
from cnntrain.config.yaml_tree import parse
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.system.run_files import CONFIG

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_STRETCHES = 1000  # a line of more points than pixels is slow, not finer
ROWS_AT_A_TIME = 5_000  # read from a file: some MB as numbers
ERRORS = ("train_accuracy", "validation_accuracy", "test_error")


@dataclass(frozen=True)
class Curves:
    """Columns of a record, thinned to P points: x (P,), the others by name, and their last row."""

    x: np.ndarray
    y: dict[str, np.ndarray]
    last: dict[str, float]


def draw_curves(folder: Path) -> "Figure | None":
    """Return the loss and the error of a run as a picture, from its batches.csv and epochs.csv.

    Below the loss stands the rate of the first layer, if it changed. Returns None before an epoch is done. Raises ImportError without matplotlib, the extra `plot`.
    """
    if not (folder / EPOCHS).is_file() or not _rows(folder / EPOCHS):
        return None
    from matplotlib.figure import Figure

    batches = _thinned(folder / BATCHES, "step", ("mse", "weighted_mse", "rate"))
    epochs = _thinned(folder / EPOCHS, "epoch", ("mse", *ERRORS))
    ends = _thinned(folder / EPOCHS, "step", ("mse",))
    classified = not np.isnan(epochs.y["test_error"]).all()
    rates = batches.y["rate"]
    scheduled = np.unique(rates[~np.isnan(rates)]).size > 1
    left = ["loss", "rate"] if scheduled else ["loss"]
    figure = Figure(figsize=(11, 4.2) if classified else (6, 4.2), dpi=110, layout="constrained")
    panels = figure.subplot_mosaic(
        [[name, "error"] if classified else [name] for name in left],
        height_ratios=[3, 1] if scheduled else None,
    )
    _draw_loss(panels["loss"], batches, ends, _loss_of(folder / CONFIG))
    if scheduled:
        panels["loss"].set_xlabel("")
        _draw_rates(panels["rate"], batches)
    if classified:
        _draw_errors(panels["error"], epochs)
    return figure


def _rows(path: Path) -> int:
    """Return the number of rows below the header."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


def _chunks(path: Path, names: tuple[str, ...], rows: int) -> Iterator[np.ndarray]:
    """Yield the named columns (R, columns) of at most `rows` rows at a time; an empty cell is NaN.

    Columns that the file lacks are NaN, too: an older run has fewer. Rows of numbers are JSON but
    for their brackets and empty cells, and msgspec reads JSON four times as fast as NumPy reads
    text.
    """
    decoder = msgspec.json.Decoder(list[float | None])
    with path.open(encoding="utf-8") as file:
        header = next(file).rstrip("\n").split(",")
        here = [name for name in names if name in header]
        columns = [header.index(name) for name in here]
        places = [names.index(name) for name in here]
        while lines := list(islice(file, rows)):
            text = ",".join(lines)
            if ",," in text:  # twice, because neighbours share a comma
                text = text.replace(",,", ",null,").replace(",,", ",null,")
            table = np.array(decoder.decode(f"[{text}]"), float).reshape(-1, len(header))
            found = np.full((len(table), len(names)), np.nan)
            found[:, places] = table[:, columns]
            yield found


def _loss_of(path: Path) -> str:
    """Return the name of the loss; its layers may be of kinds that only their user's file has."""
    node = parse(read_text(path), str(path)).value.get("loss")
    return Config.loss if node is None else str(node.value)


def _thinned(path: Path, x: str, names: tuple[str, ...]) -> Curves:
    """Return columns with the smallest and largest y of each stretch of rows: spikes survive.

    The rows are thinned while they are read, so that the memory does not grow with the file.
    """
    stretch = max(1, -(-_rows(path) // MOST_STRETCHES))
    rows = stretch * max(1, ROWS_AT_A_TIME // stretch)  # whole stretches
    parts = []
    for table in _chunks(path, (x, *names), rows):
        if stretch > 1:
            starts = np.arange(0, len(table), stretch)
            ends = [f.reduceat(table, starts, axis=0) for f in (np.minimum, np.maximum)]
            both = np.stack(ends, axis=1)  # (stretches, 2, columns)
            both[:, :, 0] = table[starts, :1]
            parts.append(both.reshape(-1, table.shape[1]))
        else:
            parts.append(table)
        last = table[-1]
    columns = np.concatenate(parts).T
    return Curves(
        columns[0],
        dict(zip(names, columns[1:], strict=True)),
        dict(zip(names, last[1:].tolist(), strict=True)),
    )


def _draw_loss(axes: "Axes", batches: Curves, epochs: Curves, loss: str) -> None:
    """Draw the loss of every mini-batch, its weighted average, and the average of every epoch."""
    from matplotlib.ticker import MaxNLocator

    steps, losses = batches.x, batches.y["mse"]
    name = "MSE" if loss == "mse" else loss.replace("_", " ")
    axes.plot(steps, losses, color="#bcd0e5", lw=0.8, label="each mini-batch")
    weighted = batches.y["weighted_mse"]
    axes.plot(steps, weighted, color="#1f4e8c", lw=1.6, label="weighted, 0.99 / 0.01")
    middles = epochs.x - (epochs.x[0] - steps[0] + 1) / 2  # all epochs have as many mini-batches
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
    from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullLocator

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
    every = np.concatenate(percents)
    positive = every[every > 0]
    if positive.size:  # an error of 0 lies below the end of a logarithmic axis
        axes.set_yscale("log", nonpositive="clip")
        axes.set_ylim(positive.min() / 1.3, positive.max() * 1.3)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0.5, epochs.x[-1] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.legend()
