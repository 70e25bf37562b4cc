"""The distortions once more, image by image and pixel by pixel, in plain loops and float64."""

import math

import numpy as np

Values = list[list[float]]


def to_part(place: float) -> float:
    """Round a place to the nearest sixteenth of a pixel."""
    return math.floor(16 * place + 0.5) / 16


def value_at(image: np.ndarray, x: float, y: float) -> float:
    """Interpolate between four values of an image (H, W), which goes on beyond its border."""
    height, width = image.shape
    x, y = min(max(to_part(x), 0), width - 1), min(max(to_part(y), 0), height - 1)
    left, top = math.floor(x), math.floor(y)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    fx, fy = x - left, y - top
    above = (1 - fx) * image[top, left] + fx * image[top, right]
    below = (1 - fx) * image[bottom, left] + fx * image[bottom, right]
    return float((1 - fy) * above + fy * below)


def moved(image: np.ndarray, source: "Source") -> np.ndarray:
    """Return an image (H, W) whose pixels come from `source` of their places."""
    height, width = image.shape
    x0, y0 = (width - 1) / 2, (height - 1) / 2
    new = np.zeros(image.shape)
    for i in range(height):
        for j in range(width):
            x, y = source(j - x0, i - y0)
            new[i, j] = value_at(image, x + x0, y + y0)
    return new


class Source:
    """Where a place comes from, by the formulas of the affine distortions."""

    def __init__(self, name: str, t: tuple[float, ...]) -> None:
        """Remember the name in the table and what was drawn."""
        self.name, self.t = name, t

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Return the source of (x, y)."""
        [t, *more] = self.t
        if self.name == "shift":
            return x - t, y - more[0]
        if self.name == "rotate":
            c, s = math.cos(math.radians(t)), math.sin(math.radians(t))
            return x * c + y * s, y * c - x * s
        if self.name == "scale":
            return x / (1 + t), y / (1 + t)
        assert self.name == "shear"
        return x - t * y, y


def word(key: int, counter: int) -> int:
    """Return a random word: MurmurHash3's last part, of a counter and a key."""
    x = ((counter * 0x9E3779B9) ^ key) % 2**32
    x = (x ^ x >> 16) * 0x85EBCA6B % 2**32
    x = (x ^ x >> 13) * 0xC2B2AE35 % 2**32
    return x ^ x >> 16


def displacement(u: float, alpha: float, sigma: float, shape: tuple[int, int]) -> np.ndarray:
    """Return the displacements (2, H, W) of an elastic distortion."""
    height, width = shape
    key = math.floor(u * 2**32)
    field = [2 * (word(key, n) >> 8) / 2**24 - 1 for n in range(2 * height * width)]
    r = np.array(field).reshape(2, height, width)

    def weight(distance: int) -> float:
        return math.exp(-((distance / sigma) ** 2) / 2)

    total = sum(weight(distance) for distance in range(-200, 201))
    d = np.zeros((2, height, width))
    for axis, i, j, k, m in np.ndindex(2, height, width, height, width):
        d[axis, i, j] += alpha * weight(i - k) * weight(j - m) / total**2 * r[axis, k, m]
    return d


def stroke(image: np.ndarray, t: float) -> np.ndarray:
    """Return an image (H, W) with thicker or thinner strokes."""
    height, width = image.shape
    new = np.zeros(image.shape)
    for i, j in np.ndindex(height, width):
        near = [(i, j), (i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
        values = [image[k, m] for k, m in near if 0 <= k < height and 0 <= m < width]
        extreme = max(values) if t >= 0 else min(values)
        new[i, j] = image[i, j] + abs(t) * (extreme - image[i, j])
    return new


def blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    """Return an image (H, W) blurred by a Gaussian."""
    new = np.zeros(image.shape)
    for i, j in np.ndindex(image.shape):
        weights = np.zeros(image.shape)
        for k, m in np.ndindex(image.shape):
            weights[k, m] = math.exp(-((i - k) ** 2 + (j - m) ** 2) / (2 * sigma**2))
        new[i, j] = (weights * image).sum() / weights.sum()
    return new


def noise(u: float, count: int) -> list[float]:
    """Return `count` numbers that are nearly normal: sums of four bytes, of mean 0, variance 1."""
    numbers = []
    for n in range(count):
        total = sum(word(math.floor(u * 2**32), n).to_bytes(4, "little"))
        numbers.append((total - 4 * 127.5) / math.sqrt(4 * (256**2 - 1) / 12))
    return numbers


def rectangle(u: np.ndarray, shape: tuple[int, int], options: "tuple[float, ...]") -> list[int]:
    """Return the first row, the rows, the first column and the columns that are erased."""
    smallest, largest, aspect = options
    area = (smallest + (largest - smallest) * u[1]) * shape[0] * shape[1]
    r = math.exp((1 - 2 * u[2]) * math.log(aspect))
    found = []
    for length, place, size in ((area * r, u[3], shape[0]), (area / r, u[4], shape[1])):
        side = min(max(round(math.sqrt(length)), 1), size)
        found += [math.floor(place * (size - side + 1)), side]
    return found
