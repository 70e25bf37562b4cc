"""What an update rule is: how parameters follow their gradients.

Letters: W a parameter (weights or biases), dW = ∂L/∂W its gradient, α its learning rate, λ the
weight decay; g is what a rule follows: dW, clipped and with λ·W added where its options say so.
"""

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from cnntrain.nn.parameter import Parameter

Index = tuple[int, ...]


class Slot:
    """A parameter W that is learnt: its name, its rate α, its state, and scratch arrays."""

    def __init__(self, name: str, parameter: Parameter, rate: float) -> None:
        """Allocate g and the change to come, two arrays of W's shape."""
        self.name, self.parameter, self.rate = name, parameter, rate
        self.g = np.empty_like(parameter.value)  # used where g is not dW itself
        self.change = np.zeros_like(parameter.value)
        self.state: dict[str, np.ndarray] = {}  # arrays of W's shape, such as a velocity
        self.largest = float(np.finfo(parameter.value.dtype).max)

    def within(self, length: float) -> float:
        """Return a length, or infinity if numbers of W's type might not be able to hold it."""
        return length if length <= self.largest else math.inf


def squared(array: np.ndarray) -> float:
    """Return the sum of the squares of all numbers."""
    return float(np.vdot(array, array))


@dataclass(kw_only=True)
class UpdateRule(ABC):
    """A rule with its options. `on` applies it to parameters; until then it only holds options.

    Two options belong to every rule. **clip_norm**, c, limits the norm of all gradients of
    parameters that are not frozen, taken together as one vector: where it exceeds c, every dW
    becomes dW·c/norm. Source: Pascanu, Mikolov & Bengio 2013, "On the difficulty of training
    recurrent neural networks", algorithm 1.

    **weight_decay**, λ, pulls every parameter that is not frozen towards 0: biases too, as in
    PyTorch. It is added to the gradient after clipping, g = dW + λ·W, the gradient of the loss
    plus ½·λ·|W|², unless the rule is `decoupled`. It is therefore multiplied by α and
    accumulated by momentum.

    `scale` is not an option: a schedule sets it before each update, and it multiplies every rate.
    """

    decoupled: ClassVar[bool] = False  # whether λ·W stays out of g, and the rule applies it itself

    clip_norm: float | None = None  # c: the largest norm of the gradients; left out: no limit
    weight_decay: float = 0.0  # λ: pulls weights towards 0
    slots: list[Slot] = field(default_factory=list, init=False, repr=False, compare=False)
    scale: float = field(default=1.0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reject a `clip_norm` or a weight decay out of range."""
        if self.clip_norm is not None and not 0 < self.clip_norm < math.inf:
            raise ValueError(f"clip_norm: found {self.clip_norm}, expected a number above 0")
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f"weight_decay: found {self.weight_decay}, expected 0 or more")

    def on(self, parameters: Mapping[str, Parameter], rates: Sequence[float]) -> Self:
        """Return the rule applied to `parameters`, each with its rate, in its initial state.

        Frozen parameters are left out: they stay as they are.
        """
        rule = copy.copy(self)
        rule.slots = [
            Slot(name, parameter, rate)
            for (name, parameter), rate in zip(parameters.items(), rates, strict=True)
            if not parameter.frozen
        ]
        rule.start()
        return rule

    def start(self) -> None:
        """Make the rule's own state, if it has any, for `slots`."""

    @abstractmethod
    def update(self) -> None:
        """Change every parameter by its gradient, in place, and bring the state up to date."""

    @abstractmethod
    def squared_length(self) -> float:
        """Return the squared length of the coming update, or an upper bound; change nothing.

        It is infinite or not a number if the update, or the state after it, might not be finite.
        """

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of what the rule remembers from one update to the next, by name."""
        return {name: array.copy() for name, array in self.arrays().items()}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Overwrite the state; names and shapes must be those of `state()`.

        Raises ValueError for numbers that the rule can never reach.
        """
        for name, array in self.arrays().items():
            array[...] = state[name]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the state's own arrays by name: velocity/conv1.weights and the like."""
        return {f"{kind}/{s.name}": array for s in self.slots for kind, array in s.state.items()}

    @property
    def sentence(self) -> str:
        """Return a description that can follow "one step of"."""
        parts = [self.title]
        if self.weight_decay:
            parts.append(f"weight decay {self.weight_decay:g}")
        if self.clip_norm is not None:
            parts.append(f"gradients clipped to norm {self.clip_norm:g}")
        return ", ".join(parts)

    @property
    @abstractmethod
    def title(self) -> str:
        """Return the rule's name."""

    @property
    @abstractmethod
    def formula(self) -> str:
        """Return the update as formulas on one line."""

    @abstractmethod
    def by_hand(self, name: str, index: Index) -> tuple[float, list[str]]:
        """Return the coming change of one number of a parameter, and the arithmetic before α.

        The number is the one at `index` of the parameter `name`, which is not frozen. Its new
        value is its old one minus the change. This is the rule once more in plain arithmetic, for
        `trace`.
        """

    def rate(self, slot: Slot) -> float:
        """Return the α of the coming update: the parameter's own rate, times `scale`."""
        return slot.rate * self.scale

    def first_rate(self) -> float:
        """Return the α of the coming update of the first parameter that is learnt, 0 without one."""
        return self.rate(self.slots[0]) if self.slots else 0.0

    def slot_of(self, name: str) -> Slot:
        """Return what belongs to a parameter that is not frozen."""
        return next(slot for slot in self.slots if slot.name == name)

    def norm(self) -> float:
        """Return the norm of all gradients together."""
        return math.sqrt(sum(squared(slot.parameter.gradient) for slot in self.slots))

    def clip_factor(self) -> float:
        """Return what clipping leaves of every gradient: c/norm, or 1 where it does not act.

        Not a number where the norm is not finite: clipping must not hide that a run diverges.
        """
        if self.clip_norm is None:
            return 1.0
        norm = self.norm()
        if not math.isfinite(norm):
            return math.nan
        return self.clip_norm / norm if norm > self.clip_norm else 1.0

    def gradient(self, slot: Slot, clip: float) -> np.ndarray:
        """Return g of a parameter: dW·clip + λ·W. It is valid until the next call.

        Writes to `slot.g`, and to `slot.change` on the way, if there is anything to compute.
        """
        g = slot.parameter.gradient
        if clip != 1:
            g = np.multiply(g, clip, out=slot.g)
        if self.weight_decay and not self.decoupled:
            np.multiply(slot.parameter.value, self.weight_decay, out=slot.change)
            g = np.add(g, slot.change, out=slot.g)
        return g

    def gradient_length(self, slot: Slot, clip: float) -> float:
        """Return |g| or an upper bound of it, by the triangle inequality |dW|·clip + λ·|W|."""
        length = math.sqrt(squared(slot.parameter.gradient)) * clip
        if self.weight_decay and not self.decoupled:
            length += self.weight_decay * math.sqrt(squared(slot.parameter.value))
        return slot.within(length)

    def gradient_by_hand(self, slot: Slot, index: Index) -> tuple[float, list[str]]:
        """Return one number of g, and the arithmetic that leads to it from the gradient."""
        g, clip, notes = float(slot.parameter.gradient[index]), self.clip_factor(), []
        if clip != 1:
            notes.append(f"norm of all gradients {self.norm():.6g}: clipped to {self.clip_norm:g}")
            notes.append(f"g = {g:.6g}·{self.clip_norm:g}/{self.norm():.6g} = {g * clip:.6g}")
            g *= clip
        if self.weight_decay and not self.decoupled:
            weight = float(slot.parameter.value[index])
            decayed = g + self.weight_decay * weight
            notes.append(f"g = {g:.6g} + {self.weight_decay:g}·{weight:.6g} = {decayed:.6g}")
            g = decayed
        return g, notes

    def gradient_formulas(self) -> tuple[str, list[str]]:
        """Return the name of g in formulas, and the formulas that lead to it from the gradient."""
        name, formulas = "gradient", []
        if self.clip_norm is not None:
            c = f"{self.clip_norm:g}"
            formulas.append(f"g = gradient·min(1, {c}/norm), by the norm of all gradients together")
            name = "g"
        if self.weight_decay and not self.decoupled:
            formulas.append(f"g = {name} + λ·weight, with λ = {self.weight_decay:g}")
            name = "g"
        return name, formulas
