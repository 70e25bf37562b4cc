"""What a trace consists of: a section for each layer, a line for each number, terms for products."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

Cell = tuple[int, int, int]  # map, row, column: where a number stands in a layer's output


def number(value: float) -> str:
    """Return nine significant digits."""
    return f"{value + 0.0:.9g}"  # + 0.0 turns -0.0 into 0.0


@dataclass(frozen=True)
class Term:
    """One product in a sum: factor · value."""

    label: str  # such as W[7,100]·x[6,1,0]
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
    """A window as two matrices of its size: the numbers under it, and the kernel.

    The products of the two, element by element, are added up.
    """

    under: np.ndarray
    kernel: np.ndarray
    under_label: str
    kernel_label: str


@dataclass(frozen=True)
class Line:
    """One number: the arithmetic that leads to it, and the network's own value."""

    name: str  # the plain one, such as conv1[0,8,12]
    symbol: str | None  # its name in the source, such as FF1[8,12]
    value: float  # the network's
    total: float  # the result of the arithmetic; the network's value where none is shown
    terms: Sequence[Term] = ()
    bias: tuple[str, float] | None = None  # name and value
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
    formula: str  # empty where nothing is known about the kind of layer
    lines: list[Line]


@dataclass(frozen=True)
class UnitError:
    """The part of the error that one output unit causes."""

    unit: int
    name: str
    output: float  # y
    answer: float  # what is compared with the target: y, or softmax's p
    target: float  # t
    share: float  # in E
    total: float  # ∂E/∂y, by the arithmetic shown
    value: float  # ∂E/∂y, the network's


@dataclass(frozen=True)
class LossSection:
    """From the outputs to the error, and its derivative with respect to each output."""

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
    """The error after one step of gradient descent, as a source has published it."""

    loss: float
    in_turn: float  # what comes out if each layer is updated before the error passes through it
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
    everything: bool  # whether all numbers are shown, or only those on the path
    path: list[tuple[str, tuple[int, ...], Cell | None]]  # layer, shape of its output, cell
    legend: str
    forward: list[Section]
    loss: LossSection
    backward: list[Section]
    rule: str  # of the update
    rule_formula: str
    schedule: str | None  # how the rates change during training, None if they do not
    updates: list[Update]
    loss_after: float
    published: PublishedLoss | None

    @property
    def numbers(self) -> list[Line | UnitError | LossSection | Update]:
        """Return everything with both a `value`, the network's, and a `total`, by arithmetic."""
        lines = [line for part in (*self.forward, *self.backward) for line in part.lines]
        return [*lines, *self.loss.rows, self.loss, *self.updates]

    @property
    def largest_difference(self) -> float:
        """Return the largest difference between the arithmetic and the network's own values."""
        return max(abs(number.total - number.value) for number in self.numbers)
