"""The links of one pass: which numbers lead to which, through which factor, and as matrices.

For a layer without an explainer there are no links: a trace shows its numbers without the
arithmetic.
"""

import numpy as np

from cnntrain.explain.trace import formulas
from cnntrain.explain.trace.example import Pass
from cnntrain.explain.trace.explainers import EXPLAINERS, Link, Use, window_above, window_below
from cnntrain.explain.trace.lines import Cell, Patch
from cnntrain.explain.trace.normalization import Arithmetic
from cnntrain.explain.trace.spot import Spot
from cnntrain.nn.layers.activations import Activation
from cnntrain.nn.layers.base import Layer

Pair = tuple[int, int]  # rows, columns

MOST_ROWS, MOST_COLUMNS = 7, 5  # of a kernel that is shown as a matrix


def is_explained(layer: Layer) -> bool:
    """Return whether there is arithmetic to show for the layer."""
    return isinstance(layer, Activation) or type(layer) in EXPLAINERS


def mixes_maps(layer: Layer) -> bool:
    """Return whether an output map may depend on more than the input map of the same number."""
    if is_explained(layer):
        return not isinstance(layer, Activation) and EXPLAINERS[type(layer)].uses is not None
    return layer.in_shape != layer.out_shape


def formulas_of(layer: Layer) -> formulas.Formulas:
    """Return a layer's formulas; for an unknown kind, what its docstring says."""
    if isinstance(layer, Activation):
        return formulas.activation(layer)
    explainer = EXPLAINERS.get(type(layer))
    return formulas.unexplained(layer) if explainer is None else explainer.formulas(layer)


def links_below(done: Pass, at: int, cell: Cell | None) -> list[Link]:
    """Return the links of layer `at` from an output to the inputs that it is made of."""
    layer = done.layers[at]
    if cell is None or not is_explained(layer):
        return []
    if isinstance(layer, Activation):
        return [Link(cell, slope_at(done, at, cell), "y′")]
    return EXPLAINERS[type(layer)].below(layer, cell)


def links_above(done: Pass, at: int, cell: Cell | None) -> list[Link]:
    """Return the links of layer `at` from an input to the outputs that it goes into."""
    layer = done.layers[at]
    if cell is None or not is_explained(layer):
        return []
    if isinstance(layer, Activation):
        return [Link(cell, slope_at(done, at, cell), "y′")]
    return EXPLAINERS[type(layer)].above(layer, cell)


def slope_at(done: Pass, at: int, cell: Cell) -> float:
    """Return an activation's ∂y/∂x by its formula."""
    layer, x, y = done.layers[at], done.outputs[at - 1][cell], done.outputs[at][cell]
    assert isinstance(layer, Activation)
    return float(layer.df(np.array([x]), np.array([y]))[0])


def uses_of(done: Pass, spot: Spot) -> list[Use]:
    """Return each output that a weight or bias goes into, and the input that it meets there.

    Empty for a kind of layer without an explainer.
    """
    layer = done.layers[spot.layer]
    explainer = EXPLAINERS.get(type(layer))
    if explainer is None or (explainer.uses is None and explainer.own is None):
        return []
    if spot.part == "bias" or explainer.uses is None:
        rows, columns = layer.out_shape[1:]
        cells = [(spot.index[0], i, j) for i, j in np.ndindex(rows, columns)]
        return [(cell, None if spot.part == "bias" else cell) for cell in cells]
    return explainer.uses(layer, spot.index)


def own_arithmetic(layer: Layer) -> Arithmetic | None:
    """Return how the layer computes its numbers, if not as sums over its links."""
    explainer = EXPLAINERS.get(type(layer))
    return explainer.own if explainer is not None else None


def met_by_weights(done: Pass, at: int) -> np.ndarray:
    """Return the numbers (C, H, W) that the weights of layer `at` are multiplied with."""
    own, x = own_arithmetic(done.layers[at]), done.outputs[at - 1]
    return x if own is None else own.met(done.layers[at], x)


def patch_below(done: Pass, at: int, cell: Cell, along: Cell) -> Patch | None:
    """Return what an output of a convolution sees in the map of the input `along`.

    None if the layer has no kernels, or they are too large to be shown, or single numbers.
    """
    layer, x, (f, i, j), c = done.layers[at], done.outputs[at - 1], cell, along[0]
    size, stride, padding = layer.geometry()
    if not _shown(layer):
        return None
    under = np.zeros(size)
    for u, v, p, q in window_below(layer, i, j):
        under[u, v] = x[c, p, q]
    area = _area(c, (i * stride[0] - padding[0], j * stride[1] - padding[1]), size)
    kernel = _kernel(layer, f, c)
    return Patch(under, kernel.copy(), f"x: {done.names[at - 1]}, {area}", f"W[{f},{c}]")


def patch_above(done: Pass, at: int, cell: Cell, along: Cell) -> Patch | None:
    """Return the errors around an input of a convolution, in the map of the output `along`.

    They are laid out as in a full convolution: 0 where there is no output, and the kernel turned
    by 180°.
    """
    layer, dy, (c, p, q), f = done.layers[at], done.errors[at], cell, along[0]
    size, stride, padding = layer.geometry()
    if not _shown(layer):
        return None
    under = np.zeros(size)
    for u, v, i, j in window_above(layer, p, q):
        under[size[0] - 1 - u, size[1] - 1 - v] = dy[f, i, j]
    start = (p + padding[0] - size[0] + 1, q + padding[1] - size[1] + 1)
    area = _area(f, start, size) if stride == (1, 1) else f"map {f}"
    kernel = _kernel(layer, f, c)[::-1, ::-1]
    label = f"W[{f},{c}], turned by 180°"
    return Patch(under, kernel.copy(), f"dy: {done.names[at]}, {area}", label)


def _kernel(layer: Layer, f: int, c: int) -> np.ndarray:
    """Return the kernel (k, k) from input map c to output map f."""
    kernel: np.ndarray = layer.parameters["weights"].value[f, c]
    return kernel


def _shown(layer: Layer) -> bool:
    """Return whether the layer has kernels, and of a size to be shown."""
    explainer, (size, _, _) = EXPLAINERS.get(type(layer)), layer.geometry()
    if explainer is None or not explainer.window:
        return False
    return size[0] <= MOST_ROWS and size[1] <= MOST_COLUMNS and size != (1, 1)


def _area(channel: int, start: Pair, size: Pair) -> str:
    rows, columns = (f"{first} to {first + n - 1}" for first, n in zip(start, size, strict=True))
    return f"map {channel}, rows {rows}, columns {columns}"
