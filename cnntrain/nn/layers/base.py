"""What a layer is: its options, its shapes, its formula and, directly below, the derivative.

Letters: N images, C channels (feature maps), H rows, W columns; F filters, k kernel size; x input,
y output, dx = ∂L/∂x, dy = ∂L/∂y, dW and db the gradients of weights and bias.

Layers compute in the field's usual layout, (N, C, H, W), in plain NumPy that can be read beside a
textbook and stepped through in a debugger. Training normally takes a faster way to the same
numbers, which lives in `nn/fast/` and has a memory layout of its own; `--plain` takes the formulas
here. A layer without a fast way is trained by its formulas.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from cnntrain.nn.arrays import Images
from cnntrain.nn.parameter import Buffer, Parameter

Shape = tuple[int, int, int]
Geometry = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


class ShapeError(ValueError):
    """Report an input that a layer cannot take, and what would fit."""


class Layer(ABC):
    """One step of a network: y = f(x), and dx from dy.

    `build` fixes shapes and makes parameters, once. Then `forward` and `backward` compute, and
    keep on the layer what `backward` needs of the forward pass. Neither writes to its arguments.
    """

    draws_random: ClassVar[bool] = False  # draws random numbers while training
    mixes_images: ClassVar[bool] = False  # an output depends on other images of the batch too
    commutes_with_max: ClassVar[bool] = False  # max(f(a), f(b)) = f(max(a, b)), in every rounding
    sees_all_inputs: ClassVar[bool] = False  # every output depends on every input
    own_name: ClassVar[str] = ""  # in configurations, of a class that comes from a user's own file

    in_shape: Shape
    out_shape: Shape
    dtype: np.dtype
    parameters: dict[str, Parameter]
    buffers: dict[str, Buffer]

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Fix the shapes, make the parameters, and return the shape (C, H, W) of the output.

        Raises ShapeError if the layer cannot take `in_shape`.
        """
        self.in_shape, self.dtype = in_shape, dtype
        self.out_shape = self.shape_after(in_shape)
        self.parameters = self.make_parameters(rng)
        self.buffers = self.make_buffers()
        return self.out_shape

    @abstractmethod
    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the shape (C, H, W) of the output, or raise ShapeError."""

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Return the parameters by name; most layers have none."""
        return {}

    def make_buffers(self) -> dict[str, Buffer]:
        """Return, by name, what is saved with the network but not learnt; most layers have none."""
        return {}

    @abstractmethod
    def forward(self, x: Images, *, train: bool) -> Images:
        """Return y (N, *out_shape) for x (N, *in_shape)."""

    @abstractmethod
    def backward(self, dy: Images) -> Images:
        """Return dx (N, *in_shape) for dy (N, *out_shape), after a `forward` with `train`.

        Overwrites the gradients of the parameters.
        """

    def update_buffers(self, seen: Mapping[str, np.ndarray], sizes: Sequence[int]) -> None:
        """Move the buffers after a training step.

        `seen` has, for each buffer, what the S shards of the batch wrote to `Buffer.seen`, in one
        array (S, ...); `sizes` are their numbers of images.
        """

    def replica(self) -> "Layer":
        """Return a layer on the same weights and buffers, with gradients of its own."""
        twin = copy.copy(self)
        twin.parameters = {name: p.shared() for name, p in self.parameters.items()}
        twin.buffers = {name: buffer.shared() for name, buffer in self.buffers.items()}
        return twin

    def reseed(self, seed: Sequence[int]) -> None:
        """Start the random numbers of the next `forward`; most layers draw none."""

    def branches(self, y: np.ndarray) -> np.ndarray | None:
        """Return which of its formulas made each element of y (any layout), None if it has one.

        Where no branch changes, the layer is smooth, and a difference quotient is meaningful.
        """
        return None

    def saturated(self, y: np.ndarray) -> np.ndarray | None:
        """Return which elements of y (any layout) are near a limit that the formula cannot pass.

        There its slope is close to 0, so hardly any error passes. None for a formula
        without such limits.
        """
        return None

    def silent(self, y: np.ndarray) -> np.ndarray | None:
        """Return which elements of y (any layout) are 0 and let no error through at all.

        None for a formula that always lets some of it through.
        """
        return None

    def widened(self, outputs: int) -> "Layer | None":
        """Return a built layer with the same options and input but `outputs` outputs.

        For layers whose output map j depends on row j of each parameter alone; None for others.
        """
        return None

    def own_rate(self) -> float | None:
        """Return the layer's own learning rate; None where it is given for the whole network."""
        return None

    def multiply_adds(self) -> int:
        """Return the number of multiply-adds in one image's forward pass."""
        return 0

    def geometry(self) -> Geometry:
        """Return kernel, stride and padding, each (rows, columns), as the receptive field needs."""
        return (1, 1), (1, 1), (0, 0)


def shape_text(shape: Sequence[int]) -> str:
    """Return 6x24x24 for (6, 24, 24)."""
    return "x".join(map(str, shape))
