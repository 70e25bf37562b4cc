"""Every layer of the table against its naive twin, and the promises that all layers make."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, Shape
from tests.nn.cases import CASES, odd_sizes
from tests.nn.harness import PRECISIONS, Ready, assert_close, built, from_engine, others_work, ready
from tests.tables import assert_rows

# Once in thousands of products of finite numbers, OpenBLAS leaves the processor's flag for an invalid
# operation set, of which NumPy warns. A product that is wrong fails the comparison with its twin.
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in matmul:RuntimeWarning")


@pytest.fixture(scope="module", params=[False, True], ids=["fast", "plain"], autouse=True)
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run every test here on the fast ways and on the formulas."""
    Ready.plain = request.param
    yield
    Ready.plain = False


every_layer = pytest.mark.parametrize("name", CASES)
every_odd_size = pytest.mark.parametrize(("name", "layer", "shape"), odd_sizes())


def numbers(rng: np.random.Generator, shape: tuple[int, ...], *, coarse: bool) -> np.ndarray:
    """Return normal numbers, or, to have ties and exact zeros, few different ones."""
    return rng.integers(-1, 2, shape) if coarse else rng.normal(size=shape)


def assert_agrees_with_twin(
    name: str, layer: Layer, shape: Shape, *, batch: int, dtype: np.dtype, coarse: bool
) -> None:
    """Compare y, dx, dW and db for one random batch."""
    rng = np.random.default_rng(0)
    replica = ready(built(layer, shape, dtype), batch)
    twin = CASES[name].twin(replica.layer)
    x = numbers(rng, (batch, *shape), coarse=coarse).astype(dtype)
    engine_x = to_engine(x)
    y = from_engine(replica.forward(engine_x, train=True))
    assert y.shape == (batch, *replica.out_shape)
    assert_close(y, twin.forward(x), dtype)
    others_work(replica, engine_x)
    dy = rng.normal(size=y.shape).astype(dtype)
    assert_close(from_engine(replica.backward(to_engine(dy))), twin.backward(dy), dtype)
    for part, parameter in replica.parameters.items():
        assert_close(parameter.gradient, twin.gradients[part], dtype)


def test_every_layer_of_the_table_has_a_case() -> None:
    assert_rows("tests/nn/cases.py: CASES", CASES, LAYERS)


@every_odd_size
def test_a_layer_shows_its_options_before_and_after_it_is_built(
    name: str, layer: Layer, shape: Shape
) -> None:
    options = repr(layer)
    assert options.startswith(f"{LAYERS[name].__name__}(")
    assert repr(ready(built(layer, shape), 2).layer) == options


def assert_sample_agrees_with_twin(name: str, data: st.DataObject) -> None:
    layer, shape = data.draw(CASES[name].samples)
    assert type(layer) is LAYERS[name]
    assert_agrees_with_twin(
        name,
        layer,
        shape,
        batch=data.draw(st.integers(1, 3), "batch"),
        dtype=data.draw(st.sampled_from(PRECISIONS), "dtype"),
        coarse=data.draw(st.booleans(), "coarse"),
    )


@every_layer
@settings(max_examples=25)
@given(data=st.data())
def test_any_layer_agrees_with_its_naive_twin(name: str, data: st.DataObject) -> None:
    assert_sample_agrees_with_twin(name, data)


@pytest.mark.slow
@every_layer
@given(data=st.data())
def test_many_more_samples_of_any_layer_agree_with_its_naive_twin(
    name: str, data: st.DataObject
) -> None:
    assert_sample_agrees_with_twin(name, data)


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@every_odd_size
def test_odd_sizes_agree_with_the_naive_twin(
    name: str, layer: Layer, shape: Shape, dtype: np.dtype, batch: int
) -> None:
    assert_agrees_with_twin(name, layer, shape, batch=batch, dtype=dtype, coarse=False)


@every_odd_size
def test_a_layer_never_writes_to_what_it_is_handed(name: str, layer: Layer, shape: Shape) -> None:
    replica = ready(built(layer, shape), 2)
    rng = np.random.default_rng(0)
    for train in (True, False, True):
        x = to_engine(rng.normal(size=(2, *shape)))
        dy = to_engine(rng.normal(size=(2, *replica.out_shape)))
        kept_x, kept_dy = x.copy(), dy.copy()
        x.flags.writeable = dy.flags.writeable = False
        replica.forward(x, train=train)
        if train:
            replica.backward(dy)
        np.testing.assert_array_equal(x, kept_x)
        np.testing.assert_array_equal(dy, kept_dy)


@every_odd_size
def test_backward_leaves_the_output_and_the_weights_as_they_were(
    name: str, layer: Layer, shape: Shape
) -> None:
    replica = ready(built(layer, shape), 2)
    rng = np.random.default_rng(0)
    y = replica.forward(to_engine(rng.normal(size=(2, *shape))), train=True)
    kept = y.copy()
    weights = [p.value.copy() for p in replica.parameters.values()]
    replica.backward(to_engine(rng.normal(size=(2, *replica.out_shape))))
    np.testing.assert_array_equal(y, kept)
    for parameter, before in zip(replica.parameters.values(), weights, strict=True):
        np.testing.assert_array_equal(parameter.value, before)


@every_odd_size
def test_a_step_owes_nothing_to_the_step_before_it(name: str, layer: Layer, shape: Shape) -> None:
    layer = built(layer, shape)
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, *shape)), rng.normal(size=(2, *layer.out_shape))
    results = []
    for first in (0.0, 1e3):  # what the step before was about
        replica = ready(layer, 2)
        replica.forward(to_engine(x + first), train=True)
        replica.backward(to_engine(dy + first))
        y = from_engine(replica.forward(to_engine(x), train=True))
        dx = from_engine(replica.backward(to_engine(dy)))
        results.append([y, dx, *(p.gradient for p in replica.parameters.values())])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


@every_odd_size
def test_backward_takes_the_error_in_any_memory_order(
    name: str, layer: Layer, shape: Shape
) -> None:
    layer = built(layer, shape)
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, *shape)), rng.normal(size=(2, *layer.out_shape))
    results = []
    for order in (np.ascontiguousarray, np.asfortranarray):
        replica = ready(layer, 2)
        replica.forward(order(to_engine(x)), train=True)
        dx = from_engine(replica.backward(order(to_engine(dy))))
        results.append([dx, *(p.gradient for p in replica.parameters.values())])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@every_odd_size
def test_the_first_layer_makes_no_dx_but_the_same_gradients(
    name: str, layer: Layer, shape: Shape
) -> None:
    layer = built(layer, shape)
    x = to_engine(np.random.default_rng(0).normal(size=(2, *shape)))
    dy = to_engine(np.ones((2, *layer.out_shape)))
    first, higher = ready(layer, 2, input_grad=False), ready(layer, 2)
    for replica in (first, higher):
        replica.forward(x, train=True)
    assert first.backward(dy) is None
    assert higher.backward(dy) is not None
    for part, parameter in higher.parameters.items():
        np.testing.assert_array_equal(first.parameters[part].gradient, parameter.gradient)


@every_layer
def test_replicas_share_weights_and_nothing_else(name: str) -> None:
    layer, shape = CASES[name].odd[-1]
    layer = built(layer, shape)
    one, other = ready(layer, 2), ready(layer, 2)
    for part, parameter in layer.parameters.items():
        assert one.parameters[part].value is other.parameters[part].value is parameter.value
        assert one.parameters[part].gradient is not other.parameters[part].gradient
    x = to_engine(np.random.default_rng(0).normal(size=(2, *shape)))
    y = one.forward(x, train=True)
    kept = y.copy()
    other.forward(x + 1, train=True)
    np.testing.assert_array_equal(y, kept)
