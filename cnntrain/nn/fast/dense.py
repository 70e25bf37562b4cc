"""The fully connected layer, fast: one matrix product in each direction."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.layers.dense import Dense


class FastDense(Routine):
    """Forward and backward of `Dense`; maps are unrolled first."""

    layer: Dense

    def allocate(self, memory: Memory) -> None:
        """Get the unrolled input (C, H, W, N) and the arrays of both passes."""
        self.x = memory.own((*self.layer.in_shape, self.batch_size))
        self.y = memory.handed_up(layout(self.layer.out_shape, self.batch_size))
        self.dx = None
        if self.input_grad:
            self.dunrolled = memory.scratch(self.x.shape)
            self.dx = memory.handed_down(layout(self.layer.in_shape, self.batch_size))

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = W·x + b."""
        n = x.shape[-1]
        self.x[...] = x.transpose(1, 0, 2, 3)
        y = self.y.reshape(self.layer.units, n)
        np.matmul(self.layer.parameters["weights"].value, self.x.reshape(-1, n), out=y)
        if "bias" in self.layer.parameters:
            y += self.layer.parameters["bias"].value[:, None]
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx = Wᵀ·dy; overwrite dW = dy·xᵀ and db = Σ dy."""
        n = dy.shape[-1]
        dy = dy.reshape(self.layer.units, n)
        weights = self.layer.parameters["weights"]
        np.matmul(dy, self.x.reshape(-1, n).T, out=weights.gradient)
        if "bias" in self.layer.parameters:
            np.sum(dy, axis=1, out=self.layer.parameters["bias"].gradient)
        if self.dx is None:
            return None
        np.matmul(weights.value.T, dy, out=self.dunrolled.reshape(-1, n))
        self.dx[...] = self.dunrolled.transpose(1, 0, 2, 3)
        return self.dx
