"""Random networks of every kind of layer, as configurations name them."""

import random
from collections.abc import Iterator
from typing import Any

from cnntrain.nn.layers.activations import ACTIVATIONS

KERNELS = ((1, 1), (2, 2), (3, 3), (5, 5), (3, 2), (1, 4))
STRIDES = ((1, 1), (1, 1), (1, 1), (2, 2), (2, 1))
OPTIONS: dict[str, Any] = {"leaky_relu": {"slope": 0.1}}  # of activations that have any


def random_layers(rng: random.Random, size: int, classes: int = 10) -> list[Any]:
    """Return layers from an image of size × size pixels to an output for each class."""
    found: list[Any] = []
    sides = size, size
    for _ in range(rng.randint(0, 2)):
        convolution, after = _convolution(rng, sides)
        if min(after) < 2:
            break
        sides = after
        found += [convolution, *_perhaps_normalized(rng), activation(rng)]
        if min(sides) >= 4 and rng.random() < 0.7:
            pooling, sides = _pooling(rng, sides)
            found.append(pooling)
        if rng.random() < 0.2:
            found.append({"dropout": 0.1})
    if rng.random() < 0.5:
        found += [{"dense": rng.randint(5, 30)}, *_perhaps_normalized(rng), activation(rng)]
    return [*found, _dense(rng, classes)]


def activation(rng: random.Random) -> Any:
    """Return any activation."""
    name = rng.choice(sorted(ACTIVATIONS))
    return {name: OPTIONS[name]} if name in OPTIONS else name


def _perhaps_normalized(rng: random.Random) -> list[Any]:
    return [rng.choice(["batch_norm", "layer_norm"])] if rng.random() < 0.4 else []


def _convolution(
    rng: random.Random, sides: tuple[int, int]
) -> tuple[dict[str, Any], tuple[int, int]]:
    """Return a convolution and the sides of its maps, which may be too small."""
    kernel, stride = rng.choice(KERNELS), rng.choice(STRIDES)
    (rows, columns), (down, right) = kernel, stride
    padding = rng.choice([0, min(kernel) // 2])
    options: dict[str, Any] = {"filters": rng.randint(1, 6), "kernel": [*kernel]}
    options.update({"padding": padding, "stride": [*stride], **_weights(rng)})
    heights, widths = sides
    after = (
        (heights + 2 * padding - rows) // down + 1,
        (widths + 2 * padding - columns) // right + 1,
    )
    return {"conv": options}, after


def _pooling(rng: random.Random, sides: tuple[int, int]) -> tuple[Any, tuple[int, int]]:
    """Return a pooling layer whose windows lie side by side, overlap or are as large as the map."""
    kind = rng.choice(["max_pool", "mean_pool"])
    if rng.random() < 0.1:
        return {kind: "global"}, (1, 1)
    if rng.random() < 0.3:
        heights, widths = ((side - 3) // 2 + 1 for side in sides)
        return {kind: {"window": 3, "stride": 2}}, (heights, widths)
    return {kind: 2}, (sides[0] // 2, sides[1] // 2)


def _dense(rng: random.Random, units: int) -> Any:
    options = _weights(rng)
    return {"dense": {"units": units, **options}} if options else {"dense": units}


def _weights(rng: random.Random) -> dict[str, Any]:
    """Return options of a layer with weights; mostly none."""
    choices: Iterator[dict[str, Any]] = iter(
        ({"weights": rng.choice(["xavier", "he"])}, {"bias": False}, {"freeze": "bias"})
    )
    return next((option for option in choices if rng.random() < 0.15), {})
