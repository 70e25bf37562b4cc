"""The fully connected layer, forward and backward."""

import math
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.layers.base import Layer, Shape, layout
from cnntrain.nn.layers.weighted import Weighted
from cnntrain.nn.parameter import Parameter


@dataclass(eq=False)
class Dense(Weighted):
    """Connect every input to every unit (the tutorial's "BP network").

    InferenceJob, and backward with dW and db summed over the batch::

        y  = W·x + b        x (D, N), W (U, D)
        dW = dy·xᵀ
        db = Σ_n dy
        dx = Wᵀ·dy

    Maps are unrolled to D = C·H·W inputs map by map, row by row.
    """

    units: int  # U, the number of outputs

    def __post_init__(self) -> None:
        """Reject a layer without units."""
        super().__post_init__()
        if self.units < 1:
            raise ValueError(f"units: found {self.units}, expected 1 or more")

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return (U, 1, 1)."""
        return self.units, 1, 1

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Return weights (U, D) and bias (U)."""
        inputs = math.prod(self.in_shape)
        return self.weighted(rng, (self.units, inputs), inputs, self.units)

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get the unrolled input (C, H, W, N) and the arrays of both passes."""
        self.x = memory.own((*self.in_shape, batch_size))
        self.y = memory.handed_up(layout(self.out_shape, batch_size))
        self.dx = None
        if input_grad:
            self.dunrolled = memory.scratch(self.x.shape)
            self.dx = memory.handed_down(layout(self.in_shape, batch_size))

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = W·x + b."""
        n = x.shape[-1]
        self.x[...] = x.transpose(1, 0, 2, 3)
        y = self.y.reshape(self.units, n)
        np.matmul(self.parameters["weights"].value, self.x.reshape(-1, n), out=y)
        if "bias" in self.parameters:
            y += self.parameters["bias"].value[:, None]
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx = Wᵀ·dy; overwrite dW = dy·xᵀ and db = Σ dy."""
        n = dy.shape[-1]
        dy = dy.reshape(self.units, n)
        weights = self.parameters["weights"]
        np.matmul(dy, self.x.reshape(-1, n).T, out=weights.gradient)
        if "bias" in self.parameters:
            np.sum(dy, axis=1, out=self.parameters["bias"].gradient)
        if self.dx is None:
            return None
        np.matmul(weights.value.T, dy, out=self.dunrolled.reshape(-1, n))
        self.dx[...] = self.dunrolled.transpose(1, 0, 2, 3)
        return self.dx

    def geometry(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Return a kernel that covers the whole input."""
        return self.in_shape[1:], (1, 1), (0, 0)

    def widened(self, outputs: int) -> "Layer | None":
        """Return a built layer of other units."""
        return self.resized(units=outputs)

    def multiply_adds(self) -> int:
        """Return U·D."""
        return self.units * math.prod(self.in_shape)
