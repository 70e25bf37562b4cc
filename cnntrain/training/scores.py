"""Precision, recall and F1 of each class, from the confusion matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.training.evaluation import Evaluation


@dataclass(frozen=True)
class Scores:
    """How a class is recognized; None where there is nothing to take a share of.

    Precision is the share of right answers among those that name the class, recall the share of
    the class's images that are recognized, F1 their harmonic mean.
    """

    images: int  # of the class
    precision: float | None
    recall: float | None
    f1: float | None


def class_scores(result: Evaluation) -> list[Scores] | None:
    """Return the scores of each class; None if the targets are not classes."""
    if result.correct is None:
        return None
    right = result.confusion.diagonal()
    images, answers = result.confusion.sum(axis=1), result.confusion.sum(axis=0)
    return [
        Scores(int(n), _share(hits, a), _share(hits, n), _share(2 * hits, n + a))
        for hits, n, a in zip(right, images, answers, strict=True)
    ]


def macro(scores: Sequence[Scores]) -> dict[str, float | None]:
    """Return the mean of each score over the classes that have it."""
    names = ("precision", "recall", "f1")
    return {name: _mean([getattr(score, name) for score in scores]) for name in names}


def _share(part: np.integer, whole: np.integer) -> float | None:
    return float(part / whole) if whole else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
