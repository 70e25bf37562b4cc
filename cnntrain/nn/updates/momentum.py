"""Gradient descent with momentum. Letters: v a velocity of W's shape, μ the momentum."""

import math
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.updates.base import Index, UpdateRule, squared


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
                step.change *= self.rate(step)
            else:
                np.multiply(velocity, self.rate(step), out=step.change)
            step.parameter.value -= step.change

    def squared_length(self) -> float:
        """Return an upper bound by the triangle inequality: |μ·v + dW| ≤ μ·|v| + |dW|."""
        total = 0.0
        for step, velocity in zip(self.steps, self.velocities, strict=True):
            gradient = math.sqrt(squared(step.parameter.gradient))
            length = self.momentum * math.sqrt(squared(velocity)) + gradient
            if self.nesterov:
                length = gradient + self.momentum * length
            change = self.rate(step) * length
            total += change * change  # **2 raises OverflowError
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
