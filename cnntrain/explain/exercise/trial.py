"""One forward and one backward pass of a layer that somebody has just written, and what it does.

The layer gets random numbers for x and dy and in all its parameters, so that nothing is right by
being 0. What it writes to the gradients is caught on the way, in whatever shape it comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from cnntrain.explain.exercise.faults import (
    BEFORE,
    FORMULA_NAMES,
    Fault,
    gradient_name,
    misplaced,
    not_overwritten,
    prepared,
    refused,
    unusable,
)
from cnntrain.model.own_layers import OwnLayers
from cnntrain.nn.layers.base import Layer, shape_text
from cnntrain.system.own_code import failures

SEED = [0]  # of what a layer draws at random


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
    trial.fault = unusable("y", "forward", y, (len(x), *layer.out_shape))
    if trial.fault is None and not np.array_equal(given, x):
        trial.fault = Fault("y", "forward writes to x, which belongs to the layer below; copy it")
    if trial.fault is None and not _repeats(own, layer, x, y):
        trial.fault = Fault(
            "y",
            "is another one for the same x; a layer that draws random numbers says `draws_random = "
            "True`, and draws them from a generator that `def reseed(self, seed):` makes",
        )
    if trial.fault is None:
        trial.arrays["y"] = np.asarray(y)


def _repeats(own: OwnLayers, layer: Layer, x: np.ndarray, y: np.ndarray) -> bool:
    """Return whether a second forward pass gives the same y."""
    layer.reseed(SEED)
    with shapes_said(own, layer, x=x):
        return np.array_equal(layer.forward(x.copy(), train=True), y)


def _backward(trial: Trial, own: OwnLayers, layer: Layer, dy: np.ndarray) -> None:
    """Run the backward pass twice, since what is added up or left as it was shows then only."""
    passes: list[dict[str, np.ndarray]] = []
    for before in BEFORE:
        kept = {name: prepared(parameter, before) for name, parameter in layer.parameters.items()}
        given = dy.copy()
        try:
            with shapes_said(own, layer, dy=dy):
                dx = layer.backward(given)
        except Exception:
            trial.fault = refused(kept)
            if trial.fault is None:
                raise
            return
        trial.fault = unusable("dx", "backward", dx, (len(dy), *layer.in_shape))
        if trial.fault is None and not np.array_equal(given, dy):
            trial.fault = Fault(
                "dx", "backward writes to dy, which belongs to the layer above; copy it"
            )
        for name, gradient in kept.items():
            trial.fault = trial.fault or misplaced(name, layer.parameters[name].gradient, gradient)
        if trial.fault is not None:
            return
        passes.append({name: np.array(gradient) for name, gradient in kept.items()})
    trial.arrays["dx"] = np.asarray(dx)
    for name in kept:
        unwritten = not_overwritten(name, *(arrays[name] for arrays in passes))
        if unwritten is None:
            trial.arrays[gradient_name(name)] = passes[-1][name]
        else:
            trial.unwritten.append(unwritten)
