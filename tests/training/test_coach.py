from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cnntrain.runs.experiment import Experiment
from cnntrain.training.coach import LOOKS, Coach, is_time_to_look
from tests.events import batch, epoch
from tests.small import started

SIGMOIDS = ("network=[{dense: 8}, sigmoid, {dense: 10}, sigmoid]", "loss=mse")


class Watched:
    """A coach and what it said; its network does not train, but its losses can be made up."""

    def __init__(self, *overrides: str) -> None:
        self.experiment: Experiment = started(*overrides)
        network, rule = self.experiment.network, self.experiment.rule
        self.said: list[str] = []
        self.steps = 0
        examples, rates = self.experiment.splits.train, self.experiment.rates
        self.coach = Coach(network, rule, examples, rates, say=self.said.append)
        self.change(1e-3)

    def change(self, share: float) -> None:
        """Pretend that every update changes the weights by this share of them."""
        for slot in self.experiment.rule.slots:
            slot.change[...] = share * slot.parameter.value

    def shift(self, name: str, by: float) -> None:
        """Add a number to all values of a parameter."""
        self.experiment.network.parameters[name].value += by

    def see(self, loss: Callable[[int], float], steps: int) -> list[str]:
        """Show the coach so many mini-batches with the loss of each; return all that it said."""
        for _ in range(steps):
            self.steps += 1
            self.coach(replace(batch(self.steps), mse=loss(self.steps), images=20))
        return self.said


def noisy(mean: float) -> Callable[[int], float]:
    """Return the losses of mini-batches around a mean."""
    noise = np.random.default_rng(0).normal(scale=0.05 * mean, size=5000)
    return lambda number: mean + float(noise[number])


@pytest.mark.parametrize(("overrides", "trivial"), [((), 2.30), (SIGMOIDS, 0.45)])
def test_a_loss_that_stays_at_the_trivial_one_is_said_after_enough_steps_and_once(
    overrides: tuple[str, ...], trivial: float
) -> None:
    watched = Watched(*overrides)
    assert watched.coach.trivial == pytest.approx(trivial, rel=0.02)
    losses = noisy(watched.coach.trivial)
    assert watched.see(losses, 999) == []
    (line,) = watched.see(losses, 2000)
    assert line.startswith(f"hint: step 1,000: outputs: found a loss of {trivial:.1f}"[:-2])
    assert "over 1,000 mini-batches, that of the same answer to every image (" in line
    assert "Raise train.alpha from 0.5 to 5; `cnntrain train --find-rate` measures" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "loss",
    [
        lambda n: 0.84,  # far above the trivial loss of 0.45: another cause, which time may cure
        lambda n: 0.46 if n < 700 else 0.46 * 0.999 ** (n - 700),  # on its way down
        lambda n: 0.455 - 0.00001 * n,  # at the trivial loss, but leaving it slowly
        lambda n: 0.05,
    ],
    ids=("far above", "falling", "leaving", "low"),
)
def test_a_loss_that_is_elsewhere_or_falls_is_not_said_to_stay(
    loss: Callable[[int], float],
) -> None:
    assert Watched(*SIGMOIDS).see(loss, 1500) == []


def test_40_mini_batches_tell_nothing() -> None:
    assert not any(map(is_time_to_look, range(1, 100)))
    watched = Watched(*SIGMOIDS)
    watched.change(0)
    assert watched.see(noisy(0.45), 40) == []


def test_the_trivial_loss_is_that_of_the_smoothed_targets_which_are_learnt_from() -> None:
    experiment = started(*SIGMOIDS)
    coach = Coach(
        experiment.network,
        experiment.rule,
        experiment.splits.train,
        experiment.rates,
        say=print,
        smoothing=0.5,
    )
    assert coach.trivial == pytest.approx(0.45 / 4, rel=0.02)  # half as far from their mean


def test_the_same_target_for_all_has_no_trivial_loss_to_stay_at() -> None:
    data = "dataset={inline: {inputs: [[0.1, 0.2]], targets: [[0.01, 0.99]]}}"
    network = "network=[{dense: 2}, sigmoid]"
    watched = Watched(data, network, "loss=mse", "train={batchsize: 1, epochs: 1, alpha: 0.5}")
    watched.change(0)
    assert watched.coach.trivial == 0
    assert watched.see(lambda n: 0.3, 1500) == []


def test_tiny_changes_are_said_with_the_rate_to_raise() -> None:
    watched = Watched("train.alpha=1e-6")
    watched.change(1e-7)
    assert watched.see(noisy(2.5), 499) == []
    (line,) = watched.see(noisy(2.5), 1000)  # the loss stays, too: this is why
    assert line == (
        "hint: step 500: all layers: found changes of at most 1e-07 of the weights in a step, "
        f"expected about 1e-03 while {line.split(' while ')[1].split('. Raise')[0]}. "
        "Raise train.alpha from 1e-06 to 0.0001; `cnntrain train --find-rate` measures which suit"
    )
    assert "is not far below that of guessing (2.2" in line


def test_tiny_changes_at_a_low_loss_are_no_reason_to_speak() -> None:
    watched = Watched()
    watched.change(1e-7)
    assert watched.see(lambda n: 0.1, 1500) == []


def test_saturated_outputs_are_said_with_their_layer_and_its_rate() -> None:
    watched = Watched(*SIGMOIDS, "train.alpha=4", "train.alpha2=2")
    watched.shift("dense2.bias", -50)
    (line,) = watched.see(lambda n: 0.5, 1500)
    assert line.startswith(
        "hint: step 1,000: sigmoid2: found 100% of its outputs at their limits, where next to no "
        "error passes, and at least 100% in 10 looks; expected far fewer while the loss, "
        "0.5000, is not far below that of guessing (0.4"
    )
    assert "Lower train.alpha2, the rate of dense2 (found 2), to 0.2 or less; " in line


def test_changes_that_are_tiny_because_outputs_are_saturated_are_not_put_down_to_the_rate() -> None:
    watched = Watched(*SIGMOIDS)
    watched.change(1e-7)
    watched.shift("dense2.bias", -50)
    (line,) = watched.see(lambda n: 0.5, 2000)
    assert "sigmoid2: found 100% of its outputs at their limits" in line


def test_changes_that_are_tiny_because_units_are_dead_are_not_put_down_to_the_rate() -> None:
    watched = Watched("network=[{dense: 4}, relu, {dense: 10}]")
    watched.change(1e-7)
    watched.shift("dense1.bias", -1e6)
    assert watched.see(lambda n: 2.5, 900) == []


@pytest.mark.parametrize(("shift", "loss"), [(-50, 0.1), (0, 0.5), (-3, 0.5)])
def test_outputs_are_not_called_saturated_where_the_network_learns_or_they_are_not(
    shift: float, loss: float
) -> None:
    watched = Watched(*SIGMOIDS)
    watched.shift("dense2.bias", shift)
    assert watched.see(lambda n: loss, 1100) == []


@pytest.mark.parametrize("plain", [False, True])
def test_dead_maps_are_said_with_their_number(plain: bool) -> None:
    watched = Watched()
    watched.experiment.network.plain = plain
    watched.experiment.network.parameters["conv1.bias"].value[1] = -1e6
    (line,) = watched.see(lambda n: 0.1, 1500)  # however well it learns
    assert line == (
        "hint: step 500: relu1: found 1 of 2 maps 0 everywhere, for all 100 images of the last 5 "
        "looks; expected each to answer to some image, because what is always 0 is not learnt "
        "either. Lower train.alpha, the rate of all layers (found 0.5), to 0.05 or less; `cnntrain "
        "train --find-rate` measures which suit, start from other weights (--seed), or put "
        "leaky_relu in its place"
    )


def test_a_unit_has_to_be_0_for_many_more_images_than_a_map() -> None:
    watched = Watched("network=[{dense: 4}, relu, {dense: 10}]")
    watched.shift("dense1.bias", -1e6)
    assert watched.see(lambda n: 0.1, 5_000) == []


def test_a_map_that_answers_now_and_then_is_not_dead() -> None:
    watched = Watched()
    for number in range(1, 3 * LOOKS):
        watched.experiment.network.parameters["conv1.bias"].value[:] = (
            1 if number % 4 == 0 else -1e6
        )
        watched.coach(replace(batch(100 * number), mse=0.1, images=20))
    assert watched.said == []


def test_the_end_of_an_epoch_is_nothing_to_look_at() -> None:
    watched = Watched()
    watched.coach(epoch(100))
    assert watched.coach.looks == 0


def test_a_rate_of_a_layer_of_its_own_is_named_by_its_place() -> None:
    layers = "network=[{dense: {units: 8, rate: 3}}, sigmoid, {dense: 10}, sigmoid]"
    watched = Watched(layers, "loss=mse", "train.alpha=4")
    watched.shift("dense1.bias", 50)
    (line,) = watched.see(lambda n: 0.5, 1000)
    assert "Lower network[0].dense.rate, the rate of dense1 (found 3), to 0.3 or less" in line


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda step: 0.1 * step**2, True),
        (lambda step: 1e20 * step, True),
        (lambda step: 1e6 / step, False),  # weights that begin badly
        (lambda step: 0.5 + 0.001 * step, False),
    ],
    ids=["rising", "enormous", "falling", "low"],
)
def test_a_loss_that_rises_far_above_that_of_guessing_is_said_once_after_the_epoch(
    loss: Callable[[int], float], said: bool
) -> None:
    watched = Watched(*SIGMOIDS)
    watched.see(loss, 30)
    for number in (1, 2):
        watched.coach(replace(epoch(number), mse=loss(30)))
    lines = [line for line in watched.said if ", and rising; " in line]
    assert len(lines) == said
    for line in lines:
        assert line.startswith(
            f"hint: epoch 1: outputs: found an average loss of {loss(30):.4g}, and"
        )
        assert "expected it below that of guessing (0.4" in line
        assert "Lower train.alpha from 0.5 to 0.05" in line
