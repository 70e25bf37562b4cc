"""The fully connected layer, forward and backward."""

import math
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers.base import Geometry, Shape
from cnntrain.nn.layers.weighted import Weighted
from cnntrain.nn.parameter import Parameter


@dataclass(eq=False)
class Dense(Weighted):
    """Connect every input to every unit (the tutorial's "BP network").

    Forward, and backward with dW and db summed over the batch::

        y  = W·x + b        x (D, N), W (U, D)
        dW = dy·xᵀ
        db = Σ_n dy
        dx = Wᵀ·dy

    Maps are unrolled to D = C·H·W inputs map by map, row by row.
    """

    sees_all_inputs = True
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

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = W·x + b."""
        self.x = x.reshape(len(x), -1).T  # (D, N)
        y = self.W @ self.x + self.b[:, None]
        return y.T.reshape(len(x), *self.out_shape)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx = Wᵀ·dy, and overwrite dW = dy·xᵀ and db = Σ_n dy."""
        n, dy = len(dy), dy.reshape(len(dy), -1).T  # (U, N)
        db = dy.sum(axis=1)
        dW = dy @ self.x.T
        self.keep_gradients(dW, db)
        dx = self.W.T @ dy
        return dx.T.reshape(n, *self.in_shape)

    def widened(self, outputs: int) -> "Dense":
        """Return a dense layer with another number of units."""
        return self.with_outputs("units", outputs)

    def multiply_adds(self) -> int:
        """Return U·D."""
        return self.units * math.prod(self.in_shape)

    def geometry(self) -> Geometry:
        """Return a kernel as large as the input: every unit sees all of it."""
        return self.in_shape[1:], (1, 1), (0, 0)
