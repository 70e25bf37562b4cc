"""Distortions of an image's values: stroke width, blur, noise, erasing.

Values are floats, for pixels 0 (black) to 1 (white). x is (n, C, H, W).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from cnntrain.data.augment.base import Distortion, within
from cnntrain.data.augment.noise import almost_normal, uniform


@dataclass(frozen=True)
class StrokeWidth(Distortion):
    """Make bright strokes thicker or thinner, by |t| on each side.

    ::

        x + t·(dilated − x)  for t ≥ 0,    x − t·(eroded − x)  for t < 0

    A pixel is dilated to the largest, or eroded to the smallest, of itself and its four neighbours
    (J. Serra 1982, "Image analysis and mathematical morphology", chapter XII, for grey images).
    """

    pixels: float = 0.4  # t is from −pixels to pixels

    def __post_init__(self) -> None:
        """Reject more than the four neighbours can do."""
        within("pixels", self.pixels, 0, 1)

    def distort(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Change the width of each image's strokes by its t."""
        t = _per_image(self.pixels * (2 * u[:, 0] - 1), x)
        changed = np.where(t < 0, _extreme(np.minimum, x), _extreme(np.maximum, x))
        changed -= x
        changed *= np.abs(t)
        changed += x
        return changed


@dataclass(frozen=True)
class Blur(Distortion):
    """Blur the image by a Gaussian of standard deviation σ.

    The weights of each pixel's neighbours sum to 1 at the border too.
    """

    sigma: float = 0.7  # σ is from 0 to this, in pixels

    def __post_init__(self) -> None:
        """Reject what leaves nothing to be recognised."""
        within("sigma", self.sigma, 0, 10)

    def distort(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Blur rows, then columns."""
        sigma = self.sigma * u[:, 0]
        down, across = (_blurring(size, sigma).astype(x.dtype) for size in x.shape[2:])
        blurred: np.ndarray = down[:, None] @ x @ across[:, None].mT
        return blurred


@dataclass(frozen=True)
class Noise(Distortion):
    """Add noise of standard deviation s to every value: x + s·z, with z nearly normal.

    Values may leave 0..1: cut off there, noise would make black images brighter. Source: C. M.
    Bishop 1995, "Training with noise is equivalent to Tikhonov regularization".
    """

    sd: float = 0.1  # s is from 0 to this, in shares of white

    draws: ClassVar[int] = 2

    def __post_init__(self) -> None:
        """Reject more noise than image."""
        within("sd", self.sd, 0, 1)

    def distort(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Add s·z: the first number is for s, the second seeds z."""
        z = almost_normal(u[:, 1], x[0].size).reshape(x.shape)
        z *= _per_image(self.sd * u[:, 0], z)
        noisy: np.ndarray = x + z
        return noisy


@dataclass(frozen=True)
class Erasing(Distortion):
    """Erase a rectangle at a random place, in some of the images.

    Of the image's area S it covers a·S, and it is √(a·S·r) high and √(a·S/r) wide, but no more
    than the image. Here r is uniform on a logarithmic scale, so that high and wide rectangles are
    equally likely. Source: Z. Zhong et al. 2020, "Random erasing data augmentation", algorithm 1;
    there a is from 0.02 to 0.4, for photos.
    """

    probability: float = 0.5  # that an image is erased at all
    smallest: float = 0.02  # a is from this, as a share of the area
    largest: float = 0.12  # to this, as a share of the area
    aspect: float = 0.3  # r is from this to 1/aspect
    fill: Literal["black", "noise"] = "black"  # what is there afterwards: 0, or random values 0..1

    draws: ClassVar[int] = 6

    def __post_init__(self) -> None:
        """Reject what is no probability, area or aspect ratio."""
        within("probability", self.probability, 0, 1)
        within("largest", self.largest, 0, 1)
        within("smallest", self.smallest, 0, self.largest)
        within("aspect", self.aspect, 0.01, 1)

    def distort(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Erase: the numbers are for whether, a, r, row and column; the last one seeds the noise."""
        chosen = u[:, 0] < self.probability
        rows, columns = self.rectangles(u, x.shape[2:])  # (n, H), (n, W)
        mask = (rows & chosen[:, None])[:, None, :, None] & columns[:, None, None, :]
        if self.fill == "black":
            return np.where(mask, x.dtype.type(0), x)
        return np.where(mask, uniform(u[:, 5], x[0].size).reshape(x.shape).astype(x.dtype), x)

    def rectangles(self, u: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return which rows (n, H) and columns (n, W) the rectangles cover."""
        area = (self.smallest + (self.largest - self.smallest) * u[:, 1]) * shape[0] * shape[1]
        ratio = self.aspect ** (1 - 2 * u[:, 2])
        sides = np.sqrt(area * ratio), np.sqrt(area / ratio)
        covered = []
        for side, place, size in zip(sides, (u[:, 3], u[:, 4]), shape, strict=True):
            length = np.clip(np.rint(side), 1, size)
            first = np.floor(place * (size - length + 1))
            at = np.arange(size)
            covered.append((at >= first[:, None]) & (at < (first + length)[:, None]))
        return covered[0], covered[1]


def _per_image(values: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return a number for each image so that it meets all of the image's values."""
    return values.astype(x.dtype)[:, None, None, None]


def _extreme(choose: np.ufunc, x: np.ndarray) -> np.ndarray:
    """Return the maximum or minimum of each value and its four neighbours."""
    y = x.copy()
    for here, there in ((np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:])):
        choose(y[..., here, :], x[..., there, :], out=y[..., here, :])
        choose(y[..., here], x[..., there], out=y[..., here])
    return y


def _blurring(size: int, sigma: np.ndarray) -> np.ndarray:
    """Return for each σ the matrix (n, size, size) that blurs `size` numbers; for 0 the identity."""
    apart = np.subtract.outer(np.arange(size), np.arange(size))
    weights = np.exp(-((apart / np.maximum(sigma, 1e-3)[:, None, None]) ** 2) / 2)
    blurring: np.ndarray = weights / weights.sum(axis=2, keepdims=True)
    return blurring
