"""One forward and one backward pass of a layer that somebody has just written, and what it does.

The layer gets random numbers for x and dy and in all its parameters, so that nothing is right by
being 0. What it writes to the gradients is caught on the way, in whatever shape it comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnntrain.model.own_layers import OwnLayers
from cnntrain.nn.layers.base import Layer, shape_text
from cnntrain.system.own_code import failures

SEED = [0]  # of what a layer draws at random
BEFORE = (7.0, -3.0)  # what the gradients hold before the first and the second backward pass
FORMULA_NAMES = {"weights": "dW", "bias": "db"}  # of the gradients of parameters


@dataclass(frozen=True)
class Fault:
    """Something wrong with an array, other than its numbers."""

    array: str  # y, dx, dW, db, ...
    problem: str
    found: np.ndarray | None = None  # in its wrong shape


@dataclass
class Trial:
    """What came out: the arrays by name, and what is wrong with others.

    Only gradients that were not written right can be several; anything else ends the trial.
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    fault: Fault | None = None
    unwritten: list[Fault] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        """Return all that is wrong."""
        return self.unwritten if self.fault is None else [self.fault]


def gradient_name(part: str) -> str:
    """Return what formulas call the gradient of a parameter."""
    return FORMULA_NAMES.get(part, f"d{part}")


class _Gradient(np.ndarray):
    """An array that remembers what was assigned to it."""

    given: Any = None

    def __setitem__(self, key: Any, value: Any) -> None:
        if key is Ellipsis or isinstance(key, slice):  # all of it, not one number in a loop
            self.given = value
        super().__setitem__(key, value)


def tried(own: OwnLayers, layer: Layer, x: np.ndarray, dy: np.ndarray) -> Trial:
    """Return what a built layer makes of x and dy.

    Raises OwnLayerError, with the line, for an exception in its code.
    """
    trial = Trial()
    _forward(trial, own, layer, x)
    if trial.fault is None:
        _backward(trial, own, layer, dy)
    return trial


@contextmanager
def shapes_said(own: OwnLayers, layer: Layer, **arrays: np.ndarray) -> Iterator[None]:
    """Translate an exception in the layer's code, and say which shapes its arrays have."""

    def shapes() -> str:
        values = {n: p.value for n, p in layer.parameters.items()}
        named = {
            **arrays,
            **{FORMULA_NAMES.get(n, n).removeprefix("d"): v for n, v in values.items()},
        }
        return "; " + ", ".join(f"{name} is {shape_text(a.shape)}" for name, a in named.items())

    place = f"{own.path}: {type(layer).__name__}"
    with failures(place=place, more=shapes):
        yield


def _forward(trial: Trial, own: OwnLayers, layer: Layer, x: np.ndarray) -> None:
    given = x.copy()
    layer.reseed(SEED)
    with shapes_said(own, layer, x=x):
        y = layer.forward(given, train=True)
    trial.fault = _unusable("y", "forward", y, (len(x), *layer.out_shape))
    if trial.fault is None and not np.array_equal(given, x):
        trial.fault = Fault("y", "forward writes to x, which belongs to the layer below; copy it")
    if trial.fault is None:
        trial.arrays["y"] = np.asarray(y)


def _backward(trial: Trial, own: OwnLayers, layer: Layer, dy: np.ndarray) -> None:
    """Run the backward pass twice, since what is added up or left as it was shows then only."""
    passes: list[dict[str, np.ndarray]] = []
    for before in BEFORE:
        kept = {name: _prepared(parameter, before) for name, parameter in layer.parameters.items()}
        given = dy.copy()
        try:
            with shapes_said(own, layer, dy=dy):
                dx = layer.backward(given)
        except Exception:
            trial.fault = _refused(kept)
            if trial.fault is None:
                raise
            return
        trial.fault = _unusable("dx", "backward", dx, (len(dy), *layer.in_shape))
        if trial.fault is None and not np.array_equal(given, dy):
            trial.fault = Fault(
                "dx", "backward writes to dy, which belongs to the layer above; copy it"
            )
        for name, gradient in kept.items():
            trial.fault = trial.fault or _misplaced(name, layer.parameters[name].gradient, gradient)
        if trial.fault is not None:
            return
        passes.append({name: np.array(gradient) for name, gradient in kept.items()})
    trial.arrays["dx"] = np.asarray(dx)
    for name in kept:
        unwritten = _not_overwritten(name, *(arrays[name] for arrays in passes))
        if unwritten is None:
            trial.arrays[gradient_name(name)] = passes[-1][name]
        else:
            trial.unwritten.append(unwritten)


def _prepared(parameter: Any, before: float) -> _Gradient:
    """Give a parameter a gradient that remembers."""
    gradient: _Gradient = np.full_like(parameter.value, before).view(_Gradient)
    parameter.gradient = gradient
    return gradient


def _unusable(array: str, method: str, found: Any, shape: tuple[int, ...]) -> Fault | None:
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


def _misplaced(name: str, now: np.ndarray, kept: _Gradient) -> Fault | None:
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


def _not_overwritten(name: str, first: np.ndarray, second: np.ndarray) -> Fault | None:
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


def _refused(kept: dict[str, _Gradient]) -> Fault | None:
    """Return the fault of a gradient that could not be assigned, because of its shape."""
    for name, gradient in kept.items():
        if gradient.given is None:
            continue
        given = np.asarray(gradient.given)
        if given.dtype.kind in "fiub" and given.shape != gradient.shape:
            return Fault(gradient_name(name), _shapes(given.shape, gradient.shape), given)
    return None
