"""Bilinear interpolation of many images at once, each at places of its own.

It has to be fast: a step of the tutorial's network leaves it about 5 ns for a pixel. So places are
rounded to sixteenths of a pixel, which cannot be seen, and pixels are interpolated in integers,
two to a word. Both make the results exact, whatever the order of the sums.
"""

import math
from typing import Literal

import numpy as np

PARTS = 16  # of a pixel: what places are rounded to
UNCHECKED: Literal["wrap"] = "wrap"  # the quickest mode of `take`; every index is within the array
STEPS = 2.0**12  # per part: what maps are rounded to, so that float32 sums of them are exact


def rounded_maps(maps: np.ndarray) -> np.ndarray:
    """Return affine maps (2, 3, M) as a `Sampler` takes them: in parts of a pixel.

    Half a part is added, so that cutting fractions off rounds to the nearest part.
    """
    in_parts = np.clip(maps * PARTS, -(2.0**24), 2.0**24)
    in_parts[:, 2] += 0.5
    rounded: np.ndarray = np.rint(in_parts * STEPS) / STEPS
    return rounded


def _in_memory_of(array: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array of this shape and type that begins where a contiguous one does."""
    return array.reshape(-1).view(dtype)[: math.prod(shape)].reshape(shape)


class Sampler:
    """Computes images from affine maps and displacements, n at a time, in memory of its own.

    The pixel in column j and row i of a new image has the value at the map of (j, i, 1) in the old
    one, which goes on beyond its border with the values there.
    """

    def __init__(self, count: int, shape: tuple[int, int], dtype: np.dtype) -> None:
        """Get memory for `count` images of `shape` (H, W), and prepare what is the same for all."""
        self.shape = height, width = shape
        size = height * width
        row, column = np.divmod(np.arange(size), width)
        self.places = np.stack([column, row, np.ones(size)]).astype(np.float32)  # (3, H·W)
        self.parts = np.empty((2, count, size), np.float32)  # sources, x and y, in parts of a pixel
        last_x, last_y = PARTS * (width - 1), PARTS * (height - 1)  # the last place in an image
        self.limited = [(self.parts, last_x)]  # one call where both are the same
        if height != width:
            self.limited = [(self.parts[0], last_x), (self.parts[1], last_y)]
        largest = max(count * size, PARTS * width, PARTS * height)
        short = np.dtype(np.uint16 if largest < 2**16 else np.int32)  # half as long, sooner done
        self.whole = np.empty((2, count, size), short)  # the pixel above and left of each
        self.rest = np.empty((2, count, size), np.uint32)  # parts from there, 0..15
        first = np.arange(count, dtype=short)[:, None] * short.type(size)
        self.first = np.broadcast_to(first, (count, size)).copy()  # adding rows is slower
        self.index = np.empty((count, size), np.intp)  # of that pixel in all images
        beyond = width + 1  # read below the last pixel, and multiplied by 0
        self.pixels = np.zeros(count * size + beyond, np.uint32)
        self.pairs = np.zeros(count * size + beyond, np.uint32)
        self.floats = np.zeros(count * size + beyond, dtype)
        self.values = np.empty((count, size), dtype)
        # The memory of some arrays holds others while they are not needed: what stays in a core's
        # own cache is quicker.
        self.rest_short = _in_memory_of(self.index, (2, count, size), short)
        self.weights = _in_memory_of(self.whole, (count, size), np.dtype(np.uint32))
        if dtype.itemsize == self.pixels.itemsize:
            self.values = _in_memory_of(self.pixels, (count, size), dtype)

    def place(self, maps: np.ndarray, displacements: np.ndarray | None) -> None:
        """Set the places to sample: `rounded_maps` (n, 2, 3), displacements (2, n, H·W) in pixels."""
        parts, whole, rest = self.parts, self.whole, self.rest_short
        np.matmul(maps.swapaxes(0, 1).astype(np.float32), self.places, out=parts)
        if displacements is not None:
            parts += np.float32(PARTS) * displacements
        for sources, last in self.limited:
            sources.clip(0, last, out=sources)
        np.copyto(whole, parts, casting="unsafe")  # cut off: half a part is in the maps
        np.bitwise_and(whole, PARTS - 1, out=rest)
        np.copyto(self.rest, rest, casting="unsafe")
        np.right_shift(whole, 4, out=whole)
        x, y = whole
        np.multiply(y, self.shape[1], out=y)
        np.add(y, x, out=y)
        np.add(y, self.first, out=y)
        np.copyto(self.index, y)

    def sample(self, images: np.ndarray, out: np.ndarray) -> None:
        """Write the values at these places to `out` (n, C, H, W), floats: of pixels those of x/255."""
        pixels = images.dtype == np.uint8
        for channel in range(images.shape[1]):
            old = images[:, channel].reshape(-1)
            new = out[:, channel].reshape(len(images), -1)  # a view
            self._pixels(old, new) if pixels else self._floats(old, new)

    def _pixels(self, old: np.ndarray, out: np.ndarray) -> None:
        """Interpolate pixels: two in the halves of a word, the one below in the upper half.

        All products stay below 2^16, so that no half disturbs the other.
        """
        size, width = len(old), self.shape[1]
        pairs = self.pairs[:size]
        self.pixels[:size] = old
        np.left_shift(self.pixels[width : width + size], 16, out=pairs)
        np.bitwise_or(pairs, self.pixels[:size], out=pairs)
        left, right = self.parts.view(np.uint32)  # not needed any more
        np.take(self.pairs, self.index, out=left, mode=UNCHECKED)
        np.take(self.pairs[1:], self.index, out=right, mode=UNCHECKED)
        x, y = self.rest
        # left·(16 − x) + right·x, in both halves: modulo 2^32 the difference may be negative
        np.subtract(right, left, out=right)
        np.multiply(right, x, out=right)
        np.left_shift(left, 4, out=left)
        np.add(left, right, out=left)
        # times y + (16 − y)·2^16: its upper half is top·(16 − y) + bottom·y
        both = self.weights
        np.multiply(y, 2**32 + 1 - 2**16, out=both)
        np.add(both, PARTS << 16, out=both)
        np.multiply(left, both, out=left)
        np.right_shift(left, 16, out=left)
        np.copyto(self.values, left.view(np.int32), casting="unsafe")
        np.divide(self.values, 255 * PARTS * PARTS, out=out)

    def _floats(self, old: np.ndarray, out: np.ndarray) -> None:
        """Interpolate floats."""
        size, width = len(old), self.shape[1]
        self.floats[:size] = old
        top, top_right, bottom, bottom_right = (
            np.take(self.floats[start:], self.index, mode=UNCHECKED)
            for start in (0, 1, width, width + 1)
        )
        x, y = self.rest * self.floats.dtype.type(1 / PARTS)
        top += (top_right - top) * x
        bottom += (bottom_right - bottom) * x
        np.add(top, (bottom - top) * y, out=out)
