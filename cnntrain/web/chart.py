"""Charts as SVG that stands in a page: the page's style colours them, light or dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from cnntrain.web.page import page

WIDTH, HEIGHT = 420, 250  # units; on a telephone a unit is a little less than a pixel
LEFT, RIGHT, TOP, BOTTOM = 54, 10, 10, 36  # margins, for numbers and names of the axes
MOST_TICKS = 7
ROOM = 0.04  # share of an axis that is left free at both ends


@dataclass(frozen=True)
class Line:
    """One curve: x and y (P,), and the class of the style that draws it."""

    name: str
    x: np.ndarray
    y: np.ndarray
    kind: str
    dots: bool = False  # at its points, with their values to be read under a mouse


@dataclass(frozen=True)
class Axis:
    """Where values of one direction lie between two places in the picture."""

    low: float
    high: float
    start: float  # the place of `low`
    end: float
    log: bool = False
    whole: bool = False  # values are counts, of which there are no halves

    def place(self, value: float) -> float:
        """Return where a value lies."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = map(math.log, (low, high, at))
        return self.start + (at - low) / ((high - low) or 1) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Return round numbers on the axis, at most MOST_TICKS of them."""
        if self.log:
            return _powers(self.low, self.high)
        return _multiples(self.low, self.high, least=1.0 if self.whole else 0.0)


def line_chart(
    title: str, x_name: str, y_name: str, lines: Sequence[Line], *, log: bool = False
) -> Markup:
    """Return a chart of the lines; values that are not finite are left out.

    With `log`, the vertical axis is logarithmic, and values of 0 lie at its lower end.
    """
    xs = np.concatenate([line.x for line in lines])
    ys = np.concatenate([line.y for line in lines])
    ys = ys[np.isfinite(ys)]
    log = log and bool((ys > 0).any())
    if log:
        ys = ys[ys > 0]
    x = _axis(xs, LEFT, WIDTH - RIGHT)
    y = _axis(ys, HEIGHT - BOTTOM, TOP, log=log)
    drawn = [(line, *_points(line, x, y)) for line in lines]
    return Markup(  # escaped by the template
        page("chart.svg.j2", title=title, x_name=x_name, y_name=y_name, drawn=drawn, x=x, y=y)
    )


def _axis(values: np.ndarray, start: float, end: float, *, log: bool = False) -> Axis:
    """Return an axis with room for all the values."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if log:
        room = (high / low) ** ROOM if high > low else 1.5
        return Axis(low / room, high * room, start, end, log=True)
    room = (high - low) * ROOM or 0.5
    return Axis(low - room, high + room, start, end, whole=bool((values % 1 == 0).all()))


def _points(line: Line, x: Axis, y: Axis) -> tuple[str, list[tuple[float, float, str]]]:
    """Return the path of a line, and its dots: places, and what they say."""
    places = []
    for across, value in zip(line.x.tolist(), line.y.tolist(), strict=True):
        if math.isfinite(value):
            inside = max(value, y.low)
            places.append((round(x.place(across), 1), round(y.place(inside), 1), across, value))
    path = " ".join(f"{'ML'[n > 0]}{px:g} {py:g}" for n, (px, py, *_) in enumerate(places))
    dots = [(px, py, f"{across:g}: {value:.4g}") for px, py, across, value in places]
    return path, dots if line.dots else []


def _multiples(low: float, high: float, least: float = 0.0) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten, and of `least`, between two values."""
    if high <= low:
        return [low]
    rough = max((high - low) / (MOST_TICKS - 1), least)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step), math.floor(high / step)
    return [float(f"{n * step:.12g}") for n in range(first, last + 1)]


def _powers(low: float, high: float) -> list[float]:
    """Return round numbers of a logarithmic axis: as many of each power of ten as there is room."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for among in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = [m * 10.0**power for power in powers for m in among]
        found = [float(f"{value:.3g}") for value in found if low <= value <= high]
        if len(found) <= MOST_TICKS:
            return found or _multiples(low, high)
    return found[:: -(-len(found) // MOST_TICKS)]
