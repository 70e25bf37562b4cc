"""The arithmetic of every layer and loss, number by number, against the engine's arrays."""

import json
from collections.abc import Sequence
from dataclasses import MISSING, fields

import numpy as np
import pytest

from cnntrain.explain.trace.explainers import EXPLAINERS
from cnntrain.explain.trace.lines import Line, Trace, number
from cnntrain.explain.trace.losses import LOSS_EXPLAINERS
from cnntrain.explain.trace.spot import spots
from cnntrain.nn.fast.convolution import sliding_of
from cnntrain.nn.fast.winograd import saves
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import Activation
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.losses import LOSSES
from tests.explain.trace.passes import arrays, cell_of, of_layers, pass_through, traced
from tests.nn.cases import odd_sizes
from tests.tables import assert_rows

every_layer = pytest.mark.parametrize(("name", "layer", "shape"), odd_sizes())
ties = pytest.mark.parametrize("coarse", [False, True], ids=["different", "with ties"])


TWO_CONVOLUTIONS = (
    "conv: {filters: 3, kernel: 3}, tanh, conv: {filters: 2, kernel: 3, padding: 1}, dense: 10"
)


def only_line(found: Trace, layer: str, phase: str) -> Line:
    """Return what a layer does to the one number on the path."""
    sections = [s for part in (found.forward, found.backward) for s in part]
    [section] = [s for s in sections if (s.layer, s.phase) == (layer, phase)]
    [line] = section.lines
    return line


def assert_add_up(layer: Layer, lines: Sequence[Line]) -> None:
    """Compare the sums of products, biases included, with the network's numbers.

    Where `Winograd` adds rows before it multiplies, rounding is relative to the largest number.
    """
    mixed = isinstance(layer, Convolution) and saves(sliding_of(layer))
    rounding = max(1e-13, 1e-14 * max(abs(line.value) for line in lines)) if mixed else 1e-13
    for line in lines:
        assert line.total == pytest.approx(line.value, rel=1e-12, abs=rounding), line.name
        if line.terms:
            products = sum(term.factor * term.value for term in line.terms)
            bias = line.bias[1] if line.bias else 0.0
            assert products + bias == pytest.approx(line.value, rel=1e-12, abs=rounding), line.name


def test_every_layer_and_every_loss_of_the_tables_has_an_explainer() -> None:
    others = [k for k in LAYERS.values() if not issubclass(k, Activation)]
    assert_rows("cnntrain/explain/trace/explainers.py: EXPLAINERS", EXPLAINERS, others)
    assert_rows("cnntrain/explain/trace/losses.py: LOSS_EXPLAINERS", LOSS_EXPLAINERS, LOSSES)


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


@pytest.mark.parametrize("loss", LOSS_EXPLAINERS)
def test_the_parts_of_the_error_add_up_and_its_derivatives_are_the_networks(loss: str) -> None:
    found = traced(of_layers("dense: 10", loss)).loss
    assert found.value > 0
    assert sum(row.share for row in found.rows) == pytest.approx(found.value, rel=1e-12)
    for row in found.rows:
        assert row.total == pytest.approx(row.value, rel=1e-12)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_trace_goes_through_every_kind_of_layer_both_ways(kind: str) -> None:
    options = [f for f in fields(LAYERS[kind]) if f.init]  # type: ignore[arg-type]
    required = {f.name: 2 for f in options if f.default is MISSING}
    middle = f"{kind}: {json.dumps(required)}" if required else kind
    found = traced(of_layers(f"conv: {{filters: 2, kernel: 2}}, {middle}, dense: 10"))
    layer = "conv2" if kind == "conv" else f"{kind}1"
    for phase in ("forward", "backward"):
        line = only_line(found, layer, phase)
        assert line.terms or line.notes
    assert found.largest_difference < 1e-14


def test_a_window_and_its_kernel_multiply_to_the_products_of_the_paths_map() -> None:
    found = traced(of_layers(TWO_CONVOLUTIONS))
    for phase, below in (("forward", "tanh1"), ("backward", "conv2")):
        line = only_line(found, "conv2", phase)
        assert line.patch is not None
        products = [term.product for term in line.terms if term.cell[0] == cell_of(found, below)[0]]
        assert (line.patch.under * line.patch.kernel).sum() == pytest.approx(sum(products))


def test_the_kernel_stands_turned_by_180_degrees_on_the_way_back() -> None:
    opened = of_layers(TWO_CONVOLUTIONS)
    weights = opened.network.parameters["conv2.weights"].value.copy()
    found = traced(opened)
    kernel = weights[cell_of(found, "conv2")[0], cell_of(found, "tanh1")[0]]
    forward, backward = (
        only_line(found, "conv2", phase).patch for phase in ("forward", "backward")
    )
    assert forward is not None
    assert backward is not None
    np.testing.assert_array_equal(forward.kernel, kernel)
    np.testing.assert_array_equal(backward.kernel, np.rot90(kernel, 2))


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm"])
def test_a_normalized_number_and_its_error_are_worked_out_step_by_step(kind: str) -> None:
    opened = of_layers(f"conv: {{filters: 3, kernel: 2}}, {kind}, dense: 10")
    assert cell_of(traced(opened, weight=f"{kind}1[2]"), f"{kind}1")[0] == 2
    found, done = traced(opened), arrays(opened)
    c, i, j = cell = cell_of(found, f"{kind}1")
    x, dy = done.outputs[1], done.errors[2]  # γ is 1: g is dy
    together = (slice(None) if kind == "layer_norm" else c,)
    mean, s = x[together].mean(), np.sqrt(x[together].var() + 1e-5)
    x_hat = (x - mean) / s
    forward = only_line(found, f"{kind}1", "forward").notes
    assert forward[0] == f"μ = {number(mean)},  σ² = {number(s**2 - 1e-5)},  s = {number(s)}"
    assert forward[1].endswith(f" = {number(x_hat[cell])}")
    spread = (dy * x_hat)[together].mean()
    backward = only_line(found, f"{kind}1", "backward").notes
    assert (
        f"mean of g = {number(dy[together].mean())},  mean of g·x̂ = {number(spread)}" in backward[1]
    )
    dx = (dy[cell] - dy[together].mean() - x_hat[cell] * spread) / s
    assert backward[2].endswith(f"/{number(s)} = {number(dx)}")
    gradient = [
        line for part in found.backward for line in part.lines if f"{kind}1.weights" in line.name
    ]
    assert f"dy[{c},{i},{j}]·x̂[{c},{i},{j}]" in {term.label for term in gradient[0].terms}


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
