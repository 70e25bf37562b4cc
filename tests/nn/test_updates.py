"""How parameters follow their gradients: every rule of the table, and each by its own formula."""

import tracemalloc

import numpy as np
import pytest

from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import UPDATES, GradientDescent, Momentum, UpdateRule

RULES: list[UpdateRule] = [*(rule() for rule in UPDATES.values()), Momentum(nesterov=True)]


def parameter(*values: float, frozen: bool = False) -> Parameter:
    return Parameter(np.array(values), frozen)


def moved(rule: UpdateRule, updates: int = 3) -> list[float]:
    """Return a number that starts at 1, after each of some updates by the gradients 1, 2, 3."""
    one = parameter(1.0)
    at_work = rule.on({"one": one}, [0.1])
    found = []
    for gradient in range(1, updates + 1):
        one.gradient[...] = gradient
        at_work.update()
        found.append(float(one.value[0]))
    return found


# Gradient descent


def test_each_parameter_moves_against_its_gradient_at_a_rate_of_its_own() -> None:
    one, two = Parameter(np.array([1.0, 2.0])), Parameter(np.array([[3.0]]))
    descent = GradientDescent().on({"one": one, "two": two}, [0.5, 10])
    for _ in range(2):
        one.gradient[...], two.gradient[...] = [2, -4], 0.1
        descent.update()
    np.testing.assert_array_equal(one.value, [-1, 6])
    np.testing.assert_array_equal(two.value, [[1]])
    np.testing.assert_array_equal(one.gradient, [2, -4])


def test_gradient_descent_has_no_state() -> None:
    assert GradientDescent().on({"one": parameter(1.0)}, [0.1]).state() == {}


# Momentum


def test_classical_momentum_moves_by_the_velocity() -> None:
    # v = 1; 0.5·1 + 2 = 2.5; 0.5·2.5 + 3 = 4.25
    expected = [1 - 0.1, 1 - 0.1 - 0.25, 1 - 0.1 - 0.25 - 0.425]
    assert moved(Momentum(momentum=0.5)) == pytest.approx(expected, rel=1e-15)


def test_nesterovs_momentum_looks_one_velocity_ahead() -> None:
    # gradient + 0.5·v: 1 + 0.5; 2 + 1.25; 3 + 2.125
    expected = [1 - 0.15, 1 - 0.15 - 0.325, 1 - 0.15 - 0.325 - 0.5125]
    assert moved(Momentum(momentum=0.5, nesterov=True)) == pytest.approx(expected, rel=1e-15)


def test_sutskevers_form_with_the_rate_in_the_velocity_is_the_same_at_a_constant_rate() -> None:
    weight, velocity, expected = 1.0, 0.0, []
    for gradient in (1, 2, 3):
        velocity = 0.9 * velocity - 0.1 * gradient
        weight += velocity
        expected.append(weight)
    assert moved(Momentum(momentum=0.9)) == pytest.approx(expected, rel=1e-14)


def test_without_momentum_it_is_gradient_descent() -> None:
    assert moved(Momentum(momentum=0)) == moved(GradientDescent())


@pytest.mark.parametrize(
    ("momentum", "nesterov", "complaint"),
    [
        (1, False, "momentum: found 1, expected a number from 0 to below 1"),
        (-0.1, False, "momentum: found -0.1, expected"),
        (float("nan"), False, "momentum: found nan, expected"),
        (0, True, "nesterov: found true with momentum 0, expected a momentum above 0"),
    ],
)
def test_a_momentum_that_cannot_be_is_refused(
    momentum: float, nesterov: bool, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Momentum(momentum=momentum, nesterov=nesterov)


# All rules


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_values_are_updated_in_place_because_shards_share_them(rule: UpdateRule) -> None:
    one = parameter(1.0, 1.0)
    value = one.value
    one.gradient.fill(1)
    rule.on({"one": one}, [0.25]).update()
    assert one.value is value
    assert (value < 1).all()


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rate_for_each_parameter_is_required(rule: UpdateRule) -> None:
    with pytest.raises(ValueError, match="shorter"):
        rule.on({"one": parameter(1.0), "two": parameter(1.0)}, [0.1])


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_frozen_parameter_stays_and_has_no_state(rule: UpdateRule) -> None:
    frozen, free = parameter(1.0, frozen=True), parameter(1.0)
    at_work = rule.on({"frozen": frozen, "free": free}, [1, 1])
    for each in (frozen, free):
        each.gradient.fill(1)
    at_work.update()
    assert frozen.value[0] == 1
    assert free.value[0] < 1
    assert all(name.endswith("/free") for name in at_work.state())


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_with_the_state_of_another_goes_on_like_it(rule: UpdateRule) -> None:
    first = parameter(1.0)
    at_work = rule.on({"one": first}, [0.1])
    first.gradient[...] = 1
    at_work.update()
    second = parameter(*first.value)
    again = rule.on({"one": second}, [0.1])
    again.load_state(at_work.state())
    for one, its_rule in ((first, at_work), (second, again)):
        one.gradient[...] = 5
        its_rule.update()
    assert first.value.tobytes() == second.value.tobytes()


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_state_is_a_copy(rule: UpdateRule) -> None:
    one = parameter(1.0)
    at_work = rule.on({"one": one}, [0.1])
    before = at_work.state()
    one.gradient[...] = 1
    at_work.update()
    assert all(not array.any() for array in before.values())


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_length_is_that_of_the_update_or_more_and_changes_nothing(rule: UpdateRule) -> None:
    rng = np.random.default_rng(0)
    one, two = parameter(*rng.normal(size=7)), parameter(*rng.normal(size=3))
    at_work = rule.on({"one": one, "two": two}, [0.1, 3])
    for _ in range(5):
        for each in (one, two):
            each.gradient[...] = rng.normal(size=each.value.shape)
        before, state = np.concatenate([one.value, two.value]), at_work.state()
        length = at_work.squared_length()
        np.testing.assert_array_equal(np.concatenate([one.value, two.value]), before)
        for name, array in at_work.state().items():
            np.testing.assert_array_equal(array, state[name])
        at_work.update()
        change = np.concatenate([one.value, two.value]) - before
        assert change @ change <= length * (1 + 1e-12)
        assert change @ change == pytest.approx(length, rel=1e-12) or at_work.state()


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("bad", [np.inf, np.nan, 1e200])
def test_the_length_of_an_update_that_would_overflow_is_not_finite(
    rule: UpdateRule, bad: float
) -> None:
    one = parameter(1.0)
    at_work = rule.on({"one": one}, [1e300])
    one.gradient[...] = bad
    assert not np.isfinite(at_work.squared_length())


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_arithmetic_by_hand_is_the_update(rule: UpdateRule) -> None:
    one = parameter(1.0, -2.0)
    at_work = rule.on({"one": one}, [0.3])
    for gradient in (0.7, -0.2):
        one.gradient[...] = [0, gradient]
        change, _ = at_work.by_hand("one", (1,), gradient)
        before = float(one.value[1])
        at_work.update()
        assert float(one.value[1]) == pytest.approx(before - change, rel=1e-14)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_scale_multiplies_every_rate(rule: UpdateRule) -> None:
    one, two = parameter(1.0, 2.0), parameter(1.0, 2.0)
    scaled, plain = rule.on({"one": one}, [0.25]), rule.on({"one": two}, [0.5])
    for scale in (2.0, 4.0, 0.5):  # powers of two: the products with them are exact
        scaled.scale = plain.scale = scale
        plain.scale /= 2
        one.gradient[...] = two.gradient[...] = [scale, -3]
        assert scaled.rate_of("one") == plain.rate_of("one") == 0.25 * scale
        assert scaled.by_hand("one", (1,), -3) == plain.by_hand("one", (1,), -3)
        assert scaled.squared_length() == plain.squared_length()
        scaled.update()
        plain.update()
        np.testing.assert_array_equal(one.value, two.value)
    assert rule.scale == 1


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_an_update_allocates_no_array(rule: UpdateRule) -> None:
    one = Parameter(np.zeros((1000, 100), np.float32))
    at_work = rule.on({"one": one}, [0.1])
    at_work.update()
    tracemalloc.start()
    try:
        at_work.squared_length()
        at_work.update()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000
