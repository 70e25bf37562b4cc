"""Update rules: how parameters follow their gradients."""

from collections.abc import Sequence

import numpy as np

from cnntrain.nn.parameter import Parameter


class GradientDescent:
    """Plain gradient descent, W ← W − α·dW and b ← b − α·db, each layer at a rate α of its own.

    Source: the tutorial's six steps (S0). Frozen parameters stay as they are.
    """

    def __init__(self, parameters: Sequence[Parameter], rates: Sequence[float]) -> None:
        """Pair each parameter with its rate."""
        pairs = zip(parameters, rates, strict=True)
        self.steps = [
            (parameter, rate, np.zeros_like(parameter.value))
            for parameter, rate in pairs
            if not parameter.frozen
        ]

    def update(self) -> None:
        """Take one step down the gradients that the parameters hold."""
        for parameter, rate, change in self.steps:
            np.multiply(parameter.gradient, rate, out=change)
            parameter.value -= change
