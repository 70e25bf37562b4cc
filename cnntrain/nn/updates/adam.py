"""Adam and AdamW: each weight moves at its own pace, given by averages of its past gradients."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnntrain.nn.checks import check_0_to_below_1
from cnntrain.nn.updates.base import Index, UpdateRule, squared

SMALLEST_EPSILON = 1e-15  # with less, m̂/ε could overflow where a gradient vanishes


@dataclass(kw_only=True)
class Adam(UpdateRule):
    """Adam: α times the average gradient, divided by the root of the average squared gradient.

    ::

        t ← t + 1                             line 4
        g ← dW + λ·W                          line 6
        m ← β₁·m + (1 − β₁)·g                 line 7
        v ← β₂·v + (1 − β₂)·g²                line 8
        m̂ ← m/(1 − β₁ᵗ)                       line 9
        v̂ ← v/(1 − β₂ᵗ)                       line 10
        W ← W − α·m̂/(√v̂ + ε)                  line 12

    Sources: Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1, whose
    section 3 derives the division by 1 − βᵗ: it removes the bias of averages that start at 0.
    The line numbers are those of algorithm 2 in Loshchilov & Hutter 2019, "Decoupled weight decay
    regularization", which states Adam with λ·W added to the gradient. Each change is about as large
    as α, however large the gradients are, so α is much smaller than for gradient descent.
    """

    beta1: float = 0.9  # β₁: decay of the mean of gradients
    beta2: float = 0.999  # β₂: decay of the mean of their squares
    epsilon: float = 1e-8  # ε: keeps the step finite where gradients vanish

    def __post_init__(self) -> None:
        """Reject betas outside [0, 1) and an ε that is too small."""
        super().__post_init__()
        for name, beta in (("beta1", self.beta1), ("beta2", self.beta2)):
            check_0_to_below_1(name, beta)
        if not SMALLEST_EPSILON <= self.epsilon < math.inf:
            raise ValueError(
                f"epsilon: found {self.epsilon}, expected {SMALLEST_EPSILON:g} or more"
            )

    def start(self) -> None:
        """Begin with averages of 0, m/<parameter> and v/<parameter>, of its shape, and t = 0."""
        self.t = np.zeros(1)  # updates made; an array, to be saved with the others
        for slot in self.slots:
            slot.state["m"] = np.zeros_like(slot.change)
            slot.state["v"] = np.zeros_like(slot.change)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the averages, and t, the count of updates."""
        return {**super().arrays(), "t": self.t}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Overwrite the state. Raises ValueError for a count or squares below 0."""
        for name, array in state.items():
            if (name == "t" or name.startswith("v/")) and not (array >= 0).all():
                raise ValueError(f"{name}: found {array.min()}, expected 0 or more")
        super().load_state(state)

    def update(self) -> None:
        """Update the averages, and take one step by them."""
        self.t += 1
        bias1, bias2 = self._bias(float(self.t[0]))
        clip = self.clip_factor()
        for slot in self.slots:
            g, m, v = self.gradient(slot, clip), slot.state["m"], slot.state["v"]
            m *= self.beta1
            m += np.multiply(g, 1 - self.beta1, out=slot.change)
            v *= self.beta2
            np.multiply(g, g, out=slot.change)
            slot.change *= 1 - self.beta2
            v += slot.change
            np.divide(v, bias2, out=slot.change)
            np.sqrt(slot.change, out=slot.change)
            slot.change += self.epsilon
            np.divide(m, slot.change, out=slot.change)
            slot.change *= self.rate(slot) / bias1
            if self.decoupled and self.weight_decay:
                slot.change += np.multiply(
                    slot.parameter.value, self.rate(slot) * self.weight_decay, out=slot.g
                )
            slot.parameter.value -= slot.change

    def _bias(self, t: float) -> tuple[float, float]:
        """Return 1 − β₁ᵗ and 1 − β₂ᵗ: the bias corrections."""
        return 1 - self.beta1**t, 1 - self.beta2**t

    def squared_length(self) -> float:
        """Return an upper bound: |m̂|/ε for the length of m̂/(√v̂ + ε), since √v̂ is 0 or more.

        It is far above the true length, which matters only close to overflow.
        It is infinite if a square, which overflows first, would be.
        """
        bias1, bias2 = self._bias(float(self.t[0]) + 1)
        total, clip = 0.0, self.clip_factor()
        for slot in self.slots:
            g, m, v = self.gradient_length(slot, clip), slot.state["m"], slot.state["v"]
            square = self.beta2 * float(v.ravel().max()) + (1 - self.beta2) * slot.within(g * g)
            if slot.within(square / bias2) == math.inf:
                return math.inf
            average = self.beta1 * math.sqrt(squared(m)) + (1 - self.beta1) * g
            length = slot.within(average / self.epsilon) / bias1
            if self.decoupled:
                length += self.weight_decay * math.sqrt(squared(slot.parameter.value))
            change = self.rate(slot) * length
            total += change * change  # **2 raises OverflowError
        return total

    @property
    def title(self) -> str:
        """Return the rule's name."""
        return "Adam"

    @property
    def formula(self) -> str:
        """Return the updates of both averages and of the weight."""
        g, formulas = self.gradient_formulas()
        bias1, bias2 = self._bias(float(self.t[0]) + 1)
        decay = f" + {self.weight_decay:g}·weight" if self.decoupled and self.weight_decay else ""
        direction = f"m̂/(√v̂ + {self.epsilon:g}){decay}"
        formulas += [
            f"m = {self.beta1:g}·m + {1 - self.beta1:g}·{g}",
            f"v = {self.beta2:g}·v + {1 - self.beta2:g}·{g}²",
            f"m̂ = m/{bias1:g}",
            f"v̂ = v/{bias2:g}",
            f"weight − rate·{f'({direction})' if decay else direction} = new weight",
        ]
        return "; ".join(formulas)

    def by_hand(self, name: str, index: Index) -> tuple[float, list[str]]:
        """Return α·m̂/(√v̂ + ε), and α·λ·W with it where the decay is decoupled."""
        slot = self.slot_of(name)
        g, notes = self.gradient_by_hand(slot, index)
        bias1, bias2 = self._bias(float(self.t[0]) + 1)
        before, squares = (float(slot.state[kind][index]) for kind in ("m", "v"))
        m = self.beta1 * before + (1 - self.beta1) * g
        v = self.beta2 * squares + (1 - self.beta2) * g * g
        direction = m / bias1 / (math.sqrt(v / bias2) + self.epsilon)
        notes += [
            f"m = {self.beta1:g}·{before:.6g} + {1 - self.beta1:g}·{g:.6g} = {m:.6g}",
            f"v = {self.beta2:g}·{squares:.6g} + {1 - self.beta2:g}·{g:.6g}² = {v:.6g}",
            f"m̂/(√v̂ + ε) = {m / bias1:.6g}/(√{v / bias2:.6g} + {self.epsilon:g}) = {direction:.6g}",
        ]
        if self.decoupled and self.weight_decay:
            weight = float(slot.parameter.value[index])
            decayed = direction + self.weight_decay * weight
            notes.append(f"{direction:.6g} + {self.weight_decay:g}·{weight:.6g} = {decayed:.6g}")
            direction = decayed
        return self.rate(slot) * direction, notes


@dataclass(kw_only=True)
class AdamW(Adam):
    """Adam whose weight decay stays out of the averages, and so is not divided by √v̂.

    Line 6 is g ← dW, and line 12 is W ← W − α·(m̂/(√v̂ + ε) + λ·W).

    Source: Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2, with
    one difference. Their line 12, W ← W − η·(α·m̂/(√v̂ + ε) + λ·W), multiplies the decay by the
    schedule's η alone. Here α multiplies it, too, as in PyTorch's `AdamW`: this λ is the paper's
    divided by α.
    """

    decoupled: ClassVar[bool] = True

    weight_decay: float = 0.01  # λ: pulls weights towards 0

    @property
    def title(self) -> str:
        """Return the rule's name."""
        return "AdamW"
