"""What every distortion can do.

Some say where each pixel of the new image comes from in the old one; all of these together need
one interpolation. The others change values.

What is random about an image follows from a few numbers u, uniform in 0..1, of its own. They are
drawn for a whole mini-batch at once, so an image does not depend on who works on it.
"""

from abc import ABC
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Distortion(ABC):
    """A way to distort images. Its fields are its options; the first one can stand alone.

    It overrides one of the three methods below.
    """

    draws: ClassVar[int] = 1  # how many numbers u an image needs
    moves: ClassVar[bool] = False  # whether it says where pixels come from

    def sources(self, u: np.ndarray) -> np.ndarray:
        """Return affine maps (2, 3, M) for u (M, draws), or one (2, 3, 1) for all.

        They lead from a place in the new image to its source in the old one. A place is (x, y, 1): pixels to the right of the image's centre, and below it. Its source is
        the matrix times that.
        """
        return affine([[1, 0, 0], [0, 1, 0]])

    def displacements(self, u: np.ndarray, shape: tuple[int, int]) -> np.ndarray | None:
        """Return what to add to each pixel's source: (2, n, H·W), x and then y, for u (n, draws).

        None adds nothing. `shape` is (H, W).
        """
        return None

    def distort(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return the images x (n, C, H, W), floats, with values distorted by u (n, draws)."""
        return x


def affine(rows: list[list[Any]]) -> np.ndarray:
    """Return affine maps (2, 3, M) from their two rows of three entries: numbers and arrays (M,)."""
    entries = np.broadcast_arrays(np.zeros(1), *(entry for row in rows for entry in row))
    return np.stack(entries[1:]).reshape(2, 3, -1)


def after(first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Return the maps (2, 3, M) that do one and then the other: the matrix products then·first."""
    x, y, one = (then[:, column, None] for column in range(3))
    product: np.ndarray = x * first[0] + y * first[1]
    product[:, 2:] += one
    return product


def within(name: str, value: float, least: float, most: float) -> None:
    """Raise ValueError unless an option is in its range, both ends included."""
    if not least <= value <= most:
        raise ValueError(f"{name}: found {value:g}, expected a number from {least:g} to {most:g}")
