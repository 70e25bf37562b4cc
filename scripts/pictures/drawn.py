"""Figures of lines and areas, drawn with a shaky hand: stars, polygons, scribbles.

A figure is a list of lines, each of points (n, 2), x and y from 0 to 1, and of filled areas.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

SIDE = 400  # pixels: figures are drawn at this size
STEPS = 24  # points on a curve


@dataclass(frozen=True)
class Figure:
    """Lines to be drawn with a pen, and outlines to be filled, (n, 2) each."""

    lines: list[np.ndarray] = field(default_factory=list)
    areas: list[np.ndarray] = field(default_factory=list)


Draw = Callable[[np.random.Generator], Figure]


def inked(figure: Figure, rng: np.random.Generator) -> np.ndarray:
    """Draw a figure with a pen of random width, a little turned: (SIDE, SIDE) 0..1."""
    width = int(rng.uniform(0.025, 0.09) * SIDE)
    image = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(image)
    angle = rng.normal(0, 0.12)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def pixels(points: np.ndarray) -> list[tuple[float, float]]:
        placed = (points - 0.5) @ turn * (0.75 * SIDE) + SIDE / 2
        return [(float(x), float(y)) for x, y in placed]

    for area in figure.areas:
        draw.polygon(pixels(area), fill=255)
    for line in figure.lines:
        places = pixels(_shaky(line, rng))
        draw.line(places, fill=255, width=width, joint="curve")
        for x, y in (places[0], places[-1]):  # round ends
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return np.asarray(image, np.float32) / 255


def _shaky(line: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return more points of a line, off it by a smooth curve."""
    at = np.linspace(0, len(line) - 1, max(STEPS, 4 * len(line)))
    points = np.stack([np.interp(at, np.arange(len(line)), line[:, k]) for k in (0, 1)], axis=1)
    waves = rng.normal(0, 0.012, (3, 2, 1))
    phase = rng.uniform(0, 6, (3, 2, 1))
    along = np.linspace(0, 1, len(points))
    bent: np.ndarray = (
        points + sum(waves[k] * np.sin(2 * np.pi * (k + 1) * along + phase[k]) for k in range(3)).T
    )
    return bent


def oval(x: float, y: float, a: float, b: float, first: float = 0, last: float = 2) -> np.ndarray:
    """Return an ellipse, or the arc from first·π to last·π, clockwise from the right."""
    angle = np.linspace(first * np.pi, last * np.pi, STEPS)
    return np.stack([x + a * np.cos(angle), y + b * np.sin(angle)], axis=1)


def path(*points: tuple[float, float]) -> np.ndarray:
    """Return a line through points."""
    return np.array(points, float)


def _star(rng: np.random.Generator, *, filled: bool) -> Figure:
    tips = int(rng.integers(4, 8))
    angle = np.arange(2 * tips + 1) * np.pi / tips - np.pi / 2
    radius = np.where(np.arange(2 * tips + 1) % 2, rng.uniform(0.18, 0.3), 0.5)
    outline = 0.5 + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Figure([], [outline]) if filled else Figure([outline])


def _pentagram(rng: np.random.Generator) -> Figure:
    angle = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
    return Figure([0.5 + 0.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)])


def _polygon(rng: np.random.Generator, *, corners: int, filled: bool) -> Figure:
    angle = np.arange(corners + 1) * 2 * np.pi / corners + rng.uniform(-0.2, 0.2) - np.pi / 2
    outline = 0.5 + 0.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Figure([], [outline]) if filled else Figure([outline])


def _disc(rng: np.random.Generator) -> Figure:
    return Figure([], [oval(0.5, 0.5, 0.5, 0.5 * rng.uniform(0.75, 1))])


def _scribble(rng: np.random.Generator) -> Figure:
    corners = rng.uniform(0, 1, (int(rng.integers(8, 20)), 2))
    at = np.linspace(0, len(corners) - 1, 8 * len(corners))
    smooth = np.stack([np.interp(at, np.arange(len(corners)), corners[:, k]) for k in (0, 1)], 1)
    for _ in range(int(rng.integers(0, 12))):
        smooth[1:-1] = (smooth[:-2] + smooth[1:-1] + smooth[2:]) / 3
    return Figure([smooth])


def _spiral(rng: np.random.Generator) -> Figure:
    turns = rng.uniform(2, 4)
    at = np.linspace(0.05, 1, 120)
    angle = 2 * np.pi * turns * at * rng.choice((-1, 1)) + rng.uniform(0, 6)
    return Figure([0.5 + 0.5 * at[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)])


def _zigzag(rng: np.random.Generator) -> Figure:
    number = int(rng.integers(6, 11))
    points = np.stack([np.linspace(0, 1, number), 0.3 + 0.4 * (np.arange(number) % 2)], axis=1)
    return Figure([points + rng.normal(0, 0.04, points.shape)])


def _hatching(rng: np.random.Generator) -> Figure:
    lines = [path((x, 0), (x + rng.uniform(-0.1, 0.1), 1)) for x in np.linspace(0, 1, 5)]
    if rng.random() < 0.5:
        lines += [path((0, y), (1, y + rng.uniform(-0.1, 0.1))) for y in np.linspace(0.1, 0.9, 4)]
    return Figure(lines)


def _arrow(rng: np.random.Generator) -> Figure:
    return Figure([path((0, 0.5), (1, 0.5)), path((0.65, 0.2), (1, 0.5), (0.65, 0.8))])


SHAPES: dict[str, Draw] = {
    "star": lambda rng: _star(rng, filled=False),
    "filled star": lambda rng: _star(rng, filled=True),
    "pentagram": _pentagram,
    "triangle": lambda rng: _polygon(rng, corners=3, filled=False),
    "square": lambda rng: _polygon(rng, corners=4, filled=False),
    "filled triangle": lambda rng: _polygon(rng, corners=3, filled=True),
    "disc": _disc,
    "scribble": _scribble,
    "spiral": _spiral,
    "zigzag": _zigzag,
    "hatching": _hatching,
    "arrow": _arrow,
}
