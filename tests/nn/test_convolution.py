"""Convolution against the formulas of the sources S1 and S4."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers.base import ShapeError
from cnntrain.nn.layers.convolution import Convolution
from tests.nn import naive
from tests.nn.harness import FLOAT64, assert_close, built, from_engine, ready


def small_sizes(least: int) -> st.SearchStrategy[tuple[int, int]]:
    """Draw (rows, columns)."""
    return st.tuples(st.integers(least, 6), st.integers(least, 6))


@given(
    small_sizes(least=1), small_sizes(least=1), small_sizes(least=1), small_sizes(least=0)
)  # H W, FH FW, S S, P P
def test_the_output_has_2P_plus_H_minus_FH_over_S_plus_1_rows_as_in_S4(
    image: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]
) -> None:
    (H, W), (FH, FW), (S, T), (P, Q) = image, kernel, stride, pad
    layer = Convolution(4, kernel, stride=stride, padding=pad)
    if 2 * P + H < FH or 2 * Q + W < FW:
        with pytest.raises(ShapeError, match="does not fit"):
            built(layer, (1, H, W))
        return
    OH, OW = (2 * P + H - FH) // S + 1, (2 * Q + W - FW) // T + 1
    assert built(layer, (1, H, W)).out_shape == (4, OH, OW)
    assert len(naive.starts(H, FH, S, P)) == OH
    assert len(naive.starts(W, FW, T, Q)) == OW


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "out"),
    [
        (28, 5, 1, 0, 24),  # S1: M − a + 1
        (14, 5, 1, 0, 10),  # S3
        (28, 5, 1, 2, 28),
        (7, 3, 2, 0, 3),
        (8, 3, 2, 0, 3),  # the last column is left over
        (5, 1, 3, 0, 2),
        (1, 1, 1, 0, 1),
    ],
)
def test_known_output_sizes(size: int, kernel: int, stride: int, padding: int, out: int) -> None:
    layer = Convolution(1, kernel, stride=stride, padding=padding)
    assert built(layer, (1, size, size)).out_shape == (1, out, out)


@given(small_sizes(least=1), small_sizes(least=0), st.integers(1, 3), st.integers(1, 3))
def test_backward_is_the_full_convolution_with_the_kernel_turned_by_180_degrees_as_in_S1(
    kernel: tuple[int, int], more: tuple[int, int], channels: int, filters: int
) -> None:
    rng = np.random.default_rng(0)
    shape = (channels, kernel[0] + more[0], kernel[1] + more[1])
    layer = ready(built(Convolution(filters, kernel), shape), 2)
    layer.forward(to_engine(rng.normal(size=(2, *shape))), train=True)
    dy = rng.normal(size=(2, *layer.out_shape))
    dx = from_engine(layer.backward(to_engine(dy)))

    turned = np.rot90(layer.parameters["weights"].value, 2, axes=(2, 3)).swapaxes(0, 1)
    full = Convolution(
        channels,
        kernel,
        padding=(kernel[0] - 1, kernel[1] - 1),
        bias=False,
        weights=turned.tolist(),
    )
    expected = ready(built(full, (filters, *dy.shape[2:])), 2).forward(to_engine(dy), train=True)
    assert_close(dx, from_engine(expected), FLOAT64)


def test_the_kernels_gradient_is_the_correlation_of_the_input_with_the_error_as_in_S1() -> None:
    rng = np.random.default_rng(0)
    image, dy = rng.normal(size=(1, 1, 28, 28)), rng.normal(size=(1, 1, 24, 24))
    layer = ready(built(Convolution(1, 5), (1, 28, 28)), 1)
    layer.forward(to_engine(image), train=True)
    layer.backward(to_engine(dy))
    correlation = [
        [np.sum(image[0, 0, u : u + 24, v : v + 24] * dy[0, 0]) for v in range(5)] for u in range(5)
    ]
    weights, bias = layer.parameters["weights"], layer.parameters["bias"]
    np.testing.assert_allclose(weights.gradient[0, 0], correlation, rtol=1e-12)
    np.testing.assert_allclose(bias.gradient, [dy.sum()], rtol=1e-12)


def test_channels_are_summed_before_the_bias_is_added_as_in_S1() -> None:
    weights = [[[[2.0]], [[3.0]], [[5.0]]]]
    layer = built(Convolution(1, 1, weights=weights), (3, 1, 1))
    layer.parameters["bias"].value[...] = 7
    rgb = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1)
    assert ready(layer, 1).forward(to_engine(rgb), train=True).item() == 2 + 30 + 500 + 7


def test_multiply_adds_count_the_products_of_the_naive_twin() -> None:
    layer = built(Convolution(3, (2, 3), stride=2, bias=False), (2, 5, 7))
    weights = layer.parameters["weights"].value
    twin = naive.Convolution(weights, None, (2, 2), (0, 0))
    assert layer.multiply_adds() == len(list(twin.products((1, 2, 5, 7))))


def test_geometry_is_kernel_stride_and_padding_by_rows_and_columns() -> None:
    layer = built(Convolution(1, (2, 3), stride=(4, 5), padding=1), (1, 8, 8))
    assert layer.geometry() == ((2, 3), (4, 5), (1, 1))
