"""The arithmetic of every layer and loss, number by number, against the engine's arrays."""

from collections.abc import Sequence

import numpy as np
import pytest

from cnntrain.explain.trace.activations import FUNCTIONS
from cnntrain.explain.trace.explain import EXPLAINERS
from cnntrain.explain.trace.losses import LOSS_EXPLAINERS
from cnntrain.explain.trace.spot import spots
from cnntrain.explain.trace.steps import Line, Trace
from cnntrain.nn.fast.convolution import sliding_of
from cnntrain.nn.fast.winograd import saves
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.losses import LOSSES
from tests.explain.trace.passes import cell_of, of_layers, pass_through, traced
from tests.nn.cases import odd_sizes

every_layer = pytest.mark.parametrize(("name", "layer", "shape"), odd_sizes())
ties = pytest.mark.parametrize("coarse", [False, True], ids=["different", "with ties"])


TWO_CONVOLUTIONS = (
    "conv: {filters: 3, kernel: 3}, tanh, conv: {filters: 2, kernel: 3, padding: 1}, dense: 10"
)


def only_step(found: Trace, layer: str, phase: str) -> Line:
    """Return what a layer does to the one number on the path."""
    sections = [s for part in (found.forward, found.backward) for s in part]
    [section] = [s for s in sections if (s.layer, s.phase) == (layer, phase)]
    [step] = section.steps
    return step


def assert_add_up(layer: Layer, steps: Sequence[Line]) -> None:
    """Compare the sums of products, biases included, with the network's numbers.

    Where `Winograd` adds rows before it multiplies, rounding is relative to the largest number.
    """
    mixed = isinstance(layer, Convolution) and saves(sliding_of(layer))
    rounding = max(1e-13, 1e-14 * max(abs(step.value) for step in steps)) if mixed else 1e-13
    for step in steps:
        assert step.total == pytest.approx(step.value, rel=1e-12, abs=rounding), step.name
        if step.terms:
            products = sum(term.factor * term.value for term in step.terms)
            bias = step.bias[1] if step.bias else 0.0
            assert products + bias == pytest.approx(step.value, rel=1e-12, abs=rounding), step.name


def test_every_layer_and_every_loss_of_the_tables_has_an_explainer() -> None:
    assert list(EXPLAINERS) == list(LAYERS)
    assert list(LOSS_EXPLAINERS) == list(LOSSES)


@ties
@every_layer
def test_the_arithmetic_of_every_output_gives_the_networks_number(
    name: str, layer: Layer, shape: Shape, *, coarse: bool
) -> None:
    network, builder = pass_through(layer, shape, coarse=coarse)
    cells = np.ndindex(network.layers[1].out_shape)
    assert_add_up(builder.done.layers[1], [builder.forward(1, (c, i, j)) for c, i, j in cells])


@ties
@every_layer
def test_the_arithmetic_of_every_error_gives_the_networks_number(
    name: str, layer: Layer, shape: Shape, *, coarse: bool
) -> None:
    _, builder = pass_through(layer, shape, coarse=coarse)
    cells = np.ndindex(shape)
    assert_add_up(builder.done.layers[1], [builder.backward(1, (c, i, j)) for c, i, j in cells])


@every_layer
def test_the_arithmetic_of_every_gradient_gives_the_networks_number(
    name: str, layer: Layer, shape: Shape
) -> None:
    network, builder = pass_through(layer, shape)
    assert_add_up(builder.done.layers[1], [builder.gradient(spot) for spot in spots(network)])


@pytest.mark.parametrize("loss", LOSSES)
def test_the_parts_of_the_error_add_up_and_its_derivatives_are_the_networks(loss: str) -> None:
    found = traced(of_layers("dense: 10", loss)).loss
    assert found.value > 0
    assert sum(row.share for row in found.rows) == pytest.approx(found.value, rel=1e-12)
    for row in found.rows:
        assert row.total == pytest.approx(row.value, rel=1e-12)
        assert row.answer - row.target == pytest.approx(row.value, rel=1e-12)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_trace_goes_through_every_kind_of_layer_both_ways(kind: str) -> None:
    options = {"conv": "{filters: 2, kernel: 3}", "dense": "4", "mean_pool": "2", "max_pool": "2"}
    middle = f"{kind}: {options[kind]}" if kind in options else kind
    found = traced(of_layers(f"conv: {{filters: 2, kernel: 2}}, {middle}, dense: 10"))
    layer = "conv2" if kind == "conv" else f"{kind}1"
    assert only_step(found, layer, "forward").terms or kind in FUNCTIONS
    assert only_step(found, layer, "backward").terms
    assert found.largest_difference < 1e-14


def test_a_window_and_its_kernel_multiply_to_the_products_of_the_paths_map() -> None:
    found = traced(of_layers(TWO_CONVOLUTIONS))
    for phase, below in (("forward", "tanh1"), ("backward", "conv2")):
        step = only_step(found, "conv2", phase)
        assert step.patch is not None
        products = [term.product for term in step.terms if term.cell[0] == cell_of(found, below)[0]]
        assert (step.patch.under * step.patch.kernel).sum() == pytest.approx(sum(products))


def test_the_kernel_stands_turned_by_180_degrees_on_the_way_back() -> None:
    opened = of_layers(TWO_CONVOLUTIONS)
    weights = opened.network.parameters["conv2.weights"].value.copy()
    found = traced(opened)
    kernel = weights[cell_of(found, "conv2")[0], cell_of(found, "tanh1")[0]]
    forward, backward = (
        only_step(found, "conv2", phase).patch for phase in ("forward", "backward")
    )
    assert forward is not None
    assert backward is not None
    np.testing.assert_array_equal(forward.kernel, kernel)
    np.testing.assert_array_equal(backward.kernel, np.rot90(kernel, 2))


def test_only_what_an_update_changes_has_a_gradient_section() -> None:
    found = traced(of_layers("dense: {units: 3, freeze: bias}, dense: {units: 10, freeze: all}"))
    sections = [(s.layer, s.formula) for s in found.backward if s.phase == "gradient"]
    assert sections == [("dense1", "dW[j,i] = dy[j]·x[i]")]
    assert [(u.name.partition("[")[0], u.frozen) for u in found.updates] == [
        ("dense1.weights", False),
        ("dense1.bias", True),
        ("dense2.weights", True),
        ("dense2.bias", True),
    ]
    assert all(update.value == update.before for update in found.updates if update.frozen)
