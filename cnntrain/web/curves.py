"""The curves of a run as charts of a page: loss, error, learning rate."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup

from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.show.curves import ERRORS
from cnntrain.show.records import Curves, flat_parts, thinned
from cnntrain.web.chart import Line, line_chart

STRETCHES = 300  # a point of a curve for each unit of a chart's width is enough
MOST_DOTS = 60  # epochs; the dots of more touch each other
STYLES = ("first", "second", "third", "fourth", "fifth")
KINDS = {"train_accuracy": "second", "validation_accuracy": "third", "test_error": "first"}


@dataclass(frozen=True)
class Chart:
    """A drawing, its title, and what its lines are: pairs of a style and a name."""

    title: str
    drawing: Markup
    lines: list[tuple[str, str]]


def curves(folder: Path, loss: str) -> list[Chart]:
    """Return the charts for which a run folder has records; none before an epoch is done."""
    batches = thinned(folder / BATCHES, "step", ("mse", "weighted_mse", "rate"), STRETCHES)
    epochs = thinned(folder / EPOCHS, "epoch", ("mse", *ERRORS))
    if epochs is None:
        return []
    name = "MSE" if loss == "mse" else loss.replace("_", " ")
    charts = [_error(epochs)]
    if batches is not None:
        charts = [_loss(batches, name), *charts, _rate(batches)]
    else:
        charts.append(_loss_of_epochs(epochs, name))
    charts.append(_saturation(flat_parts(folder)))
    return [chart for chart in charts if chart is not None]


def _loss(batches: Curves, name: str) -> Chart:
    return _chart(
        f"{name} while training",
        "mini-batch",
        name,
        [
            Line("each mini-batch", batches.x, batches.y["mse"], "faint"),
            Line("weighted, 0.99 / 0.01", batches.x, batches.y["weighted_mse"], "first"),
        ],
        log=True,
    )


def _loss_of_epochs(epochs: Curves, name: str) -> Chart:
    line = Line("average of an epoch", epochs.x, epochs.y["mse"], "first", _dots(epochs))
    return _chart(f"{name} while training", "epoch", name, [line], log=True)


def _error(epochs: Curves) -> Chart | None:
    """Return the share of images classified wrongly after each epoch, in percent."""
    lines = []
    for column, kind in KINDS.items():
        data, _, figure = column.partition("_")
        values = epochs.y[column] if figure == "error" else 1 - epochs.y[column]
        if not np.isnan(values).all():
            label = "training" if data == "train" else data
            lines.append(Line(label, epochs.x, 100 * values, kind, _dots(epochs)))
    if not lines:
        return None
    return _chart("images classified wrongly", "epoch", "error in %", lines, log=True)


def _rate(batches: Curves) -> Chart | None:
    """Return the rate of the first layer, unless it never changed."""
    rates = batches.y["rate"]
    if np.unique(rates[~np.isnan(rates)]).size < 2:
        return None
    line = Line("first layer", batches.x, rates, "first")
    return _chart("learning rate", "mini-batch", "rate", [line])


def _saturation(recorded: Curves | None) -> Chart | None:
    """Return the share of each activation's outputs in its flat parts after each epoch, in percent."""
    if recorded is None or len(recorded.x) < 2:
        return None
    lines = [
        Line(name, recorded.x, 100 * shares, STYLES[number % len(STYLES)], _dots(recorded))
        for number, (name, shares) in enumerate(recorded.y.items())
    ]
    return _chart("activations in their flat parts", "epoch", "outputs in %", lines)


def _chart(title: str, x: str, y: str, lines: list[Line], *, log: bool = False) -> Chart:
    drawing = line_chart(title, x, y, lines, log=log)
    return Chart(title, drawing, [(line.kind, line.name) for line in lines])


def _dots(epochs: Curves) -> bool:
    return len(epochs.x) <= MOST_DOTS
