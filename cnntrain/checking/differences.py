"""The numeric side of the check: it runs layers forwards, and knows nothing of their backward.

The derivative by a number p is the central difference (L(p + h) − L(p − h)) / 2h, in float64. It
is taken in two steps, as Σ ∂L/∂y · (y(p + h) − y(p − h)) / 2h over the outputs y of the network,
where ∂L/∂y consists of central differences of the loss, taken once. The two differ by a term in
h², as a central difference and the derivative do, and the second is better for two reasons. Its
rounding errors are those of the small changes of y, not those of the much larger sum L: on the
shipped networks the worst error falls by a factor of 3 to 20. And the loss is called once for
each output instead of once for each parameter, which took longer than all the rest.

With h = 2e-5 both errors are small: h²/6 times the third derivative, and about 1e-16/h.
"""

import copy
from collections.abc import Callable

import numpy as np

from cnntrain.checking.point import INPUT, Point
from cnntrain.checking.tail import Tail
from cnntrain.checking.variants import ParameterArray, Pixels, Variants

STEP = 2e-5  # h
BLOCK = 2**17  # numbers in the largest array of a block of variants: 1 MB, to stay in the cache


def difference_quotients(
    point: Point, name: str, elements: np.ndarray, progress: Callable[[int], object]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of the loss by elements of an array, and where a branch changes.

    `name` is a parameter's, or INPUT for the images; `elements` are flat indices into it. Where a
    branch changes between p − h and p + h the slope means nothing.
    """
    array = _variants(point, name, elements.size)
    tail, loss_slopes = Tail(point, array.layer, array.count), output_slopes(point)
    slopes, switched = np.empty(elements.size), np.empty(elements.size, bool)
    for start in range(0, elements.size, array.count):
        part = slice(start, start + array.count)
        p = point.values[name].ravel()[elements[part]]
        above, below = p + STEP, p - STEP
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
    """Return ∂L/∂y (K, N) at the network's outputs y as central differences of the loss."""
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
    """Return the array, to be varied in blocks of as many elements as the cache holds."""
    owner, _, part = name.partition(".")
    layer = point.network.names.index(owner)
    largest = max(y.size for y in point.outputs[layer:])
    if name == INPUT:
        return Pixels(point, max(1, min(wanted, BLOCK // largest)))
    largest = max(largest, point.values[name][0].size)  # a row of weights, copied per variant
    return ParameterArray(point, layer, part, max(1, min(wanted, BLOCK // largest)))
