"""The weight, the unit and the path between them that a trace follows."""

from itertools import pairwise

import numpy as np
import pytest

from cnntrain.errors import UsageError
from cnntrain.explain.trace.example import Example
from cnntrain.explain.trace.follow import trace
from cnntrain.explain.trace.links import links_above
from cnntrain.explain.trace.path import find_path
from cnntrain.explain.trace.spot import default_spot, parse_spot
from cnntrain.explain.trace.symbols import Symbols, symbols_for
from tests.explain.trace.passes import (
    SYNTHETIC,
    arrays,
    cell_of,
    lines_of,
    of_layers,
    shipped,
    traced,
)


@pytest.mark.parametrize("weight", ["conv1[5,0,4,0]", "conv1.bias[2]", "conv2[11,3,1,1]"])
@pytest.mark.parametrize("unit", [0, 7])
def test_a_path_leads_through_the_weight_to_the_unit_by_links(weight: str, unit: int) -> None:
    opened = shipped("lenet", SYNTHETIC)
    done = arrays(opened)
    spot = parse_spot(opened.network, Symbols(), weight)
    path = find_path(done, spot, unit)
    for at, (below, above) in enumerate(pairwise(path), start=1):
        assert above in [link.cell for link in links_above(done, at, below)]
    cell = path[spot.layer]
    assert cell is not None
    assert cell[0] == spot.index[0]
    assert path[-1] == (unit, 0, 0)


def test_a_path_starts_where_the_weights_own_term_is_largest() -> None:
    found = traced(shipped("lenet", SYNTHETIC))
    line = lines_of(found)[f"∂E/∂{found.weight}"]
    largest = max(line.terms, key=lambda term: abs(term.product))
    assert cell_of(found, "input") == largest.cell


def test_without_choices_the_first_middle_weight_and_the_true_class_are_followed() -> None:
    found = traced(shipped("lenet", SYNTHETIC), index=2)
    assert found.weight == "conv1.weights[0,0,2,2]"
    assert found.image.endswith(f"true class {found.unit}")


ONLY_OUTPUTS = ["dense: 10, sigmoid", "conv: {filters: 10, kernel: 7}, sigmoid"]


@pytest.mark.parametrize("layers", ONLY_OUTPUTS)
def test_the_default_weight_of_an_output_layer_goes_into_the_unit(layers: str) -> None:
    for index in range(2):
        found = traced(of_layers(layers), index=index)
        assert found.image.endswith(f"true class {found.unit}")
        assert f".weights[{found.unit}," in found.weight
    chosen = traced(of_layers(layers), unit=7)
    assert chosen.unit == 7
    assert ".weights[7," in chosen.weight


def test_frozen_weights_are_passed_over_too() -> None:
    frozen = "conv: {filters: 2, kernel: 3, freeze: all}, tanh"
    found = traced(of_layers(f"{frozen}, conv: {{filters: 2, kernel: 3}}, tanh, dense: 10"))
    assert found.weight.startswith("conv2.weights[0,")
    assert "∂E/∂conv2.weights[0,0,1,1]" in lines_of(found)
    chosen = traced(of_layers(f"{frozen}, dense: 10"), unit=4)
    assert (chosen.unit, chosen.weight.startswith("dense1.weights[4,")) == (4, True)


def test_where_all_weights_are_frozen_the_first_is_followed() -> None:
    found = traced(of_layers("dense: {units: 3, freeze: all}, dense: {units: 10, freeze: all}"))
    assert found.weight.startswith("dense1.weights[0,")


def test_a_frozen_weight_that_was_asked_for_shows_its_gradient_and_stays() -> None:
    opened = of_layers("conv: {filters: 2, kernel: 3, freeze: all}, tanh, dense: 10")
    found = traced(opened, weight="conv1[1,0,0,2]")
    gradient = lines_of(found)["∂E/∂conv1.weights[1,0,0,2]"]
    assert gradient.value != 0
    assert gradient.total == pytest.approx(gradient.value, rel=1e-12)
    assert "∂E/∂conv1.bias[1]" not in lines_of(found)
    update = found.updates[0]
    assert (update.name, update.frozen) == ("conv1.weights[1,0,0,2]", True)
    assert update.value == update.before


def test_a_dead_kernel_is_passed_over() -> None:
    opened = of_layers("conv: {filters: 2, kernel: 3}, relu, dense: 10")
    opened.network.parameters["conv1.bias"].value[0] = -100
    assert traced(opened).weight == "conv1.weights[1,0,1,1]"


def test_a_dead_weight_that_was_asked_for_is_followed_all_the_same() -> None:
    opened = of_layers("conv: {filters: 2, kernel: 3}, relu, dense: 10")
    opened.network.parameters["conv1.bias"].value[0] = -100
    found = traced(opened, weight="conv1[0,0,1,1]")
    assert lines_of(found)["∂E/∂conv1.weights[0,0,1,1]"].value == 0
    assert found.path[-1][2] == (found.unit, 0, 0)


def test_a_weight_that_meets_nothing_but_padding_has_no_path_below_it() -> None:
    opened = of_layers("dense: 1, conv: {filters: 2, kernel: 2, stride: 5, padding: 2}, dense: 10")
    found = traced(opened, weight="conv1[0,0,0,0]")
    assert [cell is None for _, _, cell in found.path] == [True, True, False, False]
    assert lines_of(found)["∂E/∂conv1.weights[0,0,0,0]"].value == 0


def test_an_output_that_nothing_looks_at_has_no_path_above_it() -> None:
    opened = of_layers(
        "conv: {filters: 1, kernel: 1, stride: 6}, conv: {filters: 1, kernel: 1, stride: 3, padding: 1},"
        "dense: 10"
    )
    assert opened.network.layers[2].out_shape == (1, 2, 2)
    found = traced(opened)
    assert [cell is None for _, _, cell in found.path] == [False, False, True, True]
    assert lines_of(found)["∂E/∂conv1.weights[0,0,0,0]"].value == 0
    assert [update.name for update in found.updates] == ["conv1.weights[0,0,0,0]", "conv1.bias[0]"]


def test_the_default_is_one_of_the_networks_own_weights() -> None:
    opened = shipped("mazur")
    zeros = {name: np.zeros_like(p.value) for name, p in opened.network.parameters.items()}
    assert str(default_spot(opened.network, zeros, 0)) == "dense1.weights[0,0]"


def test_a_weight_of_the_last_layer_decides_the_unit() -> None:
    assert traced(shipped("lenet", SYNTHETIC), weight="dense1[3,5]").unit == 3
    with pytest.raises(
        UsageError, match=r"--unit 4: dense1.weights\[3,5\] goes into output unit 3"
    ):
        traced(shipped("lenet", SYNTHETIC), weight="dense1[3,5]", unit=4)


def test_a_unit_that_does_not_exist_is_refused_with_the_range() -> None:
    with pytest.raises(UsageError, match=r"--unit 10: the network has 10 outputs; .* 0 to 9"):
        traced(shipped("lenet", SYNTHETIC), unit=10)


def test_symbols_of_the_source_name_weights_too() -> None:
    network = shipped("mazur").network
    symbols = symbols_for(network)
    assert str(parse_spot(network, symbols, "w7")) == "dense2.weights[1,0]"
    assert str(parse_spot(network, symbols, " dense2[1, 0] ")) == "dense2.weights[1,0]"


def test_a_symbol_that_a_trace_prints_names_its_weight() -> None:
    network = shipped("lenet").network
    symbols = symbols_for(network)
    for name, parameter in network.parameters.items():
        index = tuple(n - 1 for n in parameter.value.shape)
        symbol = symbols.parameter(name, index)
        assert symbol is not None
        spot = parse_spot(network, symbols, symbol)
        assert (spot.parameter, spot.index) == (name, index)
    assert str(parse_spot(network, symbols, "w1[ 0, 0,2,2]")) == "conv1.weights[0,0,2,2]"


@pytest.mark.parametrize(
    ("weight", "complaint"),
    [
        ("conv3[0,0,0,0]", r"found no conv3.weights \(did you mean conv2.weights\?\); .*6x1x5x5"),
        (
            "conv1[0,0,5,0]",
            r"the shape 6x1x5x5; expected 4 positions, from \[0,0,0,0\] to \[5,0,4,4\]",
        ),
        ("conv1[0,0]", "expected 4 positions"),
        ("w1[0,0,5,0]", "conv1.weights has the shape 6x1x5x5; expected 4 positions"),
        ("w1.bias[0]", "found no w1.bias"),
        ("conv1.bias[6]", r"the shape 6; expected 1 positions, from \[0\] to \[5\]"),
        ("sigmoid1[0]", r"found no sigmoid1.weights; the network has conv1.weights 6x1x5x5, conv1"),
        ("conv1[-1,0,0,0]", r"as conv1.weights\[0,0,0,0\] or conv1.bias\[0\]; the network has"),
        ("conv1", "expected a layer and positions"),
    ],
)
def test_a_weight_that_does_not_exist_is_refused_with_what_does(
    weight: str, complaint: str
) -> None:
    with pytest.raises(UsageError, match=f"^--weight .*{complaint}"):
        traced(shipped("lenet", SYNTHETIC), weight=weight)


def test_a_network_without_weights_cannot_be_followed() -> None:
    opened = of_layers("max_pool: 7")
    with pytest.raises(UsageError, match="no weights to follow"):
        trace(opened, Example("", np.ones((1, 1, 7, 7)), np.ones((1, 1)), 0))


def test_a_path_goes_down_through_the_winner_of_a_pool_even_if_that_is_zero() -> None:
    opened = of_layers("conv: {filters: 1, kernel: 1, bias: false}, max_pool: 7, dense: 10")
    opened.network.parameters["conv1.weights"].value[...] = -1  # the largest of −x is a black pixel
    found = traced(opened, weight="dense1[0,0]")
    (_, i, j), outputs = cell_of(found, "conv1"), arrays(opened).outputs[1]
    assert outputs[0, i, j] == outputs.max() == 0
