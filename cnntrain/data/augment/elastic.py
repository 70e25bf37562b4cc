"""Elastic distortion, as if an image were drawn on rubber."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from cnntrain.data.augment.base import Distortion, within
from cnntrain.data.augment.noise import uniform


@dataclass(frozen=True)
class Elastic(Distortion):
    """Move every pixel a little, and its neighbours nearly alike.

    ::

        d = α·G_σ(r),  r uniform in −1..1 for each pixel, once for x and once for y

    G_σ convolves with a Gaussian of standard deviation σ. Far from the border, the displacements
    d have the standard deviation α/(√3·2·√π·σ), 0.8 pixels with the defaults; there they fade.
    Source: P. Y. Simard, D. Steinkraus, J. C. Platt 2003, "Best practices for convolutional neural
    networks applied to visual document analysis", section 2; it found α = 34 and σ = 4 best.
    """

    alpha: float = 20.0  # α, strength, in pixels before the convolution
    sigma: float = 4.0  # σ, pixels: how far neighbours move alike

    moves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Reject negative strengths, and fields too fine or too smooth to be computed."""
        within("alpha", self.alpha, 0, 10_000)
        within("sigma", self.sigma, 0.5, 100)

    def displacements(self, u: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """Return d of each image: u seeds its fields r."""
        height, width = shape
        r = 2 * uniform(u[:, 0], 2 * height * width) - 1
        fields = r.reshape(len(u), 2, height, width).swapaxes(0, 1)
        d: np.ndarray = gaussian(height, self.sigma) @ fields @ gaussian(width, self.sigma).T
        d *= np.float32(self.alpha)
        return d.reshape(2, len(u), -1)


@cache
def gaussian(size: int, sigma: float) -> np.ndarray:
    """Return the convolution of `size` numbers with a Gaussian as a matrix, zeros beyond the ends."""
    apart = np.subtract.outer(np.arange(size), np.arange(size))
    reach = np.arange(-max(size, int(8 * sigma)), max(size, int(8 * sigma)) + 1)
    total = np.exp(-((reach / sigma) ** 2) / 2).sum()
    matrix: np.ndarray = (np.exp(-((apart / sigma) ** 2) / 2) / total).astype(np.float32)
    matrix.flags.writeable = False
    return matrix
