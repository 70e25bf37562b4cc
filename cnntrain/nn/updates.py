"""Update rules: how parameters follow their gradients. The table has the names of `train.update`.

Letters: W a parameter (weights or biases), dW = ∂L/∂W its gradient, α its learning rate; v a
velocity of W's shape, μ the momentum.

A new rule is one class and one row of `UPDATES`. Its dataclass fields are its options, which
stand in the section `train` of a configuration.
"""

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from cnntrain.nn.parameter import Parameter

Index = tuple[int, ...]


class Step:
    """A parameter W that is learnt: its name, its rate α, and room for the change to come."""

    def __init__(self, name: str, parameter: Parameter, rate: float) -> None:
        """Make room for the change, an array of W's shape."""
        self.name, self.parameter, self.rate = name, parameter, rate
        self.change = np.zeros_like(parameter.value)


@dataclass(kw_only=True)
class UpdateRule(ABC):
    """A rule with its options. `on` puts it to work on parameters; a bare one only holds options."""

    steps: list[Step] = field(default_factory=list, init=False, repr=False, compare=False)
    scale: float = field(default=1.0, init=False, repr=False, compare=False)

    def on(self, parameters: Mapping[str, Parameter], rates: Sequence[float]) -> Self:
        """Return the rule at work on `parameters`, each with its rate, from the initial state.

        Frozen parameters are left out: they stay as they are.
        """
        rule = copy.copy(self)
        rule.steps = [
            Step(name, parameter, rate)
            for (name, parameter), rate in zip(parameters.items(), rates, strict=True)
            if not parameter.frozen
        ]
        rule.start()
        return rule

    def start(self) -> None:
        """Make the rule's own state, if it has any, for `steps`."""

    @abstractmethod
    def update(self) -> None:
        """Change every parameter by its gradient, in place, and bring the state up to date."""

    @abstractmethod
    def squared_length(self) -> float:
        """Return the squared length of the coming update, or an upper bound; change nothing.

        It is infinite or not a number if the update, or the state after it, would not be finite.
        """

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of what the rule remembers from one update to the next, by name."""
        return {name: array.copy() for name, array in self.memory().items()}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Overwrite the state; names and shapes must be those of `state()`."""
        for name, array in self.memory().items():
            array[...] = state[name]

    def memory(self) -> dict[str, np.ndarray]:
        """Return the state's own arrays by name; most rules have none."""
        return {}

    @property
    @abstractmethod
    def sentence(self) -> str:
        """Return the rule's name for people, such as to follow "one step of"."""

    @property
    @abstractmethod
    def formula(self) -> str:
        """Return the update as formulas on one line."""

    @abstractmethod
    def by_hand(self, name: str, index: Index, gradient: float) -> tuple[float, list[str]]:
        """Return the coming change of one number of a parameter, and the arithmetic before α.

        The number is the one at `index` of the parameter `name`, which is not frozen, and has
        that gradient. Its new value is its old one minus the change. This is the rule once more
        in plain arithmetic, for `trace`.
        """

    def first_rate(self) -> float:
        """Return the rate of the first parameter that is learnt, 0 where none is."""
        return self.steps[0].rate * self.scale if self.steps else 0.0

    def rate_of(self, name: str) -> float:
        """Return the rate of a parameter that is not frozen."""
        return next(step.rate for step in self.steps if step.name == name)


@dataclass(kw_only=True)
class GradientDescent(UpdateRule):
    """Plain gradient descent, W ← W − α·dW and b ← b − α·db, each layer at a rate α of its own.

    Source: the tutorial's six steps (S0).
    """

    def update(self) -> None:
        """Take one step down the gradients that the parameters hold."""
        for step in self.steps:
            np.multiply(step.parameter.gradient, step.rate, out=step.change)
            step.parameter.value -= step.change

    def squared_length(self) -> float:
        """Return Σ α²·|dW|²."""
        return sum(step.rate * step.rate * _squared(step.parameter.gradient) for step in self.steps)

    @property
    def sentence(self) -> str:
        """Return the rule's name."""
        return "gradient descent"

    @property
    def formula(self) -> str:
        """Return the update."""
        return "weight − rate·gradient = new weight"

    def by_hand(self, name: str, index: Index, gradient: float) -> tuple[float, list[str]]:
        """Return α·dW."""
        return self.rate_of(name) * gradient, []


@dataclass(kw_only=True)
class Momentum(UpdateRule):
    """Gradient descent with momentum: a velocity v remembers earlier gradients.

    ::

        v ← μ·v + dW
        W ← W − α·v                 classical momentum
        W ← W − α·(dW + μ·v)        Nesterov's

    Sources: Polyak 1964, "Some methods of speeding up the convergence of iteration methods",
    equation (9); Sutskever et al. 2013, "On the importance of initialization and momentum in deep
    learning", equations (1) to (4). They put α into the velocity, v ← μ·v − α·dW. Here it stands
    outside, as in PyTorch's `SGD`: the same as long as α stays the same, and after a change of α
    the whole velocity follows the new one. Nesterov's form is the one that PyTorch uses, too: W
    stands for the point looked ahead to, so that the gradient needs no second forward pass.
    """

    momentum: float = 0.9  # μ
    nesterov: bool = False

    def __post_init__(self) -> None:
        """Reject a μ with which velocities would grow without end, and Nesterov's form of none."""
        if not 0 <= self.momentum < 1:
            raise ValueError(
                f"momentum: found {self.momentum}, expected a number from 0 to below 1"
            )
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov: found true with momentum 0, expected a momentum above 0")

    def start(self) -> None:
        """Begin with velocity 0."""
        self.velocities = [np.zeros_like(step.change) for step in self.steps]

    def memory(self) -> dict[str, np.ndarray]:
        """Return the velocities: velocity/<parameter>, each of its parameter's shape."""
        pairs = zip(self.steps, self.velocities, strict=True)
        return {f"velocity/{step.name}": velocity for step, velocity in pairs}

    def update(self) -> None:
        """Bring the velocities up to date and move by them."""
        for step, velocity in zip(self.steps, self.velocities, strict=True):
            velocity *= self.momentum
            velocity += step.parameter.gradient
            if self.nesterov:
                np.multiply(velocity, self.momentum, out=step.change)
                step.change += step.parameter.gradient
                step.change *= step.rate
            else:
                np.multiply(velocity, step.rate, out=step.change)
            step.parameter.value -= step.change

    def squared_length(self) -> float:
        """Return an upper bound by the triangle inequality: |μ·v + dW| ≤ μ·|v| + |dW|."""
        total = 0.0
        for step, velocity in zip(self.steps, self.velocities, strict=True):
            gradient = math.sqrt(_squared(step.parameter.gradient))
            length = self.momentum * math.sqrt(_squared(velocity)) + gradient
            if self.nesterov:
                length = gradient + self.momentum * length
            total += (step.rate * length) * (step.rate * length)  # **2 raises OverflowError
        return total

    @property
    def sentence(self) -> str:
        """Return the rule's name."""
        return f"gradient descent with {'Nesterov' if self.nesterov else 'classical'} momentum"

    @property
    def formula(self) -> str:
        """Return the updates of velocity and weight."""
        direction = "(gradient + μ·v)" if self.nesterov else "v"
        return (
            f"v = μ·velocity + gradient, with μ = {self.momentum:g}; "
            f"weight − rate·{direction} = new weight"
        )

    def by_hand(self, name: str, index: Index, gradient: float) -> tuple[float, list[str]]:
        """Return α·v or α·(dW + μ·v), after v = μ·velocity + dW."""
        rate, mu = self.rate_of(name), self.momentum
        before = float(self.memory()[f"velocity/{name}"][index])
        v = mu * before + gradient
        notes = [f"v = {mu:g}·{before:.6g} + {gradient:.6g} = {v:.6g}"]
        if not self.nesterov:
            return rate * v, notes
        ahead = gradient + mu * v
        return rate * ahead, [*notes, f"{gradient:.6g} + {mu:g}·{v:.6g} = {ahead:.6g}"]


def _squared(array: np.ndarray) -> float:
    """Return the squared length of all its numbers."""
    return float(np.vdot(array, array))


UPDATES: dict[str, type[UpdateRule]] = {
    "sgd": GradientDescent,
    "momentum": Momentum,
}
