"""An array that is learnt, with the derivative of the loss by it."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(eq=False)
class Parameter:
    """Weights or biases of one layer: `value` W, and `gradient` dW = ∂L/∂W of the same shape.

    Values are kept in the field's usual layout, (out, in, k, k) and (out, in), whatever layout
    a layer computes in. `backward` overwrites `gradient`. A frozen parameter is never updated.
    """

    value: np.ndarray
    frozen: bool = False
    gradient: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Make room for the gradient."""
        self.gradient = np.zeros_like(self.value)

    def shared(self) -> "Parameter":
        """Return a parameter with the same value array and a gradient array of its own."""
        return Parameter(self.value, self.frozen)
