"""Schedules, against their papers' formulas in plain arithmetic and against PyTorch's."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from cnntrain.nn.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    Length,
    OneCycle,
    Schedule,
    StepDecay,
)
from tests.tables import assert_rows

LENGTH = Length(epochs=4, per_epoch=10)  # 40 updates


def factors(schedule: Schedule, length: Length = LENGTH) -> list[float]:
    return [schedule.factor(done, length) for done in range(length.epochs * length.per_epoch)]


def by_hand_one_cycle(s: int) -> float:
    if s <= 11:  # 0.3 of 40 updates: the twelfth has the whole rate
        return 0.04 + 0.96 * (1 - math.cos(math.pi * s / 11)) / 2
    return 4e-6 + (1 - 4e-6) * (1 + math.cos(math.pi * (s - 11) / 28)) / 2


CASES: dict[str, tuple[Schedule, Callable[[int], float]]] = {
    "constant": (Constant(), lambda s: 1.0),
    "step": (StepDecay(1.5, 0.5), lambda s: 0.5 ** (s // 15)),
    "exponential": (Exponential(0.9), lambda s: 0.9 ** (s / 10)),
    "cosine": (Cosine(end=0.1), lambda s: 0.1 + 0.9 * (1 + math.cos(math.pi * s / 40)) / 2),
    "one_cycle": (OneCycle(), by_hand_one_cycle),
}


def test_every_schedule_has_a_case() -> None:
    assert_rows("tests/nn/test_schedules.py: CASES", CASES, SCHEDULES)
    for name, (schedule, _) in CASES.items():
        assert type(schedule) is SCHEDULES[name]


@pytest.mark.parametrize("name", CASES)
def test_the_factor_is_the_formula(name: str) -> None:
    schedule, formula = CASES[name]
    assert factors(schedule) == pytest.approx([formula(s) for s in range(40)], rel=1e-12)


# Kept from PyTorch 2.13.0: the rates of 12 updates from a rate of 1, 4 updates in an epoch.
# CosineAnnealingLR(T_max=12), OneCycleLR(max_lr=1, total_steps=12), StepLR(4, 0.1),
# SequentialLR([LinearLR(1/4, 1, 3), CosineAnnealingLR(T_max=9)], milestones=[3]).
PYTORCH: dict[str, tuple[Schedule, list[float]]] = {
    "cosine": (
        Cosine(),
        [
            1.0,
            0.9829629131445341,
            0.9330127018922194,
            0.8535533905932737,
            0.75,
            0.6294095225512604,
            0.5,
            0.3705904774487397,
            0.2500000000000001,
            0.14644660940672627,
            0.06698729810778065,
            0.0170370868554659,
        ],
    ),
    "one_cycle": (
        OneCycle(),
        [
            0.04,
            0.3497896542195831,
            0.8792851591221287,
            0.9944154354509117,
            0.9330129698414117,
            0.811745653949763,
            0.6473789976951033,
            0.46263710266697505,
            0.28306099820869923,
            0.1334775301888306,
            0.03456698742539522,
            4e-06,
        ],
    ),
    "step": (StepDecay(1), [*[1.0] * 4, *[0.1] * 4, *[0.01] * 4]),
    "warmup": (
        Cosine(warmup=0.75),
        [
            0.25,
            0.5,
            0.75,
            1.0,
            0.9698463103929542,
            0.883022221559489,
            0.75,
            0.5868240888334653,
            0.41317591116653485,
            0.2500000000000001,
            0.11697777844051105,
            0.030153689607045845,
        ],
    ),
}


@pytest.mark.parametrize("name", PYTORCH)
def test_the_factors_are_those_of_pytorch(name: str) -> None:
    schedule, rates = PYTORCH[name]
    assert factors(schedule, Length(3, 4)) == pytest.approx(rates, rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_a_warm_up_grows_in_equal_steps_and_then_the_schedule_begins(name: str) -> None:
    plain, _ = CASES[name]
    found = factors(replace(plain, warmup=0.5))
    first = plain.factor(0, LENGTH)
    assert found[:5] == pytest.approx([first * n / 6 for n in range(1, 6)])
    shorter = [plain.after(s, 35, 10) for s in range(35)]
    assert found[5:] == pytest.approx(shorter)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("length", [Length(1, 1), Length(1, 2), Length(0, 3), Length(100, 1)])
def test_the_shortest_runs_have_factors_from_0_to_1(name: str, length: Length) -> None:
    plain, _ = CASES[name]
    for schedule in (plain, replace(plain, warmup=2)):
        for done in range(length.epochs * length.per_epoch + 1):
            assert 0 <= schedule.factor(done, length) <= 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StepDecay(0), "every: found 0, expected more than 0 epochs"),
        (lambda: StepDecay(1, 2), "gamma: found 2, expected a number above 0, up to 1"),
        (lambda: Exponential(0), "gamma: found 0, expected a number above 0, up to 1"),
        (lambda: Cosine(end=-1), "end: found -1, expected a number from 0 to 1"),
        (lambda: OneCycle(rise=1.5), "rise: found 1.5, expected a number from 0 to 1"),
        (lambda: Constant(warmup=-1), "warmup: found -1, expected 0 or more epochs"),
        (lambda: Constant(warmup=math.inf), "warmup: found inf, expected 0 or more epochs"),
    ],
)
def test_impossible_options_are_refused(make: Callable[[], Schedule], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make()
