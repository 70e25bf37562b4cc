"""What an update rule is: how parameters follow their gradients.

Letters: W a parameter (weights or biases), dW = ∂L/∂W its gradient, α its learning rate.
"""

import copy
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
    """A rule with its options. `on` puts it to work on parameters; a bare one only holds options.

    `scale` is no option: a schedule sets it before an update, and it multiplies every rate.
    """

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

    def rate(self, step: Step) -> float:
        """Return the α of the coming update: the parameter's own rate, times `scale`."""
        return step.rate * self.scale

    def rate_of(self, name: str) -> float:
        """Return the α of the coming update of a parameter that is not frozen."""
        return next(self.rate(step) for step in self.steps if step.name == name)


def squared(array: np.ndarray) -> float:
    """Return the squared length of all its numbers."""
    return float(np.vdot(array, array))
