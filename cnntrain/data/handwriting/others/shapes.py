"""Outlines and scribbles: N of them at once, each with points of its own.

Letters in the comments: N pictures, P points, x to the right and y downwards, about 0 to 1.
"""

from collections.abc import Callable

import numpy as np

from cnntrain.data.handwriting.curve import Curve, curve_of
from cnntrain.data.handwriting.skeletons.hand import Hand, polyline

FAR = 90  # hundredths of the height between a pattern's points: enough segments for long strokes

Shapes = tuple[Curve, np.ndarray]  # how points are joined; the points (N, P, 2)


def _pattern(count: int, *, smooth: bool, closed: bool = False) -> Curve:
    """Return the curve through `count` points, whichever these are."""
    points = [(FAR * k, k) for k in range(count)]  # all different
    whole = tuple([*points, points[0]] if closed else points)
    return curve_of(Hand(1, (whole,) if smooth else polyline(*whole)))


def scribbles(count: int, rng: np.random.Generator) -> Shapes:
    """Return one stroke that goes to and fro, with many turns."""
    curve = _pattern(int(rng.integers(7, 18)), smooth=bool(rng.random() < 0.6))
    points = rng.uniform(0, 1, (count, len(curve.points), 2))
    return curve, points * rng.uniform(0.4, 1, (count, 1, 2))


def zigzags(count: int, rng: np.random.Generator) -> Shapes:
    """Return a line that goes up and down on its way to the right, or to the left and right."""
    number = int(rng.integers(6, 14))
    curve = _pattern(number, smooth=bool(rng.random() < 0.5))
    along = np.linspace(0, rng.uniform(0.6, 2.0), number) + rng.normal(0, 0.03, (count, number))
    across = np.arange(number) % 2 * rng.uniform(0.2, 1) + rng.normal(0, 0.06, (count, number))
    return curve, np.stack(_either(along, across, rng), axis=2)


def spirals(count: int, rng: np.random.Generator) -> Shapes:
    """Return a spiral of one and a half to four turns."""
    number = int(rng.integers(14, 30))
    curve = _pattern(number, smooth=True)
    turns = number / rng.uniform(7, 9.5)
    angle = rng.uniform(0, 2 * np.pi, (count, 1)) + np.linspace(0, 2 * np.pi * turns, number)
    radius = np.linspace(0.05, 1, number) + rng.normal(0, 0.02, (count, number))
    angle *= rng.choice((-1, 1), (count, 1))
    return curve, _polar(radius, angle) / 2


def loops(count: int, rng: np.random.Generator) -> Shapes:
    """Return a row of loops, as in e e e or a coil."""
    number = int(rng.integers(3, 6))
    curve = _pattern(8 * number, smooth=True)
    angle = np.arange(8 * number) * 2 * np.pi / 8
    far = np.arange(8 * number) / 8 * rng.uniform(0.15, 0.5)
    points = np.stack([far + 0.25 * np.cos(angle), 0.5 * np.sin(angle)], axis=1)
    return curve, points + rng.normal(0, 0.03, (count, *points.shape))


def polygons(count: int, rng: np.random.Generator) -> Shapes:
    """Return the outline of a polygon with three to six corners, turned anyhow."""
    number = int(rng.choice((3, 3, 4, 4, 5, 6)))
    curve = _pattern(number, smooth=False, closed=True)
    angle = np.linspace(0, 2 * np.pi, number, endpoint=False) + rng.normal(0, 0.12, (count, number))
    turned = angle + rng.uniform(0, 2 * np.pi, (count, 1))
    return curve, _polar(0.5 + rng.normal(0, 0.04, (count, number)), turned)


def stars(count: int, rng: np.random.Generator) -> Shapes:
    """Return the outline of a star, or a star in one stroke whose lines cross."""
    tips = int(rng.integers(4, 9))
    if rng.random() < 0.35:
        tips, step = (5, 2) if rng.random() < 0.7 else (7, 3)
        curve = _pattern(tips, smooth=False, closed=True)
        angle = np.arange(tips) * step * 2 * np.pi / tips
        radius = np.full(tips, 0.5)
    else:
        curve = _pattern(2 * tips, smooth=False, closed=True)
        angle = np.arange(2 * tips) * np.pi / tips
        radius = np.where(np.arange(2 * tips) % 2, 0.5 * rng.uniform(0.25, 0.65), 0.5)
    turned = angle + rng.uniform(0, 2 * np.pi, (count, 1)) * (rng.random((count, 1)) < 0.5)
    return curve, _polar(radius + rng.normal(0, 0.02, (count, len(radius))), turned - np.pi / 2)


def combs(count: int, rng: np.random.Generator) -> Shapes:
    """Return several lines, about parallel, perhaps with others across: hatching, grids, ladders."""
    lines, across = int(rng.integers(2, 6)), int(rng.integers(0, 5))
    strokes = tuple(((FAR * k, k), (FAR * k + 1, FAR)) for k in range(lines + across))
    curve = curve_of(Hand(1, strokes))
    places = np.linspace(0, 1, lines)[:, None], np.linspace(0.1, 0.9, max(across, 1))[:, None]
    long, wide = rng.uniform(0.5, 1.3, 2)
    down = np.hstack([places[0] * wide, 0 * places[0], places[0] * wide, 0 * places[0] + long])
    over = np.hstack([0 * places[1], places[1] * long, 0 * places[1] + wide, places[1] * long])
    ends = np.concatenate([down, over[:across]]).reshape(-1, 2)  # (P, 2)
    return curve, _turned(ends + rng.normal(0, 0.05, (count, *ends.shape)), rng)


def rays(count: int, rng: np.random.Generator) -> Shapes:
    """Return lines through or from a centre: crosses, asterisks, arrows, tripods."""
    number = int(rng.integers(3, 8))
    curve = curve_of(Hand(1, tuple(((0, 0), (FAR + k, FAR * (k + 1))) for k in range(number))))
    angle = np.linspace(0, 2 * np.pi, number, endpoint=False) + rng.normal(0, 0.2, (count, number))
    ends = _polar(0.5 + rng.normal(0, 0.08, (count, number)), angle)
    points = np.concatenate([np.zeros((count, 1, 2)), ends], axis=1)
    return curve, _turned(points, rng)


def drawings(count: int, rng: np.random.Generator) -> Shapes:
    """Return two to five parts placed at random: circles, arcs, lines, angles, dots."""
    kinds = rng.integers(0, 5, int(rng.integers(2, 6)))
    if np.all(kinds > 1):
        kinds = np.append(kinds, rng.integers(0, 2))
    strokes, parts = [], []
    for number, kind in enumerate(kinds):
        number *= 20
        angle = rng.uniform(0, 2 * np.pi, (count, 1))
        if kind == 0:  # a circle or an oval
            names = [(FAR * k, number) for k in range(8)]
            strokes.append((*names, names[0]))
            shape = _polar(np.ones((count, 8)), angle + np.arange(8) * np.pi / 4)
        elif kind in (1, 2):  # an arc
            names = [(FAR * k, number) for k in range(4)]
            strokes.append(tuple(names))
            shape = _polar(np.ones((count, 4)), angle + np.arange(4) * rng.uniform(0.4, 1.2))
        elif kind == 3:  # an angle
            names = [(FAR * k, number) for k in range(3)]
            strokes += list(polyline(*names))
            shape = rng.uniform(-1, 1, (count, 3, 2))
        else:  # a line, perhaps as short as a dot
            names = [(FAR * k, number) for k in range(2)]
            strokes.append(tuple(names))
            shape = rng.uniform(-1, 1, (count, 2, 2)) * rng.uniform(0.1, 1.5)
        size = rng.uniform(0.1, 0.55) * rng.uniform(0.7, 1.3, (count, 1, 2))
        parts.append(rng.uniform(0, 0.8, (count, 1, 2)) + size * shape)
    return curve_of(Hand(1, tuple(strokes))), np.concatenate(parts, axis=1)


def frames(count: int, rng: np.random.Generator) -> Shapes:
    """Return a closed outline, round or with corners, with some small parts in it, as a face has."""
    corners = int(rng.integers(3, 9))
    is_round = corners > 5
    parts = rng.integers(0, 3, int(rng.integers(2 if is_round else 1, 5)))
    outline = [(FAR * k, 0) for k in range(corners)]
    closed = (*outline, outline[0])
    strokes = [closed] if is_round else list(polyline(*closed))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 2 * np.pi)
    stretch = rng.uniform(0.75, 1, (count, 1, 2))
    places = [_polar(0.5 + rng.normal(0, 0.02, (count, corners)), angle) * stretch]
    around = rng.uniform(0, 2 * np.pi) + np.arange(len(parts)) * 2 * np.pi / len(parts)
    for number, part in enumerate(parts):
        points = (6, 2, 3)[part]  # a ring, a line, an arc
        names = [(FAR * k, 20 * (number + 1)) for k in range(points)]
        strokes.append((*names, names[0]) if part == 0 else tuple(names))
        if part == 0:
            shape = _polar(np.full((count, 6), rng.uniform(0.02, 0.1)), np.arange(6) * np.pi / 3)
        else:
            shape = rng.uniform(-1, 1, (count, points, 2)) * rng.uniform(0.04, 0.16)
        middle = _polar(rng.uniform(0.1, 0.24, (count, 1)), around[number : number + 1])
        places.append(middle * stretch + shape)
    return curve_of(Hand(1, tuple(strokes))), np.concatenate(places, axis=1)


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    points: np.ndarray = radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return points


def _turned(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn half of the shapes (N, P, 2) by any angle."""
    count = len(points)
    angle = rng.uniform(0, 2 * np.pi, count) * (rng.random(count) < 0.5)
    turn = np.moveaxis(
        np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]), 2, 0
    )
    turned: np.ndarray = points @ turn
    return turned


def _either(
    first: np.ndarray, second: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    return (first, second) if rng.random() < 0.5 else (second, first)


SHAPES: tuple[tuple[float, Callable[[int, np.random.Generator], Shapes]], ...] = (
    (3, scribbles),
    (1.5, zigzags),
    (1, spirals),
    (0.5, loops),
    (4, polygons),
    (2, stars),
    (1.5, combs),
    (1.5, rays),
    (4, drawings),
    (3, frames),
)
