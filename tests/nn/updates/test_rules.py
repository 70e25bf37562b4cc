"""What holds for every update rule of the table."""

import tracemalloc
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest

from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import UPDATES, Adam, GradientDescent, UpdateRule
from tests.nn.updates.cases import CASES, GRADIENTS, RATES, RULES, SCALES, START, worked
from tests.nn.updates.naive import NAIVE, naive_values
from tests.tables import assert_rows

every_rule = pytest.mark.parametrize("rule", RULES, ids=str)


def parameter(*values: float, frozen: bool = False) -> Parameter:
    return Parameter(np.array(values), frozen)


def test_every_rule_of_the_table_is_tested_with_every_option() -> None:
    assert_rows("tests/nn/updates/cases.py: CASES", CASES, UPDATES)
    assert_rows("tests/nn/updates/naive.py: NAIVE", NAIVE, UPDATES.values())
    for name, rules in CASES.items():
        assert {type(rule) for rule in rules} == {UPDATES[name]}
        for option in fields(UPDATES[name]):
            changed = {getattr(rule, option.name) for rule in rules if option.init}
            assert changed != {option.default}, (
                f"tests/nn/updates/cases.py: CASES: no rule of {name} changes {option.name}"
            )


@every_rule
def test_each_rule_is_its_formula_number_by_number(rule: UpdateRule) -> None:
    expected = naive_values(rule, START, GRADIENTS, RATES, SCALES)
    for ours, naive in zip(worked(rule).values, expected, strict=True):
        for values, others in zip(ours, naive, strict=True):
            assert values == pytest.approx(others, rel=1e-13)


@every_rule
def test_gradients_stay_as_they_are(rule: UpdateRule) -> None:
    one = parameter(1.0, 2.0)
    one.gradient[...] = [30, -40]
    rule.on({"one": one}, [0.1]).update()
    np.testing.assert_array_equal(one.gradient, [30, -40])


@every_rule
def test_values_are_updated_in_place_because_shards_share_them(rule: UpdateRule) -> None:
    one = parameter(1.0, 1.0)
    value = one.value
    one.gradient.fill(1)
    rule.on({"one": one}, [0.25]).update()
    assert one.value is value
    assert (value < 1).all()


@every_rule
def test_a_rate_for_each_parameter_is_required(rule: UpdateRule) -> None:
    with pytest.raises(ValueError, match="shorter"):
        rule.on({"one": parameter(1.0), "two": parameter(1.0)}, [0.1])


@every_rule
def test_a_frozen_parameter_stays_and_has_no_state(rule: UpdateRule) -> None:
    frozen, free = parameter(1.0, frozen=True), parameter(1.0)
    at_work = rule.on({"frozen": frozen, "free": free}, [1, 1])
    for each in (frozen, free):
        each.gradient.fill(1)
    at_work.update()
    assert frozen.value[0] == 1
    assert free.value[0] < 1
    assert not any(name.endswith("/frozen") for name in at_work.state())


@every_rule
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


@every_rule
def test_the_state_is_a_copy(rule: UpdateRule) -> None:
    one = parameter(1.0)
    at_work = rule.on({"one": one}, [0.1])
    before = at_work.state()
    one.gradient[...] = 1
    at_work.update()
    assert all(not array.any() for array in before.values())


@every_rule
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
        if rule == GradientDescent():
            assert change @ change == pytest.approx(length, rel=1e-12)


@every_rule
@pytest.mark.parametrize("bad", [np.inf, np.nan, 1e200])
def test_the_length_of_an_update_that_would_overflow_is_not_finite(
    rule: UpdateRule, bad: float
) -> None:
    one = parameter(1.0)
    at_work = rule.on({"one": one}, [1e300])
    one.gradient[...] = bad
    assert not np.isfinite(at_work.squared_length())


@every_rule
def test_no_update_with_a_finite_length_overflows(rule: UpdateRule) -> None:
    """Whatever gradients, weights, rates and earlier gradients are: in float32, all powers of 10."""
    rng = np.random.default_rng(0)
    checked = 0
    for gradient, weight, rate in 10.0 ** rng.uniform([-44, -44, -30], [38, 38, 10], (300, 3)):
        one = Parameter(np.array([weight, 0], np.float32))
        at_work = rule.on({"one": one}, [rate])
        for scale in (1e-3, 1, 1e3):
            with np.errstate(over="ignore"):
                one.gradient[...] = np.array([gradient, -gradient]) * scale
            if not at_work.squared_length() < np.finfo(np.float32).max:
                break
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                at_work.update()
            assert np.isfinite(one.value).all()
            assert all(np.isfinite(array).all() for array in at_work.state().values())
            checked += 1
    assert 300 < checked < 900


@pytest.mark.parametrize(
    ("rule", "weight", "gradient"),
    [
        (GradientDescent(weight_decay=1e30), 1e10, 0),  # λ·W
        (GradientDescent(momentum=0.5), 1, 1e20),  # the squares of the gradient
        (Adam(), 1, 1e20),  # v
        (Adam(weight_decay=1e15), 1e10, 0),  # v, by the decay
    ],
    ids=str,
)
def test_what_overflows_on_the_way_to_a_small_update_is_noticed(
    rule: UpdateRule, weight: float, gradient: float
) -> None:
    one = Parameter(np.array([weight], np.float32))
    at_work = rule.on({"one": one}, [1e-35])
    one.gradient[...] = gradient
    assert at_work.squared_length() == np.inf


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.clip_norm], ids=str)
def test_an_infinite_gradient_is_not_clipped_to_a_finite_one(rule: UpdateRule) -> None:
    one, two = parameter(1.0), parameter(1.0)
    at_work = rule.on({"one": one, "two": two}, [0.1, 0.1])
    one.gradient[...] = two.gradient[...] = 1.3e154  # whose squares are finite; their sum is not
    assert not np.isfinite(at_work.squared_length())


@every_rule
def test_the_arithmetic_by_hand_is_the_update(rule: UpdateRule) -> None:
    one = parameter(1.0, -2.0)
    at_work = rule.on({"one": one}, [0.3])
    for gradient in (0.7, -0.2):
        one.gradient[...] = [0, gradient]
        change, _ = at_work.by_hand("one", (1,))
        before = float(one.value[1])
        at_work.update()
        assert float(one.value[1]) == pytest.approx(before - change, rel=1e-14)


@every_rule
def test_the_scale_multiplies_every_rate(rule: UpdateRule) -> None:
    one, two = parameter(1.0, 2.0), parameter(1.0, 2.0)
    scaled, plain = rule.on({"one": one}, [0.25]), rule.on({"one": two}, [0.5])
    for scale in (2.0, 4.0, 0.5):  # powers of two: the products with them are exact
        scaled.scale = plain.scale = scale
        plain.scale /= 2
        one.gradient[...] = two.gradient[...] = [scale, -3]
        assert (
            scaled.rate(scaled.slot_of("one")) == plain.rate(plain.slot_of("one")) == 0.25 * scale
        )
        assert scaled.by_hand("one", (1,)) == plain.by_hand("one", (1,))
        assert scaled.squared_length() == plain.squared_length()
        scaled.update()
        plain.update()
        np.testing.assert_array_equal(one.value, two.value)
    assert rule.scale == 1


@every_rule
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


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda kind: kind(clip_norm=0), "clip_norm: found 0, expected a number above 0"),
        (lambda kind: kind(clip_norm=float("inf")), "clip_norm: found inf, expected a number abov"),
        (lambda kind: kind(clip_norm=float("nan")), "clip_norm: found nan, expected a number abov"),
        (lambda kind: kind(weight_decay=-1), "weight_decay: found -1, expected 0 or more"),
        (lambda kind: kind(weight_decay=float("nan")), "weight_decay: found nan, expected 0 or m"),
    ],
)
@pytest.mark.parametrize("kind", UPDATES.values())
def test_options_of_every_rule_that_cannot_be_are_refused(
    kind: type[UpdateRule], make: Callable[[type[UpdateRule]], UpdateRule], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make(kind)


# Clipping


def test_the_norm_is_that_of_all_parameters_that_are_not_frozen() -> None:
    one, two, frozen = parameter(0.0), parameter(0.0), parameter(0.0, frozen=True)
    descent = GradientDescent(clip_norm=2).on({"one": one, "two": two, "frozen": frozen}, [1] * 3)
    one.gradient[...], two.gradient[...], frozen.gradient[...] = 3, 4, 1000
    descent.update()
    assert (one.value[0], two.value[0]) == pytest.approx((-3 * 2 / 5, -4 * 2 / 5), rel=1e-15)
    assert frozen.value[0] == 0


@pytest.mark.parametrize("clip_norm", [5, 6])
def test_clipping_leaves_gradients_up_to_its_norm_alone(clip_norm: float) -> None:
    one, two = parameter(0.0, 0.0), parameter(0.0, 0.0)
    one.gradient[...] = two.gradient[...] = [3, 4]
    GradientDescent(clip_norm=clip_norm).on({"one": one}, [0.1]).update()
    GradientDescent().on({"two": two}, [0.1]).update()
    assert one.value.tobytes() == two.value.tobytes()


def test_the_arithmetic_shows_clipping_only_where_it_acts() -> None:
    one = parameter(1.0, 1.0)
    at_work = GradientDescent(clip_norm=2).on({"one": one}, [0.5])
    one.gradient[...] = [3, 4]
    change, notes = at_work.by_hand("one", (1,))
    assert change == pytest.approx(0.8)
    assert notes == ["norm of all gradients 5: clipped to 2", "g = 4·2/5 = 1.6"]
    one.gradient[...] = [0.3, 0.4]
    assert at_work.by_hand("one", (1,)) == (0.2, [])
