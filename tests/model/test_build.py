import numpy as np
import pytest

from cnntrain.config import parse_config
from cnntrain.errors import ConfigError
from cnntrain.model.build import build_network, layer_rates
from tests.config.texts import LENET, changed, parsed
from tests.small import small


def test_the_seed_decides_the_initial_weights() -> None:
    first, again, other = (
        build_network(small(f"seed={seed}")).state()["conv1.weights"] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("asked", "dtype"), [(None, "float32"), ("float64", "float64")])
def test_the_type_of_the_numbers_can_be_chosen(asked: str | None, dtype: str) -> None:
    network = build_network(small(), dtype=asked)
    assert {value.dtype for value in network.state().values()} == {np.dtype(dtype)}


def test_two_networks_of_a_configuration_share_nothing() -> None:
    config = small()
    first, second = build_network(config), build_network(config)
    first.parameters["conv1.bias"].value[...] = 7
    assert second.parameters["conv1.bias"].value.max() == 0


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("kernel: 5}", "kernel: 29}", "3: network[0]: conv1: input 1x28x28: a window of 29 does"),
        ("kernel: 5\n", "kernel: 13\n", "6: network[3]: conv2: input 6x12x12: a window of 13 doe"),
        (
            "  - dense: 10\n  - sigmoid\n",
            "",
            "10: network[5]: mean_pool2: input 12x8x8: the output",
        ),
        ("- dense: 10", "- dense: {units: 10, weights: [[1]]}", "11: network[6]: dense1: input 1"),
        ("- dense: 10", "- dense: {units: 10, weights: [[a]]}", "11: network[6]: dense1: input 1"),
        ("- dense: 10", "- dense: {units: 10, weights: [1, [2]]}", "11: network[6]: dense1: inpu"),
        ("- dense: 10", "- dense: {units: 10, bias: [1, 2]}", "11: network[6]: dense1: input 12x"),
    ],
)
def test_an_impossible_shape_is_named_with_its_line(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_network(parsed(changed(old, new)))
    assert str(caught.value).startswith(f"configs/x.yaml:{complaint}")
    assert "`cnntrain describe` shows the shapes of all layers" in str(caught.value)


@pytest.mark.parametrize("units", [10**15, 10**17])
def test_a_network_that_no_memory_holds_is_refused(units: int) -> None:
    with pytest.raises(ConfigError, match=r"^configs/x.yaml:\d+: network: its weights do not fit"):
        build_network(parsed(changed("dense: 10", f"dense: {units}")))


# Rates


def rates(rates: str) -> dict[str, float]:
    config = parsed(LENET.replace("alpha: 10.0\n  alpha2: 5.0\n  alpha3: 1.0", rates))
    found = layer_rates(config, build_network(config))
    return {layer: rate.value for layer, rate in found.items()}


def test_each_rate_belongs_to_the_next_layer_with_weights() -> None:
    found = rates("alpha: 10\n  alpha2: 5\n  alpha3: 1")
    assert found == {"conv1": 10.0, "conv2": 5.0, "dense1": 1.0}


def test_alpha_alone_is_for_all() -> None:
    assert rates("alpha: 2") == {"conv1": 2.0, "conv2": 2.0, "dense1": 2.0}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            "alpha: 1\n  alpha2: 1",
            ": train.alpha3 is missing: the rate of dense1; found alpha, alpha2; give alpha alone",
        ),
        (
            "alpha: 1\n  alpha3: 1",
            ": train.alpha2 is missing: the rate of conv2; found alpha, alpha3; give alpha alone",
        ),
        (
            "alpha: 1\n  alpha2: 1\n  alpha3: 1\n  alpha4: 1",
            ": train.alpha4: belongs to no layer: the network has 3 with weights (conv1, conv2, d",
        ),
    ],
)
def test_rates_must_fit_the_layers(given: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rates(given)
    text = LENET.replace("alpha: 10.0\n  alpha2: 5.0\n  alpha3: 1.0", given)
    key = "alpha4" if "alpha4" in given else "alpha"
    line = [key in line for line in text.splitlines()].index(True) + 1
    line -= key == "alpha"  # a rate that is missing is missing in `train`
    place, _, rest = str(caught.value).partition(": ")
    assert f": {rest}".startswith(complaint)
    assert place.startswith("configs/x.yaml:")
    if key == "alpha4":
        assert place == f"configs/x.yaml:{line}"


# Models


def test_a_rate_is_asked_for_where_there_are_weights_to_learn() -> None:
    config = parsed(LENET.partition("\ntrain:")[0])
    network = build_network(config)
    with pytest.raises(
        ConfigError, match=r"x.yaml:1: train.alpha is missing: the rate of conv1; f"
    ):
        layer_rates(config, network)
    config = parsed("dataset: {inline: {inputs: [[1]], targets: [[1]]}}\nnetwork: [sigmoid]\n")
    assert layer_rates(config, build_network(config)) == {}


def test_a_configuration_without_line_numbers_is_still_named() -> None:
    config = parse_config(changed("kernel: 5}", "kernel: 99}"), "", [])
    with pytest.raises(ConfigError, match=r"^:3: network\[0\]: conv1"):
        build_network(config)
