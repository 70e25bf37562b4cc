"""Gradient descent: every parameter moves against its gradient, optionally with momentum."""

import math
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.checks import check_0_to_below_1
from cnntrain.nn.updates.base import Index, Slot, UpdateRule, squared


@dataclass(kw_only=True)
class GradientDescent(UpdateRule):
    """Gradient descent, W ← W − α·dW and b ← b − α·db, each layer at a rate α of its own.

    Source: the tutorial's six steps (S0). With a momentum μ above 0, a velocity v remembers
    earlier gradients::

        v ← μ·v + g
        W ← W − α·v                classical momentum
        W ← W − α·(g + μ·v)        Nesterov's

    Sources: Polyak 1964, "Some methods of speeding up the convergence of iteration methods",
    equation (9); Sutskever et al. 2013, "On the importance of initialization and momentum in deep
    learning", equations (1) to (4). They put α into the velocity, v ← μ·v − α·g. Here it stands
    outside, as in PyTorch's `SGD`: the same as long as α stays the same, and when α changes, the
    whole velocity is scaled by the new α. Nesterov's form is also PyTorch's: W is the point that is
    looked ahead to, so the gradient needs no second forward pass.

    g is dW, or dW + λ·W with a weight decay λ. An update thus reduces a weight by α·λ·W; with
    momentum, the total effect approaches α·λ·W/(1 − μ).
    """

    momentum: float = 0.0  # μ: the share of its velocity that a weight keeps
    nesterov: bool = False  # whether to take the gradient a step ahead

    def __post_init__(self) -> None:
        """Reject a μ outside [0, 1), and Nesterov momentum without momentum."""
        super().__post_init__()
        check_0_to_below_1("momentum", self.momentum)
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov: found true with momentum 0, expected a momentum above 0")

    def start(self) -> None:
        """Begin with velocity 0 if there is momentum: velocity/<parameter>, of its shape."""
        if self.momentum > 0:
            for slot in self.slots:
                slot.state["velocity"] = np.zeros_like(slot.change)

    def update(self) -> None:
        """Take one step down the gradients that the parameters hold."""
        clip = self.clip_factor()
        for slot in self.slots:
            g = self.gradient(slot, clip)
            if self.momentum > 0:
                self._keep_moving(slot, g)
            else:
                np.multiply(g, self.rate(slot), out=slot.change)
            slot.parameter.value -= slot.change

    def _keep_moving(self, slot: Slot, g: np.ndarray) -> None:
        """Update the velocity, and compute the change from it."""
        velocity = slot.state["velocity"]
        velocity *= self.momentum
        velocity += g
        if self.nesterov:
            np.multiply(velocity, self.momentum, out=slot.change)
            slot.change += g
            slot.change *= self.rate(slot)
        else:
            np.multiply(velocity, self.rate(slot), out=slot.change)

    def squared_length(self) -> float:
        """Return Σ α²·|g|², with momentum an upper bound by |μ·v + g| ≤ μ·|v| + |g|."""
        total, clip = 0.0, self.clip_factor()
        for slot in self.slots:
            length = self.gradient_length(slot, clip)
            if self.momentum > 0:
                speed = math.sqrt(squared(slot.state["velocity"]))
                speed = slot.within(self.momentum * speed + length)
                length = slot.within(length + self.momentum * speed) if self.nesterov else speed
            change = self.rate(slot) * length
            total += change * change  # **2 raises OverflowError
        return total

    @property
    def title(self) -> str:
        """Return the rule's name."""
        if self.momentum == 0:
            return "gradient descent"
        return f"gradient descent with {'Nesterov' if self.nesterov else 'classical'} momentum"

    @property
    def formula(self) -> str:
        """Return the update of a weight, and of its velocity."""
        g, formulas = self.gradient_formulas()
        direction = g
        if self.momentum > 0:
            formulas.append(f"v = μ·velocity + {g}, with μ = {self.momentum:g}")
            direction = f"({g} + μ·v)" if self.nesterov else "v"
        return "; ".join([*formulas, f"weight − rate·{direction} = new weight"])

    def by_hand(self, name: str, index: Index) -> tuple[float, list[str]]:
        """Return α·g; with momentum α·v or α·(g + μ·v), after v = μ·velocity + g."""
        slot, mu = self.slot_of(name), self.momentum
        rate = self.rate(slot)
        g, notes = self.gradient_by_hand(slot, index)
        if mu == 0:
            return rate * g, notes
        before = float(slot.state["velocity"][index])
        v = mu * before + g
        notes.append(f"v = {mu:g}·{before:.6g} + {g:.6g} = {v:.6g}")
        if not self.nesterov:
            return rate * v, notes
        ahead = g + mu * v
        return rate * ahead, [*notes, f"{g:.6g} + {mu:g}·{v:.6g} = {ahead:.6g}"]
