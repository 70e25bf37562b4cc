"""Change single pixels or parameters, and write what that makes of their layer's output."""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import numpy as np

from cnntrain.explain.check.point import Point
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import routine_for
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense

# the option of each layer with parameters that gives the number of its outputs
OUTPUTS: dict[type[Layer], str] = {Convolution: "filters", Dense: "units"}


class Variants(ABC):
    """An array of the network, and how the output of layer number `layer` depends on it."""

    layer: int
    count: int  # of elements that change at a time, each in a variant of its own

    @abstractmethod
    def choose(self, elements: np.ndarray) -> None:
        """Let variant k be the one in which element elements[k] of the flat array changes."""

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

    So one weight changes one map, and V changed weights make V maps: they are computed by one
    forward pass of a layer of the same kind, options and input, but with V outputs, whose row k
    is the row that weight k belongs to, with that weight changed.
    """

    def __init__(self, point: Point, layer: int, part: str, count: int) -> None:
        """Make the layer with `count` outputs."""
        self.layer, self.count = layer, count
        self.below, self.y = point.outputs[layer - 1], point.outputs[layer]
        self.original = point.layers[layer]
        self.wide = widened(self.original, count)
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


def widened(layer: Layer, outputs: int) -> Layer:
    """Return a built layer with the same options and input, but with `outputs` outputs."""
    options: dict[str, Any] = {
        OUTPUTS[type(layer)]: outputs,
        "weights": "toolbox",  # any rule: all values are overwritten
        "bias": "bias" in layer.parameters,
    }
    wide: Layer = replace(layer, **options)  # type: ignore[type-var]  # every layer is a dataclass
    wide.build(layer.in_shape, np.random.default_rng(0), layer.dtype)
    return wide
