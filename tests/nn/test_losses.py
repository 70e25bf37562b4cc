"""Losses against their naive twins, at the edges of their numbers, and by definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.nn.losses import LOSSES, Loss, MeanSquaredError, SoftmaxCrossEntropy
from tests.nn.cases import LOSS_CASES
from tests.nn.harness import PRECISIONS, TOLERANCE, assert_close
from tests.nn.networks import one_hot

every_loss = pytest.mark.parametrize("name", LOSS_CASES)
every_precision = pytest.mark.parametrize("dtype", PRECISIONS, ids=str)


def ready(loss: Loss, y: np.ndarray) -> Loss:
    """Return the loss with arrays for outputs like y."""
    outputs, images = y.shape
    loss.allocate(outputs, images, y.dtype)
    return loss


def targets(outputs: int, images: int) -> np.ndarray:
    """Return one-hot targets (K, N), classes in turn."""
    return one_hot(np.arange(images) % outputs, outputs).T


@every_loss
@given(
    outputs=st.integers(1, 6),
    images=st.integers(1, 5),
    rest=st.integers(0, 20),
    dtype=st.sampled_from(PRECISIONS),
)
def test_any_loss_agrees_with_its_naive_twin(
    name: str, outputs: int, images: int, rest: int, dtype: np.dtype
) -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(scale=3, size=(outputs, images)).astype(dtype)
    t = rng.dirichlet(np.ones(outputs), images).T.astype(dtype)
    loss = ready(LOSSES[name](), y)
    value, dy = LOSS_CASES[name](y, t, images + rest)
    assert loss.forward(y, t, images + rest) == pytest.approx(value, rel=TOLERANCE[dtype])
    assert_close(loss.dy, dy, dtype)


@every_loss
def test_a_loss_never_writes_to_what_it_is_handed(name: str) -> None:
    y, t = np.random.default_rng(0).normal(size=(3, 4)), targets(3, 4)
    y.flags.writeable = t.flags.writeable = False
    ready(LOSSES[name](), y).forward(y, t, 4)


@every_loss
@every_precision
@pytest.mark.parametrize("size", [0.0, 5e-324, 1e-45, 1e-40, 1e-30, 1.0, 1e4, 1e30])
def test_extreme_outputs_give_a_finite_loss_and_gradient_without_a_warning(
    name: str, dtype: np.dtype, size: float
) -> None:
    y = np.array([[size, -size, 0, size], [-size, size, size, size]], dtype)
    for t in (targets(2, 4), 1 - targets(2, 4)):
        loss = ready(LOSSES[name](), y)
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            value = loss.forward(y, t.astype(dtype), 4)
        expected, dy = LOSS_CASES[name](y, t, 4)
        assert math.isfinite(value)
        assert value == pytest.approx(expected, rel=TOLERANCE[dtype])
        assert_close(loss.dy, dy, dtype)


def test_mse_is_half_the_sum_of_squares_over_the_outputs_divided_by_the_batch() -> None:
    y, t = np.array([[1.0, 5.0], [2.0, 2.0]]), np.array([[0.0, 1.0], [0.0, 0.0]])
    loss = ready(MeanSquaredError(), y)
    assert loss.forward(y, t, 2) == (1 + 4 + 16 + 4) / 2 / 2
    np.testing.assert_array_equal(loss.dy, [[0.5, 2], [1, 1]])


def test_softmax_cross_entropy_is_the_surprise_at_the_target() -> None:
    y = np.log([[1.0, 2.0], [3.0, 2.0]])  # p = 1/4, 3/4 and 1/2, 1/2
    loss = ready(SoftmaxCrossEntropy(), y)
    t = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert loss.forward(y, t, 2) == pytest.approx((math.log(4) + math.log(2)) / 2)
    np.testing.assert_allclose(loss.dy, [[-3 / 8, 1 / 4], [3 / 8, -1 / 4]])


def test_softmax_cross_entropy_does_not_care_for_a_constant_added_to_all_outputs() -> None:
    y, t = np.random.default_rng(0).normal(size=(4, 3)), targets(4, 3)
    loss = ready(SoftmaxCrossEntropy(), y)
    value, dy = loss.forward(y, t, 3), loss.dy.copy()
    assert loss.forward(y + 1e6, t, 3) == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose(loss.dy, dy, atol=1e-9)


@every_loss
@given(outputs=st.integers(2, 5), cuts=st.sets(st.integers(1, 6)))
def test_the_shares_of_slices_add_up_to_the_loss_of_the_batch(
    name: str, outputs: int, cuts: set[int]
) -> None:
    y, t = np.random.default_rng(0).normal(size=(outputs, 7)), targets(outputs, 7)
    whole = ready(LOSSES[name](), y)
    value, total = whole.forward(y, t, 7), 0.0
    for columns in np.split(np.arange(7), sorted(cuts)):
        part = ready(LOSSES[name](), y[:, columns])
        total += part.forward(y[:, columns], t[:, columns], 7)
        np.testing.assert_allclose(part.dy, whole.dy[:, columns], rtol=1e-15)
    assert total == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "value"), [("mse", 0.45), ("softmax_cross_entropy", math.log(10))]
)
def test_with_ten_equal_classes_trivial_is_the_loss_of_answering_one_in_ten_to_everything(
    name: str, value: float
) -> None:
    assert LOSSES[name]().trivial(np.eye(10)) == pytest.approx(value)


def test_trivial_is_the_loss_of_answering_the_mean_of_the_targets() -> None:
    t = np.repeat(np.eye(3), (5, 2, 0), axis=0)  # (7, 3): one class is rare, and one has no image
    shares = t.mean(axis=0)
    for name, answer in (
        ("mse", shares),
        ("softmax_cross_entropy", np.log(np.maximum(shares, 1e-300))),
    ):
        y = np.tile(answer, (7, 1)).T
        loss = ready(LOSSES[name](), y)
        assert loss.trivial(t) == pytest.approx(loss.forward(y, t.T, 7), rel=1e-12)


@every_loss
@every_precision
@pytest.mark.parametrize("size", [0.0, 1e-45, 1.0, 1e4, 1e30])
def test_probabilities_sum_to_1_and_keep_the_order_of_the_outputs(
    name: str, dtype: np.dtype, size: float
) -> None:
    y = np.array([-1, 0, 0.5, 0.25], dtype) * dtype.type(size)
    p = LOSSES[name]().probabilities(y)
    assert p.sum() == pytest.approx(1)
    assert (p >= 0).all()
    assert (np.diff(p[np.argsort(y)]) >= 0).all()
