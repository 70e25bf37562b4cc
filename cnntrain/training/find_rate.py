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

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.errors import DivergedError
from cnntrain.nn.execution.workspace import Executor, in_turn
from cnntrain.nn.losses import smoothed
from cnntrain.nn.network import Network
from cnntrain.nn.schedules import Schedule
from cnntrain.nn.updates import UpdateRule
from cnntrain.system.interrupt import Interrupted, Stop
from cnntrain.training.evaluation import Evaluation, evaluate
from cnntrain.training.loop import BatchDone, Plan, train
from cnntrain.training.progress import Progress
from cnntrain.training.sweep import Average, End, Found, Sweep, Trial

STEPS = (600, 2400)  # mini-batches of a first sweep, and of a slower one where it learns nothing
LOWEST, HIGHEST = 1e-5, 1e3  # of the largest of a network's rates
LEARNT = 0.9  # of the trivial loss: a sweep that stays above it has learnt nothing
# times below the rate of the lowest loss, one after the other until the result is worse
TRIED = (3, 10, 30, 100, 300, 1000, 3000)
TRIAL = 600  # mini-batches
HOPELESS = 1e6  # times the first loss: diverged, though its numbers are still finite
JUDGED = 100  # of them, the last: their average loss is the result


@dataclass(frozen=True, kw_only=True)
class Growth(Schedule):
    """factor = f·gˢ: of all rates, growing by the same factor g at every update."""

    first: float  # f
    by: float = 1.0  # g

    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return f·gˢ."""
        return self.first * self.by**s

    @property
    def sentence(self) -> str:
        """Return what it does."""
        return f"grow from {self.first:g} times as much by a factor of {self.by:g} at every update"


Losses = Callable[[Schedule, int], Iterator[float]]  # of so many mini-batches


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
    a rate above 0; the plan's own schedule plays no part. The network ends as it began, but for
    the state of `rng`. Returns None if the very first updates are not finite. Raises Interrupted
    once `stop.asked`.
    """
    weights, memory = network.state(), rule.state()

    def begin_again() -> None:
        network.load_state(weights)
        rule.load_state(memory)
        rule.scale = 1.0

    def judge() -> tuple[Evaluation, None]:  # of one image: nobody looks at it
        return evaluate(network, examples.part(0, 1), executor=executor), None

    def losses(schedule: Schedule, steps: int) -> Iterator[float]:
        """Train from the beginning, for so many mini-batches or until the numbers explode."""
        begin_again()
        whole = replace(plan, epochs=steps, schedule=schedule, patience=None)
        events = train(
            network, rule, examples, whole, Progress(), rates={}, judge=judge, executor=executor
        )
        most = float("inf")
        try:
            for event in events:
                if stop is not None and stop.asked:
                    raise Interrupted
                if not isinstance(event, BatchDone):
                    continue
                if event.mse > most:
                    return
                yield event.mse
                most = min(most, HOPELESS * (1 + event.mse))
                if event.step == steps:
                    return
        except DivergedError:
            return

    top = max(slot.rate for slot in rule.slots)
    trivial = network.loss.trivial(
        smoothed(examples.sample.targets(network.dtype), plan.label_smoothing)
    )
    for steps in STEPS:
        sweep = _sweep(losses, LOWEST / top, HIGHEST / top, steps)
        if sweep is None or sweep.least < LEARNT * trivial:
            break
    trials = [] if sweep is None else _try(losses, sweep.lowest, LEARNT * trivial)
    begin_again()
    if sweep is None:
        return None
    return Found(sweep, trials, min(trial.loss for trial in trials) < LEARNT * trivial)


def _sweep(losses: Losses, lowest: float, highest: float, steps: int) -> Sweep | None:
    """Return the sweep from one factor to another; None if there is no loss to see."""
    growth = Growth(first=lowest, by=(highest / lowest) ** (1 / (steps - 1)))
    seen: list[float] = []
    average = Average()
    end: End = "diverged"
    for loss in losses(growth, steps):
        seen.append(loss)
        average.add(loss)
        if average.has_risen():
            end = "rose"
            break
    if len(seen) == steps:
        end = "range"
    if len(seen) < 2:
        return None
    factors = lowest * growth.by ** np.arange(len(seen))
    return Sweep(factors, np.array(seen), np.array(average.values), end)


def _try(losses: Losses, highest: float, enough: float) -> list[Trial]:
    """Train with ever lower factors; a worse loss than before is the end once it was `enough`."""
    trials: list[Trial] = []
    best = float("inf")
    for times in TRIED:
        seen = list(losses(Growth(first=highest / times), TRIAL))
        loss = float(np.mean(seen[-JUDGED:])) if len(seen) == TRIAL else float("inf")
        trials.append(Trial(highest / times, loss))
        if best < enough and loss > best:
            break
        best = min(best, loss)
    return trials
