"""Where weights start, which of them move, and how far."""

import math
from typing import Any, Literal

import numpy as np
import pytest

from cnntrain.nn.initial import RULES
from cnntrain.nn.layers.activations import LeakyReLU
from cnntrain.nn.layers.base import ShapeError
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import BatchNormalization, LayerNormalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import GradientDescent
from tests.nn.harness import FLOAT64, PRECISIONS

VARIANCES = {  # from fan_in and fan_out
    "toolbox": lambda fan_in, fan_out: 6 / (fan_in + fan_out) / 3,  # of U(−a, a): a²/3
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
}
LAYERS_AND_FANS = [  # inputs (7, 20, 20)
    (lambda rule: Dense(30, weights=rule), 7 * 400, 30),
    (lambda rule: Convolution(60, (5, 3), weights=rule), 7 * 15, 60 * 15),
]


def parameters(layer: Dense | Convolution, dtype: np.dtype = FLOAT64) -> dict[str, Parameter]:
    """Return the parameters of a layer built on 7 maps of 20x20."""
    layer.build((7, 20, 20), np.random.default_rng(0), dtype)
    return layer.parameters


def test_every_rule_has_its_variance_here() -> None:
    assert list(VARIANCES) == list(RULES)


@pytest.mark.parametrize(("make", "fan_in", "fan_out"), LAYERS_AND_FANS)
@pytest.mark.parametrize("rule", RULES)
def test_initial_weights_have_mean_0_and_the_documented_variance(
    rule: str, make: Any, fan_in: int, fan_out: int
) -> None:
    values = parameters(make(rule))["weights"].value
    variance = VARIANCES[rule](fan_in, fan_out)
    assert abs(values.mean()) < 4 * math.sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / values.size))


@pytest.mark.parametrize(("make", "fan_in", "fan_out"), LAYERS_AND_FANS)
def test_the_toolboxs_weights_fill_their_bounds_and_stay_within(
    make: Any, fan_in: int, fan_out: int
) -> None:
    largest = np.abs(parameters(make("toolbox"))["weights"].value).max()
    a = math.sqrt(6 / (fan_in + fan_out))
    assert 0.99 * a < largest <= a


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("rule", RULES)
def test_biases_start_at_0_and_values_have_the_precision_asked_for(
    rule: str, dtype: np.dtype
) -> None:
    made = parameters(Dense(3, weights=rule), dtype)
    assert {p.value.dtype for p in made.values()} == {dtype}
    np.testing.assert_array_equal(made["bias"].value, np.zeros(3))


def test_a_layer_without_bias_has_weights_only() -> None:
    assert list(parameters(Dense(3, bias=False))) == ["weights"]


def test_values_can_be_given() -> None:
    weights = np.arange(42.0).reshape(2, 7, 1, 3)
    made = parameters(Convolution(2, (1, 3), weights=weights.tolist(), bias=[5.0, 6.0]))
    np.testing.assert_array_equal(made["weights"].value, weights)
    np.testing.assert_array_equal(made["bias"].value, [5, 6])


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Dense(2, weights=[[1.0, 2.0]]), r"weights: found shape \(1, 2\), expected \(2, 2800\)"),
        (Dense(2, weights=[1.0]), r"weights: found shape \(1,\), expected \(2, 2800\)"),
        (Dense(2, bias=[1.0] * 3), r"bias: found shape \(3,\), expected \(2,\)"),
        (
            Convolution(1, 1, weights=[[[[1.0]]]]),
            r"weights: found shape \(1, 1, 1, 1\), expected \(1, 7, 1, 1\)",
        ),
        (
            Dense(2, weights=[[1.0], [1.0, 2.0]]),
            "weights: rows of different lengths, or a value that is no number; expected numbers in",
        ),
        (Dense(2, weights=[["one"]]), "weights: .*a value that is no number"),
    ],
)
def test_values_of_another_shape_are_refused_with_both_shapes(
    layer: Dense | Convolution, message: str
) -> None:
    with pytest.raises(ShapeError, match=message):
        parameters(layer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0), "units: found 0, expected 1 or more"),
        (lambda: Dense(1, weights="random"), "unknown rule 'random'; known are toolbox, xavier"),
        (lambda: Convolution(0, 3), "filters: found 0, expected 1 or more"),
        (lambda: Convolution(1, 0), "kernel: found 0, expected 1 or more"),
        (lambda: Convolution(1, (3, 0)), r"kernel: found \(3, 0\), expected 1 or more"),
        (lambda: Convolution(1, 3, stride=0), "stride: found 0, expected 1 or more"),
        (lambda: Convolution(1, 3, padding=-1), "padding: found -1, expected 0 or more"),
        (lambda: MaxPooling(0), "window: found 0, expected 1 or more"),
        (lambda: MeanPooling(2, (1, 0)), r"stride: found \(1, 0\), expected 1 or more"),
        (lambda: MeanPooling("all"), "window: found 'all', expected a number, two, or 'global'"),
        (lambda: MaxPooling("global", 2), "stride: found 2, but a window that is global has one"),
        (lambda: LeakyReLU(0), "slope: found 0, expected a number between 0 and 1"),
        (lambda: LeakyReLU(1), "slope: found 1, expected a number between 0 and 1"),
        (lambda: LeakyReLU(math.nan), "slope: found nan"),
        (lambda: BatchNormalization(epsilon=0), "epsilon: found 0, expected a number above 0"),
        (lambda: BatchNormalization(momentum=0), "momentum: found 0, expected a number above 0"),
        (lambda: BatchNormalization(momentum=1.1), "momentum: found 1.1, expected .* up to 1"),
        (lambda: LayerNormalization(rate=-1), "rate: found -1, expected 0 or more"),
        (lambda: LayerNormalization(freeze="some"), "freeze: found 'some', expected nothing or"),  # type: ignore[arg-type]  # refused
        (lambda: Dropout(1), "rate: found 1, expected a number from 0 to below 1"),
        (lambda: Dropout(-0.1), "rate: found -0.1, expected"),
        (lambda: Dropout(math.nan), "rate: found nan"),
    ],
)
def test_options_that_no_layer_can_have_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("freeze", "moving"),
    [
        ("nothing", {"weights", "bias"}),
        ("weights", {"bias"}),
        ("bias", {"weights"}),
        ("all", set()),
    ],
)
def test_what_is_frozen_never_moves(
    freeze: Literal["nothing", "weights", "bias", "all"], moving: set[str]
) -> None:
    made = parameters(Dense(3, freeze=freeze))
    before = {name: parameter.value.copy() for name, parameter in made.items()}
    for parameter in made.values():
        parameter.gradient.fill(1)
    GradientDescent().on(made, [0.1, 0.1]).update()
    moved = {name for name, p in made.items() if not np.array_equal(p.value, before[name])}
    assert moved == moving
