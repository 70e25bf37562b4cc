"""Minimal filtering: exact matrices, the rounding that is stated, where it is used."""

import numpy as np
import pytest

from cnntrain.nn.fast.bands import Bands
from cnntrain.nn.fast.convolution import FastConvolution
from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.fast.winograd import Winograd, matrices, pieces_of_columns, rows_of_a_tile
from cnntrain.nn.layers.base import Shape
from cnntrain.nn.layers.convolution import Convolution
from tests.nn.cases import CASES
from tests.nn.harness import FLOAT32, Ready, built, from_engine, ready
from tests.nn.networks import network, tutorial_layers

SIZES = [(m, k) for k in range(2, 9) for m in range(2, 11 - k)]  # of up to 9 points


@pytest.mark.parametrize(("m", "k"), SIZES)
def test_m_outputs_of_a_filter_of_k_take_m_plus_k_minus_1_multiplications(m: int, k: int) -> None:
    rng = np.random.default_rng(0)
    A, G, B = matrices(m, k)
    x, w = rng.integers(-9, 10, m + k - 1), rng.integers(-9, 10, k)
    products = (G @ w) * (B.T @ x)
    assert len(products) == m + k - 1
    np.testing.assert_allclose(A.T @ products, np.correlate(x, w), rtol=0, atol=1e-11)


@pytest.mark.parametrize(("m", "k"), SIZES)
def test_A_and_B_are_exact_in_float32(m: int, k: int) -> None:
    A, _, B = matrices(m, k)
    for matrix in (A, B):
        np.testing.assert_array_equal(matrix.astype(FLOAT32), matrix)


@pytest.mark.parametrize(
    ("kernel_rows", "out_rows", "expected"),
    [(5, 8, 4), (5, 10, 5), (5, 12, 4), (5, 7, 1), (3, 28, 7), (3, 26, 2), (2, 8, 8), (9, 4, 1)],
)
def test_tiles_divide_the_rows_and_are_as_large_as_nine_points_allow(
    kernel_rows: int, out_rows: int, expected: int
) -> None:
    assert rows_of_a_tile(kernel_rows, out_rows) == expected


def way_of(layer: Ready) -> Winograd | Bands:
    """Return the way that a convolution is computed."""
    assert isinstance(layer.routine, FastConvolution)
    return layer.routine.way


def winograd_of(layer: Ready) -> Winograd:
    """Return the way of a convolution that is computed by `Winograd`."""
    way = way_of(layer)
    assert isinstance(way, Winograd)
    return way


def relative_error(found: np.ndarray, exact: np.ndarray) -> float:
    """Return the root mean square of the error, relative to that of the numbers."""
    return float(np.sqrt(np.mean((found - exact) ** 2) / np.mean(exact**2)))


@pytest.mark.parametrize(
    ("shape", "filters", "bound"),
    [((6, 12, 12), 12, 7e-7), ((6, 14, 14), 16, 1e-6)],  # 8 and 9 points
)
def test_errors_of_rounding_are_a_few_units_of_the_last_place(
    shape: Shape, filters: int, bound: float
) -> None:
    rng = np.random.default_rng(0)
    layer = ready(built(Convolution(filters, 5), shape, FLOAT32), 4)
    assert isinstance(way_of(layer), Winograd)
    twin = CASES["conv"].twin(layer)
    x = rng.normal(size=(4, *shape)).astype(FLOAT32)
    y = from_engine(layer.forward(to_engine(x), train=True))
    assert relative_error(y, twin.forward(x.astype(float))) < bound
    dy = rng.normal(size=y.shape).astype(FLOAT32)
    dx = from_engine(layer.backward(to_engine(dy)))
    assert relative_error(dx, twin.backward(dy.astype(float))) < bound


def test_only_the_second_convolution_of_the_tutorial_is_computed_by_winograd() -> None:
    net = network(tutorial_layers(), (1, 28, 28))
    routines = net.observed((0, 2)).routines
    ways = [type(routine.way) for routine in routines if isinstance(routine, FastConvolution)]
    assert ways == [Bands, Winograd]


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Convolution(8, 5, stride=2), (6, 12, 12)),
        (Convolution(8, (1, 5)), (6, 12, 12)),
        (Convolution(8, 3), (3, 12, 12)),  # nine numbers to add up
        (Convolution(8, (5, 11)), (1, 12, 12)),  # one channel
        (Convolution(3, 5), (6, 12, 12)),
        (Convolution(8, 5), (6, 11, 12)),  # seven rows
    ],
)
def test_strides_and_what_is_too_small_are_computed_as_the_formula_says(
    layer: Convolution, shape: Shape
) -> None:
    assert isinstance(way_of(ready(built(layer, shape), 1)), Bands)


@pytest.mark.parametrize(
    ("out_columns", "multiplications", "pieces"),
    [(8, 10**6, 1), (8, 10**6 + 1, 2), (9, 10**6 + 1, 3), (8, 10**9, 1), (7, 2 * 10**6, 7)],
)
def test_products_are_cut_in_pieces_of_a_million_multiplications_where_columns_allow(
    out_columns: int, multiplications: int, pieces: int
) -> None:
    assert pieces_of_columns(out_columns, multiplications) == pieces


def test_pieces_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = built(Convolution(4, 5, padding=1), (6, 10, 8))
    x = to_engine(np.random.default_rng(0).normal(size=(3, 6, 10, 8)))
    dy = to_engine(np.random.default_rng(1).normal(size=(3, 4, 8, 6)))
    found = []
    for uncopied, pieces in ((10**6, 1), (500, 6)):
        monkeypatch.setattr("cnntrain.nn.fast.winograd.LARGEST_UNCOPIED_PRODUCT", uncopied)
        twin = ready(layer, 3)
        assert winograd_of(twin).M_pieces.shape[1] == pieces
        y, dx = twin.forward(x, train=True).copy(), twin.backward(dy)
        found.append([y, dx, twin.parameters["weights"].gradient])
    for whole, cut in zip(*found, strict=True):
        np.testing.assert_allclose(cut, whole, rtol=0, atol=1e-13)
