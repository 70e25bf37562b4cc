"""Dropout, fast: the mask is drawn into an array made before."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.layers.dropout import Dropout


class FastDropout(Routine):
    """Forward and backward of `Dropout`."""

    layer: Dropout

    def allocate(self, memory: Memory) -> None:
        """Get m, y and dx."""
        shape = layout(self.layer.in_shape, self.batch_size)
        self.y = memory.own(shape)  # handed up, it would not be in turn when x itself is returned
        self.m = memory.own(shape)
        self.dx = memory.handed_down(shape) if self.input_grad else None
        self.layer.reseed([0])

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x·m, with a new m, or x when not training."""
        if not train:
            return x
        self.layer.rng.random(out=self.m, dtype=self.layer.dtype)
        np.greater_equal(self.m, self.layer.rate, out=self.m)
        self.m *= 1 / (1 - self.layer.rate)
        np.multiply(x, self.m, out=self.y)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy·m."""
        if self.dx is not None:
            np.multiply(dy, self.m, out=self.dx)
        return self.dx

    def publish(self) -> None:
        """Keep m (N, C, H, W) on the layer."""
        self.layer.m = self.m.transpose(3, 1, 0, 2)
