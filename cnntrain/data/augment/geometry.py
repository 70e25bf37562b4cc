"""Affine distortions: shift, rotation, scale, shear.

Each is a matrix in homogeneous coordinates that leads from a place in the new image back to its
source in the old one.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnntrain.data.augment.base import Distortion, affine, within


@dataclass(frozen=True)
class Shift(Distortion):
    """Move the image by dx, dy: (x, y) comes from (x − dx, y − dy)."""

    pixels: float = 2.0  # at most so far to each side, and as far up or down

    draws: ClassVar[int] = 2
    moves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Reject impossible distances."""
        within("pixels", self.pixels, 0, 1000)

    def sources(self, u: np.ndarray) -> np.ndarray:
        """Return dx and dy uniform in ±pixels, as maps."""
        dx, dy = (self.pixels * (2 * u[..., axis] - 1) for axis in range(2))
        return affine([[1, 0, -dx], [0, 1, -dy]])


@dataclass(frozen=True)
class Rotation(Distortion):
    """Turn the image about its centre by θ: (x, y) comes from (x·cos θ + y·sin θ, y·cos θ − x·sin θ)."""

    degrees: float = 10.0  # at most so far, clockwise or counter-clockwise

    moves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Reject impossible angles."""
        within("degrees", self.degrees, 0, 180)

    def sources(self, u: np.ndarray) -> np.ndarray:
        """Return θ uniform in ±degrees, as maps."""
        angle = np.radians(self.degrees * (2 * u[..., 0] - 1))
        cos, sin = np.cos(angle), np.sin(angle)
        return affine([[cos, sin, 0], [-sin, cos, 0]])


@dataclass(frozen=True)
class Scale(Distortion):
    """Make the image s times as large, about its centre: (x, y) comes from (x/s, y/s)."""

    by: float = 0.1  # s is from 1 − by to 1 + by

    moves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Reject factors of 0 or less."""
        within("by", self.by, 0, 0.9)

    def sources(self, u: np.ndarray) -> np.ndarray:
        """Return s uniform in 1 ± by, as maps."""
        back = 1 / (1 + self.by * (2 * u[..., 0] - 1))
        return affine([[back, 0, 0], [0, back, 0]])


@dataclass(frozen=True)
class Shear(Distortion):
    """Slant the image by k: (x, y) comes from (x − k·y, y). k = 0.1 leans as far as 6 degrees."""

    by: float = 0.1  # k is from −by to by

    moves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Reject slants that leave nothing to be recognised."""
        within("by", self.by, 0, 5)

    def sources(self, u: np.ndarray) -> np.ndarray:
        """Return k uniform in ±by, as maps."""
        return affine([[1, -self.by * (2 * u[..., 0] - 1), 0], [0, 1, 0]])
