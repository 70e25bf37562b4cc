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

    Pixels are squares. It is Andrew's monotone chain (1979) on the ends of the rows.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    left = mask[rows].argmax(axis=1)
    right = mask.shape[1] - mask[rows, ::-1].argmax(axis=1)
    down = [(int(x), int(y) + edge) for x, y in zip(left, rows, strict=True) for edge in (0, 1)]
    up = [(int(x), int(y) + edge) for x, y in zip(right, rows, strict=True) for edge in (0, 1)]
    return np.array(_chain(down, -1) + _chain(up, 1)[::-1], float)


def _chain(points: list[tuple[int, int]], side: int) -> list[tuple[int, int]]:
    """Return those of points ordered by y that bound all others on one side: -1 left, 1 right."""
    chain: list[tuple[int, int]] = []
    for x, y in points:
        while len(chain) > 1:
            (x1, y1), (x2, y2) = chain[-2:]
            if side * ((x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain


def area_of(hull: np.ndarray) -> float:
    """Return the area of an outline (n, 2), by the shoelace formula."""
    x, y = hull.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def smallest_rectangle(hull: np.ndarray) -> Rectangle:
    """Return the smallest rectangle around a convex outline: one side lies on one of its edges."""
    edges = np.roll(hull, -1, axis=0) - hull
    angles = distinct(np.round(np.degrees(np.arctan2(edges[:, 1], edges[:, 0])) % 90, 2))
    boxes = []
    for angle in angles:
        turned = hull @ _turn(angle)
        low, high = turned.min(axis=0), turned.max(axis=0)
        boxes.append((float(np.prod(high - low)), float(angle), low, high))
    _, angle, low, high = min(boxes, key=lambda box: box[0])
    x, y = _turn(angle) @ ((low + high) / 2)
    width, height = high - low
    if angle > 45:
        width, height, angle = height, width, angle - 90
    return Rectangle((float(x), float(y)), float(width), float(height), angle)


def _turn(angle: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([(c, -s), (s, c)])
