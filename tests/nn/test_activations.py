"""Activations where they are hard: at kinks, far from 0, and next to nothing."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import (
    GELU,
    Activation,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)
from cnntrain.nn.layers.base import Layer
from tests.nn.harness import FLOAT32, FLOAT64, PRECISIONS, Ready, built, from_engine, ready

ACTIVATIONS = [name for name, kind in LAYERS.items() if issubclass(kind, Activation)]
LIMITS = {  # y at the far left and at the far right; None: x itself, or a times x
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, None),
    "leaky_relu": (None, None),
    "softplus": (0.0, None),
    "silu": (0.0, None),
    "gelu": (0.0, None),
}
DIPS = {  # of published functions: where y is lowest, and how low
    "silu": (-1.27846, -0.27846),
    "gelu": (-0.75179, -0.16997),
}
FILE = "cnntrain/nn/layers/activations.py"


def extremes(dtype: np.dtype) -> np.ndarray:
    """Return the numbers at which formulas break, both signs."""
    limits = np.finfo(dtype)
    tiny = [0.0, limits.smallest_subnormal, limits.smallest_normal / 2, limits.smallest_normal]
    sizes = [*tiny, 1e-10, 1.0, 20.0, 100.0, 800.0, 1e4, 1e30, limits.max]
    return np.array([*sizes, *(-size for size in sizes)], dtype)


def applied(layer: Layer, x: np.ndarray, dy: float = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return y and dx for a row of numbers."""
    replica = ready(built(layer, (1, 1, len(x)), x.dtype), 1)
    y = replica.forward(to_engine(x.reshape(1, 1, 1, -1)), train=True)
    return from_engine(y).ravel(), from_engine(replica.backward(np.full_like(y, dy))).ravel()


def where(name: str) -> str:
    """Return the place of an activation's class, as messages name it."""
    return f"{FILE}: {LAYERS[name].__name__}"


@pytest.fixture(params=[False, True], ids=["fast", "plain"])
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test on the fast way and on the formula."""
    Ready.plain = request.param
    yield
    Ready.plain = False


both_ways = pytest.mark.usefixtures("_way")


def test_every_limit_and_every_dip_is_that_of_an_activation() -> None:
    assert {*LIMITS, *DIPS} <= {*ACTIVATIONS}


@both_ways
@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_give_finite_values_and_slopes_without_a_warning(
    name: str, dtype: np.dtype
) -> None:
    x = extremes(dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        y, slope = applied(LAYERS[name](), x)
    assert np.isfinite(y).all()
    around = np.linspace(-30, 30, 60001)
    quotients = np.diff(applied(LAYERS[name](), around)[0]) / np.diff(around)
    assert slope.max() <= quotients.max() + 1e-6
    assert slope.min() >= (quotients.min() - 1e-6 if quotients.min() < 0 else 0)


@both_ways
@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("name", LIMITS)
def test_far_from_zero_each_activation_is_at_its_limit(name: str, dtype: np.dtype) -> None:
    x = np.array([-1e30, -1e4, 1e4, 1e30], dtype)
    layer = LAYERS[name]()
    a = layer.slope if isinstance(layer, LeakyReLU) else 0
    left, right = LIMITS[name]
    y, slope = applied(layer, x)
    np.testing.assert_array_equal(y[:2], x[:2] * dtype.type(a) if left is None else left)
    np.testing.assert_array_equal(y[2:], x[2:] if right is None else right)
    np.testing.assert_array_equal(slope[:2], dtype.type(a))
    np.testing.assert_array_equal(slope[2:], 1 if right is None else 0)


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_sigmoid_is_within_two_roundings_of_its_definition(dtype: np.dtype) -> None:
    x = np.linspace(-30, 30, 2001, dtype=dtype)
    y, _ = applied(Sigmoid(), x)
    expected = 1 / (1 + np.exp(-x.astype(float)))
    np.testing.assert_allclose(y, expected, rtol=0, atol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize(
    ("layer", "y", "slope"),
    [
        (Sigmoid(), 0.5, 0.25),
        (Tanh(), 0, 1),
        (ReLU(), 0, 0),
        (LeakyReLU(0.2), 0, 0.2),
        (Softplus(), math.log(2), 0.5),
        (SiLU(), 0, 0.5),
        (GELU(), 0, 0.5),
    ],
)
def test_at_zero_of_either_sign_values_and_slopes_are_as_documented(
    layer: Layer, y: float, slope: float
) -> None:
    found = applied(layer, np.array([0.0, -0.0]))
    np.testing.assert_array_equal(found, [[y, y], [slope, slope]])


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize(("layer", "left"), [(ReLU(), 0.0), (LeakyReLU(0.25), 0.25)])
def test_next_to_a_kink_the_slope_is_that_of_the_side(
    layer: Layer, left: float, dtype: np.dtype
) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    _, slope = applied(layer, np.array([-tiny, tiny], dtype))
    np.testing.assert_array_equal(slope, [left, 1])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_activation_falls_to_the_right_of_its_lowest_point(name: str) -> None:
    y, _ = applied(LAYERS[name](), np.linspace(-50, 50, 1001))
    assert all(left <= right for left, right in itertools.pairwise(y[y.argmin() :]))


# What a class has to say besides its formulas, found out from the formulas.


@pytest.mark.parametrize("text", ["f_text", "df_text"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_states_its_formulas_as_text(name: str, text: str) -> None:
    assert text in vars(LAYERS[name]), f"{where(name)} has no {text}, the formula that trace shows"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_where_the_slope_jumps_the_branches_change(name: str) -> None:
    x = np.linspace(-8.0005, 8.0005, 16002)
    layer = LAYERS[name]()
    y, slope = applied(layer, x)
    [kinks] = np.nonzero(np.abs(np.diff(slope)) > 0.02)  # of a smooth curve: about 0.001
    if kinks.size:
        sides = layer.branches(y)
        assert sides is not None, (
            f"{where(name)} has no `branches`, but a kink at {x[kinks[0]]:.2f}"
        )
        assert (sides[kinks] != sides[kinks + 1]).all(), f"{where(name)}.branches misses a kink"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_that_goes_flat_says_where_it_is_saturated_or_silent(name: str) -> None:
    layer = LAYERS[name]()
    y, slope = applied(layer, np.array([-30.0, 30.0]))
    if (np.abs(slope) < 1e-6).all():  # limits on both sides
        found = layer.saturated(y)
        assert found is not None, f"{where(name)} has limits, but no `saturated`: see Layer"
        assert found.all()
    y, slope = applied(layer, np.array([-4.5]))
    if y == slope == 0:
        found = layer.silent(y)
        assert found is not None, f"{where(name)} is 0 and flat at -4.5, but has no `silent`"
        assert found.all()


@both_ways
@pytest.mark.parametrize("name", DIPS)
def test_a_dip_is_where_and_as_deep_as_it_is_known_to_be(name: str) -> None:
    x = np.linspace(-2, 0, 20001)
    y, slope = applied(LAYERS[name](), x)
    assert (x[y.argmin()], y.min()) == pytest.approx(DIPS[name], abs=1e-4)
    assert abs(slope[y.argmin()]) < 1e-4


@pytest.mark.parametrize(
    ("dtype", "bound"), [(FLOAT32, 4e-7), (FLOAT64, 4e-16)], ids=["float32", "float64"]
)
def test_the_fast_gelu_is_within_its_error_bound_of_erfc(dtype: np.dtype, bound: float) -> None:
    x = np.concatenate([np.linspace(-45, 45, 9001), np.linspace(-3, 3, 6001)]).astype(dtype)
    y, slope = applied(GELU(), x)
    exact = x.astype(float)
    phi = np.array([math.erfc(-z / math.sqrt(2)) / 2 for z in exact])
    density = np.exp(-0.5 * exact**2) / math.sqrt(2 * math.pi)
    scale = np.maximum(1, np.abs(exact))  # roundings of y itself
    assert (np.abs(y - exact * phi) / scale).max() < bound
    assert np.abs(slope - (phi + exact * density)).max() < 2 * bound


X = (-8.0, -3.0, -1.25, -0.5, -0.01, 0.0, 0.01, 0.5, 1.25, 3.0, 8.0)
# y and then the slope at X, as PyTorch 2.13.0 gives them in float64 by its defaults
PYTORCH = {
    "softplus": """
        0.00033540637289576885 0.04858735157374206 0.2519290813453729 0.4740769841801067
        0.6881596805078624 0.6931471805599453 0.6981596805078623 0.9740769841801067
        1.501929081345373 3.048587351573742 8.000335406372896
        0.00033535013046647816 0.04742587317756679 0.22270013882530884 0.37754066879814546
        0.497500020833125 0.5 0.5024999791668749 0.6224593312018546
        0.7772998611746912 0.9525741268224333 0.9996646498695335""",
    "silu": """
        -0.002682801043731825 -0.14227761953270035 -0.27837517353163604 -0.1887703343990727
        -0.00497500020833125 0.0 0.00502499979166875 0.3112296656009273
        0.9716248264683639 2.8577223804672998 7.997317198956269
        -0.0023465512355853157 -0.08810410601516962 0.00631915508468757 0.2600388126973482
        0.49500008333208345 0.5 0.5049999166679167 0.7399611873026519
        0.9936808449153124 1.0881041060151693 1.0023465512355845""",
    "gelu": """
        -4.884981308350689e-15 -0.00404969409489031 -0.13206221708356905 -0.15426876936299344
        -0.004960106436853684 0.0 0.005039893563146316 0.34573123063700656
        1.117937782916431 2.99595030590511 7.999999999999995
        -3.9807546004751306e-14 -0.01194564720418392 -0.12266158306942215 0.13250487534383712
        0.49202142034750757 0.5 0.5079785796524924 0.8674951246561629
        1.1226615830694222 1.011945647204184 1.0000000000000397""",
}


@both_ways
@pytest.mark.parametrize("name", PYTORCH)
def test_values_and_slopes_are_pytorchs(name: str) -> None:
    found = np.concatenate(applied(LAYERS[name](), np.array(X)))
    expected = np.array(PYTORCH[name].split(), float)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-15)
