"""The mistakes that are usual with one kind of layer: what each leads to, and what to say.

They are computed from the right layer, so each mistake is a line or two. A kind without a row in
`MISTAKES` has only the general ones of `causes.py`.
"""

from collections.abc import Callable

import numpy as np

from cnntrain.explain.exercise.case import Case, computed
from cnntrain.explain.exercise.windows import (
    Suspects,
    convolution,
    max_pooling,
    mean_pooling,
    with_weights,
)
from cnntrain.nn.layers.activations import Activation
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.normalization import Normalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling

FLIP = "a missing flip of the kernel: with the kernel turned the other way round, dx is right"
H = 1e-6  # step of a difference quotient


def suspects_of(case: Case, array: str) -> Suspects:
    """Yield sentences, and the array that comes of each mistake."""
    of = case.reference or case.layer
    for kind, mistakes in MISTAKES:
        if isinstance(of, kind):
            yield from mistakes(case, array)
    if array == "dx":
        yield from _turned_kernels(case)
    if array == "dx" and case.dy.shape == case.x.shape:
        yield "the error is handed on as it came: the derivative is missing", case.dy


def _turned_kernels(case: Case) -> Suspects:
    """Yield what was found, if the learner's own backward is right for kernels turned by 180°."""
    found, expected = case.trial.arrays.get("dx"), case.expected["dx"]
    known = np.isfinite(expected)
    for parameter in case.layer.parameters.values():
        if found is None or parameter.value.ndim != 4 or case.reference is not None:
            continue  # no kernel; and for a convolution of ours there is a prediction
        kept = parameter.value
        case.layer.forward(case.x.copy(), train=True)
        parameter.value = kept[..., ::-1, ::-1]
        try:
            dx = case.layer.backward(case.dy.copy())
        finally:
            parameter.value = kept
        if np.allclose(dx[known], expected[known], 1e-6, 1e-8):
            yield f"{FLIP}; take W[:, :, ::-1, ::-1], the kernel turned by 180°", found


def dense(case: Case, array: str) -> Suspects:
    """Yield the mistakes with a dense layer: W the wrong way round, another order of its inputs."""
    ours = case.reference
    if not isinstance(ours, Dense):
        return
    if array == "y":
        yield "the bias is missing", case.expected["y"] - ours.b[:, None, None]
        last = np.moveaxis(case.x, 1, -1).reshape(case.x.shape)
        yield (
            "the maps are unrolled in another order; they follow map by map, row by row",
            ours.forward(last, train=True),
        )
    if array in ("y", "dx") and ours.W.shape[0] == ours.W.shape[1]:
        turned = computed(with_weights(ours, ours.W.T), case.x, case.dy)[array]
        right = "dx = Wᵀ·dy" if array == "dx" else "y = W·x + b"
        yield f"a transposed array: W and Wᵀ are mixed up; {right}", turned


def activation(case: Case, array: str) -> Suspects:
    """Yield a derivative at the wrong place, or without the error that it belongs to."""
    if array != "dx":
        return
    of, x, dy = case.reference or case.layer, case.x, case.dy
    assert isinstance(of, Activation)
    y = of.f(x)
    if isinstance(case.layer, Activation):
        yield from _exchanged(case, case.layer, y)
    yield (
        "the derivative is taken at y instead of x: a formula in x was given y",
        (of.f(y + H) - of.f(y - H)) / (2 * H) * dy,
    )
    if case.reference is not None:
        yield (
            "the derivative is taken at x instead of y: a formula in y was given x",
            of.df(x, x) * dy,
        )
        yield "this is f′ alone; multiply it by dy", of.df(x, y)
    yield "this is f(x)·dy; the derivative is missing, dx = f′(x)·dy", y * dy


def _exchanged(case: Case, layer: Activation, y: np.ndarray) -> Suspects:
    """Yield what was found, if the learner's own df is right once x and y are exchanged in it."""
    expected, found = case.expected["dx"], case.trial.arrays.get("dx")
    if found is None:
        return
    known = np.isfinite(expected)
    for arguments, sentence in (
        ((y, y), "the derivative is taken at x instead of y: with y in the place of x it is right"),
        (
            (case.x, case.x),
            "the derivative is taken at y instead of x: with x in the place of y it is right",
        ),
        ((y, case.x), "x and y are exchanged in the derivative"),
    ):
        slopes = np.asarray(layer.df(*arguments)) * case.dy
        if slopes.shape == expected.shape and np.allclose(
            slopes[known], expected[known], 1e-6, 1e-8
        ):
            yield sentence, found


def normalization(case: Case, array: str) -> Suspects:
    """Yield a dx that takes the mean and the variance for constants."""
    ours = case.reference
    if not isinstance(ours, Normalization) or array != "dx":
        return
    g = ours.parameters["weights"].value[:, None, None] * case.dy
    ours.forward(case.x, train=True)
    direct, mean = g / ours.s, g.mean(axis=ours.together, keepdims=True) / ours.s
    yield "μ and σ are taken for constants: x acts through them too", direct
    yield "σ is taken for a constant: x acts through it too", direct - mean


Mistakes = Callable[[Case, str], Suspects]
MISTAKES: list[tuple[type[Layer], Mistakes]] = [
    (Convolution, convolution),
    (Dense, dense),
    (Activation, activation),  # type: ignore[type-abstract]  # only asked for its instances
    (MeanPooling, mean_pooling),
    (MaxPooling, max_pooling),
    (Normalization, normalization),
]
