"""What can be wrong with an array before its numbers are looked at, and what to do about it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnntrain.nn.layers.base import shape_text
from cnntrain.nn.parameter import Parameter

BEFORE = (7.0, -3.0)  # what the gradients hold before the first and the second backward pass
FORMULA_NAMES = {"weights": "dW", "bias": "db"}  # of the gradients of parameters


@dataclass(frozen=True)
class Fault:
    """Something wrong with an array, other than its numbers."""

    array: str  # y, dx, dW, db, ...
    problem: str
    found: np.ndarray | None = None  # in its wrong shape


def gradient_name(part: str) -> str:
    """Return what formulas call the gradient of a parameter."""
    return FORMULA_NAMES.get(part, f"d{part}")


class CaughtGradient(np.ndarray):
    """An array that remembers what was assigned to it."""

    given: Any = None

    def __setitem__(self, key: Any, value: Any) -> None:
        """Assign, and keep the value."""
        if key is Ellipsis or isinstance(key, slice):  # all of it, not one number in a loop
            self.given = value
        super().__setitem__(key, value)


def prepared(parameter: Parameter, before: float) -> CaughtGradient:
    """Give a parameter a gradient that remembers."""
    gradient: CaughtGradient = np.full_like(parameter.value, before).view(CaughtGradient)
    parameter.gradient = gradient
    return gradient


def unusable(array: str, method: str, found: Any, shape: tuple[int, ...]) -> Fault | None:
    """Return the fault of a result that is no array, or has the wrong shape, or holds NaN."""
    if found is None:
        return Fault(array, f"{method} returns nothing; end it with `return {array}`")
    if not isinstance(found, np.ndarray):
        return Fault(array, f"{method} returns a {type(found).__name__}, expected an array")
    if found.shape != shape:
        return Fault(array, _shapes(found.shape, shape), found)
    return _not_finite(array, found)


def _not_finite(array: str, found: np.ndarray) -> Fault | None:
    if found.dtype.kind not in "fiub":
        return Fault(array, f"holds {found.dtype}, expected real numbers")
    odd = np.argwhere(~np.isfinite(found))
    if not len(odd):
        return None
    at = ",".join(map(str, odd[0]))
    return Fault(
        array,
        f"{len(odd):,} of {found.size:,} numbers are not finite, the first at [{at}]: found "
        f"{found[tuple(odd[0])]}, expected finite numbers for finite x",
    )


def _shapes(found: tuple[int, ...], expected: tuple[int, ...]) -> str:
    shown = shape_text(found) if found else "a single number"
    return f"has the shape {shown}, expected {shape_text(expected)}"


def misplaced(name: str, now: np.ndarray, kept: CaughtGradient) -> Fault | None:
    """Return the fault of a gradient that is another array, or was made from a wrong shape."""
    array = gradient_name(name)
    if now is not kept:
        return Fault(
            array,
            "is put in the place of the parameter's gradient, where training does not find it; "
            f'write into it: self.parameters["{name}"].gradient[...] = {array}',
        )
    given = np.asarray(kept.given) if kept.given is not None else kept
    if given.size != kept.size:
        return Fault(array, f"{_shapes(given.shape, kept.shape)}; NumPy has repeated it", given)
    return _not_finite(array, np.asarray(kept))


def not_overwritten(name: str, first: np.ndarray, second: np.ndarray) -> Fault | None:
    """Return the fault of a gradient that was not written, or was added to the one before."""
    change = first - second
    array = gradient_name(name)
    if np.array_equal(second, np.full_like(second, BEFORE[1])):
        return Fault(
            array,
            "is never written; end backward with self.keep_gradients(dW, db), or assign to "
            f'self.parameters["{name}"].gradient[...]',
        )
    if np.allclose(change, BEFORE[0] - BEFORE[1]):
        return Fault(
            array,
            "is added to the gradient of the last mini-batch; overwrite that, with = instead of +=",
        )
    return None


def refused(kept: dict[str, CaughtGradient]) -> Fault | None:
    """Return the fault of a gradient that could not be assigned, because of its shape."""
    for name, gradient in kept.items():
        if gradient.given is None:
            continue
        given = np.asarray(gradient.given)
        if given.dtype.kind in "fiub" and given.shape != gradient.shape:
            return Fault(gradient_name(name), _shapes(given.shape, gradient.shape), given)
    return None
