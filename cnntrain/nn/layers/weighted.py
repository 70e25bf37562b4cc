"""The options that layers with weights share: initial values, bias, freezing, learning rate."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args

import numpy as np

from cnntrain.nn.initial import RULES
from cnntrain.nn.layers.base import Layer, ShapeError
from cnntrain.nn.parameter import Parameter

Freeze = Literal["nothing", "weights", "bias", "all"]


@dataclass(eq=False, kw_only=True)
class Weighted(Layer):
    """A layer y = W·x + b: what convolution and dense layers have in common."""

    bias: bool | list[float] = True  # false: none; true: starts at 0; or a value per output
    weights: str | list[Any] = "toolbox"  # toolbox, xavier or he, or the values (out, in, ...)
    freeze: Freeze = "nothing"  # what is never updated
    rate: float | None = None  # the learning rate; by default that of the section `train`

    def __post_init__(self) -> None:
        """Reject a rule and a kind of freezing that do not exist."""
        check_freeze(self.freeze)
        if isinstance(self.weights, str) and self.weights not in RULES:
            known = ", ".join(RULES)
            raise ValueError(f"weights: unknown rule '{self.weights}'; known are {known}")
        check_rate(self.rate)

    def own_rate(self) -> float | None:
        """Return the option `rate`."""
        return self.rate

    def weighted(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> dict[str, Parameter]:
        """Return the parameters: weights of `shape`, and a bias for each of its first axis."""
        if isinstance(self.weights, str):
            values = RULES[self.weights](rng, shape, fan_in, fan_out)
        else:
            values = _given("weights", self.weights, shape)
        frozen = self.freeze in ("weights", "all")
        parameters = {"weights": Parameter(values.astype(self.dtype), frozen)}
        if self.bias is not False:
            biases = (
                np.zeros(shape[0]) if self.bias is True else _given("bias", self.bias, shape[:1])
            )
            frozen = self.freeze in ("bias", "all")
            parameters["bias"] = Parameter(biases.astype(self.dtype), frozen)
        return parameters

    @property
    def W(self) -> np.ndarray:  # the formulas' letter
        """Return the weights, (F, C, k, k) or (U, D)."""
        return self.parameters["weights"].value

    @property
    def b(self) -> np.ndarray:
        """Return the bias, one number for each output map; zeros where there is none."""
        bias = self.parameters.get("bias")
        return np.zeros(len(self.W), self.dtype) if bias is None else bias.value

    def keep_gradients(self, dW: np.ndarray, db: np.ndarray) -> None:
        """Overwrite the gradients of the weights and, where there is one, of the bias."""
        self.parameters["weights"].gradient[...] = dW
        if "bias" in self.parameters:
            self.parameters["bias"].gradient[...] = db

    def with_outputs(self, option: str, outputs: int) -> Self:
        """Return a built layer with the same input and options, but for the number of outputs."""
        bias = "bias" in self.parameters
        options: dict[str, Any] = {option: outputs, "weights": "toolbox", "bias": bias}
        wide = replace(self, **options)  # any rule will do: the caller overwrites all values
        wide.build(self.in_shape, np.random.default_rng(0), self.dtype)
        return wide


def check_freeze(freeze: str) -> None:
    """Raise ValueError for a kind of freezing that does not exist."""
    if freeze not in get_args(Freeze):
        raise ValueError(f"freeze: found '{freeze}', expected {' or '.join(get_args(Freeze))}")


def check_rate(rate: float | None) -> None:
    """Raise ValueError for a learning rate that no layer can have."""
    if rate is not None and not 0 <= rate < float("inf"):
        raise ValueError(f"rate: found {rate}, expected 0 or more")


def _given(name: str, values: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    """Return the values of a configuration as an array of `shape`, or raise ShapeError."""
    try:
        array = np.asarray(values, float)
    except (TypeError, ValueError) as error:
        raise ShapeError(
            f"{name}: rows of different lengths, or a value that is no number; expected numbers "
            f"in the shape {shape}"
        ) from error
    if not np.isfinite(array).all():
        raise ShapeError(f"{name}: found a value that is not finite, expected numbers")
    if array.shape != shape:
        raise ShapeError(f"{name}: found shape {array.shape}, expected {shape}")
    return array
