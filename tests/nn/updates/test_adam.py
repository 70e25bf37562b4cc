"""Adam and AdamW by hand."""

import numpy as np
import pytest

from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import Adam, AdamW, UpdateRule

every_kind = pytest.mark.parametrize("kind", [Adam, AdamW])


@every_kind
@pytest.mark.parametrize("gradient", [1e-3, 1, 1e6])
def test_the_first_change_is_the_rate_whatever_the_size_of_the_gradient(
    kind: type[Adam], gradient: float
) -> None:
    one = Parameter(np.array([1.0, 1.0]))
    at_work = kind(weight_decay=0).on({"one": one}, [0.1])
    one.gradient[...] = [gradient, -gradient]
    at_work.update()
    np.testing.assert_allclose(one.value, [0.9, 1.1], rtol=2e-6)


def test_where_there_never_was_a_gradient_nothing_moves() -> None:
    one = Parameter(np.array([1.0, 1.0], np.float32))
    at_work = Adam(epsilon=1e-15).on({"one": one}, [0.1])
    one.gradient[...] = [0, 1e-30]  # whose square is 0 in float32
    assert at_work.squared_length() < 1
    at_work.update()
    assert one.value[0] == 1
    assert one.value[1] == 1


def test_decoupled_decay_is_not_divided_by_the_size_of_gradients() -> None:
    values = {}
    for kind in (Adam, AdamW):
        one = Parameter(np.array([10.0]))
        kind(weight_decay=0.1).on({"one": one}, [0.01]).update()  # a gradient of 0
        values[kind] = one.value[0]
    assert values[Adam] == pytest.approx(10 - 0.01, rel=1e-9)  # decay is all of g: its size is lost
    assert values[AdamW] == pytest.approx(10 - 0.01 * 0.1 * 10, rel=1e-15)


def test_the_default_decay_is_that_of_pytorch() -> None:
    assert (Adam().weight_decay, AdamW().weight_decay) == (0, 0.01)


@every_kind
def test_the_state_is_both_averages_and_the_count(kind: type[Adam]) -> None:
    one = Parameter(np.zeros((2, 3)))
    at_work = kind().on({"one": one}, [0.1])
    one.gradient.fill(2)
    for _ in range(3):
        at_work.update()
    state = at_work.state()
    assert {name: array.shape for name, array in state.items()} == {
        "m/one": (2, 3),
        "v/one": (2, 3),
        "t": (1,),
    }
    assert state["t"][0] == 3
    np.testing.assert_allclose(state["m/one"], 2 * (1 - 0.9**3), rtol=1e-14)
    np.testing.assert_allclose(state["v/one"], 4 * (1 - 0.999**3), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("t", [-1], "t: found -1.0, expected 0 or more"),
        ("t", [np.nan], "t: found nan, expected 0 or more"),
        ("v/one", [1, -0.5], "v/one: found -0.5, expected 0 or more"),
        ("v/one", [np.nan, 1], "v/one: found nan, expected 0 or more"),
    ],
)
def test_a_state_that_no_update_leaves_is_refused(
    name: str, value: list[float], complaint: str
) -> None:
    at_work = Adam().on({"one": Parameter(np.zeros(2))}, [0.1])
    with pytest.raises(ValueError, match=complaint):
        at_work.load_state(at_work.state() | {name: np.array(value, float)})


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"beta1": 1}, "beta1: found 1, expected a number from 0 to below 1"),
        ({"beta2": -0.1}, "beta2: found -0.1, expected a number from 0 to below 1"),
        ({"beta2": np.nan}, "beta2: found nan, expected a number from 0 to below 1"),
        ({"epsilon": 0}, "epsilon: found 0, expected 1e-15 or more"),
        ({"epsilon": np.inf}, "epsilon: found inf, expected 1e-15 or more"),
    ],
)
@every_kind
def test_options_that_cannot_be_are_refused(
    kind: type[Adam], options: dict[str, float], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        kind(**options)


def test_the_arithmetic_is_that_of_the_coming_update() -> None:
    one = Parameter(np.array([0.0, 2.0]))
    at_work = AdamW(beta1=0.5, beta2=0.75).on({"one": one}, [0.1])
    one.gradient[...] = [0, 4]
    at_work.update()
    one.value[...] = 2
    change, notes = at_work.by_hand("one", (1,))
    assert change == pytest.approx(0.1 * (1 + 0.02))
    assert notes == [
        "m = 0.5·2 + 0.5·4 = 3",
        "v = 0.75·4 + 0.25·4² = 7",
        "m̂/(√v̂ + ε) = 4/(√16 + 1e-08) = 1",
        "1 + 0.01·2 = 1.02",
    ]


@pytest.mark.parametrize(
    ("rule", "sentence", "formula"),
    [
        (
            Adam(weight_decay=0.5),
            "Adam, weight decay 0.5",
            (
                "g = gradient + λ·weight, with λ = 0.5; m = 0.9·m + 0.1·g; v = 0.999·v + 0.001·g²; "
                "m̂ = m/0.1; v̂ = v/0.001; weight − rate·m̂/(√v̂ + 1e-08) = new weight"
            ),
        ),
        (
            AdamW(beta1=0.5),
            "AdamW, weight decay 0.01",
            (
                "m = 0.5·m + 0.5·gradient; v = 0.999·v + 0.001·gradient²; m̂ = m/0.5; v̂ = v/0.001; "
                "weight − rate·(m̂/(√v̂ + 1e-08) + 0.01·weight) = new weight"
            ),
        ),
    ],
)
def test_it_says_what_it_does(rule: UpdateRule, sentence: str, formula: str) -> None:
    at_work = rule.on({"one": Parameter(np.zeros(1))}, [1])
    assert (at_work.sentence, at_work.formula) == (sentence, formula)
