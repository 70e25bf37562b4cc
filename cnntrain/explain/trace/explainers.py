"""What each kind of layer does, as links between single numbers: a table of small explainers.

Backward, every layer does the same: dx = Σ ∂y/∂x·dy over the outputs y that an input x goes into.
Forward, most do: y = Σ ∂y/∂x·x over the inputs, plus a bias. So a layer is explained by its links:
which input is connected to which output, and by which factor ∂y/∂x. Activations need no row here,
because each of them states its function and its slope, as formula and as text.

A tap (u, v) is a row and a column of a window, (p, q) of the layer's input, (i, j) of its output.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnntrain.explain.trace import formulas, normalization
from cnntrain.explain.trace.lines import Cell
from cnntrain.explain.trace.normalization import NORMALIZATION, Arithmetic
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
)
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling, Pooling


@dataclass(frozen=True)
class Link:
    """A connection of an input x with an output y of a layer."""

    cell: Cell  # at the other end
    factor: float  # ∂y/∂x
    label: str = ""  # of the factor, if it is not a weight
    weight: tuple[int, ...] | None = None  # the factor's index in the layer's weights


Links = Callable[[Any, Cell], list[Link]]
Use = tuple[Cell, Cell | None]  # an output and the input that a weight connects; None: padding


@dataclass(frozen=True)
class Explainer:
    """How to explain one kind of layer; every function takes the layer first."""

    formulas: Callable[[Any], formulas.Formulas]
    below: Links  # from an output to the inputs that it is made of
    above: Links  # from an input to the outputs that it goes into
    uses: Callable[[Any, tuple[int, ...]], list[Use]] | None = None  # where a weight is used
    notes: Callable[[Any, Cell, str], list[str]] | None = None  # on an output, given its name
    window: bool = False  # is shown as two matrices: the numbers under the kernel, and the kernel
    own: Arithmetic | None = None  # instead of sums over the links, which then only lead the path


def window_below(layer: Layer, i: int, j: int) -> list[tuple[int, int, int, int]]:
    """Return (u, v, p, q): the taps of the window at (i, j), and the input under each."""
    (rows, columns), (down, right), (top, left) = layer.geometry()
    _, height, width = layer.in_shape
    found = [
        (u, v, i * down + u - top, j * right + v - left)
        for u in range(rows)
        for v in range(columns)
    ]
    return [(u, v, p, q) for u, v, p, q in found if 0 <= p < height and 0 <= q < width]


def window_above(layer: Layer, p: int, q: int) -> list[tuple[int, int, int, int]]:
    """Return (u, v, i, j): the taps that lie over the input at (p, q), and of which window."""
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


def _winner_notes(layer: MaxPooling, cell: Cell, name: str) -> list[str]:
    """Return where max pooling found an output: the index formula of S3."""
    (dy, dx), (_, j, i), width = winner_at(layer, cell), cell, layer.in_shape[2]
    row, column = layer.s[0] * j + dy, layer.s[1] * i + dx
    index = f"({layer.s[0]}·{j}+{dy})·{width} + {layer.s[1]}·{i}+{dx}"
    return [
        f"{name} remembers the offset (dy,dx) = ({dy},{dx}):",
        f"  index {index} = {row * width + column}, that is row {row}, column {column}",
    ]


def _masked(layer: Dropout, cell: Cell) -> list[Link]:
    c, i, j = cell
    return [Link(cell, float(layer.m[0, c, i, j]), "m")]


def _straight(layer: Normalization, cell: Cell) -> list[Link]:
    """Return the one link that a path follows: each number mostly goes into its own."""
    gamma = float(layer.parameters["weights"].value[cell[0]])
    return [Link(cell, gamma, weight=cell[:1])]


_NORMALIZATION = Explainer(normalization.formulas, _straight, _straight, own=NORMALIZATION)

EXPLAINERS: dict[type[Layer], Explainer] = {
    Convolution: Explainer(formulas.conv, _conv_below, _conv_above, uses=_conv_uses, window=True),
    MeanPooling: Explainer(formulas.mean_pool, _mean_below, _mean_above),
    MaxPooling: Explainer(formulas.max_pool, _max_below, _max_above, notes=_winner_notes),
    Dense: Explainer(formulas.dense, _dense_below, _dense_above, uses=_dense_uses),
    Dropout: Explainer(formulas.dropout, _masked, _masked),
    BatchNormalization: _NORMALIZATION,
    LayerNormalization: _NORMALIZATION,
}
