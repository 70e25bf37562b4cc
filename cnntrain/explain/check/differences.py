"""The numeric side of the check: forward passes only, without any layer's backward pass.

The derivative with respect to a number p is the central difference (L(p + h) − L(p − h)) / 2h, in
float64. It is taken in two steps, as Σ ∂L/∂y · (y(p + h) − y(p − h)) / 2h over the outputs y of the network,
where ∂L/∂y consists of central differences of the loss, taken once. The two differ by a term in
h², as a central difference and the derivative do, and the second is better for two reasons. Its
rounding errors are those of the small changes of y, not those of the much larger sum L: on the
shipped networks the worst error falls by a factor of 3 to 20. And the loss is called once for
each output instead of once for each parameter, which would take longer than all the rest.

`_one_by_one` is the definition: for each number, two forward passes from its layer on. It works
for every layer. `_side_by_side` computes the same for many numbers in one pass, if the layers
allow it.

With h = 2e-5 both errors are small: h²/6 times the third derivative, and about 1e-16/h. But if the
inputs of a layer are in the 10,000s, such an h changes its outputs by whole units, and no function
is linear over that distance; and through many layers rounding errors grow. `refined` takes smaller
and larger steps then, and chooses among the results by the differences alone.
"""

import copy
from collections.abc import Callable

import numpy as np

from cnntrain.explain.check.point import INPUT, Point
from cnntrain.explain.check.side_by_side import ParameterArray, Pixels, Tail, Variants, possible

STEP = 2e-5  # h
ROUNDING = 1e-16  # of an output
LARGER_STEPS, SMALLER_STEPS, SHRINK = 2, 6, 4  # how many are tried, and the factor between them
BLOCK_SIZE = 2**17  # numbers in the largest array of a block: 1 MB, to stay in the cache


def refined(point: Point, name: str, elements: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Improve slopes that were taken with STEP, by taking larger and smaller steps as well.

    The error of a slope is a series in h², of which every further step removes one more term, and
    rounding, which grows as h falls. Larger steps count where no branch changes. The result is the
    extrapolation that differs least from the two that it is made of (C. Ridders, 1982, "Accurate
    computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4). What
    backpropagation found plays no part, so a wrong derivative stays wrong.
    """
    best, least = slopes, np.full(elements.size, np.inf)
    row: list[np.ndarray] = []  # with one step: the k-th has the first k terms of the error removed
    for k in range(-LARGER_STEPS, SMALLER_STEPS + 1):
        step = STEP / SHRINK**k
        taken = difference_quotients(point, name, elements, lambda checked: None, step=step)
        valid = np.isfinite(taken[0]) & ~taken[1]
        above, row = row, [np.where(valid, taken[0], np.nan)]
        for removed, old in enumerate(above, start=1):
            new = row[-1] + (row[-1] - old) / (SHRINK ** (2 * removed) - 1)
            change = np.maximum(np.abs(new - row[-1]), np.abs(new - old))
            change += ROUNDING / step  # otherwise results that agree by chance would win
            best, least = np.where(change < least, new, best), np.fmin(change, least)
            row.append(new)
    return best


def difference_quotients(
    point: Point,
    name: str,
    elements: np.ndarray,
    progress: Callable[[int], object],
    *,
    step: float = STEP,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of the loss with respect to elements of an array, and where a branch changes.

    `name` is that of a parameter, or INPUT for the images; `elements` are flat indices into it. If
    a branch changes between p − step and p + step, the slope means nothing. `progress` is told how
    many slopes are valid.
    """
    way = _side_by_side if possible(point, name) else _one_by_one
    return way(point, name, elements, progress, step)


def _one_by_one(
    point: Point, name: str, elements: np.ndarray, progress: Callable[[int], object], step: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `difference_quotients` does: change one number, and run the network."""
    array, loss_slopes, layer = point.values[name], output_slopes(point), point.layer_of(name)
    slopes, switched = np.empty(elements.size), np.empty(elements.size, bool)
    for k, element in enumerate(elements):
        p = array.flat[element]
        above, below = p + step, p - step
        try:
            array.flat[element] = above
            y_above, switched_above = point.forward(layer)
            array.flat[element] = below
            y_below, switched_below = point.forward(layer)
        finally:
            array.flat[element] = p
        slopes[k] = np.sum(loss_slopes * (y_above - y_below)) / (above - below)
        switched[k] = switched_above or switched_below
        progress(int(not switched[k]))
    return slopes, switched


def _side_by_side(
    point: Point, name: str, elements: np.ndarray, progress: Callable[[int], object], step: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `difference_quotients` does, for a block of elements in one pass."""
    array = _variants(point, name, elements.size)
    tail, loss_slopes = Tail(point, array.layer, array.count), output_slopes(point)
    slopes, switched = np.empty(elements.size), np.empty(elements.size, bool)
    for start in range(0, elements.size, array.count):
        part = slice(start, start + array.count)
        p = point.values[name].ravel()[elements[part]]
        above, below = p + step, p - step
        array.choose(elements[part])
        array.write(above, tail.x)
        y_above, switched_above = tail.forward()
        array.write(below, tail.x)
        y_below, switched_below = tail.forward()
        array.restore(tail.x)
        changes = np.einsum("kvn,kn->v", y_above - y_below, loss_slopes)[: p.size]
        slopes[part] = changes / (above - below)
        switched[part] = (switched_above | switched_below)[: p.size]
        progress(int(np.count_nonzero(~switched[part])))
    return slopes, switched


def output_slopes(point: Point) -> np.ndarray:
    """Return ∂L/∂y (K, N) at the network's outputs y, as central differences of the loss."""
    t, loss = point.example.targets.T, copy.copy(point.network.loss)
    outputs, n = t.shape
    loss.allocate(outputs, n, point.network.dtype)
    y = point.outputs[-1].reshape(t.shape)
    slopes = np.empty(t.shape)
    for index in np.ndindex(t.shape):
        step = np.zeros(t.shape)
        step[index] = STEP
        above, below = (loss.forward(moved, t, n) for moved in (y + step, y - step))
        slopes[index] = (above - below) / (2 * STEP)
    return slopes


def _variants(point: Point, name: str, wanted: int) -> Variants:
    """Return the array, to be varied in blocks of as many elements as fit into the cache."""
    layer, part = point.layer_of(name), name.partition(".")[2]
    largest = max(y.size for y in point.outputs[layer:])
    if name == INPUT:
        return Pixels(point, max(1, min(wanted, BLOCK_SIZE // largest)))
    largest = max(largest, point.values[name][0].size)  # a row of weights, copied per variant
    return ParameterArray(point, layer, part, max(1, min(wanted, BLOCK_SIZE // largest)))
