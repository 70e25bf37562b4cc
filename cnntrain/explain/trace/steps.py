"""What a trace consists of: sections for layers, steps for numbers, terms for products."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cnntrain.explain.trace.arrays import Cell


@dataclass(frozen=True)
class Term:
    """One product in a sum: factor · value."""

    label: str  # as W[7,100]·x[6,1,0]
    factor: float  # ∂y/∂x
    value: float  # x, or dy
    cell: Cell  # of the value
    name: str | None = None  # of the product, where a text names it

    @property
    def product(self) -> float:
        """Return factor · value."""
        return self.factor * self.value


@dataclass(frozen=True)
class Patch:
    """A window as two matrices whose products are added up: what lies under it, and a kernel."""

    under: np.ndarray
    kernel: np.ndarray
    under_label: str
    kernel_label: str


@dataclass(frozen=True)
class Line:
    """One number: the arithmetic that leads to it, and the network's own value."""

    name: str  # plain, as conv1[0,8,12]
    symbol: str | None  # in the words of the source
    value: float  # the network's
    total: float  # by the arithmetic shown here
    terms: Sequence[Term] = ()
    bias: tuple[str, float] | None = None
    notes: Sequence[str] = ()  # arithmetic that is not a sum of products
    patch: Patch | None = None


Phase = Literal["forward", "backward", "gradient"]


@dataclass(frozen=True)
class Section:
    """What one layer does in one direction."""

    phase: Phase
    layer: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]  # of its input and output
    sentence: str
    formula: str
    steps: list[Line]


@dataclass(frozen=True)
class UnitError:
    """One output unit's part in the error."""

    unit: int
    name: str
    output: float  # y
    answer: float  # what is compared with the target: y, or softmax's p
    target: float  # t
    share: float  # in E
    total: float  # ∂E/∂y by the arithmetic shown here
    value: float  # ∂E/∂y, the network's


@dataclass(frozen=True)
class LossSection:
    """From outputs to the error, and its derivative by each output."""

    kind: str
    formula: str
    backward: str
    rows: list[UnitError]
    total: float
    value: float  # the network's


@dataclass(frozen=True)
class Update:
    """A weight before and after one update."""

    layer: str
    name: str
    symbol: str | None
    gradient_symbol: str | None
    before: float
    gradient: float
    rate: float
    rate_name: str  # alpha, alpha2, ..., or rate
    change: float  # by the arithmetic of the update rule: rate · gradient in gradient descent
    notes: Sequence[str]  # that arithmetic, where it is more than one product
    frozen: bool
    value: float  # afterwards, the network's

    @property
    def total(self) -> float:
        """Return before − change."""
        return self.before - self.change


@dataclass(frozen=True)
class PublishedLoss:
    """The error after one step as a source has it."""

    loss: float
    in_turn: float  # computed with each layer updated before the error goes down through it
    note: str


@dataclass(frozen=True)
class Trace:
    """A whole pass: forward, error, backward, update."""

    config: str
    model: Path | None  # the checkpoint, if the network is a trained one
    image: str
    note: str | None
    weight: str
    unit: int
    everything: bool  # not only what lies on the path
    path: list[tuple[str, tuple[int, ...], Cell | None]]  # layer, shape of its output, cell
    legend: str
    forward: list[Section]
    loss: LossSection
    backward: list[Section]
    rule: str  # of the update
    rule_formula: str
    updates: list[Update]
    loss_after: float
    published: PublishedLoss | None

    @property
    def numbers(self) -> list[Line | UnitError | LossSection | Update]:
        """Return everything that has the network's `value`, and a `total` by arithmetic."""
        steps = [step for part in (*self.forward, *self.backward) for step in part.steps]
        return [*steps, *self.loss.rows, self.loss, *self.updates]

    @property
    def largest_difference(self) -> float:
        """Return how far arithmetic is from the network's values at most."""
        return max(abs(number.total - number.value) for number in self.numbers)
