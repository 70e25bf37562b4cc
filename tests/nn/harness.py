"""What the engine's tests share: layouts, layers ready to run, tolerances, differences."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import routine, routine_for
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.normalization import Normalization

SEED = 7
TOLERANCE: dict[np.dtype, float] = {
    np.dtype(np.float32): 2e-5,
    np.dtype(np.float64): 1e-12,
}  # some hundred roundings
PRECISIONS = tuple(TOLERANCE)
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def from_engine(maps: np.ndarray | None) -> np.ndarray:
    """Return an array of the engine as (N, C, H, W)."""
    assert maps is not None
    return routine.from_engine(maps)


def built(layer: Layer, in_shape: Shape, dtype: np.dtype = FLOAT64) -> Layer:
    """Return a built copy of a layer, with a bias that is not zero, and a scale that is not 1."""
    layer = copy.copy(layer)
    layer.build(in_shape, np.random.default_rng(SEED), dtype)
    if "bias" in layer.parameters:
        bias = layer.parameters["bias"].value
        bias[...] = np.linspace(-0.7, 0.9, bias.size)
    if isinstance(layer, Normalization):
        gamma = layer.parameters["weights"].value
        gamma[...] = np.linspace(1.5, -0.8, gamma.size)
    return layer


class UsedMemory(Memory):
    """Memory that other layers write to as well."""

    def __init__(self, dtype: np.dtype) -> None:
        """Begin with none."""
        super().__init__(dtype)
        self.shared: list[np.ndarray] = []

    def _shared(self, use: str, number: int, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        self.shared.append(self.own(shape, dtype))
        spoil(self.shared[-1])
        return self.shared[-1]


def spoil(array: np.ndarray) -> None:
    """Write over an array, as others do who use its memory."""
    array.fill(np.nan if array.dtype.kind == "f" else 1)


def others_work(ready: "Ready", x: np.ndarray) -> None:
    """Let other layers use the memory, between a layer's `forward` on x and its `backward`."""
    for array in (*ready.memory.shared, x):
        spoil(array)


class Ready:
    """A replica of a built layer, and the way to compute it: what a shard has of each layer."""

    plain = False  # the way that `ready` takes

    def __init__(self, layer: Layer, batch: int, *, input_grad: bool = True) -> None:
        """Make arrays for a batch, on the same weights and with the same luck."""
        self.layer, self.memory = layer.replica(), UsedMemory(layer.dtype)
        self.routine = routine_for(
            self.layer, batch, self.memory, input_grad=input_grad, plain=self.plain
        )
        self.reseed([SEED])

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y (H, C, W, N)."""
        return self.routine.forward(x, train=train)

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx (H, C, W, N)."""
        return self.routine.backward(dy)

    def reseed(self, seed: list[int]) -> None:
        """Start the random numbers of the next `forward`."""
        self.routine.reseed(seed)

    def __getattr__(self, name: str) -> Any:
        """Return what is the layer's: options, shapes, parameters."""
        return getattr(self.layer, name)


ready = Ready


def assert_close(found: np.ndarray, expected: np.ndarray, dtype: np.dtype) -> None:
    """Compare with the precision of `dtype`, relative to the largest value expected."""
    assert found.dtype == dtype
    assert found.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype] * scale)


def without_kinks(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers in −2..2 that differ from each other and from 0 by far more than a step."""
    size = int(np.prod(shape))
    return (rng.permutation(size).reshape(shape) + 0.3125) / size * 4 - 2


def central_difference(
    f: Callable[[], float], variable: np.ndarray, direction: np.ndarray, step: float = 1e-5
) -> float:
    """Return (f(v + h·d) − f(v − h·d)) / 2h for f that reads `variable`, which is put back."""
    start = variable.copy()
    variable[...] = start + step * direction
    above = f()
    variable[...] = start - step * direction
    below = f()
    variable[...] = start
    return (above - below) / (2 * step)


def unit(variable: np.ndarray, index: tuple[int, ...]) -> np.ndarray:
    """Return the direction of one element."""
    direction = np.zeros_like(variable)
    direction[index] = 1
    return direction
