"""What the sources S0 to S3 state, number for number."""

import numpy as np

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers.activations import Sigmoid
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.pooling import MaxPooling
from cnntrain.nn.network import Network
from tests.nn.harness import built, from_engine, ready
from tests.nn.networks import network, observed_step, tutorial_layers


def size(net: Network) -> int:
    """Return the number of weights and biases."""
    return sum(parameter.value.size for parameter in net.parameters.values())


def test_the_tutorials_network_has_3898_parameters_as_in_S0() -> None:
    net = network(tutorial_layers(), (1, 28, 28))
    assert size(net) == 6 * 25 + 6 + 12 * 150 + 12 + 192 * 10 + 10 == 3898


def test_the_tutorials_maps_have_the_sizes_of_S0() -> None:
    net = network(tutorial_layers(), (1, 28, 28))
    shapes = {name: layer.out_shape for name, layer in zip(net.names, net.layers, strict=True)}
    assert shapes == {
        "input": (1, 28, 28),
        "conv1": (6, 24, 24),
        "sigmoid1": (6, 24, 24),
        "mean_pool1": (6, 12, 12),
        "conv2": (12, 8, 8),
        "sigmoid2": (12, 8, 8),
        "mean_pool2": (12, 4, 4),
        "dense1": (10, 1, 1),
        "sigmoid3": (10, 1, 1),
    }


def test_20_maps_of_5x5_need_520_parameters_as_in_S1() -> None:
    layer = built(Convolution(20, 5), (1, 28, 28))
    assert sum(p.value.size for p in layer.parameters.values()) == 20 * (25 + 1) == 520


def test_784_inputs_and_30_units_need_23550_parameters_as_in_S1() -> None:
    assert size(network([Dense(30)], (1, 28, 28))) == 784 * 30 + 30 == 23550


def test_a_pooled_cell_comes_from_row_2j_plus_dy_and_column_2i_plus_dx_as_in_S3() -> None:
    """The error of each of the 25 cells reaches one of 100 pixels, and one window of the image."""
    rng = np.random.default_rng(0)
    image = rng.normal(size=(1, 1, 14, 14))
    conv = ready(built(Convolution(1, 5), (1, 14, 14)), 1)
    pool = ready(built(MaxPooling(2), (1, 10, 10)), 1)
    maps = conv.forward(to_engine(image), train=True)
    pool.forward(maps, train=True)
    grid = from_engine(maps)[0, 0]
    for j, i in np.ndindex(5, 5):
        window = grid[2 * j : 2 * j + 2, 2 * i : 2 * i + 2]
        dy, dx = np.unravel_index(window.argmax(), (2, 2))

        error = np.zeros((1, 1, 5, 5))
        error[0, 0, j, i] = 1
        back = pool.backward(to_engine(error))
        assert back is not None
        assert np.flatnonzero(from_engine(back)) == (2 * j + dy) * 10 + 2 * i + dx

        conv.backward(back)
        start = (2 * j + dy) * 14 + 2 * i + dx  # of the kernel's window in the image
        under = image.ravel()[start + 14 * np.arange(5)[:, None] + np.arange(5)]
        np.testing.assert_array_equal(conv.parameters["weights"].gradient[0, 0], under)


def test_the_kernels_gradient_is_the_sum_over_outputs_units_and_cells_as_in_S3() -> None:
    """∂E/∂k[u,v] = Σ (y_k − d_k)·s(y_k)·w2[m,k]·s(h2_m)·w12[j,m]·s(h_j)·x[·], s(y) = y(1 − y)."""
    layers = [Convolution(1, 5), MaxPooling(2), Sigmoid()]
    layers += [Dense(80), Sigmoid(), Dense(10), Sigmoid()]
    net = network(layers, (1, 14, 14))
    image = np.random.default_rng(1).random((1, 1, 14, 14))
    d = np.eye(10)[[3]]
    net.backpropagate(image, d)
    outputs = dict(zip(net.names, observed_step(net, image, d).outputs, strict=True))
    map10, h, h2, y = (
        from_engine(outputs[name]).ravel() for name in ("conv1", "sigmoid1", "sigmoid2", "sigmoid3")
    )
    w12, w2 = net.state()["dense1.weights"], net.state()["dense2.weights"]

    expected = np.zeros((5, 5))
    for cell in range(25):
        j, i = divmod(cell, 5)
        window = [(2 * j + dy) * 10 + 2 * i + dx for dy in (0, 1) for dx in (0, 1)]
        row, column = divmod(max(window, key=lambda at: map10[at]), 10)
        x = image[0, 0, row : row + 5, column : column + 5]
        for m in range(80):
            for k in range(10):
                from_output = (y[k] - d[0, k]) * y[k] * (1 - y[k]) * w2[k, m]
                from_unit = h2[m] * (1 - h2[m]) * w12[m, cell]
                expected += from_output * from_unit * h[cell] * (1 - h[cell]) * x
    found = net.parameters["conv1.weights"].gradient[0, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-16)
