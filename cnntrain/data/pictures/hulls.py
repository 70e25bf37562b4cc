"""Convex outlines of what hangs together, and the smallest rectangles around them."""

from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.ranks import distinct


class Rectangle(NamedTuple):
    """A rectangle, turned by `angle` degrees, -45 to 45, clockwise as pictures are drawn."""

    centre: tuple[float, float]  # x, y
    width: float
    height: float
    angle: float

    @property
    def area(self) -> float:
        """Return width times height."""
        return self.width * self.height

    @property
    def elongation(self) -> float:
        """Return the longer side over the shorter one."""
        short, long = sorted((self.width, self.height))
        return long / max(short, 1e-9)

    @property
    def corners(self) -> np.ndarray:
        """Return the corners (4, 2), from the upper left one clockwise."""
        half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (self.width / 2, self.height / 2)
        corners: np.ndarray = half @ _turn(self.angle).T + np.array(self.centre)
        return corners

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Return points (n, 2) as shares of the way from the left and from the top side."""
        turned = (points - np.array(self.centre)) @ _turn(self.angle)
        shares: np.ndarray = turned / np.maximum((self.width, self.height), 1e-9) + 0.5
        return shares


def hull_of(mask: np.ndarray) -> np.ndarray:
    """Return the corners (n, 2), x and y, of the smallest convex outline of a mask (H, W).

    Pixels are squares. Of the outline through the ends of the rows, whatever is no outward corner
    between its two neighbours is left out, until nothing is.
    """
    outline = _outline(mask)
    before = 0
    while outline.size != before:
        before = outline.size
        steps = np.diff(np.concatenate((outline[-1:], outline, outline[:1])))
        turns = (steps[:-1] * steps[1:].conj()).imag
        outline = outline[turns > 0]
    return outline.view(float).reshape(-1, 2)


def _outline(mask: np.ndarray) -> np.ndarray:
    """Return the ends of the rows of a mask: down on the left, up on the right; (n,), x + iy."""
    rows = np.flatnonzero(mask.any(axis=1))
    inked = mask[rows]
    beyond = mask.shape[1] + 1
    sides = np.full((2, int(rows[-1]) + 2), beyond)  # for each y, x on the left and -x on the right
    sides[0, rows] = inked.argmax(axis=1)
    sides[1, rows] = inked[:, ::-1].argmax(axis=1) - mask.shape[1]
    sides[:, 1:] = np.minimum(sides[:, 1:], sides[:, :-1])  # of the rows above and below y
    y = np.flatnonzero(sides[0] < beyond)
    left, right = sides[:, y]
    return np.concatenate((left + 1j * y, (1j * y - right)[::-1]))


def area_of(hull: np.ndarray) -> float:
    """Return the area of an outline (n, 2), by the shoelace formula."""
    x, y = hull.T
    before = np.arange(-1, len(hull) - 1)
    return abs(float(x[before] @ y - y[before] @ x)) / 2


def smallest_rectangle(hull: np.ndarray) -> Rectangle:
    """Return the smallest rectangle around a convex outline: one side lies on one of its edges."""
    x, y = np.diff(hull, axis=0, append=hull[:1]).T
    angles = distinct(np.round(np.degrees(np.arctan2(y, x)) % 90, 2))
    turned = hull @ _turn(angles)  # (A, n, 2)
    lows, highs = turned.min(axis=1), turned.max(axis=1)
    best = int((highs - lows).prod(axis=1).argmin())
    angle = float(angles[best])
    x, y = _turn(angle) @ ((lows[best] + highs[best]) / 2)
    width, height = highs[best] - lows[best]
    if angle > 45:
        width, height, angle = height, width, angle - 90
    return Rectangle((float(x), float(y)), float(width), float(height), angle)


def _turn(angle: float | np.ndarray) -> np.ndarray:
    """Return the matrix that turns by an angle in degrees: (2, 2); of angles (A,), (A, 2, 2)."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.moveaxis(np.array([(c, -s), (s, c)]), (0, 1), (-2, -1))
