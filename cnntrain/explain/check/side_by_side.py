"""Many variants of a network side by side: one changed pixel or weight each, one forward pass.

A derivative with respect to one weight needs the outputs at two values of it. Below its layer
nothing changes, so only the layers above are computed, and those for V weights at once: the
variants lie side by side along the batch. This is some hundred times as fast as one forward pass
for each number, and it works where images do not depend on each other and where a weight changes
one map of its layer only (`possible`).
"""

from abc import ABC, abstractmethod

import numpy as np

from cnntrain.explain.check.point import INPUT, Point
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import routine_for
from cnntrain.nn.fast.routine import Routine


def possible(point: Point, name: str) -> bool:
    """Return whether the elements of an array can be varied side by side."""
    if any(layer.mixes_images for layer in point.layers):
        return False
    return name == INPUT or point.layers[point.layer_of(name)].widened(1) is not None


class Variants(ABC):
    """An array of the network, and how the output of layer number `layer` depends on it."""

    layer: int
    count: int  # of elements that change at a time, each in a variant of its own

    @abstractmethod
    def choose(self, elements: np.ndarray) -> None:
        """Change element elements[k] of the flat array in variant k."""

    @abstractmethod
    def write(self, values: np.ndarray, x: np.ndarray) -> None:
        """Write the output of variant k for the value values[k] to x (H, C, W, V, N)."""

    @abstractmethod
    def restore(self, x: np.ndarray) -> None:
        """Undo `write`."""


class Pixels(Variants):
    """Pixels of the images, which are the output of layer 0."""

    def __init__(self, point: Point, count: int) -> None:
        """Keep the images."""
        self.layer, self.count = 0, count
        self.images = point.example.images

    def choose(self, elements: np.ndarray) -> None:
        """Find where the pixels are."""
        self.at = np.unravel_index(elements, self.images.shape)

    def write(self, values: np.ndarray, x: np.ndarray) -> None:
        """Write the pixels."""
        image, channel, row, column = self.at
        x[row, channel, column, np.arange(len(values)), image] = values

    def restore(self, x: np.ndarray) -> None:
        """Write the pixels as they were."""
        self.write(self.images[self.at], x)


class ParameterArray(Variants):
    """One parameter array of a layer whose output map j depends on row j of each array alone.

    So one weight changes one map, and V changed weights make V maps. These come from one forward
    pass of a layer of the same kind, options and input, but with V outputs: its row k is the row
    that weight k belongs to, with that weight changed.
    """

    def __init__(self, point: Point, layer: int, part: str, count: int) -> None:
        """Make the layer with `count` outputs."""
        self.layer, self.count = layer, count
        self.below, self.y = point.outputs[layer - 1], point.outputs[layer]
        self.original = point.layers[layer]
        wide = self.original.widened(count)
        assert wide is not None, "otherwise they cannot be varied side by side"
        self.wide = wide
        self.routine = routine_for(
            self.wide,
            self.y.shape[3],
            Memory(self.wide.dtype),
            input_grad=False,
            plain=point.network.plain,
        )
        self.values = self.wide.parameters[part].value.reshape(count, -1)

    def choose(self, elements: np.ndarray) -> None:
        """Copy the rows that the elements belong to."""
        self.variants = np.arange(len(elements))
        self.rows, self.places = np.divmod(elements, self.values.shape[1])
        for name, parameter in self.original.parameters.items():
            copies = self.wide.parameters[name].value
            np.take(parameter.value, self.rows, axis=0, out=copies[: len(elements)])

    def write(self, values: np.ndarray, x: np.ndarray) -> None:
        """Compute the changed maps."""
        self.values[self.variants, self.places] = values
        maps = self.routine.forward(self.below, train=True)[:, self.variants]
        x[:, self.rows, :, self.variants] = maps.swapaxes(0, 1)

    def restore(self, x: np.ndarray) -> None:
        """Write the maps as they were."""
        x[:, self.rows, :, self.variants] = self.y[:, self.rows].swapaxes(0, 1)


class Tail:
    """All layers above one layer, whose output comes in V variants.

    `x` (H, C, W, V, N) holds the variants; all are the layer's output at the point until a caller
    writes to them.
    """

    def __init__(self, point: Point, layer: int, variants: int) -> None:
        """Make the arrays for `variants` outputs of the layer with that index."""
        y = point.outputs[layer]
        self.x = np.repeat(y[..., None, :], variants, axis=3)
        above = range(layer + 1, len(point.layers))
        self.layers = [_WideLayer(point, index, variants) for index in above]

    def forward(self) -> tuple[np.ndarray, np.ndarray]:
        """Return new outputs (K, V, N), and for each variant whether it takes another branch."""
        *_, variants, n = self.x.shape
        x = self.x.reshape(*self.x.shape[:3], variants * n)
        switched = np.zeros(variants, bool)
        for layer in self.layers:
            x = layer.forward(x)
            layer.note_switches(x, switched)
        return x.reshape(-1, variants, n).copy(), switched


class _WideLayer:
    """One layer of the tail on V·N columns, beside the same layer at the point, on N."""

    def __init__(self, point: Point, index: int, variants: int) -> None:
        """Allocate a replica; a layer that draws random numbers works on one variant at a time."""
        self.point, self.index, self.variants = point, index, variants
        layer, self.n = point.layers[index].replica(), point.outputs[index].shape[3]
        together = 1 if layer.draws_random else variants
        kind = type(point.routines[index])
        self.routine: Routine = kind(
            layer, together * self.n, Memory(layer.dtype), input_grad=False
        )
        self.random = layer.draws_random
        taken = point.taken[index]
        self.taken = None if taken is None else np.tile(taken, variants)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the layer's output."""
        if not self.random:
            return self.routine.forward(x, train=True)
        variants = []
        for columns in np.split(x, self.variants, axis=3):
            self.point.reseed(self.index, self.routine)  # draws for each what it drew at the point
            variants.append(self.routine.forward(columns, train=True).copy())
        return np.concatenate(variants, axis=3)

    def note_switches(self, y: np.ndarray, switched: np.ndarray) -> None:
        """Set `switched` (V) for each variant in which a branch differs from the point's."""
        now = self.routine.branches(y)
        if now is not None:
            columns = (now != self.taken).reshape(-1, y.shape[3]).any(axis=0)
            switched |= columns.reshape(self.variants, -1).any(axis=1)
