"""Refuse networks and mini-batches that cannot fit into memory, before they are tried.

An operating system grants more memory than it has, and kills the process that uses it without a
message. The estimates are lower bounds: nothing that would fit is refused.
"""

import copy
import math
from collections.abc import Iterator

import numpy as np

from cnntrain.config import Config
from cnntrain.nn.layers import layer_names
from cnntrain.nn.layers.base import Layer, Shape, ShapeError
from cnntrain.system.memory import available_memory, in_bytes


def refuse_too_many_weights(config: Config, dtype: np.dtype) -> None:
    """Raise ConfigError if the weights, their gradients and their initial values cannot fit.

    The initial values of a layer are float64 before they are converted.
    """
    counts = {name: weights for name, weights, _ in _layers(config)}
    if not counts:
        return
    largest = max(counts, key=lambda name: counts[name])
    needed = 2 * sum(counts.values()) * dtype.itemsize + 8 * counts[largest]
    free = available_memory()
    if free is not None and needed > free:
        raise config.places.complaint(
            "network",
            f"its weights do not fit into memory: they need "
            f"at least {in_bytes(needed)}, of which {in_bytes(free)} are free; {largest} has the "
            f"most, {counts[largest]:,}; make its layers smaller",
            because=["dataset"],
        )


def refuse_too_large_batches(config: Config, batchsize: int) -> None:
    """Raise ConfigError if the outputs of all layers for a mini-batch cannot fit.

    They are the smaller part of what a step needs, which also has gradients and copies of inputs.
    """
    numbers = math.prod(config.dataset.shape) + sum(size for _, _, size in _layers(config))
    one = numbers * np.dtype(config.dtype).itemsize
    free = available_memory()
    if free is not None and batchsize * one > free:
        raise config.places.complaint(
            "train.batchsize",
            f"found {batchsize}, for which a mini-batch needs at least "
            f"{in_bytes(batchsize * one)} of memory, and {in_bytes(free)} are free; expected at "
            f"most {free // one}; lower train.batchsize",
            because=["dataset", "network"],
        )


def _layers(config: Config) -> Iterator[tuple[str, int, int]]:
    """Yield each layer's name, number of weights and output size, up to one that does not fit.

    The number of weights is that of multiplications at one position of the output.
    """
    shape: Shape = config.dataset.shape
    for name, layer in zip(layer_names(config.network), config.network, strict=True):
        planned: Layer = copy.copy(layer)
        try:
            planned.in_shape, planned.out_shape = shape, planned.shape_after(shape)
        except ShapeError:
            return
        shape = planned.out_shape
        yield name, planned.multiply_adds() // math.prod(shape[1:]), math.prod(shape)
