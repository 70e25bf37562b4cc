"""Schedules: how the learning rates change during training. The table has the names of `train.schedule`.

A schedule is a factor by which every layer's rate is multiplied, so all rates change together:
α, α2, α3 of a configuration are the rates where the factor is 1. It depends on the number of
updates made so far and on nothing else, so that a run can be continued at any of them.

Letters: s updates since the warm-up, S of them in all; e = s / (updates in an epoch).

A new schedule is one class and one row of `SCHEDULES`; its fields are its options.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

from cnntrain.nn.checks import check_0_to_1, check_above_0_to_1


class Length(NamedTuple):
    """How long training is: the number of epochs, and of updates in each of them."""

    epochs: int
    per_epoch: int


@dataclass(frozen=True, kw_only=True)
class Schedule(ABC):
    """A factor for all learning rates, update by update, after a linear warm-up.

    In the warm-up the factor grows in equal steps from near 0 to the schedule's first value
    (Goyal et al. 2017, "Accurate, large minibatch SGD", section 2.2); the schedule begins after it.
    """

    warmup: float = 0.0  # epochs of linear growth before the schedule begins

    def __post_init__(self) -> None:
        """Reject a negative or infinite warm-up."""
        if not 0 <= self.warmup < math.inf:
            raise ValueError(f"warmup: found {self.warmup}, expected 0 or more epochs")

    def factor(self, done: int, length: Length) -> float:
        """Return the factor for the next update, after `done` updates."""
        warm = round(self.warmup * length.per_epoch)
        total = max(length.epochs * length.per_epoch - warm, 1)
        if done < warm:
            return self.after(0, total, length.per_epoch) * (done + 1) / (warm + 1)
        return self.after(min(done - warm, total - 1), total, length.per_epoch)

    @abstractmethod
    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return the factor after s of `total` updates, `per_epoch` of them in an epoch."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """Return what the schedule does after the warm-up, in words that can follow "the rates"."""

    @property
    def whole_sentence(self) -> str:
        """Return what the schedule does, with its warm-up."""
        if not self.warmup:
            return f"rates {self.sentence}"
        epochs = "epoch" if self.warmup == 1 else "epochs"
        return f"rates grow linearly for {self.warmup:g} {epochs}, then {self.sentence}"


@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """The factor is 1: the rates stay as they are, as in the tutorial."""

    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return 1."""
        return 1.0

    @property
    def sentence(self) -> str:
        """Return what it does."""
        return "stay as they are"


@dataclass(frozen=True)
class StepDecay(Schedule):
    """factor = γ^⌊e/n⌋: multiplied by γ every n epochs."""

    every: float  # n: epochs from one reduction to the next
    gamma: float = 0.1  # what the rates are multiplied by each time

    def __post_init__(self) -> None:
        """Reject a period that is not above 0 and finite, and a γ outside (0, 1]."""
        super().__post_init__()
        if not 0 < self.every < math.inf:
            raise ValueError(f"every: found {self.every}, expected more than 0 epochs")
        check_above_0_to_1("gamma", self.gamma)

    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return γ^⌊e/n⌋."""
        return float(self.gamma ** (s // max(round(self.every * per_epoch), 1)))

    @property
    def sentence(self) -> str:
        """Return what it does."""
        return f"are multiplied by {self.gamma:g} every {self.every:g} epochs"


@dataclass(frozen=True)
class Exponential(Schedule):
    """factor = γ^e: multiplied by γ in the course of every epoch, a little at each update."""

    gamma: float  # what the rates are multiplied by in an epoch

    def __post_init__(self) -> None:
        """Reject a γ outside (0, 1]."""
        super().__post_init__()
        check_above_0_to_1("gamma", self.gamma)

    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return γ^e."""
        return float(self.gamma ** (s / per_epoch))

    @property
    def sentence(self) -> str:
        """Return what it does."""
        return f"are multiplied by {self.gamma:g} in each epoch, a little at each update"


@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """factor = end + (1 − end)·½·(1 + cos π·s/S): from 1 to `end`, slowly at both ends.

    Source: Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts",
    equation (5), without the restarts.
    """

    end: float = 0.0  # the factor at the end of training

    def __post_init__(self) -> None:
        """Reject an end outside [0, 1]."""
        super().__post_init__()
        check_0_to_1("end", self.end)

    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return end + (1 − end)·½·(1 + cos π·s/S)."""
        return _cosine(1.0, self.end, s / total)

    @property
    def sentence(self) -> str:
        """Return what it does."""
        return f"fall along a cosine to {self.end:g} times their value"


@dataclass(frozen=True, kw_only=True)
class OneCycle(Schedule):
    """From `start` up to 1 in the share `rise` of all updates, then down to `end`, along cosines.

    Source: Smith & Topin 2018, "Super-convergence: very fast training of neural networks using large
    learning rates", section 3. They use straight lines and a short third phase; the cosines in two
    phases, and the defaults, are those of PyTorch's `OneCycleLR`.
    """

    rise: float = 0.3  # share of the updates in which the rates grow
    start: float = 0.04  # the factor at the first update
    end: float = 4e-6  # the factor at the last update

    def __post_init__(self) -> None:
        """Reject numbers outside [0, 1]."""
        super().__post_init__()
        for name in ("rise", "start", "end"):
            check_0_to_1(name, getattr(self, name))

    def after(self, s: int, total: int, per_epoch: int) -> float:
        """Return the factor: it is 1 at the update in which the growth ends."""
        top, last = self.rise * total - 1, total - 1
        if s <= top:
            return _cosine(self.start, 1.0, s / top if top > 0 else 1.0)
        return _cosine(1.0, self.end, (s - max(top, 0)) / (last - max(top, 0)) if last else 0.0)

    @property
    def sentence(self) -> str:
        """Return what it does."""
        return (
            f"grow from {self.start:g} times their value to the whole of it in the first "
            f"{self.rise:.0%} of training, then fall to {self.end:g} times"
        )


def _cosine(first: float, last: float, share: float) -> float:
    """Return the value on half a cosine from `first` to `last`, `share` of the way."""
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * share))


SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "step": StepDecay,
    "exponential": Exponential,
    "cosine": Cosine,
    "one_cycle": OneCycle,
}
