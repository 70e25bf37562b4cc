"""The average of the weights, against plain arithmetic."""

import numpy as np

from cnntrain.nn.average import WeightAverage
from tests.small import started


def test_the_average_follows_the_formula_with_a_growing_decay() -> None:
    network = started().network
    average = WeightAverage(network, 0.5)
    [weights, *_] = network.saved.values()
    expected = weights.value.astype(float)
    for n in range(1, 12):
        weights.value += n
        average.update(n)
        d = min(0.5, (1 + n) / (10 + n))
        expected = d * expected + (1 - d) * weights.value
    name = next(iter(network.saved))
    np.testing.assert_allclose(average.values[name], expected, rtol=1e-6)


def test_a_decay_of_0_keeps_the_last_weights() -> None:
    network = started().network
    average = WeightAverage(network, 0.0)
    for array in network.saved.values():
        array.value += 1
    average.update(1)
    for name, value in network.state().items():
        np.testing.assert_array_equal(average.values[name], value)


def test_in_place_the_network_has_the_average_and_afterwards_its_own_weights() -> None:
    network = started().network
    average = WeightAverage(network, 0.9)
    before = network.state()
    for array in network.saved.values():
        array.value += 1
    with average.in_place():
        for name, value in network.state().items():
            np.testing.assert_array_equal(value, before[name])
    for name, value in network.state().items():
        np.testing.assert_array_equal(value, before[name] + 1)
