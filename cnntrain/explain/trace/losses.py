"""The arithmetic of each loss, from the outputs to the error."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnntrain.explain.trace.builder import Builder
from cnntrain.explain.trace.lines import LossSection, UnitError


@dataclass(frozen=True)
class LossExplainer:
    """How a loss is computed from one image's outputs y and targets t, output by output."""

    formula: str  # of E
    backward: str  # of ∂E/∂y
    # what is compared with the targets: the outputs, or the probabilities that they stand for
    answers: Callable[[Sequence[float]], list[float]]
    share: Callable[[float, float], float]  # an output's part of E, from its answer and target
    derivative: Callable[[float, float], float]  # ∂E/∂y, from the same


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
        lambda y, t: y - t,
    ),
    "softmax_cross_entropy": LossExplainer(
        "p = e^y / Σ e^y,  E = −Σ t·log p / m, for a batch of m = 1 image",
        "∂E/∂y = p − t",
        _softmax,
        _surprise,
        lambda p, t: p - t,
    ),
}


def loss_section(builder: Builder, kind: str) -> LossSection:
    """Return how the error and its derivatives are computed from the outputs."""
    explainer, done = LOSS_EXPLAINERS[kind], builder.done
    top = len(done.names) - 1
    outputs = [float(y) for y in done.outputs[top].ravel()]
    answers = explainer.answers(outputs)
    rows = [
        UnitError(
            unit=unit,
            name=builder.output_label(top, (unit, 0, 0)),
            output=y,
            answer=answer,
            target=float(target),
            share=explainer.share(answer, float(target)),
            total=explainer.derivative(answer, float(target)),
            value=float(done.errors[top][unit, 0, 0]),
        )
        for unit, (y, answer, target) in enumerate(zip(outputs, answers, done.targets, strict=True))
    ]
    return LossSection(
        kind=kind,
        formula=explainer.formula,
        backward=explainer.backward,
        rows=rows,
        total=sum(row.share for row in rows),
        value=done.loss,
    )
