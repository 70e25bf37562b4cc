"""The options that layers with weights share: initial values, bias, freezing, learning rate."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args

import numpy as np

from cnntrain.nn.initial import RULES
from cnntrain.nn.layers.base import Layer, ShapeError
from cnntrain.nn.parameter import Parameter

Freeze = Literal["nothing", "weights", "bias", "all"]


class Trainable(Layer):
    """A layer with parameters `weights` and `bias`, which can be frozen and have their own rate.

    Subclasses declare both options, so that they can list them after their own.
    """

    freeze: Freeze
    rate: float | None

    def __post_init__(self) -> None:
        """Reject an unknown kind of freezing, and a negative or infinite learning rate."""
        if self.freeze not in get_args(Freeze):
            known = " or ".join(get_args(Freeze))
            raise ValueError(f"freeze: found '{self.freeze}', expected {known}")
        if self.rate is not None and not 0 <= self.rate < float("inf"):
            raise ValueError(f"rate: found {self.rate}, expected 0 or more")

    def own_rate(self) -> float | None:
        """Return the option `rate`."""
        return self.rate

    def parameter(self, part: Literal["weights", "bias"], values: np.ndarray) -> Parameter:
        """Return a parameter with these initial values, frozen if `freeze` includes it."""
        return Parameter(values.astype(self.dtype), self.freeze in (part, "all"))


@dataclass(eq=False, kw_only=True)
class Weighted(Trainable):
    """A layer y = W·x + b: what convolution and dense layers have in common."""

    bias: bool | list[float] = True  # false: none; true: starts at 0; or a value per output
    weights: str | list[Any] = "toolbox"  # toolbox, xavier or he, or the values (out, in, ...)
    freeze: Freeze = "nothing"  # what is never updated
    rate: float | None = None  # the learning rate; by default that of the section `train`

    def __post_init__(self) -> None:
        """Reject an unknown rule for the weights, and what no trainable layer can have."""
        super().__post_init__()
        if isinstance(self.weights, str) and self.weights not in RULES:
            known = ", ".join(RULES)
            raise ValueError(f"weights: unknown rule '{self.weights}'; known are {known}")

    def weighted(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> dict[str, Parameter]:
        """Return the parameters: weights of `shape`, and a bias for each output."""
        if isinstance(self.weights, str):
            values = RULES[self.weights](rng, shape, fan_in, fan_out)
        else:
            values = _given("weights", self.weights, shape)
        parameters = {"weights": self.parameter("weights", values)}
        if self.bias is not False:
            biases = (
                np.zeros(shape[0]) if self.bias is True else _given("bias", self.bias, shape[:1])
            )
            parameters["bias"] = self.parameter("bias", biases)
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
        """Return a built layer with the same input and options but another number of outputs."""
        bias = "bias" in self.parameters
        options: dict[str, Any] = {option: outputs, "weights": "toolbox", "bias": bias}
        wide = replace(self, **options)  # any rule will do: the caller overwrites all values
        wide.build(self.in_shape, np.random.default_rng(0), self.dtype)
        return wide


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
