"""The tutorial's symbols (S0), the index formula and the sum over paths of S3, in a trace."""

import numpy as np
import pytest

from cnntrain.explain.trace.explainers import winner_at
from cnntrain.nn.layers.pooling import MaxPooling
from cnntrain.show.trace import as_text
from tests.explain.trace.passes import (
    SYNTHETIC,
    SYNTHETIC_14,
    arrays,
    cell_of,
    lines_of,
    shipped,
    traced,
)


def test_the_tutorials_network_speaks_the_tutorials_language_as_in_S0() -> None:
    rates = ("train.alpha=10", "train.alpha2=5", "train.alpha3=1")
    found = traced(shipped("lenet", SYNTHETIC, *rates), weight="conv1[2,0,1,3]", unit=4)
    symbols = {line.name: line.symbol for line in lines_of(found).values()}
    f, i, j = cell_of(found, "conv1")
    assert f == 2
    assert symbols[f"∂E/∂conv1[2,{i},{j}]"] == f"FF3[{i},{j}]"
    assert symbols["∂E/∂conv1.weights[2,0,1,3]"] == "dk3[0,1,3]"
    assert symbols["∂E/∂conv1.bias[2]"] == "db3"
    assert symbols["∂E/∂dense1[4]"] == "δ³[4]"
    assert symbols["∂E/∂dense1.bias[4]"] == "dbbb[4]"
    gradients = [str(u.gradient_symbol).rstrip("0123456789[],") for u in found.updates]
    assert gradients == ["dk", "db", "dkk", "dbb", "dkkk", "dbbb"]
    assert [str(u.symbol).partition("[")[0] for u in found.updates] == [
        "w1",
        "b1",
        "w2",
        "b2",
        "w3",
        "b3",
    ]
    assert [(u.rate_name, u.rate) for u in found.updates[::2]] == [
        ("alpha", 10),
        ("alpha2", 5),
        ("alpha3", 1),
    ]


def test_the_winner_of_a_pooled_cell_is_at_the_index_of_S3() -> None:
    """Pooled cell (j, i) with its maximum at (dy, dx) comes from (2j+dy)·10 + 2i+dx."""
    done = arrays(shipped("one-kernel-14", SYNTHETIC_14))
    pooling, conv = done.layers[2], done.outputs[1]
    assert isinstance(pooling, MaxPooling)
    for j, i in np.ndindex(5, 5):
        dy, dx = winner_at(pooling, (0, j, i))
        assert conv.ravel()[(2 * j + dy) * 10 + 2 * i + dx] == done.outputs[2][0, j, i]


def test_a_trace_states_the_index_of_S3_with_its_numbers() -> None:
    found = traced(shipped("one-kernel-14", SYNTHETIC_14))
    (_, row, column), (_, j, i) = cell_of(found, "conv1"), cell_of(found, "max_pool1")
    dy, dx = row - 2 * j, column - 2 * i
    text = as_text(found)
    assert "found at (2j+dy)·10 + 2i+dx of its map" in text
    assert "The largest number of each 2x2 window, j the row of y, i its column" in text
    assert f"remembers the offset (dy,dx) = ({dy},{dx})" in text
    assert f"index (2·{j}+{dy})·10 + 2·{i}+{dx} = {10 * row + column}, that is row {row}" in text


def test_a_kernels_gradient_is_the_sum_over_all_paths_of_S3() -> None:
    """Σ (y_k − d_k)·s(y_k)·w2[m,k]·s(h2_m)·w12[j,m]·s(h_j)·x[·] for all 25 weights."""
    opened = shipped("one-kernel-14", SYNTHETIC_14)
    w12 = opened.network.parameters["dense1.weights"].value
    w2 = opened.network.parameters["dense2.weights"].value
    done = arrays(opened)
    pooling = done.layers[2]
    assert isinstance(pooling, MaxPooling)

    def s(y: np.ndarray) -> np.ndarray:
        return np.asarray(y * (1 - y))

    image, h, h2, y = (
        done.outputs[0][0],
        done.outputs[3][0],
        done.outputs[5].ravel(),
        done.outputs[7].ravel(),
    )
    towards_h2 = ((y - done.targets) * s(y)) @ w2 * s(h2)
    towards_h = (towards_h2 @ w12).reshape(5, 5) * s(h)
    gradient = np.zeros((5, 5))
    for j, i in np.ndindex(5, 5):
        dy, dx = winner_at(pooling, (0, j, i))
        row, column = divmod((2 * j + dy) * 14 + 2 * i + dx, 14)
        gradient += towards_h[j, i] * image[row : row + 5, column : column + 5]
    np.testing.assert_allclose(gradient, done.gradients["conv1.weights"][0, 0], rtol=1e-12)
    shown = lines_of(traced(shipped("one-kernel-14", SYNTHETIC_14)))["∂E/∂conv1.weights[0,0,2,2]"]
    assert shown.value == pytest.approx(gradient[2, 2], rel=1e-12)
