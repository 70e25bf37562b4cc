"""How normalization is explained: by its own arithmetic, since its outputs are no sums of products.

A trace is about one image, so the batch that a map is normalized over is that image.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnntrain.explain.trace.formulas import Formulas, Rule
from cnntrain.explain.trace.lines import Cell, number
from cnntrain.nn.layers.normalization import BatchNormalization, Normalization

Result = tuple[float, list[str]]  # a number, and the arithmetic that leads to it


@dataclass(frozen=True)
class Arithmetic:
    """What is computed otherwise than by links; x and dy are (C, H, W), every function takes the layer first."""

    met: Callable[[Any, np.ndarray], np.ndarray]  # from x, what the weights are multiplied with
    forward: Callable[[Any, np.ndarray, Cell], Result]  # y at a cell, from x
    backward: Callable[[Any, np.ndarray, np.ndarray, Cell], Result]  # dx at a cell, from x and dy


def formulas(layer: Normalization) -> Formulas:
    """Return the formulas of batch or layer normalization."""
    over = _over(layer)
    used = ""
    if isinstance(layer, BatchNormalization):
        used = "; here by those of this image, as in training; `predict` uses running statistics"
    return Formulas(
        Rule(
            f"Give the numbers of {over} mean 0 and variance 1, then scale and shift{used}",
            f"x̂ = (x − μ)/s,  s = √(σ² + {layer.epsilon:g}),  y[c] = W[c]·x̂ + b[c]",
        ),
        Rule(
            "The error, without what would only move the mean or the variance, which x̂ does not see",
            "dx = (g − mean of g − x̂·mean of g·x̂)/s,  g = W[c]·dy",
        ),
        {
            "weights": Rule(
                "Gradient of a scale: each error of its map times the normalized number there",
                "dW[c] = Σ_i Σ_j dy[c,i,j]·x̂[c,i,j]",
            ),
            "bias": Rule(
                "Gradient of a bias: the sum of the errors of its map", "db[c] = Σ_i Σ_j dy[c,i,j]"
            ),
        },
    )


def normalized(layer: Normalization, x: np.ndarray) -> np.ndarray:
    """Return x̂ (C, H, W)."""
    mean, variance = (
        statistic(x[None], axis=layer.together, keepdims=True)[0] for statistic in (np.mean, np.var)
    )
    x_hat: np.ndarray = (x - mean) / np.sqrt(variance + layer.epsilon)
    return x_hat


def _forward(layer: Normalization, x: np.ndarray, cell: Cell) -> Result:
    """Return y at a cell: mean and variance, then x̂, then y."""
    group = _group(layer, x, cell)
    mean, s = float(group.mean()), _s(layer, group)
    x_hat = (float(x[cell]) - mean) / s
    gamma, beta = (float(p.value[cell[0]]) for p in layer.parameters.values())
    y = gamma * x_hat + beta
    return y, [
        f"μ = {number(mean)},  σ² = {number(float(group.var()))},  s = {number(s)}",
        f"x̂ = ({number(float(x[cell]))} − {_signed(mean)})/{number(s)} = {number(x_hat)}",
        f"{number(gamma)}·{_signed(x_hat)} + {_signed(beta)} = {number(y)}",
    ]


def _backward(layer: Normalization, x: np.ndarray, dy: np.ndarray, cell: Cell) -> Result:
    """Return dx at a cell: g, and what is taken off it."""
    gammas = layer.parameters["weights"].value
    errors = gammas[:, None, None] * dy
    g, x_hat = _group(layer, errors, cell), _group(layer, normalized(layer, x), cell)
    s, own = _s(layer, _group(layer, x, cell)), float(errors[cell])
    own_x, mean, mean_x = (
        float(normalized(layer, x)[cell]),
        float(g.mean()),
        float((g * x_hat).mean()),
    )
    dx = (own - mean - own_x * mean_x) / s
    factor, error = number(float(gammas[cell[0]])), _signed(float(dy[cell]))
    taken_off = f"{_signed(mean)} − {_signed(own_x)}·{_signed(mean_x)}"
    return dx, [
        f"g = {factor}·{error} = {number(own)},  x̂ = {number(own_x)},  s = {number(s)}",
        f"mean of g = {number(mean)},  mean of g·x̂ = {number(mean_x)}, of {g.size} numbers",
        f"({number(own)} − {taken_off})/{number(s)} = {number(dx)}",
    ]


def _group(layer: Normalization, numbers: np.ndarray, cell: Cell) -> np.ndarray:
    """Return the numbers (C, H, W) that are normalized together with the one at a cell."""
    return numbers if 1 in layer.together else numbers[cell[0]]


def _over(layer: Normalization) -> str:
    return "the image" if 1 in layer.together else "each map"


def _s(layer: Normalization, group: np.ndarray) -> float:
    return float(np.sqrt(group.var() + layer.epsilon))


def _signed(value: float) -> str:
    """Return a number, in brackets where it is negative."""
    return f"({number(value)})" if value < 0 else number(value)


NORMALIZATION = Arithmetic(normalized, _forward, _backward)
