"""Gradient descent: every parameter moves against its gradient."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.updates.base import Index, UpdateRule, squared


@dataclass(kw_only=True)
class GradientDescent(UpdateRule):
    """Plain gradient descent, W ← W − α·dW and b ← b − α·db, each layer at a rate α of its own.

    Source: the tutorial's six steps (S0).
    """

    def update(self) -> None:
        """Take one step down the gradients that the parameters hold."""
        for step in self.steps:
            np.multiply(step.parameter.gradient, self.rate(step), out=step.change)
            step.parameter.value -= step.change

    def squared_length(self) -> float:
        """Return Σ α²·|dW|²."""
        return sum(
            self.rate(step) * self.rate(step) * squared(step.parameter.gradient)
            for step in self.steps
        )

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
