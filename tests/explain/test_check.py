import math
from collections.abc import Callable

import numpy as np
import pytest

from cnntrain.explain.check import Example, GradientCheck, check, check_gradients, differences
from cnntrain.explain.check import random_example as example_for
from cnntrain.explain.check.result import relative_errors
from cnntrain.nn.fast.activations import FastReLU, FastSigmoid
from cnntrain.nn.fast.convolution import FastConvolution
from cnntrain.nn.fast.dense import FastDense
from cnntrain.nn.fast.dropout import FastDropout
from cnntrain.nn.fast.pooling import FastMaxPooling
from cnntrain.nn.fast.routine import Routine
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import BatchNormalization, LayerNormalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from cnntrain.nn.losses import LOSSES, MeanSquaredError, SoftmaxCrossEntropy
from cnntrain.nn.network import Network
from tests.explain.strangers import STRANGERS, Centred, Gain, Noise
from tests.nn.networks import gradients, network, one_hot

TOLERANCE = 1e-6


def smooth() -> Network:
    """Return a network without kinks; with channels, padding, stride, and a layer without bias."""
    layers = [
        Convolution(3, (3, 2), stride=(1, 2), padding=1, bias=False),
        Tanh(),
        MeanPooling(2, 1),
        Convolution(4, 2, freeze="all"),
        Sigmoid(),
        Dense(3),
    ]
    return network(layers, (2, 6, 7), SoftmaxCrossEntropy())


def kinked() -> Network:
    """Return a network with every layer that has kinks."""
    layers: list[Layer] = [
        Convolution(3, 3),
        ReLU(),
        MaxPooling(2),
        Dense(5),
        LeakyReLU(0.1),
        Dense(2),
        Sigmoid(),
    ]
    return network(layers, (1, 8, 8))


def checked(net: Network, example: Example | None = None) -> GradientCheck:
    return check_gradients(net, example or example_for(net, 0))


def affected(result: GradientCheck) -> list[str]:
    return [array.name for array in result.arrays if array.above(TOLERANCE)]


def test_every_pixel_and_every_parameter_is_checked() -> None:
    result = checked(smooth())
    assert [array.name for array in result.arrays] == [
        "input",
        "conv1.weights",
        "conv2.weights",
        "conv2.bias",
        "dense1.weights",
        "dense1.bias",
    ]
    shapes = {array.name: array.errors.shape for array in result.arrays}
    assert shapes["input"] == (2, 2, 6, 7)
    assert shapes["conv2.weights"] == (4, 3, 2, 2)
    assert result.count == sum(math.prod(shape) for shape in shapes.values())
    assert all(np.isfinite(array.errors).all() for array in result.arrays)


@pytest.mark.parametrize("make", [smooth, kinked])
def test_correct_gradients_are_far_within_the_tolerance(make: Callable[[], Network]) -> None:
    result = checked(make())
    assert result.worst.worst < TOLERANCE / 5
    assert result.above(TOLERANCE) == result.unchecked == 0


def test_the_analytic_side_is_what_training_computes() -> None:
    net = smooth()
    example = example_for(net, 0)
    net.backpropagate(example.images, example.targets)
    expected = gradients(net)
    found = {array.name: array.analytic for array in checked(net, example).arrays}
    for name, gradient in expected.items():
        np.testing.assert_array_equal(found[name], gradient)


@pytest.mark.parametrize("make", [smooth, kinked])
def test_the_numeric_side_is_the_difference_of_the_loss(make: Callable[[], Network]) -> None:
    net = make()
    example = example_for(net, 0)
    found = {array.name: array.numeric for array in checked(net, example).arrays}
    variables = {"input": example.images} | {k: p.value for k, p in net.parameters.items()}
    for name, variable in variables.items():
        for index in np.ndindex(variable.shape):
            losses = []
            value = variable[index]
            for step in (differences.STEP, -differences.STEP):
                variable[index] = value + step
                losses.append(net.backpropagate(example.images, example.targets).loss)
            variable[index] = value
            slope = (losses[0] - losses[1]) / (2 * differences.STEP)
            assert found[name][index] == pytest.approx(slope, rel=1e-7, abs=1e-9), (name, index)


def test_results_do_not_depend_on_how_many_numbers_change_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = smooth()
    whole = checked(net)
    monkeypatch.setattr(differences, "BLOCK_SIZE", 1000)  # 7 of the 36 weights of conv1
    for one, other in zip(checked(net).arrays, whole.arrays, strict=True):
        np.testing.assert_allclose(one.numeric, other.numeric, rtol=0, atol=1e-10)


def test_the_network_and_the_example_stay_as_they_are() -> None:
    net = kinked()
    example = example_for(net, 0)
    before = [*net.state().values(), example.images.copy()]
    checked(net, example)
    for one, other in zip(before, [*net.state().values(), example.images], strict=True):
        np.testing.assert_array_equal(one, other)


def test_progress_tells_of_every_number_once() -> None:
    told: list[int] = []
    net = kinked()
    result = check_gradients(net, example_for(net, 0), progress=told.append)
    assert sum(told) == result.count


def test_a_network_in_float32_is_refused() -> None:
    net = network([Dense(2)], (2, 1, 1), dtype=np.dtype(np.float32))
    with pytest.raises(ValueError, match="found a network in float32, expected float64"):
        checked(net)


# Kinks


@pytest.mark.parametrize("activation", [ReLU(), LeakyReLU(0.2)])
def test_units_exactly_at_their_kink_are_checked_nearby(activation: Layer) -> None:
    zeros = [[0.0, 0.0]] * 3
    result = checked(network([Dense(3, weights=zeros), activation, Dense(2)], (2, 1, 1)))
    moved = {array.name: (array.moved, array.count) for array in result.arrays}
    assert moved["dense1.weights"] == (6, 6)
    assert moved["dense1.bias"] == (3, 3)
    assert moved["dense2.weights"] == (0, 6)
    assert result.above(TOLERANCE) == 0


def test_pixels_of_equal_value_under_max_pooling_are_checked_nearby() -> None:
    net = network([MaxPooling(2), Dense(2), Sigmoid()], (1, 4, 4))
    blank = Example(np.full((2, 1, 4, 4), 0.5), one_hot(np.array([0, 1]), 2))
    result = checked(net, blank)
    moved = {array.name: array.moved for array in result.arrays}
    assert moved == {"input": 32, "dense1.weights": 0, "dense1.bias": 0}
    assert result.above(TOLERANCE) == 0


def test_ties_between_maps_of_a_blank_image_are_checked_nearby() -> None:
    net = network([Convolution(2, 3), MaxPooling(2), Dense(2)], (1, 6, 6))
    half_blank = example_for(net, 0)
    half_blank.images[:, :, :, 2:] = 0.25
    result = checked(net, half_blank)
    assert result.arrays[0].moved > 0
    assert result.above(TOLERANCE) == 0


def test_a_wrong_derivative_is_found_nearby_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FastReLU, "derive", lambda self, y, slope: slope.fill(1))
    zeros = [[0.0, 0.0]] * 8  # nearby, some of the units are off
    result = checked(network([Dense(8, weights=zeros), ReLU(), Dense(2)], (2, 1, 1)))
    assert result.moved > 0
    assert "dense1.weights" in affected(result)


def test_what_has_a_kink_at_every_point_is_counted_as_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check, "MOST_POINTS", 1)
    net = network([MaxPooling(2), Dense(2)], (1, 2, 2))
    result = checked(net, Example(np.zeros((1, 1, 2, 2)), one_hot(np.array([0]), 2)))
    assert result.unchecked == result.above(TOLERANCE) == 4
    assert result.worst.worst == math.inf


# Dropout


def test_dropout_keeps_the_mask_it_drew() -> None:
    net = network([Dense(20), Dropout(0.5), Sigmoid(), Dense(2)], (3, 1, 1))
    result = checked(net)
    assert result.above(TOLERANCE) == 0
    off = (result.arrays[2].analytic == 0).sum()  # units switched off for both images
    assert 0 < off < 20


def test_a_dropout_that_forgets_its_mask_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FastDropout, "backward", lambda self, dy: dy)
    net = network([Dense(20), Dropout(0.5), Sigmoid(), Dense(2)], (3, 1, 1))
    assert affected(checked(net)) == ["input", "dense1.weights", "dense1.bias"]


# Wrong derivatives


def half_slope(self: FastSigmoid, y: np.ndarray, slope: np.ndarray) -> None:
    np.multiply(y, 1 - y, out=slope)
    slope *= 0.5


def first_pixel_wins(self: FastMaxPooling, dy: np.ndarray) -> np.ndarray | None:
    self.winner.fill(0)
    return right[FastMaxPooling](self, dy)


def shifted_by_one(self: FastConvolution, dy: np.ndarray) -> np.ndarray | None:
    dx = right[FastConvolution](self, dy)
    weights = self.layer.parameters["weights"]
    weights.gradient[...] = np.roll(weights.gradient, 1, axis=3)
    return dx


def one_weight_off(self: FastDense, dy: np.ndarray) -> np.ndarray | None:
    dx = right[FastDense](self, dy)
    self.layer.parameters["weights"].gradient[1, 2] *= 1 + 1e-4
    return dx


def forgets_the_mean(self: MeanSquaredError, y: np.ndarray, t: np.ndarray, m: int) -> float:
    loss = right_loss(self, y, t, m)
    self.dy *= m
    return loss


right: dict[type[Routine], Callable[..., np.ndarray | None]] = {
    kind: kind.backward for kind in (FastMaxPooling, FastConvolution, FastDense)
}
right_loss = MeanSquaredError.forward

BELOW_POOLING = ["input", "conv1.weights", "conv1.bias"]
DENSE = ["dense1.weights", "dense1.bias", "dense2.weights", "dense2.bias"]


@pytest.mark.parametrize(
    ("owner", "method", "wrong", "expected"),
    [
        (FastSigmoid, "derive", half_slope, [*BELOW_POOLING, *DENSE]),
        (FastMaxPooling, "backward", first_pixel_wins, BELOW_POOLING),
        (FastConvolution, "backward", shifted_by_one, ["conv1.weights"]),
        (FastDense, "backward", one_weight_off, ["dense1.weights", "dense2.weights"]),
        (MeanSquaredError, "forward", forgets_the_mean, [*BELOW_POOLING, *DENSE]),
    ],
)
def test_a_wrong_derivative_shows_in_the_arrays_that_it_reaches(
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    method: str,
    wrong: Callable[..., object],
    expected: list[str],
) -> None:
    monkeypatch.setattr(owner, method, wrong)
    assert affected(checked(kinked())) == expected


def test_a_single_wrong_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FastDense, "backward", one_weight_off)
    array = checked(network([Dense(3)], (4, 1, 1))).arrays[1]
    assert array.label == "dense1.weights[1,2]"
    assert array.worst == pytest.approx(1e-4, rel=1e-3)
    assert array.above(TOLERANCE) == 1


def test_a_gradient_that_is_not_a_number_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: FastDense, dy: np.ndarray) -> np.ndarray | None:
        dx = right[FastDense](self, dy)
        self.layer.parameters["weights"].gradient[0, 1] = math.nan
        return dx

    monkeypatch.setattr(FastDense, "backward", broken)
    result = checked(network([Dense(3)], (4, 1, 1)))
    assert result.worst.worst == math.inf
    assert result.worst.label == "dense1.weights[0,1]"
    assert (result.above(TOLERANCE), result.unchecked) == (1, 0)


# Layers that the program does not know


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in STRANGERS.items():
        monkeypatch.setitem(LAYERS, name, kind)


@pytest.mark.usefixtures("strangers")
def test_a_layer_that_only_states_its_formulas_is_checked() -> None:
    result = checked(network([Convolution(2, 2), Gain(), Tanh(), Dense(2), Gain()], (1, 3, 3)))
    assert [(array.name, array.count) for array in result.arrays][3:] == [
        ("gain1.gain", 2),
        ("dense1.weights", 16),
        ("dense1.bias", 2),
        ("gain2.gain", 2),
    ]
    assert result.arrays[3].analytic.all()
    assert result.arrays[6].analytic.all()
    assert result.unchecked == 0
    assert result.worst.worst < TOLERANCE / 5


@pytest.mark.usefixtures("strangers")
def test_a_wrong_derivative_of_such_a_layer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets_an_image(self: Gain, dy: np.ndarray) -> np.ndarray:
        self.parameters["gain"].gradient[...] = (dy * self.x)[0].sum(axis=(1, 2))
        return self.g * dy

    monkeypatch.setattr(Gain, "backward", forgets_an_image)
    assert affected(checked(network([Gain(), Dense(2)], (2, 3, 3)))) == ["gain1.gain"]


@pytest.mark.usefixtures("strangers")
def test_a_layer_that_mixes_images_is_checked_one_number_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = network([Dense(3), Centred(), Sigmoid(), Dense(2)], (2, 2, 1))
    result = checked(net)
    assert result.above(TOLERANCE) == 0
    assert result.arrays[1].analytic.all()  # the weights of dense1
    monkeypatch.setattr(Centred, "mixes_images", False)  # side by side, variants would mix as well
    assert affected(checked(net)) == ["input", "dense1.weights", "dense1.bias"]


@pytest.mark.usefixtures("strangers")
def test_a_layer_that_draws_random_numbers_draws_the_same_ones_for_every_difference() -> None:
    result = checked(network([Dense(4), Noise(), Tanh(), Dense(2), Gain()], (2, 2, 1)))
    assert result.above(TOLERANCE) == 0


@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("make", [smooth, kinked])
def test_one_by_one_and_side_by_side_give_the_same_numbers(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], Network], *, dropout: bool
) -> None:
    net = make()
    if dropout:
        net = network([*net.layers[1:-1], Dropout(0.3), Dense(2)], net.in_shape)
    example = example_for(net, 0)
    fast = checked(net, example)
    monkeypatch.setattr(differences, "possible", lambda point, name: False)
    plain = checked(net, example)
    for one, other in zip(plain.arrays, fast.arrays, strict=True):
        assert one.moved == other.moved
        np.testing.assert_allclose(one.numeric, other.numeric, rtol=0, atol=1e-10)


def large_with_batch_norm() -> Network:
    return network([Dense(60), BatchNormalization(), Tanh(), Dense(10)], (1, 6, 6))


def test_where_numbers_are_checked_one_by_one_a_sample_of_each_array_is_drawn() -> None:
    net = large_with_batch_norm()
    example = example_for(net, 0)
    result = checked(net, example)
    assert result.above(TOLERANCE) == 0
    most = check.SAMPLE // 7  # arrays: the images, and weights and bias of three layers
    assert {a.name: a.count for a in result.arrays} == {
        "input": 72,
        "dense1.weights": most,
        "dense1.bias": 60,
        "batch_norm1.weights": 60,
        "batch_norm1.bias": 60,
        "dense2.weights": most,
        "dense2.bias": 10,
    }
    assert result.size == 72 + 36 * 60 + 3 * 60 + 600 + 10
    for array in result.arrays:
        assert (~np.isnan(array.errors)).sum() == array.count
    again, other = (check_gradients(net, example, seed=seed) for seed in (0, 1))
    drawn = [found.arrays[1].drawn for found in (result, again, other)]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


def test_every_number_is_checked_where_that_is_asked_for() -> None:
    net = large_with_batch_norm()
    result = check_gradients(net, example_for(net, 0), every=True)
    assert result.count == result.size
    assert result.above(TOLERANCE) == 0


def test_a_sample_finds_a_wrong_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    right = FastDense.backward

    def doubled(self: FastDense, dy: np.ndarray) -> np.ndarray | None:
        dx = right(self, dy)
        self.layer.parameters["weights"].gradient *= 2
        return dx

    monkeypatch.setattr(FastDense, "backward", doubled)
    assert affected(checked(large_with_batch_norm())) == ["dense1.weights", "dense2.weights"]


@pytest.mark.usefixtures("strangers")
def test_a_kink_above_such_a_layer_is_avoided() -> None:
    net = network([Gain(), ReLU(), Dense(2)], (3, 1, 1))
    net.parameters["gain1.gain"].value[1] = 0
    result = checked(net)
    assert [array.moved for array in result.arrays] == [0, 1, 0, 0]  # the gain of 0
    assert result.above(TOLERANCE) == 0


# Numbers of very different sizes


def steep() -> Network:
    """Return a network whose last weights meet inputs in the 10,000s."""
    net = network([Dense(40), ReLU(), Dense(5), Sigmoid()], (16, 1, 1))
    rng, weights = np.random.default_rng(0), net.parameters["dense1.weights"].value
    weights[...] = 1e4 * rng.normal(size=weights.shape)
    for name in ("dense2.weights", "dense2.bias"):
        net.parameters[name].value *= 1e-4
    return net


@pytest.mark.parametrize("seed", range(4))
def test_weights_that_a_usual_step_moves_too_far_are_checked_with_smaller_ones(seed: int) -> None:
    net = steep()
    assert checked(net, example_for(net, seed)).above(TOLERANCE) == 0


def test_without_smaller_steps_they_would_seem_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "SMALLER_STEPS", 0)
    assert affected(checked(steep())) == ["dense2.weights"]


def test_smaller_steps_excuse_no_wrong_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FastDense, "backward", one_weight_off)
    [array] = (array for array in checked(steep()).arrays if array.above(TOLERANCE))
    assert (array.label, array.above(TOLERANCE)) == ("dense2.weights[1,2]", 1)
    assert array.worst == pytest.approx(1e-4, rel=1e-2)


@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])
def test_normalization_is_checked_as_it_trains(
    kind: type[BatchNormalization] | type[LayerNormalization], *, plain: bool
) -> None:
    layers: list[Layer] = [Convolution(2, 2, bias=False), kind(), Tanh(), Dense(3), kind()]
    layers += [Sigmoid(), Dense(2)]
    net = network(layers, (1, 4, 4), SoftmaxCrossEntropy())
    net.plain = plain
    result = checked(net)
    assert result.above(TOLERANCE) == result.unchecked == 0
    assert result.arrays[0].analytic.all()  # of the pixels


# Definitions and tables


@pytest.mark.parametrize(
    ("analytic", "numeric", "loss", "error"),
    [
        (2.0, 1.0, 1.0, 0.5),
        (1.0, 2.0, 1.0, 0.5),
        (0.0, -3.0, 1.0, 1.0),
        (0.0, 0.0, 1.0, 0.0),
        (1e-9, 0.0, 1.0, 1e-5),  # below the floor of 1e-4
        (1e-9, 0.0, 0.1, 1e-5),  # which does not fall with the loss,
        (1e-9, 0.0, 100.0, 1e-7),  # but rises with it, as the rounding errors do
    ],
)
def test_the_relative_error_is_as_documented(
    analytic: float, numeric: float, loss: float, error: float
) -> None:
    found = relative_errors(np.array(analytic), np.array(numeric), loss)
    assert float(found) == pytest.approx(error)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_can_be_checked(loss: str) -> None:
    assert checked(network([Dense(3)], (4, 1, 1), LOSSES[loss]())).above(TOLERANCE) == 0
