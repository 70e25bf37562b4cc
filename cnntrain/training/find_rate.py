"""A sweep over learning rates, from tiny ones to those that are too high, and trials of some of them.

Source of the sweep: Smith 2017, "Cyclical learning rates for training neural networks", section
3.3, with rates that grow by the same factor from one mini-batch to the next. All rates of a network
keep their ratios.

Where the loss is lowest, the rate is too high to begin with, because the sweep warmed up to it; how
much too high depends on the network: 3 times for a quadratic loss, 30 times for the tutorial's
network. Where the loss falls fastest, it is often far too low: there the biases of the output find
the best constant answer. So a few rates below that of the lowest loss are tried, each from the
initial weights, and the one that learns most is proposed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Literal

import numpy as np

from cnntrain.data.batches import epoch_batches
from cnntrain.data.examples import Examples
from cnntrain.nn.execution.executor import Executor, in_turn
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.system.interrupt import Interrupted, Stop
from cnntrain.training.divergence import all_finite
from cnntrain.training.loop import Plan

STEPS = (600, 2400)  # mini-batches of a first sweep, and of a slower one where it learns nothing
LOWEST, HIGHEST = 1e-5, 1e3  # of the largest of a network's rates
LEARNT = 0.9  # of the trivial loss: a sweep that stays above it has learnt nothing
KEEP = 0.95  # share of the old value in the smoothed loss
SETTLED = 10  # mini-batches before the smoothed loss means something
RISEN = 2.0  # times its lowest value: the end
TRIED = (
    3,
    10,
    30,
    100,
    300,
    1000,
    3000,
)  # times below the rate of the lowest loss, until it is worse
TRIAL = 600  # mini-batches
HOPELESS = 1e6  # times the first loss: diverged, though its numbers are still finite
JUDGED = 100  # of them, the last: their average loss is the result

End = Literal["diverged", "rose", "range"]
Losses = Callable[[Iterable[float]], Iterator[float]]  # of mini-batches, given the factor of each


@dataclass(frozen=True)
class Trial:
    """What came of training with one factor of all rates; an infinite loss if it diverged."""

    factor: float
    loss: float


@dataclass(frozen=True)
class Sweep:
    """The S mini-batches of a sweep: what all rates were multiplied by, and the loss at it.

    `smoothed` is a running average of the losses, corrected for its start.
    """

    factors: np.ndarray  # (S,) of the rates that the rule was given
    losses: np.ndarray  # (S,)
    smoothed: np.ndarray  # (S,)
    end: End

    @property
    def least(self) -> float:
        """Return the lowest smoothed loss."""
        return float(self.smoothed[self._lowest()])

    @property
    def lowest(self) -> float:
        """Return the factor at which the smoothed loss was lowest."""
        return float(self.factors[self._lowest()])

    def _lowest(self) -> int:
        first = min(SETTLED, len(self.smoothed) - 1)
        return first + int(self.smoothed[first:].argmin())


@dataclass(frozen=True)
class Found:
    """A sweep, the trials after it, and whether the best of them learnt anything."""

    sweep: Sweep
    trials: list[Trial]
    learnt: bool

    @property
    def factor(self) -> float:
        """Return the factor of all rates to train with."""
        return min(self.trials, key=lambda trial: trial.loss).factor


def find_rate(
    network: Network,
    rule: UpdateRule,
    examples: Examples,
    plan: Plan,
    *,
    executor: Executor = in_turn,
    stop: Stop | None = None,
) -> Found | None:
    """Train with growing rates, and then with some of them, and return what came of it.

    A network of sigmoids needs hundreds of updates at a good rate before its loss begins to fall,
    more than a quick sweep has: then a slower one follows. `rule` is at work on the network, with
    a rate above 0. The network ends as it began, but for the state of `rng`. Returns None if the
    very first updates are not finite. Raises Interrupted once `stop.asked`.
    """
    weights, memory = network.state(), rule.state()
    targets = examples.targets(network.dtype)
    trivial = network.loss.trivial(targets)

    def begin_again() -> None:
        network.load_state(weights)
        rule.load_state(memory)
        rule.scale = 1.0

    def losses(factors: Iterable[float]) -> Iterator[float]:
        """Train from the beginning until the factors are used up, or the numbers explode."""
        begin_again()
        most = float("inf")
        for factor, chosen in zip(factors, _batches(len(examples), plan), strict=False):
            if stop is not None and stop.asked:
                raise Interrupted
            rule.scale = factor
            images, wanted = examples.images[chosen], targets[chosen]
            result = network.backpropagate(images, wanted, executor=executor)
            if not all_finite(network, rule, result.loss) or result.loss > most:
                return
            yield result.loss
            most = min(most, HOPELESS * (1 + result.loss))
            rule.update()
            network.update_buffers()

    top = max(step.rate for step in rule.steps)
    for steps in STEPS:
        sweep = _sweep(losses, np.geomspace(LOWEST, HIGHEST, steps) / top)
        if sweep is None or sweep.least < LEARNT * trivial:
            break
    trials = [] if sweep is None else _try(losses, sweep.lowest, LEARNT * trivial)
    begin_again()
    if sweep is None:
        return None
    return Found(sweep, trials, min(trial.loss for trial in trials) < LEARNT * trivial)


def _sweep(losses: Losses, factors: np.ndarray) -> Sweep | None:
    """Return the sweep over growing factors; None if there is no loss to see."""
    seen: list[float] = []
    average = Average()
    end: End = "diverged"
    for loss in losses(factors.tolist()):
        seen.append(loss)
        average.add(loss)
        if average.has_risen():
            end = "rose"
            break
    if len(seen) == len(factors):
        end = "range"
    if len(seen) < 2:
        return None
    return Sweep(factors[: len(seen)], np.array(seen), np.array(average.values), end)


def _try(losses: Losses, highest: float, enough: float) -> list[Trial]:
    """Train with ever lower factors; a worse loss than before is the end once it was `enough`."""
    trials: list[Trial] = []
    best = float("inf")
    for times in TRIED:
        seen = list(losses(repeat(highest / times, TRIAL)))
        loss = float(np.mean(seen[-JUDGED:])) if len(seen) == TRIAL else float("inf")
        trials.append(Trial(highest / times, loss))
        if best < enough and loss > best:
            break
        best = min(best, loss)
    return trials


class Average:
    """The running average of a loss, without a bias to its start (as Adam's moments)."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.sum, self.values = 0.0, list[float]()

    def add(self, loss: float) -> None:
        """Enter a loss."""
        self.sum = KEEP * self.sum + (1 - KEEP) * loss
        self.values.append(self.sum / (1 - KEEP ** (len(self.values) + 1)))

    def has_risen(self) -> bool:
        """Return whether the average, once settled, is far above its lowest value."""
        settled = self.values[SETTLED:]
        return bool(settled) and settled[-1] > RISEN * max(min(settled), 1e-12)


def _batches(images: int, plan: Plan) -> Iterator[np.ndarray]:
    """Yield the images of mini-batches without end, epoch after epoch, as training would."""
    epoch = 0
    while True:
        epoch += 1
        yield from epoch_batches(images, plan.batchsize, plan.batches, seed=plan.seed, epoch=epoch)
