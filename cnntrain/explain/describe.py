"""What a network consists of, layer by layer: shapes, sizes, costs and rates, without any data."""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.config import Config
from cnntrain.config.rates import share_out
from cnntrain.errors import ConfigError
from cnntrain.model.build import (
    build_network,
    layer_rates,
    wrong_outputs,
)
from cnntrain.model.complaints import SEE_DESCRIBE, last_layer
from cnntrain.nn.layers import layer_names
from cnntrain.nn.layers.base import Layer, Shape, ShapeError
from cnntrain.nn.network import NetworkShapeError

Pair = tuple[int, int]  # rows, columns


@dataclass(frozen=True)
class LayerRow:
    """One layer. A layer that does not fit has a name and nothing else.

    `multiply_adds` are those of one image's forward pass. `field` is the receptive field: the
    rows and columns of the image that one output can see. `memory` are the bytes of the output
    and its gradient for one mini-batch, and of the parameters and their gradients. The engine
    has scratch arrays on top, and uses the same memory for much of it.
    """

    name: str
    shape: Shape | None = None  # (C, H, W) of the output
    parameters: int = 0
    multiply_adds: int = 0
    field: Pair | None = None
    memory: int = 0
    rate: float | None = None  # None without parameters, and where none is given
    frozen: tuple[str, ...] = ()  # the parameters that are never updated


@dataclass(frozen=True)
class Description:
    """The rows of a network, the input first; up to the first layer that does not fit."""

    config: Config
    rows: list[LayerRow]
    problem: str | None = None  # what is wrong, where, and what would be right
    bad: str | None = None  # the layer that does not fit, if that is the problem
    reason: str | None = None  # why it does not, and what would

    @property
    def update(self) -> str:
        """Return the update rule, as a text for people."""
        return self.config.train.update.sentence

    @property
    def parameters(self) -> int:
        """Return the number of weights and biases."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Return the multiplications of one image's forward pass."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def memory(self) -> int:
        """Return the bytes of all rows."""
        return sum(row.memory for row in self.rows)


def describe(config: Config) -> Description:
    """Return what the network of a configuration consists of, and what is wrong with it."""
    try:
        network = build_network(config)
    except ConfigError as error:
        shape = error.__cause__
        if not isinstance(shape, NetworkShapeError):
            raise
        rows = _rows(config, _fitting(config))
        if rows[-1].name != shape.name:  # it is there if only the last output is wrong
            rows.append(LayerRow(shape.name))
        problem = str(error).removesuffix(SEE_DESCRIBE)
        return Description(config, rows, problem, shape.name, shape.reason)
    rows = _rows(config, network.layers[1:])
    reason = wrong_outputs(config, network, config.dataset.known_classes)
    if reason is not None:
        problem = str(last_layer(config, reason))
        return Description(config, rows, problem, rows[-1].name, reason)
    try:
        layer_rates(config, network)
    except ConfigError as error:
        return Description(config, rows, str(error))
    return Description(config, rows)


def _fitting(config: Config) -> list[Layer]:
    """Return built copies of the layers below the first that does not fit."""
    rng, dtype, shape = np.random.default_rng(0), np.dtype(config.dtype), config.dataset.shape
    fitting: list[Layer] = []
    for layer in map(copy.copy, config.network):
        try:
            shape = layer.build(shape, rng, dtype)
        except ShapeError:
            break
        fitting.append(layer)
    return fitting


def _rows(config: Config, layers: Sequence[Layer]) -> list[LayerRow]:
    """Return the rows of the input and of built layers."""
    itemsize, batch = np.dtype(config.dtype).itemsize, config.train.batchsize
    image = config.dataset.shape
    rows = [LayerRow("input", image, field=(1, 1), memory=math.prod(image) * batch * itemsize)]
    fields = receptive_fields(image, layers)
    learning = [layer.own_rate() for layer in layers if layer.parameters]
    rates = iter(share_out(config.train.rates, learning))
    for name, layer, field in zip(layer_names(layers), layers, fields, strict=True):
        parameters = sum(p.value.size for p in layer.parameters.values())
        rate = next(rates) if layer.parameters else None
        row = LayerRow(
            name,
            shape=layer.out_shape,
            parameters=parameters,
            multiply_adds=layer.multiply_adds(),
            field=field,
            memory=2 * (math.prod(layer.out_shape) * batch + parameters) * itemsize,
            rate=None if rate is None else rate.value,
            frozen=tuple(part for part, p in layer.parameters.items() if p.frozen),
        )
        rows.append(row)
    return rows


def receptive_fields(image: Shape, layers: Sequence[Layer]) -> list[Pair]:
    """Return how many rows and columns of the image an output of each layer can see.

    With kernel k and stride S, the field grows from r to r + (k − 1)·j, where j, the distance in
    the image of two neighbours in the layer's input, grows to j·S (Dumoulin & Visin 2016, "A guide
    to convolution arithmetic"). It ends at the image: padding is not seen.
    """
    field, distance = np.ones(2, int), np.ones(2, int)
    fields = []
    for layer in layers:
        kernel, stride, _ = layer.geometry()
        field = field + (np.array(kernel) - 1) * distance
        distance = distance * stride
        rows, columns = np.minimum(field, image[1:])
        fields.append((int(rows), int(columns)))
    return fields
