"""What is doubted, and at what price: how sure answers are, of digits and of what is none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.model.predict import Prediction

PRICES = (0.005, 0.01, 0.02, 0.03, 0.05)  # shares of real digits that are doubted


@dataclass(frozen=True)
class Verdict:
    """An answer: how sure it is, 0 to 1, and whether it is right."""

    confidence: float
    right: bool


def confidence(answer: Prediction | None) -> float:
    """Return how sure an answer is of its least certain digit; 0 where it has none."""
    digits = () if answer is None else answer.digits
    return min((digit.certainty for digit in digits), default=0.0)


def curve(
    real: Sequence[Verdict], others: Mapping[str, Sequence[float]], own: float
) -> Iterator[str]:
    """Yield a table: for thresholds that doubt so many real digits, how much else they doubt.

    `others` are the confidences of answers to what is no digit, by kind; `own` is the threshold that
    `predict` goes by.
    """
    sure = np.array([verdict.confidence for verdict in real])
    wrong = np.array([verdict.confidence for verdict in real if not verdict.right])
    yield f"| digits doubted | below | wrong answers | {' | '.join(others)} |"
    yield f"| --- | --- | --- |{' --- |' * len(others)}"
    thresholds = [float(np.quantile(sure, price, method="lower")) for price in PRICES]
    for threshold in [*thresholds, own]:
        cells = [f"{np.mean(sure < threshold):.1%}", f"{threshold:.3f}"]
        cells.append(f"{np.count_nonzero(wrong < threshold)} of {wrong.size}")
        cells += [f"{np.mean(np.array(kind) < threshold):.1%}" for kind in others.values()]
        name = " (as predict does)" if threshold == own else ""
        yield f"| {' | '.join(cells)} |{name}"
