"""A learner's layer on random numbers, and what should come out of it.

Where it stands in the place of one of our layers, or is derived from one and computes the same y, our
layer says what is right. Otherwise the derivative of Σ dy·y is taken as central differences of its own
`forward`, number by number, so that only the derivative is judged.
"""

import copy
import math
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from cnntrain.explain.exercise.faults import gradient_name
from cnntrain.explain.exercise.trial import (
    SEED,
    Trial,
    shapes_said,
    tried,
)
from cnntrain.model.own_layers import OwnLayers
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, ShapeError

SIZES = (3, 5, 7, 11, 13)  # of the batch: one that is no other number of the layer, to tell it by
STEP = 1e-5
KINK = 1e-2  # a slope that changes by more than this share within a step has a kink there
MOST = 120  # numbers of an array whose differences are taken


@dataclass
class Case:
    """A built layer with random numbers in its parameters, x and dy, and what it made of them.

    `expected` has the right values by name as far as they are known, NaN elsewhere.
    """

    own: OwnLayers
    layer: Layer
    reference: Layer | None  # ours, with the same numbers
    strict: bool  # it stands in the place of ours and has to compute the same
    x: np.ndarray  # (N, C, H, W)
    dy: np.ndarray
    trial: Trial
    expected: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def right(self) -> dict[str, np.ndarray]:
        """Return what our layer makes of x and dy."""
        assert self.reference is not None, "asked for where there is one"
        return computed(self.reference, self.x, self.dy)


def make_case(own: OwnLayers, layer: Layer, rng: np.random.Generator) -> Case:
    """Return a case for a built layer of a network. Raises OwnLayerError."""
    layer = with_random_numbers(layer, rng)
    n = next((size for size in SIZES if size not in _numbers_of(layer)), SIZES[-1])
    x = rng.normal(size=(n, *layer.in_shape))
    dy = rng.normal(size=(n, *layer.out_shape))
    name = layer.own_name
    reference = None if layer.draws_random else _reference(layer)
    case = Case(own, layer, reference, name in LAYERS, x, dy, tried(own, layer, x, dy))
    if reference is not None and not case.strict and not _same_y(case):
        case.reference = None
    case.expected = case.right.copy() if case.reference else _differences(case, rng)
    return case


def computed(layer: Layer, x: np.ndarray, dy: np.ndarray) -> dict[str, np.ndarray]:
    """Return y, dx and the gradients of one of our layers, by the names that formulas have."""
    layer.reseed(SEED)
    arrays = {"y": layer.forward(x, train=True), "dx": layer.backward(dy)}
    parts = layer.parameters.items()
    return arrays | {gradient_name(part): p.gradient.copy() for part, p in parts}


def with_random_numbers(layer: Layer, rng: np.random.Generator) -> Layer:
    """Return the layer built anew in float64, with random numbers in every parameter."""
    twin = copy.copy(layer)
    twin.build(layer.in_shape, rng, np.dtype(np.float64))
    for parameter in twin.parameters.values():
        parameter.value += rng.normal(0, 0.3, parameter.value.shape)
    return twin


def _numbers_of(layer: Layer) -> set[float]:
    """Return the sizes that a constant factor could be taken for."""
    (rows, columns), _, _ = layer.geometry()
    maps, height, width = layer.out_shape
    sizes = {*layer.in_shape, maps, height, width, rows, columns, rows * columns, height * width}
    return sizes | {math.prod(layer.in_shape), math.prod(layer.out_shape)}


def _reference(layer: Layer) -> Layer | None:
    """Return our layer with the same options, shapes and numbers; None where there is none."""
    ours: type[Layer] | None = LAYERS.get(layer.own_name) or next(
        (kind for kind in type(layer).__mro__ if kind in LAYERS.values()), None
    )
    if ours is None:
        return None
    given = {
        option.name: getattr(layer, option.name)
        for option in fields(ours)  # type: ignore[arg-type]  # a dataclass
        if option.init and hasattr(layer, option.name)
    }
    try:
        reference: Layer = ours(**given)
        shape = reference.build(layer.in_shape, np.random.default_rng(0), layer.dtype)
    except (ShapeError, TypeError, ValueError):
        return None
    shapes = [
        [(gradient_name(name), p.value.shape) for name, p in each.parameters.items()]
        for each in (layer, reference)
    ]
    if shape != layer.out_shape or shapes[0] != shapes[1]:
        return None
    pairs = zip(reference.parameters.values(), layer.parameters.values(), strict=True)
    for parameter, same in pairs:
        parameter.value[...] = same.value
    return reference


def _same_y(case: Case) -> bool:
    y = case.trial.arrays.get("y")
    return y is not None and np.allclose(y, case.right["y"], rtol=1e-9, atol=1e-9)


def _differences(case: Case, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the derivatives of Σ dy·y as differences, of as many numbers as `MOST`; NaN elsewhere."""
    expected: dict[str, np.ndarray] = {}
    if "y" not in case.trial.arrays:
        return expected
    values = {"dx": case.x} | {
        gradient_name(name): p.value for name, p in case.layer.parameters.items()
    }
    for name, array in values.items():
        slopes = np.full(array.shape, np.nan)
        drawn = np.arange(array.size)
        if array.size > MOST:
            drawn = np.sort(rng.choice(array.size, MOST, replace=False))
        for index in drawn:
            slopes.flat[index] = _slope(case, array, int(index))
        expected[name] = slopes
    return expected


def _slope(case: Case, array: np.ndarray, index: int) -> float:
    """Return the slope with respect to one number, NaN at a kink."""
    p, changes = array.flat[index], []
    for step in (STEP, -STEP):
        array.flat[index] = p + step
        try:
            changes.append(float(np.sum(case.dy * (_output(case) - case.trial.arrays["y"]))) / step)
        finally:
            array.flat[index] = p
    above, below = changes
    scale = max(abs(above), abs(below), KINK)
    return math.nan if abs(above - below) > KINK * scale else (above + below) / 2


def _output(case: Case) -> np.ndarray:
    """Return y for x and the parameters as they are now, from a copy of the layer."""
    layer = copy.copy(case.layer)
    layer.reseed(SEED)
    with shapes_said(case.own, layer, x=case.x):
        return layer.forward(case.x.copy(), train=True)
