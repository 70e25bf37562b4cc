"""From the outputs to the error: a table of the losses' arithmetic."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnntrain.explain.trace.builder import Builder
from cnntrain.explain.trace.steps import LossSection, UnitError


@dataclass(frozen=True)
class LossExplainer:
    """What a loss makes of one image's outputs y and targets t, output by output.

    `answers` are compared with the targets: the outputs themselves, or the probabilities that
    they stand for. `share` is an output's part of E, `derivative` is ∂E/∂y.
    """

    formula: str
    backward: str
    answers: Callable[[Sequence[float]], list[float]]
    share: Callable[[float, float], float]  # of an answer and its target

    @staticmethod
    def derivative(answer: float, target: float) -> float:
        """Return ∂E/∂y: for each of these losses the answer minus the target."""
        return answer - target


def _softmax(y: Sequence[float]) -> list[float]:
    """Return e^y / Σ e^y, with the largest y subtracted first, as the engine does."""
    powers = [math.exp(value - max(y)) for value in y]
    return [power / sum(powers) for power in powers]


def _surprise(p: float, t: float) -> float:
    """Return −t·log p; 0 for a target of 0, whatever p."""
    return -t * math.log(p) if t and p else 0.0


LOSS_EXPLAINERS: dict[str, LossExplainer] = {
    "mse": LossExplainer(
        "E = ½·Σ (t − y)² / m, for a batch of m = 1 image",
        "∂E/∂y = y − t",
        list,
        lambda y, t: (t - y) ** 2 / 2,
    ),
    "softmax_cross_entropy": LossExplainer(
        "p = e^y / Σ e^y,  E = −Σ t·log p / m, for a batch of m = 1 image",
        "∂E/∂y = p − t",
        _softmax,
        _surprise,
    ),
}


def loss_section(builder: Builder, kind: str) -> LossSection:
    """Return what the loss makes of the outputs."""
    explainer, done = LOSS_EXPLAINERS[kind], builder.done
    top = len(done.names) - 1
    outputs = [float(y) for y in done.outputs[top].ravel()]
    answers = explainer.answers(outputs)
    rows = [
        UnitError(
            unit,
            builder.output_label(top, (unit, 0, 0)),
            y,
            answer,
            float(target),
            explainer.share(answer, float(target)),
            explainer.derivative(answer, float(target)),
            float(done.errors[top][unit, 0, 0]),
        )
        for unit, (y, answer, target) in enumerate(zip(outputs, answers, done.targets, strict=True))
    ]
    total = sum(row.share for row in rows)
    return LossSection(kind, explainer.formula, explainer.backward, rows, total, done.loss)
