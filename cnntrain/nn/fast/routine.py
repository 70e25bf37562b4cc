"""What a fast routine for a layer is, and the memory layout that all of them use.

**Layout.** Between routines arrays are (H, C, W, N): row by row, the batch innermost. The k rows of
an image that a kernel covers are then one contiguous block, which is what makes convolution one
matrix product per output row, and every elementwise pass runs along the batch. Shapes are still
*named* (C, H, W), as everywhere else, and all that leaves the engine (weights, network inputs and
outputs) is in the field's usual order.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from cnntrain.nn.arrays import EngineMaps, Images
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.input import WHITE, Input


class Routine(ABC):
    """One layer's forward and backward pass on a fixed number of images, in arrays made beforehand.

    A routine gets every array that a step writes to when it is made, and makes none afterwards. It
    never writes to its argument, and its argument is only valid until it returns: `forward` has to
    copy what `backward` needs of x.
    """

    def __init__(self, layer: Layer, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get the arrays for `batch_size` images.

        `memory` provides them by how long they are needed; most are shared with other layers.
        Without `input_grad`, `backward` returns None: there is nothing below the first layer.
        """
        self.layer, self.batch_size, self.input_grad = layer, batch_size, input_grad
        self.allocate(memory)

    @abstractmethod
    def allocate(self, memory: Memory) -> None:
        """Get every array that a step writes to."""

    @abstractmethod
    def forward(self, x: EngineMaps, *, train: bool) -> EngineMaps:
        """Return y for x (H, C, W, N); with `train`, remember what `backward` needs."""

    @abstractmethod
    def backward(self, dy: EngineMaps) -> EngineMaps | None:
        """Overwrite the parameters' gradients, and return dx, for the last `forward`'s x."""

    def reseed(self, seed: Sequence[int]) -> None:
        """Start the random numbers of the next `forward`."""
        self.layer.reseed(seed)

    def branches(self, y: EngineMaps) -> EngineMaps | None:
        """Return which of the layer's formulas made each element of y (H, C, W, N), if several."""
        return self.layer.branches(y)

    def publish(self) -> None:
        """Keep on the layer, as its plain `forward` does, what the pass chose or drew."""


class Plain(Routine):
    """A layer computed by its own formulas, between two changes of the layout."""

    def allocate(self, memory: Memory) -> None:
        """Get nothing: the formulas make new arrays."""

    def forward(self, x: EngineMaps, *, train: bool) -> EngineMaps:
        """Return y."""
        return to_engine(self.layer.forward(from_engine(x), train=train))

    def backward(self, dy: EngineMaps) -> EngineMaps | None:
        """Return dx."""
        dx = self.layer.backward(from_engine(dy))
        return to_engine(dx) if self.input_grad else None

    def branches(self, y: EngineMaps) -> EngineMaps | None:
        """Return the layer's branches in the engine's layout."""
        found = self.layer.branches(from_engine(y))
        return None if found is None else to_engine(found)


class FastInput(Routine):
    """Turn (N, C, H, W) into (H, C, W, N), and pixels into x/255."""

    layer: Input

    def allocate(self, memory: Memory) -> None:
        """Get y, the values of pixels and, where the images' gradient is asked for, dx."""
        self.y = memory.handed_up(layout(self.layer.in_shape, self.batch_size))
        self.values = memory.scratch((self.batch_size, *self.layer.in_shape))
        self.white = self.layer.dtype.type(WHITE)
        self.dx = memory.own((self.batch_size, *self.layer.in_shape)) if self.input_grad else None

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return the images in the engine's layout. Raises ValueError for another shape."""
        if x.shape[1:] != self.layer.in_shape:  # NumPy would stretch a single pixel over an image
            raise ValueError(f"images: found {x.shape[1:]}, expected {self.layer.in_shape}")
        if x.dtype == np.uint8:
            x = np.divide(x, self.white, out=self.values)
        self.y[...] = x.transpose(2, 1, 3, 0)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy as (N, C, H, W)."""
        if self.dx is not None:
            self.dx[...] = dy.transpose(3, 1, 0, 2)
        return self.dx


def layout(shape: Shape, batch_size: int) -> tuple[int, int, int, int]:
    """Return (H, C, W, N), the shape in memory of N = `batch_size` maps (C, H, W)."""
    channels, rows, columns = shape
    return rows, channels, columns, batch_size


def to_engine(maps: Images) -> EngineMaps:
    """Return (N, C, H, W) as a contiguous array (H, C, W, N)."""
    return np.ascontiguousarray(maps.transpose(2, 1, 3, 0))


def from_engine(maps: EngineMaps) -> Images:
    """Return a contiguous copy (N, C, H, W) of (H, C, W, N)."""
    return maps.transpose(3, 1, 0, 2).copy()
