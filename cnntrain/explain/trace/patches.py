"""The windows of a convolution as pairs of matrices: what lies under the kernel, and the kernel."""

import numpy as np

from cnntrain.explain.trace.arrays import Cell, Pass
from cnntrain.explain.trace.path import links_above, links_below
from cnntrain.explain.trace.steps import Patch
from cnntrain.nn.layers.convolution import Convolution

ROWS, COLUMNS = 7, 5  # the largest kernel that is shown whole


def patch_below(done: Pass, at: int, cell: Cell, along: Cell) -> Patch | None:
    """Return the window that an output of a convolution sees, in the map of the input `along`."""
    layer, x = done.layers[at], done.outputs[at - 1]
    if not isinstance(layer, Convolution) or not _shown(layer):
        return None
    (f, i, j), c = cell, along[0]
    under = np.zeros(layer.k)
    for link in links_below(done, at, cell):
        if link.weight is not None and link.cell[0] == c:
            under[link.weight[2:]] = x[link.cell]
    start = (i * layer.s[0] - layer.p[0], j * layer.s[1] - layer.p[1])
    kernel = layer.parameters["weights"].value[f, c]
    return Patch(
        under, kernel.copy(), f"x: {done.names[at - 1]}, {_area(c, start, layer.k)}", f"W[{f},{c}]"
    )


def patch_above(done: Pass, at: int, cell: Cell, along: Cell) -> Patch | None:
    """Return the errors around an input of a convolution, in the map of the output `along`.

    They are laid out as the full convolution has them: 0 where there is no output, and the kernel
    turned by 180°.
    """
    layer, dy = done.layers[at], done.errors[at]
    if not isinstance(layer, Convolution) or not _shown(layer):
        return None
    (c, p, q), f = cell, along[0]
    under = np.zeros(layer.k)
    for link in links_above(done, at, cell):
        if link.weight is not None and link.cell[0] == f:
            u, v = link.weight[2:]
            under[layer.k[0] - 1 - u, layer.k[1] - 1 - v] = dy[link.cell]
    kernel = layer.parameters["weights"].value[f, c, ::-1, ::-1]
    start = (p + layer.p[0] - layer.k[0] + 1, q + layer.p[1] - layer.k[1] + 1)
    area = _area(f, start, layer.k) if layer.s == (1, 1) else f"map {f}"
    return Patch(
        under, kernel.copy(), f"dy: {done.names[at]}, {area}", f"W[{f},{c}], turned by 180°"
    )


def _shown(layer: Convolution) -> bool:
    return layer.k[0] <= ROWS and layer.k[1] <= COLUMNS and layer.k != (1, 1)


def _area(channel: int, start: tuple[int, int], size: tuple[int, int]) -> str:
    rows, columns = (f"{first} to {first + n - 1}" for first, n in zip(start, size, strict=True))
    return f"map {channel}, rows {rows}, columns {columns}"
