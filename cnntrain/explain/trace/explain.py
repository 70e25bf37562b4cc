"""What each kind of layer does, as links between single numbers: a table of small explainers.

Backward, every layer does the same: dx = Σ ∂y/∂x·dy over the outputs y that an input x goes into.
Forward, most do: y = Σ ∂y/∂x·x over the inputs, and a bias. So a layer is explained by its links:
who is connected with whom, and by which factor ∂y/∂x. Only activations have a function besides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from cnntrain.explain.trace import formulas
from cnntrain.explain.trace.activations import FUNCTIONS, Function
from cnntrain.explain.trace.arrays import Cell
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.pooling import MaxPooling, Pooling


@dataclass(frozen=True)
class Link:
    """A connection of an input x with an output y of a layer: ∂y/∂x, and the cell at its end."""

    cell: Cell
    factor: float
    label: str = ""  # of the factor, where it is not a weight
    weight: tuple[int, ...] | None = None  # the factor's index in the layer's weights


Links = Callable[[Any, Cell], list[Link]]
Use = tuple[Cell, Cell | None]  # an output and the input that a weight connects; None: padding


@dataclass(frozen=True)
class Explainer:
    """How to explain one kind of layer; functions take the layer first."""

    formulas: Callable[[Any], formulas.Formulas]
    below: Links  # from an output to the inputs that it is made of
    above: Links  # from an input to the outputs that it goes into
    uses: Callable[[Any, tuple[int, ...]], list[Use]] | None = None  # where a weight is used
    function: Function | None = None  # of activations, which are not sums


def window_below(layer: Any, i: int, j: int) -> list[tuple[int, int, int, int]]:
    """Return (u, v, p, q): the taps of the window at (i, j), and the input row and column."""
    (rows, columns), (down, right), (top, left) = layer.geometry()
    _, height, width = layer.in_shape
    found = [
        (u, v, i * down + u - top, j * right + v - left)
        for u in range(rows)
        for v in range(columns)
    ]
    return [(u, v, p, q) for u, v, p, q in found if 0 <= p < height and 0 <= q < width]


def window_above(layer: Any, p: int, q: int) -> list[tuple[int, int, int, int]]:
    """Return (u, v, i, j): under which taps of which windows the input at (p, q) lies."""
    (rows, columns), (down, right), (top, left) = layer.geometry()
    _, height, width = layer.out_shape
    found = []
    for u in range(rows):
        for v in range(columns):
            (i, over), (j, beside) = divmod(p + top - u, down), divmod(q + left - v, right)
            if over == beside == 0 and 0 <= i < height and 0 <= j < width:
                found.append((u, v, i, j))
    return found


def _conv_below(layer: Convolution, cell: Cell) -> list[Link]:
    f, i, j = cell
    weights = layer.parameters["weights"].value[f]
    return [
        Link((c, p, q), float(weights[c, u, v]), weight=(f, c, u, v))
        for c in range(layer.in_shape[0])
        for u, v, p, q in window_below(layer, i, j)
    ]


def _conv_above(layer: Convolution, cell: Cell) -> list[Link]:
    c, p, q = cell
    weights = layer.parameters["weights"].value[:, c]
    return [
        Link((f, i, j), float(weights[f, u, v]), weight=(f, c, u, v))
        for f in range(layer.out_shape[0])
        for u, v, i, j in window_above(layer, p, q)
    ]


def _conv_uses(layer: Convolution, index: tuple[int, ...]) -> list[Use]:
    f, c, u, v = index
    (_, (down, right), (top, left)), (_, height, width) = layer.geometry(), layer.in_shape
    uses: list[Use] = []
    for i, j in np.ndindex(layer.out_shape[1:]):
        p, q = i * down + u - top, j * right + v - left
        inside = 0 <= p < height and 0 <= q < width
        uses.append(((f, i, j), (c, p, q) if inside else None))
    return uses


def _mean_below(layer: Pooling, cell: Cell) -> list[Link]:
    c, i, j = cell
    area = layer.k[0] * layer.k[1]
    return [Link((c, p, q), 1 / area, f"1/{area}") for _, _, p, q in window_below(layer, i, j)]


def _mean_above(layer: Pooling, cell: Cell) -> list[Link]:
    c, p, q = cell
    area = layer.k[0] * layer.k[1]
    return [Link((c, i, j), 1 / area, f"1/{area}") for _, _, i, j in window_above(layer, p, q)]


def winner_at(layer: MaxPooling, cell: Cell) -> tuple[int, int]:
    """Return the remembered offset (dy, dx) of the largest number in the window of an output."""
    c, i, j = cell
    dy, dx = divmod(int(layer.winner[0, c, i, j]), layer.k[1])
    return dy, dx


def _chosen(layer: MaxPooling, pooled: Cell, tap: tuple[int, int], end: Cell) -> Link:
    """Return the link of a window's cell: 1 for the winner, 0 for the others."""
    won = winner_at(layer, pooled) == tap
    return Link(end, float(won), str(int(won)))


def _max_below(layer: MaxPooling, cell: Cell) -> list[Link]:
    c, i, j = cell
    return [_chosen(layer, cell, (u, v), (c, p, q)) for u, v, p, q in window_below(layer, i, j)]


def _max_above(layer: MaxPooling, cell: Cell) -> list[Link]:
    c, p, q = cell
    above = [((c, i, j), (u, v)) for u, v, i, j in window_above(layer, p, q)]
    return [_chosen(layer, pooled, tap, pooled) for pooled, tap in above]


def _dense_below(layer: Dense, cell: Cell) -> list[Link]:
    weights = layer.parameters["weights"].value[cell[0]]
    inputs = np.ndindex(layer.in_shape)
    return [
        Link((c, p, q), float(weights[i]), weight=(cell[0], i))
        for i, (c, p, q) in enumerate(inputs)
    ]


def _dense_above(layer: Dense, cell: Cell) -> list[Link]:
    i = int(np.ravel_multi_index(cell, layer.in_shape))
    weights = layer.parameters["weights"].value[:, i]
    return [Link((j, 0, 0), float(w), weight=(j, i)) for j, w in enumerate(weights)]


def _dense_uses(layer: Dense, index: tuple[int, ...]) -> list[Use]:
    c, p, q = np.unravel_index(index[1], layer.in_shape)
    return [((index[0], 0, 0), (int(c), int(p), int(q)))]


def _masked(layer: Dropout, cell: Cell) -> list[Link]:
    c, i, j = cell
    return [Link(cell, float(layer.m[0, c, i, j]), "m")]


def _activation(function: Function) -> Explainer:
    """Return the explainer of an activation: a link from each number to itself, y′ on it."""

    def itself(layer: Any, cell: Cell) -> list[Link]:
        c, i, j = cell
        return [Link(cell, function.slope(layer, float(layer.y[0, c, i, j])), "y′")]

    return Explainer(partial(formulas.activation, function), itself, itself, function=function)


EXPLAINERS: dict[str, Explainer] = {
    "conv": Explainer(formulas.conv, _conv_below, _conv_above, _conv_uses),
    "mean_pool": Explainer(formulas.mean_pool, _mean_below, _mean_above),
    "max_pool": Explainer(formulas.max_pool, _max_below, _max_above),
    "dense": Explainer(formulas.dense, _dense_below, _dense_above, _dense_uses),
    **{kind: _activation(function) for kind, function in FUNCTIONS.items()},
    "dropout": Explainer(formulas.dropout, _masked, _masked),
}


def explainer_of(name: str) -> Explainer:
    """Return the explainer of a layer by its name in the network, as conv1."""
    return EXPLAINERS[name.rstrip("0123456789")]
