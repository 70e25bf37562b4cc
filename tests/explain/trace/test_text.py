"""A trace as text: it fits, it is in order, and its parts agree with each other."""

import re
from dataclasses import replace

import numpy as np
import pytest

from cnntrain.explain.trace.steps import Line, Patch, Term
from cnntrain.explain.trace.sums import number, step_lines
from cnntrain.explain.trace.text import as_text
from tests.explain.trace.passes import SYNTHETIC, SYNTHETIC_14, of_layers, shipped, traced

NETWORKS = {
    "lenet": SYNTHETIC,
    "nielsen": SYNTHETIC,
    "activations": SYNTHETIC,
    "one-kernel-14": SYNTHETIC_14,
    "mazur": "seed=0",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_line_fits_a_terminal(name: str) -> None:
    lines = as_text(traced(shipped(name, NETWORKS[name]))).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)


def test_the_order_is_forward_error_backward_update() -> None:
    text = as_text(traced(shipped("lenet", SYNTHETIC)))
    layers = ["conv1", "sigmoid1", "mean_pool1", "conv2", "sigmoid2", "mean_pool2", "dense1"]
    layers.append("sigmoid3")
    headings = re.findall(
        r"^(?:── (\w+) ─|(FORWARD|THE ERROR|BACKWARD|UPDATE))", text, re.MULTILINE
    )
    expected = ["FORWARD", *layers, "THE ERROR", "BACKWARD", *reversed(layers), "UPDATE"]
    assert [layer or banner for layer, banner in headings] == expected


def test_the_products_of_a_window_are_listed_and_add_up() -> None:
    text = as_text(traced(shipped("lenet", SYNTHETIC)))
    start = text.index("their products")
    rows = [list(map(float, line.split())) for line in text[start:].splitlines()[1:6]]
    assert [len(row) for row in rows] == [5] * 5
    total = re.search(r"sum of the products +=\s+(\S+)", text)
    assert total is not None
    assert sum(map(sum, rows)) == pytest.approx(float(total[1]), abs=1e-8)


def test_of_many_terms_the_largest_are_listed_and_the_rest_added_up() -> None:
    terms = [Term(f"t{k}", 1.0, k / 100, (0, 0, k)) for k in range(20)]
    lines = step_lines(Line("y", None, 1.9, sum(t.product for t in terms), terms))
    assert [line.split()[0] for line in lines[3:8]] == ["t19", "t18", "t17", "t16", "t15"]
    assert lines[8].split() == ["the", "other", "15", "together", "=", "1.05"]


def test_of_many_maps_the_sums_of_the_largest_are_listed() -> None:
    terms = [Term("t", 1.0, float(k), (k, 0, 0)) for k in range(20)]
    patch = Patch(np.ones((1, 2)), np.ones((1, 2)), "x", "W")
    text = "\n".join(step_lines(Line("y", None, 190.0, 190.0, terms, patch=patch)))
    assert re.findall(r"in map (\d+)", text) == ["15", "16", "17", "18", "19"]
    assert re.search(r"the other 15 maps together +=\s+105\n", text)


def test_arithmetic_that_does_not_give_the_networks_number_is_marked() -> None:
    terms = [Term("t", 2.0, 3.0, (0, 0, 0)), Term("u", 1.0, 1.0, (0, 0, 0))]
    assert "DISAGREES" not in "\n".join(step_lines(Line("y", None, 7.0, 7.0, terms)))
    assert "DISAGREES: it gives" in step_lines(Line("y", None, 7.1, 7.0, terms))[-1]


def test_a_wrong_derivative_is_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnntrain.nn.fast.activations import FastSigmoid

    monkeypatch.setattr(FastSigmoid, "derive", lambda self, y, slope: slope.fill(0.25))
    assert "DISAGREES" in as_text(traced(shipped("mazur")))


def test_numbers_have_nine_significant_digits_and_no_negative_zero() -> None:
    assert number(0.2983711087600027) == "0.298371109"
    assert number(-0.0) == "0"


def test_a_window_of_tiny_numbers_names_its_unit() -> None:
    patch = Patch(np.full((2, 2), 1.5e-7), np.ones((2, 2)), "dy", "W")
    text = "\n".join(step_lines(Line("y", None, 6e-7, 6e-7, [], patch=patch)))
    assert "left:  dy, in units of 1e-7\n" in text
    assert "  1.500  1.500" in text


def test_a_network_with_many_outputs_lists_the_largest_derivatives_and_the_unit() -> None:
    found = traced(of_layers("dense: 10"))
    [first, *_] = found.loss.rows
    rows = [replace(first, unit=k, name=f"y{k}", value=k / 100) for k in range(40)]
    text = as_text(replace(found, unit=3, loss=replace(found.loss, rows=rows)))
    listed = re.findall(r"^[→ ] y(\d+) ", text, re.MULTILINE)
    assert listed == ["3", *map(str, range(24, 40))]
    assert "there are 40 in all" in text


def test_dropout_says_that_predict_draws_no_mask() -> None:
    text = as_text(traced(of_layers("dense: 30, tanh, dropout: 0.5, dense: 10")))
    forward = " ".join(text.partition("THE ERROR")[0].split())
    assert "this pass draws a mask m as in training; `predict` does not" in forward


def test_a_frozen_weight_that_was_asked_for_says_that_it_stays() -> None:
    opened = of_layers("dense: {units: 3, freeze: all}, dense: 10")
    text = as_text(traced(opened, weight="dense1[0,20]"))
    backward, update = text.partition("BACKWARD")[2].split("UPDATE")
    assert "∂E/∂dense1.weights[0,20]" in backward
    assert re.search(r"dense1\.weights\[0,20\] +\S+ +frozen: stays as it is\n", update)
