"""A way of writing a digit: its strokes, and how common it is.

A stroke is the points that the pen passes through, joined by a smooth curve (two points: a
straight line). Points are hundredths of the digit's height, x to the right, y downwards. A point
that two strokes share is one point: when a hand trembles, it moves in both, so corners stay closed.
"""

from dataclasses import dataclass
from itertools import pairwise

Point = tuple[int, int]
Stroke = tuple[Point, ...]


@dataclass(frozen=True)
class Hand:
    """Describe one way of writing a digit; `share` is how common it is, relative to the others.

    `rise` bounds the degrees by which the first stroke rises from its beginning to its end, where
    that tells the digit from another one: however it is slanted and turned, it stays what it is.
    """

    share: float
    strokes: tuple[Stroke, ...]
    rise: tuple[float, float] | None = None


def polyline(*points: Point) -> tuple[Stroke, ...]:
    """Return straight strokes from each point to the next: a line with corners."""
    return tuple(pairwise(points))
