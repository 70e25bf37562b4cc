"""What a sweep over learning rates and the trials after it have found."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

KEEP = 0.95  # share of the old value in the smoothed loss
SETTLED = 10  # mini-batches before the smoothed loss means something
RISEN = 2.0  # times its lowest value: the end

End = Literal["diverged", "rose", "range"]


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
