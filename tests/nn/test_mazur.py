"""M. Mazur's worked example (S2), number for number.

Its text and its weights take all gradients before anything is updated. Its errors after 1 and
after 10,000 steps do not: they are, to every digit, those of updating the output layer first.
"""

import numpy as np
import pytest

from cnntrain.nn.layers.activations import Sigmoid
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.network import Network
from cnntrain.nn.updates import GradientDescent
from tests.nn.networks import network, observed_step

X = np.array([0.05, 0.10]).reshape(1, 2, 1, 1)
T = np.array([[0.01, 0.99]])


def mazur() -> tuple[Network, GradientDescent]:
    """Return the network of S2 and its update rule: rate 0.5, biases as they are."""
    net = network(
        [
            Dense(2, weights=[[0.15, 0.20], [0.25, 0.30]], bias=[0.35, 0.35], freeze="bias"),
            Sigmoid(),
            Dense(2, weights=[[0.40, 0.45], [0.50, 0.55]], bias=[0.60, 0.60], freeze="bias"),
            Sigmoid(),
        ],
        (2, 1, 1),
    )
    return net, GradientDescent(list(net.parameters.values()), [0.5] * 4)


def assert_published(found: np.ndarray | float, *published: str) -> None:
    """Compare digit for digit: rounded to as many decimals as were published."""
    values = np.ravel(found)
    for value, text in zip(values, published, strict=True):
        assert f"{value:.{len(text.partition('.')[2])}f}" == text


def test_mazurs_forward_pass_digit_for_digit_as_in_S2() -> None:
    net, _ = mazur()
    outputs = dict(zip(net.names, observed_step(net, X, T).outputs, strict=True))
    assert_published(outputs["sigmoid1"], "0.593269992", "0.596884378")
    assert_published(outputs["sigmoid2"], "0.75136507", "0.772928465")
    halves = (T.ravel() - outputs["sigmoid2"].ravel()) ** 2 / 2
    assert_published(halves, "0.274811083", "0.023560026")
    assert_published(net.backpropagate(X, T).loss, "0.298371109")


def test_mazurs_backward_pass_digit_for_digit_as_in_S2() -> None:
    net, _ = mazur()
    net.backpropagate(X, T)
    shard = observed_step(net, X, T)
    dnet_h, dout_h, dnet_o = shard.errors[-3:]  # of sigmoid1, dense2, sigmoid2
    assert dnet_h is not None
    assert dout_h is not None
    assert dnet_o is not None
    assert_published(shard.loss.dy[0], "0.74136507")
    assert_published(dnet_o.flat[0] / shard.loss.dy[0], "0.186815602")
    assert_published(dnet_o.flat[0], "0.138498562")
    assert_published(dout_h.flat[0], "0.036350306")
    assert_published(dnet_h.flat[0] / dout_h.flat[0], "0.241300709")
    assert_published(net.parameters["dense1.weights"].gradient[0, 0], "0.000438568")
    assert_published(net.parameters["dense2.weights"].gradient[0, 0], "0.082167041")


@pytest.mark.parametrize(
    ("output", "share"),
    [
        (0, "0.055399425"),
        (1, "-0.019049118"),  # published as ...119, from rounded factors; it is ...1183
    ],
)
def test_mazurs_error_at_h1_from_each_output_digit_for_digit_as_in_S2(
    output: int, share: str
) -> None:
    net, _ = mazur()
    targets = net.outputs(X)  # no error ...
    targets[0, output] = T[0, output]  # ... but at one output
    dout_h = observed_step(net, X, targets).errors[-2]
    assert dout_h is not None
    assert_published(dout_h.flat[0], share)


def test_mazurs_first_update_digit_for_digit_as_in_S2() -> None:
    net, descent = mazur()
    net.backpropagate(X, T)
    descent.update()
    state = net.state()
    hidden = ("0.149780716", "0.19956143", "0.24975114", "0.29950229")
    assert_published(state["dense1.weights"], *hidden)
    output = ("0.35891648", "0.408666186", "0.511301270", "0.561370121")
    assert_published(state["dense2.weights"], *output)
    np.testing.assert_array_equal(state["dense1.bias"], 0.35)
    np.testing.assert_array_equal(state["dense2.bias"], 0.60)


def test_mazurs_error_with_all_gradients_taken_before_any_update() -> None:
    """The rule of S2's text and of its weights; the published errors are those of the next test."""
    net, descent = mazur()
    found = {}
    for step in range(1, 10_001):
        net.backpropagate(X, T)
        descent.update()
        if step in (1, 9_999, 10_000):
            found[step] = net.loss_of(net.outputs(X), T)
    assert_published(found[1], "0.291027774")
    assert found[1] == pytest.approx(0.291027924, rel=1e-6)
    assert_published(1e5 * found[9_999], "3.51085")
    assert_published(1e5 * found[10_000], "3.51019")
    assert found[10_000] == pytest.approx(0.000035085, rel=1e-3)
    outputs = net.outputs(X)
    assert_published(outputs, "0.01591362", "0.98406427")
    np.testing.assert_allclose(outputs, [[0.015912196, 0.984065734]], rtol=0, atol=2e-6)


def test_mazurs_published_errors_are_those_of_updating_the_output_layer_first_as_in_S2() -> None:
    """With w5 to w8 moved before the error goes down through them, every digit agrees."""
    net, _ = mazur()
    rates = [0.5, 0.5]
    shard = net.observed((0, 1))
    _, hidden, squash, output, _ = shard.routines
    own = [net.layers[at].parameters.values() for at in (3, 1)]  # output layer, hidden layer
    above, below = (GradientDescent(list(parameters), rates) for parameters in own)
    for step in range(1, 10_001):
        net.backpropagate(X, T)
        shard.step(X, T, None)
        above.update()
        dnet_o = shard.errors[-1]
        assert dnet_o is not None
        dout_h = output.backward(dnet_o)
        assert dout_h is not None
        dnet_h = squash.backward(dout_h)
        assert dnet_h is not None
        hidden.backward(dnet_h)
        net.layers[1].parameters["weights"].gradient[...] = hidden.layer.parameters[
            "weights"
        ].gradient
        below.update()
        if step == 1:
            assert_published(net.loss_of(net.outputs(X), T), "0.291027924")
    assert_published(net.loss_of(net.outputs(X), T), "0.000035085")
    assert_published(net.outputs(X), "0.015912196", "0.984065734")
