"""What a gradient check found."""

import math
from dataclasses import dataclass

import numpy as np

FLOOR = 1e-4  # times the loss, where that is above 1


def relative_errors(analytic: np.ndarray, numeric: np.ndarray, loss: float) -> np.ndarray:
    """Return |a − n| / max(|a|, |n|, floor), element by element.

    The larger of the two in the denominator treats both alike, and gives 1 where one of them
    misses a derivative altogether. The floor is for derivatives near 0: a difference quotient
    has rounding errors of about 1e-16/step = 5e-12, times the loss, which do not mean that a small
    gradient is wrong. With the floor at 1e-4 a tolerance of 1e-6 forgives deviations of 1e-10; a
    derivative of 1e-7 that is wrong by 1 % is still found.
    """
    floor = FLOOR * max(1.0, loss)
    scale = np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), floor)
    errors: np.ndarray = np.abs(analytic - numeric) / scale
    return errors


@dataclass(frozen=True, eq=False)
class ArrayCheck:
    """The derivatives with respect to the elements of one array; three arrays of its shape.

    `moved` counts the elements that were checked at a point nearby, because a small change at the
    first point crosses a kink; `unchecked` counts those for which this is so at every point: their
    error is NaN. So it is for elements that were not among those drawn, where only some are.
    """

    name: str
    analytic: np.ndarray
    numeric: np.ndarray
    errors: np.ndarray
    drawn: np.ndarray  # whether an element was to be checked
    moved: int
    unchecked: int

    @property
    def count(self) -> int:
        """Return the number of elements that were to be checked."""
        return int(np.count_nonzero(self.drawn))

    @property
    def where(self) -> tuple[int, ...]:
        """Return the index of the worst error, or of the first that is not a number."""
        errors = np.where(self.drawn, self.errors, -1)
        return tuple(map(int, np.unravel_index(errors.argmax(), errors.shape)))

    @property
    def worst(self) -> float:
        """Return the largest relative error; infinity if one is not a number."""
        error = float(self.errors[self.where])
        return math.inf if math.isnan(error) else error

    @property
    def label(self) -> str:
        """Return the name of the worst element: conv1.weights[3,0,2,1]."""
        return f"{self.name}[{','.join(map(str, self.where))}]"

    def above(self, tolerance: float) -> int:
        """Return how many elements are not within the tolerance."""
        return int(np.count_nonzero(self.drawn & ~(self.errors <= tolerance)))


@dataclass(frozen=True)
class GradientCheck:
    """All arrays of a network: the images first, then the parameters in forward order."""

    arrays: list[ArrayCheck]
    loss: float  # at the point

    @property
    def count(self) -> int:
        """Return the number of derivatives that were to be checked."""
        return sum(array.count for array in self.arrays)

    @property
    def size(self) -> int:
        """Return the number of all derivatives."""
        return sum(array.drawn.size for array in self.arrays)

    @property
    def moved(self) -> int:
        """Return how many of them were checked at a point nearby."""
        return sum(array.moved for array in self.arrays)

    @property
    def unchecked(self) -> int:
        """Return how many of them could not be checked."""
        return sum(array.unchecked for array in self.arrays)

    @property
    def vanishing(self) -> bool:
        """Return whether all derivatives are 0, on both sides: as in a dead or saturated network."""
        sides = (side[a.drawn] for a in self.arrays for side in (a.analytic, a.numeric))
        return not any(side.any() for side in sides)

    @property
    def worst(self) -> ArrayCheck:
        """Return the array with the largest error."""
        return max(self.arrays, key=lambda array: array.worst)

    def above(self, tolerance: float) -> int:
        """Return how many derivatives are not within the tolerance."""
        return sum(array.above(tolerance) for array in self.arrays)
