"""One row for each layer and each loss: how to draw one, and the twin that says what is right."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
)
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from tests.nn import naive, naive_network, naive_normalization, naive_units
from tests.nn.harness import from_engine, ready

Both = int | tuple[int, int]
Sample = tuple[Layer, Shape]


@dataclass(frozen=True)
class Case:
    """How to draw a layer that fits on an image, sizes not to be missed, and the naive twin."""

    samples: st.SearchStrategy[Sample]
    odd: tuple[Sample, ...]
    twin: Callable[[Any], naive.Twin]


def pair(value: Both) -> tuple[int, int]:
    """Return one number or (rows, columns) as the latter."""
    return (value, value) if isinstance(value, int) else value


def one_or_two(least: int, most: int) -> st.SearchStrategy[Both]:
    """Draw an option that is one number or (rows, columns)."""
    number = st.integers(least, most)
    return number | st.tuples(number, number)


@st.composite
def image_under(draw: st.DrawFn, window: Both, padding: Both = 0) -> Shape:
    """Draw the shape of an image on which a window fits, often only just."""
    rows, columns = (
        draw(st.integers(max(1, k - 2 * p), max(1, k - 2 * p) + 4))
        for k, p in zip(pair(window), pair(padding), strict=True)
    )
    return draw(st.integers(1, 3)), rows, columns


@st.composite
def convolutions(draw: st.DrawFn) -> Sample:
    """Draw any small convolution."""
    kernel, padding = draw(one_or_two(1, 4)), draw(one_or_two(0, 3))
    layer = Convolution(
        draw(st.integers(1, 3)),
        kernel,
        stride=draw(one_or_two(1, 5)),
        padding=padding,
        bias=draw(st.booleans()),
        weights=draw(st.sampled_from(("toolbox", "xavier", "he"))),
    )
    return layer, draw(image_under(kernel, padding))


@st.composite
def winograds(draw: st.DrawFn) -> Sample:
    """Draw a convolution with filters and channels enough for `Winograd`, and mostly rows."""
    rows, columns, padding = (
        draw(st.integers(2, 5)),
        draw(st.integers(1, 5)),
        draw(one_or_two(0, 2)),
    )
    above, beside = pair(padding)
    least = max(2, -(-10 // columns))
    shape = (
        draw(st.integers(least, least + 3)),
        draw(st.integers(rows + 1, rows + 10)),
        draw(st.integers(max(1, columns - 2 * beside), columns + 4)),
    )
    image = (shape[0], max(1, shape[1] - 2 * above), shape[2])
    return Convolution(draw(st.integers(4, 6)), (rows, columns), padding=padding), image


@st.composite
def poolings(draw: st.DrawFn, kind: type[MeanPooling] | type[MaxPooling]) -> Sample:
    """Draw windows side by side, overlapping, or with gaps between them."""
    window = draw(one_or_two(1, 4))
    return kind(window, draw(st.none() | one_or_two(1, 5))), draw(image_under(window))


@st.composite
def on_any_image(draw: st.DrawFn, layers: st.SearchStrategy[Layer]) -> Sample:
    """Draw a layer that takes everything."""
    return draw(layers), draw(image_under(1))


def convolution_twin(layer: Convolution) -> naive.Twin:
    """Return the loops for a built convolution."""
    bias = layer.parameters["bias"].value if "bias" in layer.parameters else None
    weights = layer.parameters["weights"].value
    return naive.Convolution(weights, bias, pair(layer.stride), pair(layer.padding))


def dense_twin(layer: Dense) -> naive.Twin:
    """Return the loops for a built dense layer."""
    bias = layer.parameters["bias"].value if "bias" in layer.parameters else None
    return naive.Dense(layer.parameters["weights"].value, bias)


def pooling_twin(kind: type[naive.Pooling]) -> Callable[[Any], naive.Twin]:
    """Return a function from a pooling layer to the loops for it."""

    def twin(layer: Any) -> naive.Twin:
        window = pair(layer.in_shape[1:] if layer.window == "global" else layer.window)
        return kind(window, window if layer.stride is None else pair(layer.stride))

    return twin


def dropout_twin(layer: Dropout) -> naive.Twin:
    """Return the product with the mask that the same seed makes of ones."""

    def mask_for(batch: int) -> np.ndarray:
        ones = np.ones((batch, *layer.in_shape), layer.dtype)
        return from_engine(ready(layer, batch).forward(to_engine(ones), train=True))

    return naive_units.Masked(mask_for)


@st.composite
def several_numbers(draw: st.DrawFn, layers: st.SearchStrategy[Layer]) -> Sample:
    """Draw a layer that takes all but a single number."""
    channels, rows, columns = draw(image_under(1))
    return draw(layers), (channels + 1, rows, columns)


def normalization_twin(group: naive_normalization.Group) -> Callable[[Any], naive.Twin]:
    """Return a function from a built normalization to the loops for it."""

    def twin(layer: Normalization) -> naive.Twin:
        gamma, beta = (p.value for p in layer.parameters.values())
        return naive_normalization.Normalization(gamma, beta, layer.epsilon, group)

    return twin


PIXEL, COLOUR_PIXEL, COLOUR = (1, 1, 1), (3, 1, 1), (3, 5, 4)


def pooling_sizes(kind: type[MeanPooling] | type[MaxPooling]) -> tuple[Sample, ...]:
    """Return the sizes at which pooling goes wrong."""
    return (
        (kind(1), PIXEL),
        (kind(2), (1, 5, 7)),  # does not divide
        (kind(3, 1), COLOUR),  # overlaps
        (kind(1, 3), COLOUR),  # leaves gaps
        (kind((1, 4), (3, 2)), COLOUR),
        (kind((5, 4)), COLOUR),  # the whole map
        (kind("global"), COLOUR),
    )


def everywhere(layer: Layer) -> tuple[Sample, ...]:
    """Return a layer that takes everything on the smallest images."""
    return (layer, PIXEL), (layer, COLOUR_PIXEL), (layer, COLOUR)


CASES: dict[str, Case] = {
    "conv": Case(
        convolutions() | winograds(),
        (
            (Convolution(1, 1), PIXEL),
            (Convolution(2, 3, padding=1), COLOUR_PIXEL),
            (Convolution(2, 1, stride=3), COLOUR),  # stride > kernel
            (Convolution(2, 1, padding=3), PIXEL),  # most windows see nothing but padding
            (Convolution(2, 2, stride=5, padding=2), PIXEL),  # no window sees the image
            (Convolution(3, (2, 3), stride=(2, 1), padding=(0, 2)), COLOUR),
            (Convolution(2, 2, stride=2), (1, 5, 7)),  # a row and a column are left over
            (Convolution(2, (5, 4), bias=False), COLOUR),  # the whole image
            (Convolution(4, 5), (6, 12, 9)),  # two tiles of 4 rows: by `Winograd` from here on
            (Convolution(5, (5, 2), padding=(3, 1)), (6, 8, 5)),  # two tiles of 5
            (Convolution(4, (8, 3), padding=1), (4, 11, 6)),  # tiles of 2: 4 see the same row
            (Convolution(4, (2, 5)), (2, 4, 9)),  # one tile of 3
        ),
        convolution_twin,
    ),
    "mean_pool": Case(
        poolings(MeanPooling), pooling_sizes(MeanPooling), pooling_twin(naive.MeanPooling)
    ),
    "max_pool": Case(
        poolings(MaxPooling), pooling_sizes(MaxPooling), pooling_twin(naive.MaxPooling)
    ),
    "dense": Case(
        on_any_image(st.builds(Dense, st.integers(1, 4), bias=st.booleans())),
        (*everywhere(Dense(1)), *everywhere(Dense(4, bias=False))),
        dense_twin,
    ),
    "sigmoid": Case(
        on_any_image(st.builds(Sigmoid)), everywhere(Sigmoid()), lambda _: naive_units.sigmoid()
    ),
    "tanh": Case(on_any_image(st.builds(Tanh)), everywhere(Tanh()), lambda _: naive_units.tanh()),
    "relu": Case(
        on_any_image(st.builds(ReLU)), everywhere(ReLU()), lambda _: naive_units.leaky_relu(0)
    ),
    "leaky_relu": Case(
        on_any_image(st.builds(LeakyReLU, st.sampled_from((0.01, 0.3, 0.9)))),
        everywhere(LeakyReLU(0.2)),
        lambda layer: naive_units.leaky_relu(layer.slope),
    ),
    "softplus": Case(
        on_any_image(st.builds(Softplus)), everywhere(Softplus()), lambda _: naive_units.softplus()
    ),
    "silu": Case(on_any_image(st.builds(SiLU)), everywhere(SiLU()), lambda _: naive_units.silu()),
    "gelu": Case(on_any_image(st.builds(GELU)), everywhere(GELU()), lambda _: naive_units.gelu()),
    "dropout": Case(
        on_any_image(st.builds(Dropout, st.sampled_from((0.0, 0.3, 0.5, 0.9)))),
        everywhere(Dropout(0.4)),
        dropout_twin,
    ),
    "batch_norm": Case(
        on_any_image(st.builds(BatchNormalization, epsilon=st.sampled_from((1e-5, 0.1)))),
        everywhere(BatchNormalization(epsilon=1e-3)),
        normalization_twin(lambda at: at[1:2]),
    ),
    "layer_norm": Case(
        several_numbers(st.builds(LayerNormalization, epsilon=st.sampled_from((1e-5, 0.1)))),
        everywhere(LayerNormalization(epsilon=1e-3))[1:],
        normalization_twin(lambda at: at[:1]),
    ),
}

LOSS_CASES: dict[str, naive_network.LossTwin] = {
    "mse": naive_network.mse,
    "softmax_cross_entropy": naive_network.softmax_cross_entropy,
}


def odd_sizes() -> list[tuple[str, Layer, Shape]]:
    """Return every row's sizes not to be missed, with the layer's name."""
    return [(name, layer, shape) for name, case in CASES.items() for layer, shape in case.odd]
