"""The upper layers of a network, run on many variants of what reaches them."""

import numpy as np

from cnntrain.explain.check.point import Point
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, to_engine
from cnntrain.nn.layers.dropout import Dropout


class Tail:
    """All layers above one layer, whose output comes in V variants.

    A derivative by one weight needs the outputs at two values of it. Below its layer nothing
    changes, so only the layers above are computed, and those for V weights in one forward pass:
    the variants lie side by side along the batch. `x` (H, C, W, V, N) holds them; all are the
    layer's output at the point until a caller writes to them.
    """

    def __init__(self, point: Point, layer: int, variants: int) -> None:
        """Make the arrays for `variants` outputs of the layer with that index."""
        y = point.outputs[layer]
        self.x = np.repeat(y[..., None, :], variants, axis=3)
        above = zip(point.routines[layer + 1 :], point.outputs[layer + 1 :], strict=True)
        self.steps = [_Side(*pair, variants) for pair in above]

    def forward(self) -> tuple[np.ndarray, np.ndarray]:
        """Return new outputs (K, V, N), and for each variant whether it takes another branch."""
        *_, variants, n = self.x.shape
        x = self.x.reshape(*self.x.shape[:3], variants * n)
        switched = np.zeros(variants, bool)
        for step in self.steps:
            x = step.forward(x)
            step.note_switches(x, switched)
        return x.reshape(-1, variants, n).copy(), switched


class _Side:
    """One layer of the tail, on V·N columns, beside the same layer at the point, on N."""

    def __init__(self, routine: Routine, y: np.ndarray, variants: int) -> None:
        """Allocate a replica; dropout repeats the mask that it drew at the point."""
        self.variants = variants
        layer, count = routine.layer.replica(), variants * y.shape[3]
        memory = Memory(layer.dtype)
        self.routine = type(routine)(layer, count, memory, input_grad=False)
        self.mask = None
        if isinstance(layer, Dropout):
            self.mask = np.tile(to_engine(layer.m), variants)
        taken = routine.branches(y)
        self.taken = None if taken is None else np.tile(taken, variants)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the layer's output."""
        return self.routine.forward(x, train=True) if self.mask is None else x * self.mask

    def note_switches(self, y: np.ndarray, switched: np.ndarray) -> None:
        """Set `switched` (V) for each variant in which a branch differs from the point's."""
        now = self.routine.branches(y)
        if now is not None:
            columns = (now != self.taken).reshape(-1, y.shape[3]).any(axis=0)
            switched |= columns.reshape(self.variants, -1).any(axis=1)
