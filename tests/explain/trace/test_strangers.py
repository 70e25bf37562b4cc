"""Layers and activations that no table of the trace knows."""

from dataclasses import dataclass

import numpy as np
import pytest

from cnntrain.explain.trace.example import Example
from cnntrain.explain.trace.follow import trace
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import Activation
from cnntrain.show.trace import as_object, as_text
from tests.explain.strangers import STRANGERS
from tests.explain.trace.passes import arrays, cell_of, lines_of, of_layers, traced

pytestmark = pytest.mark.usefixtures("strangers")


@dataclass(eq=False)
class Swish(Activation):
    """y = x/(1 + e^−x);  y′ = (y + (1 − y)/(1 + e^−x))."""

    f_text = "{x}/(1 + e^−{x})"
    df_text = "({y} + (1 − {y})/(1 + e^−{x}))"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return x/(1 + e^−x)."""
        return x / (1 + np.exp(-x))

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y + (1 − y)/(1 + e^−x)."""
        return y + (1 - y) / (1 + np.exp(-x))


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in {**STRANGERS, "swish": Swish}.items():
        monkeypatch.setitem(LAYERS, name, kind)


CONV = "conv: {filters: 3, kernel: 2}"


def test_a_layer_without_an_explainer_shows_its_docstring_and_its_numbers() -> None:
    found = traced(of_layers(f"{CONV}, gain, tanh, dense: 10"), weight="conv1[1,0,0,1]")
    [forward] = [section for section in found.forward if section.layer == "gain1"]
    [line] = forward.lines
    assert forward.sentence == (
        "Multiply each map by a number of its own, which is learnt; only the results are shown"
    )
    assert line.value != 0
    assert f"── gain1 {'─' * 50}" in as_text(found)
    assert "The error with respect to the input, as the layer computed it:" in as_text(found)
    assert "DISAGREES" not in as_text(found)
    assert found.largest_difference < 1e-14
    assert as_object(found)["forward"][1]["formula"] == ""


def test_the_path_goes_straight_through_a_layer_that_keeps_the_shape() -> None:
    opened = of_layers(f"{CONV}, gain, tanh, dense: 10")
    found = traced(opened, weight="conv1[1,0,0,1]")
    assert cell_of(found, "gain1") == cell_of(found, "conv1")
    gain = opened.network.parameters["gain1.gain"].value[1]
    values = lines_of(found)
    cell = str(list(cell_of(found, "conv1"))).replace(" ", "")
    assert values[f"gain1{cell}"].value == pytest.approx(gain * values[f"conv1{cell}"].value)
    error = values[f"∂E/∂conv1{cell}"].value
    assert error == pytest.approx(gain * values[f"∂E/∂gain1{cell}"].value)


def test_through_a_layer_that_changes_the_shape_it_goes_where_the_numbers_are_largest() -> None:
    opened = of_layers(f"{CONV}, halves, dense: 10")
    found = traced(opened)
    errors = np.abs(arrays(opened).errors[2])
    assert errors[cell_of(found, "halves1")] == errors.max()
    assert found.path[-1][2] == (found.unit, 0, 0)


def test_the_parameter_with_the_largest_gradient_is_shown_and_updated() -> None:
    opened = of_layers(f"{CONV}, gain, tanh, dense: 10")
    gradients = arrays(opened).gradients["gain1.gain"]
    largest = int(np.abs(gradients).argmax())
    found = traced(opened)
    assert lines_of(found)[f"∂E/∂gain1.gain[{largest}]"].value == gradients[largest]
    [update] = [update for update in found.updates if update.layer == "gain1"]
    assert update.value == pytest.approx(update.before - 0.1 * gradients[largest])
    assert "The gradient of its gain, as the layer computed it:" in as_text(found)


def test_its_parameters_can_be_followed() -> None:
    found = traced(of_layers("gain, dense: 10, gain"), weight="gain2.gain[3]", unit=3)
    assert found.weight == "gain2.gain[3]"
    assert found.path[-1][2] == (3, 0, 0)
    assert found.updates[0].name == "gain2.gain[3]"


def test_a_network_of_nothing_else_is_traced_too() -> None:
    opened = of_layers("gain, max_pool: 7")
    found = trace(opened, Example("", np.eye(7)[None, None], np.ones((1, 1)), 0))
    assert found.weight == "gain1.gain[0]"
    assert [cell for _, _, cell in found.path] == [(0, 0, 0)] * 3


def test_an_activation_is_explained_by_what_it_states_itself() -> None:
    found = traced(of_layers("dense: 4, swish, dense: 10"))
    forward, backward = (
        next(section for section in part if section.layer == "swish1")
        for part in (found.forward, [s for s in found.backward if s.phase == "backward"])
    )
    assert forward.formula == "y = x/(1 + e^−x)"
    assert backward.formula == "dx = y′·dy,  y′ = (y + (1 − y)/(1 + e^−x))"
    assert backward.sentence == "The error times the slope y′, known from the input and the output"
    assert found.largest_difference < 1e-14
    x, y = (arrays(of_layers("dense: 4, swish, dense: 10")).outputs[k] for k in (1, 2))
    cell = cell_of(found, "swish1")
    [note] = backward.lines[0].notes
    assert f"{x[cell]:.9g}" in note
    assert f"{y[cell]:.9g}" in note
