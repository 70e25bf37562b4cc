"""The usual mistakes of layers with windows: convolution and pooling."""

import copy
from collections.abc import Iterator

import numpy as np

from cnntrain.explain.exercise.case import Case, computed
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling

Suspects = Iterator[tuple[str, np.ndarray]]  # a sentence, and what the mistake leads to


def convolution(case: Case, array: str) -> Suspects:
    """Yield the mistakes with a convolution: a kernel the wrong way round, its edges, its sums."""
    ours = case.reference
    if not isinstance(ours, Convolution):
        return
    flipped = with_weights(ours, ours.W[..., ::-1, ::-1])
    if array == "y":
        yield (
            (
                "the kernel is turned by 180° in forward; y is a correlation, with W[f,c,u,v] at "
                "x[c,i+u,j+v]"
            ),
            flipped.forward(case.x, train=True),
        )
        yield "the bias is missing", case.expected["y"] - ours.b[:, None, None]
    if array == "dx":
        yield (
            (
                "a missing flip of the kernel: this is what comes of W as it is in the full correlation "
                "with dy; take W[:, :, ::-1, ::-1], the kernel turned by 180°"
            ),
            computed(flipped, case.x, case.dy)["dx"],
        )
        yield from _edges(case, ours)
        yield from _last_cell(case, ours)
    if array == "dW":
        yield (
            "it is turned by 180°: dW is the correlation of x with dy, in which nothing is turned",
            case.expected["dW"][..., ::-1, ::-1],
        )
    if array in ("y", "dx"):
        for axes, what in (((1, 0, 2, 3), "filters and maps"), ((0, 1, 3, 2), "rows and columns")):
            turned = ours.W.transpose(axes)
            if turned.shape == ours.W.shape:
                other = computed(with_weights(ours, turned), case.x, case.dy)[array]
                yield f"a transposed array: {what} of W are exchanged", other
    if array == "y":
        for channel, which in ((-1, "last"), (0, "first")):
            part = np.zeros_like(case.x)
            part[:, channel] = case.x[:, channel]
            yield (
                (
                    f"only the {which} input map counts: the sum over the maps is missing, or overwritten "
                    "in a loop, with = instead of +="
                ),
                ours.forward(part, train=True),
            )


def _edges(case: Case, ours: Convolution) -> Suspects:
    """Yield a dx that still has its padding, and one that lacks the pixels near the edge."""
    (rows, columns), (top, left) = ours.k, ours.p
    if top or left:
        bare = Convolution(ours.filters, ours.kernel, ours.stride, bias=ours.bias)
        padded = np.pad(case.x, ((0, 0), (0, 0), (top, top), (left, left)))
        bare.build(padded.shape[1:], np.random.default_rng(0), ours.dtype)
        bare.parameters = ours.parameters
        whole = computed(bare, padded, case.dy)["dx"]
        yield "the padding is still there: cut it off, dx[:, :, P:-P, P:-P]", whole
    inner = case.expected["dx"]
    inner = inner[:, :, rows - 1 : 1 - rows or None, columns - 1 : 1 - columns or None]
    yield (
        (
            "only the pixels that lie under the whole kernel are there: the convolution has to be full; "
            "pad dy with k − 1 zeros at each side"
        ),
        inner,
    )


def _last_cell(case: Case, ours: Convolution) -> Suspects:
    """Yield a dx in which the share of each kernel cell overwrites those before it."""
    (down, right), (top, left), (_, rows, columns) = ours.s, ours.p, ours.in_shape
    dx = np.zeros((len(case.dy), ours.in_shape[0], rows + 2 * top, columns + 2 * left))
    height, width = down * case.dy.shape[2], right * case.dy.shape[3]
    for u, v in np.ndindex(ours.k):
        share = np.einsum("fc,nfij->ncij", ours.W[:, :, u, v], case.dy)
        dx[:, :, u : u + height : down, v : v + width : right] = share
    yield (
        "the shares of the kernel's cells overwrite each other: add them up, with += instead of =",
        dx[:, :, top : top + rows, left : left + columns],
    )


def mean_pooling(case: Case, array: str) -> Suspects:
    """Yield an error that lands on the wrong pixels of a window."""
    ours = case.reference
    if not isinstance(ours, MeanPooling | MaxPooling) or array != "dx":
        return
    yield from _spread(case, ours)
    largest = MaxPooling(ours.window, ours.stride)
    largest.build(ours.in_shape, np.random.default_rng(0), ours.dtype)
    yield (
        "all of the error goes to the largest pixel, as in max pooling; spread it evenly",
        computed(largest, case.x, case.dy)["dx"],
    )


def max_pooling(case: Case, array: str) -> Suspects:
    """Yield an error that does not go to the winner."""
    ours = case.reference
    if not isinstance(ours, MaxPooling) or array != "dx":
        return
    mean = MeanPooling(ours.window, ours.stride)
    mean.build(ours.in_shape, np.random.default_rng(0), ours.dtype)
    even = computed(mean, case.x, case.dy)["dx"]
    area = ours.k[0] * ours.k[1]
    yield "the error is spread evenly, as in mean pooling; all of it belongs to the winner", even
    yield "every pixel of the window gets the error; only the winner may", even * area
    yield from _spread(case, ours)


def _spread(case: Case, ours: MeanPooling | MaxPooling) -> Suspects:
    """Yield an error that is tiled instead of repeated, or lands on one corner of each window."""
    rows, columns = ours.k
    tiled = np.tile(case.dy, (1, 1, rows, columns)) / (rows * columns)
    if tiled.shape == case.x.shape:
        yield "dy is tiled: whole maps stand side by side; repeat each number instead", tiled
    corner = np.zeros_like(case.x)
    corner[:, :, ours.rows_under(0), ours.columns_under(0)] = case.dy
    yield "only the first pixel of each window gets an error", corner
    yield "only the first pixel of each window gets an error", corner / (rows * columns)


def with_weights(ours: Convolution | Dense, values: np.ndarray) -> Convolution | Dense:
    """Return the layer with other weights."""
    other = copy.deepcopy(ours)
    other.parameters["weights"].value = values
    return other
