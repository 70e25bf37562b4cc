"""Memory for the layers' arrays: as little as possible, so that it stays in the cache.

Most of what a step computes is needed only for a moment. If every array had memory of its own, a
step of LeNet-5 would take 1.1 times as long: that is what reusing memory gains.

Activations that overwrite their input would save 2 % more, but then no layer could rely on its own
output.
"""

import math

import numpy as np

ALIGNMENT = 64  # bytes: a cache line, and a processor's widest vector


class Memory:
    """The memory of a network's layers, reused by successive passes.

    A routine asks for an array according to how long it needs the contents: one `y` that it hands
    up, written by `forward` alone; one `dx` that it hands down, written by `backward` alone; and
    any number of others. `lasting` memory gives each array a place of its own, so that everything
    can be inspected after a pass.
    """

    def __init__(self, dtype: np.dtype, *, lasting: bool = False) -> None:
        """Start empty; `dtype` is the default type of arrays."""
        self.dtype, self.lasting = dtype, lasting
        self.blocks: dict[tuple[str, int], np.ndarray] = {}
        self.ups = self.downs = self.scratches = 0

    def next_layer(self) -> None:
        """Let the next layer's scratch arrays reuse the memory of the last one's."""
        self.scratches = 0

    def own(self, shape: tuple[int, ...], dtype: np.dtype | None = None) -> np.ndarray:
        """Return an array of zeros whose contents stay."""
        dtype = dtype or self.dtype
        return _shaped(_aligned(math.prod(shape) * dtype.itemsize), shape, dtype)

    def handed_up(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return an array, of any contents, for a y that the next layer's `forward` reads."""
        self.ups += 1
        return self._shared("handed", self.ups % 2, shape, self.dtype)

    def handed_down(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return an array, of any contents, for a dx that the `backward` of the layer below reads.

        Two blocks are used alternately; backward can reuse forward's, since every y has been read
        by then.
        """
        self.downs += 1
        return self._shared("handed", self.downs % 2, shape, self.dtype)

    def scratch(self, shape: tuple[int, ...], dtype: np.dtype | None = None) -> np.ndarray:
        """Return an array, of any contents, that is needed until `forward` or `backward` returns."""
        self.scratches += 1
        return self._shared("scratch", self.scratches, shape, dtype or self.dtype)

    def _shared(self, use: str, number: int, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        if self.lasting:
            return self.own(shape, dtype)
        size = math.prod(shape) * dtype.itemsize
        block = self.blocks.get((use, number))
        if block is None or len(block) < size:
            block = self.blocks[use, number] = _aligned(size)
        return _shaped(block, shape, dtype)


def _aligned(size: int) -> np.ndarray:
    """Return `size` zero bytes, aligned to a cache line."""
    block = np.zeros(size + ALIGNMENT, np.uint8)
    start = -block.ctypes.data % ALIGNMENT
    return block[start : start + size]


def _shaped(block: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return the first bytes of a block as an array."""
    return block[: math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
