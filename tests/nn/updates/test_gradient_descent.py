"""Gradient descent by hand: plain, with momentum, with weight decay."""

import numpy as np
import pytest

from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import GradientDescent, UpdateRule


def parameter(*values: float) -> Parameter:
    return Parameter(np.array(values))


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


def test_classical_momentum_moves_by_the_velocity() -> None:
    # v = 1; 0.5·1 + 2 = 2.5; 0.5·2.5 + 3 = 4.25
    expected = [1 - 0.1, 1 - 0.1 - 0.25, 1 - 0.1 - 0.25 - 0.425]
    assert moved(GradientDescent(momentum=0.5)) == pytest.approx(expected, rel=1e-15)


def test_nesterovs_momentum_looks_one_velocity_ahead() -> None:
    # gradient + 0.5·v: 1 + 0.5; 2 + 1.25; 3 + 2.125
    expected = [1 - 0.15, 1 - 0.15 - 0.325, 1 - 0.15 - 0.325 - 0.5125]
    assert moved(GradientDescent(momentum=0.5, nesterov=True)) == pytest.approx(expected, rel=1e-15)


def test_sutskevers_form_with_the_rate_in_the_velocity_is_the_same_at_a_constant_rate() -> None:
    weight, velocity, expected = 1.0, 0.0, []
    for gradient in (1, 2, 3):
        velocity = 0.9 * velocity - 0.1 * gradient
        weight += velocity
        expected.append(weight)
    assert moved(GradientDescent(momentum=0.9)) == pytest.approx(expected, rel=1e-14)


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
        GradientDescent(momentum=momentum, nesterov=nesterov)


def test_weight_decay_takes_its_share_of_every_weight_and_bias() -> None:
    weights, bias = parameter(2.0, -4.0), parameter(1.0)
    descent = GradientDescent(weight_decay=0.5).on({"w": weights, "b": bias}, [0.1, 0.2])
    weights.gradient[...] = [1, 0]
    descent.update()
    # 2 − 0.1·(1 + 0.5·2); −4 − 0.1·0.5·(−4); 1 − 0.2·0.5·1
    np.testing.assert_allclose(weights.value, [1.8, -3.8], rtol=1e-15)
    np.testing.assert_allclose(bias.value, [0.9], rtol=1e-15)


def test_momentum_gathers_the_weight_decay() -> None:
    one = parameter(1.0)
    descent = GradientDescent(weight_decay=0.5, momentum=0.5).on({"one": one}, [0.1])
    descent.update()
    assert one.value[0] == pytest.approx(1 - 0.1 * 0.5)
    descent.update()
    assert one.value[0] == pytest.approx(0.95 - 0.1 * (0.5 * 0.5 + 0.5 * 0.95))


@pytest.mark.parametrize(
    ("rule", "sentence", "formula"),
    [
        (GradientDescent(), "gradient descent", "weight − rate·gradient = new weight"),
        (
            GradientDescent(momentum=0.9),
            "gradient descent with classical momentum",
            "v = μ·velocity + gradient, with μ = 0.9; weight − rate·v = new weight",
        ),
        (
            GradientDescent(momentum=0.9, nesterov=True, weight_decay=5e-4, clip_norm=2),
            "gradient descent with Nesterov momentum, weight decay 0.0005, gradients clipped to norm 2",
            (
                "g = gradient·min(1, 2/norm), by the norm of all gradients together; g = g + λ·weight, "
                "with λ = 0.0005; v = μ·velocity + g, with μ = 0.9; weight − rate·(g + μ·v) = new weight"
            ),
        ),
    ],
)
def test_it_says_what_it_does(rule: UpdateRule, sentence: str, formula: str) -> None:
    at_work = rule.on({"one": parameter(1.0)}, [1])
    assert (at_work.sentence, at_work.formula) == (sentence, formula)
