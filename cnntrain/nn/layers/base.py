"""What a layer is, and the one statement of the memory layout.

Letters: N images, C channels (feature maps), H rows, W columns; F filters, k kernel size; x input,
y output, dx = ∂L/∂x, dy = ∂L/∂y, dW and db the gradients of weights and bias.

**Layout.** Between layers arrays are (H, C, W, N): row by row, the batch innermost. The k rows of
an image that a kernel covers are then one contiguous block, which is what makes convolution one
matrix product per output row, and every elementwise pass runs along the batch. Shapes are still
*named* (C, H, W), as everywhere else, and all that leaves the engine (weights, network inputs and
outputs) is in the field's usual order.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.parameter import Parameter

Shape = tuple[int, int, int]


class ShapeError(ValueError):
    """Report an input that a layer cannot take, and what would fit."""


class Layer(ABC):
    """One step of a network: y = f(x), and dx from dy.

    A layer lives in three phases: `build` once, for shapes and parameters; `allocate` per shard,
    for every array that a step writes to; then `forward` and `backward` per step, into those
    arrays. A layer never writes to an array that it was handed, and what it was handed is
    there until it returns: what `backward` needs of x, `forward` has to copy.
    """

    in_shape: Shape
    out_shape: Shape
    dtype: np.dtype
    parameters: dict[str, Parameter]

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Fix the shapes, make the parameters, and return the shape (C, H, W) of the output.

        Raises ShapeError if the layer cannot take `in_shape`.
        """
        self.in_shape, self.dtype = in_shape, dtype
        self.out_shape = self.shape_after(in_shape)
        self.parameters = self.make_parameters(rng)
        return self.out_shape

    @abstractmethod
    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the shape (C, H, W) of the output, or raise ShapeError."""

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Return the parameters by name; most layers have none."""
        return {}

    @abstractmethod
    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get every array that a step on `batch_size` images writes to.

        `memory` has them by how long they are needed: see there, most are used by others too.
        Without `input_grad`, `backward` returns None: nothing lies below the first layer.
        """

    @abstractmethod
    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y for x (H, C, W, N); with `train`, remember what `backward` needs."""

    @abstractmethod
    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Overwrite the parameters' gradients, and return dx, for the last `forward`'s x."""

    def replica(self) -> "Layer":
        """Return a layer on the same weights, with gradients of its own."""
        twin = copy.copy(self)
        twin.parameters = {name: p.shared() for name, p in self.parameters.items()}
        return twin

    def reseed(self, seed: Sequence[int]) -> None:
        """Start the random numbers of the next `forward`; most layers draw none."""

    def own_rate(self) -> float | None:
        """Return the layer's own learning rate; None where it is given for the whole network."""
        return None

    def multiply_adds(self) -> int:
        """Return the multiplications of one image's forward pass that a product needs."""
        return 0

    def geometry(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Return kernel, stride and padding, each (rows, columns), as the receptive field needs."""
        return (1, 1), (1, 1), (0, 0)


def layout(shape: Shape, batch_size: int) -> tuple[int, int, int, int]:
    """Return (H, C, W, N), the shape in memory of N = `batch_size` maps (C, H, W)."""
    channels, rows, columns = shape
    return rows, channels, columns, batch_size
