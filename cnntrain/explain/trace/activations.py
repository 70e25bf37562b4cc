"""Activations with plain numbers: the arithmetic that a trace shows beside the engine's."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Function:
    """y = f(x), and the slope y′ by y, for one number; as text, with {x}, {y} and the slope {a}.

    The first argument of both functions is the layer.
    """

    apply: Callable[[Any, float], float]
    slope: Callable[[Any, float], float]
    apply_text: str
    slope_text: str


def _logistic(_: object, x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


FUNCTIONS: dict[str, Function] = {
    "sigmoid": Function(_logistic, lambda _, y: y * (1 - y), "1/(1 + e^−{x})", "{y}·(1 − {y})"),
    "tanh": Function(lambda _, x: math.tanh(x), lambda _, y: 1 - y * y, "tanh {x}", "1 − {y}²"),
    "relu": Function(
        lambda _, x: max(x, 0.0), lambda _, y: float(y > 0), "max({x}, 0)", "(1 if {y} > 0, else 0)"
    ),
    "leaky_relu": Function(
        lambda layer, x: x if x > 0 else layer.slope * x,
        lambda layer, y: 1.0 if y > 0 else layer.slope,
        "({x} if {x} > 0, else {a}·{x})",
        "(1 if {y} > 0, else {a})",
    ),
}


def as_text(template: str, layer: object, number: str) -> str:
    """Return a function's text with x and y replaced by a letter or a number."""
    number = f"({number})" if number.startswith("-") else number
    return template.format(x=number, y=number, a=f"{getattr(layer, 'slope', 0):g}")
