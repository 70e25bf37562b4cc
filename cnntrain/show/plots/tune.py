"""Pictures of a search: how it went, which options matter, and which values are good."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cnntrain.runs.tune.result import Found, Tried
from cnntrain.runs.tune.vary import Vary
from cnntrain.show.heading import literal
from cnntrain.show.plots.several import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS = 3  # slices beside each other


def draw_history(found: Found, heading: str) -> "Figure":
    """Return the result of every trial in turn, and the best so far. Raises ImportError."""
    figure, axes = _figure(heading, 7, 4.2)
    complete = [trial for trial in found.tried if trial.score is not None]
    given_up = [trial for trial in found.tried if trial.state == "pruned" and trial.scores]
    numbers = [trial.number for trial in complete]
    values = [_shown(trial.score, found) for trial in complete]
    if given_up:
        axes.plot(
            [trial.number for trial in given_up],
            [_shown(trial.scores[-1], found) for trial in given_up],
            "x",
            color="0.6",
            ms=5,
            label="given up early",
        )
    axes.plot(numbers, values, "o", color=COLOURS[0], ms=4, label="trained to the end")
    if values:
        axes.step(
            numbers,
            np.minimum.accumulate(values),
            where="post",
            color=COLOURS[1],
            label="best so far",
        )
    axes.set(xlabel="trial", ylabel=_name(found))
    _scale(axes)
    axes.legend(fontsize=9)
    return figure


def draw_importances(found: Found, heading: str) -> "Figure | None":
    """Return how much each option matters; None if there are too few trials to tell."""
    if not found.importances:
        return None
    figure, axes = _figure(heading, 7, 1.2 + 0.4 * len(found.importances))
    names = list(found.importances)[::-1]
    shares = [100 * found.importances[name] for name in names]
    axes.barh(names, shares, color=COLOURS[0], height=0.6)
    axes.set(xlabel="share of what makes a trial good, % (PED-ANOVA)", xlim=(0, 100))
    return figure


def draw_slices(found: Found, heading: str) -> "Figure":
    """Return the result over the values of each option. Raises ImportError."""
    from matplotlib.figure import Figure

    count = len(found.varied)
    across = min(ACROSS, count)
    down = math.ceil(count / across)
    figure = Figure(figsize=(3.6 * across, 0.4 + 3.2 * down), dpi=110, layout="constrained")
    grid = figure.subplots(down, across, sharey=True, squeeze=False)
    for number, (axes, vary) in enumerate(zip(grid.flat, found.varied, strict=False)):
        _draw_slice(axes, vary, found)
        if number % across == 0:
            axes.set_ylabel(_name(found))
    for axes in grid.flat[count:]:
        axes.set_visible(False)
    figure.suptitle(literal(heading), fontsize=9)
    return figure


def _draw_slice(axes: "Axes", vary: Vary, found: Found) -> None:
    complete = [trial for trial in found.tried if trial.score is not None]
    given_up = [trial for trial in found.tried if trial.state == "pruned" and trial.scores]
    for trials, mark, colour in ((given_up, "x", "0.6"), (complete, "o", COLOURS[0])):
        x = [_place(vary, trial) for trial in trials]
        y = [_shown(trial.scores[-1], found) for trial in trials]
        axes.plot(x, y, mark, color=colour, ms=4)
    best = found.best
    if best is not None:
        axes.plot([_place(vary, best)], [_shown(best.score, found)], "*", color=COLOURS[1], ms=12)
    if vary.choices:
        axes.set_xticks(range(len(vary.labels)), [str(label) for label in vary.labels])
        axes.set_xlim(-0.5, len(vary.labels) - 0.5)
    elif vary.log:
        axes.set_xscale("log")
    axes.set_xlabel(vary.key)
    _scale(axes)


def _place(vary: Vary, trial: Tried) -> float:
    """Return where a trial's value stands on the axis of an option."""
    value: Any = trial.values[vary.key]
    return vary.labels.index(value) if vary.choices else float(value)


def _shown(score: float | None, found: Found) -> float:
    """Return the error in percent, or the loss: of both, less is better."""
    if score is None:
        return math.nan
    return 100 * (1 - score) if found.maximize else score


def _name(found: Found) -> str:
    return "validation error, %" if found.maximize else "validation loss"


def _scale(axes: "Axes") -> None:
    """Show a range of more than a decade by logarithms."""
    values = np.array([y for line in axes.lines for y in np.asarray(line.get_ydata())], float)
    values = values[np.isfinite(values)]
    if len(values) and values.min() > 0 and values.max() > 10 * values.min():
        axes.set_yscale("log")
    axes.grid(alpha=0.3)


def _figure(heading: str, width: float, height: float) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    axes = figure.subplots()
    axes.set_title(literal(heading), fontsize=9)
    return figure, axes


PICTURES = {
    "history.png": draw_history,
    "importances.png": draw_importances,
    "slices.png": draw_slices,
}  # of a search's folder
