"""How a network does on its test images, as the tables and pictures of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.show.plots.confusion import MOST_NUMBERED
from cnntrain.show.plots.subject import Subject
from cnntrain.show.summary import percent
from cnntrain.training.evaluation import Evaluation
from cnntrain.training.judgement import Judgement, judge
from cnntrain.training.scores import class_scores
from cnntrain.web import images

MOST_MISTAKES = 48  # that a page shows
MOST_OTHERS = 3  # answers that are told of a class


@dataclass(frozen=True)
class Cell:
    """A number of the confusion matrix; `shade` is from 0, none, to 1, the most wrong answers."""

    count: int
    shade: float
    right: bool


@dataclass(frozen=True)
class ClassRow:
    """How one class is recognized; the scores are those of `class_scores`, in percent."""

    name: str
    images: int
    precision: str
    recall: str
    f1: str
    others: str  # what it is taken for, the most frequent first


@dataclass(frozen=True)
class Mistake:
    """A test image that is classified wrongly; `picture` is the address of the image."""

    index: int
    picture: str
    label: str
    answer: str
    probability: str


@dataclass(frozen=True)
class Tested:
    """The result on the test images. Without classes there is nothing but the result."""

    result: Evaluation
    dataset: str
    classes: Sequence[str] = ()
    confusion: Sequence[tuple[str, Sequence[Cell]]] = ()  # by true class; empty if it is too large
    per_class: Sequence[ClassRow] = ()
    mistakes: Sequence[Mistake] = ()


def tested(subject: Subject) -> Tested:
    """Return how the network does on the test images. Raises DataError without them."""
    dataset = subject.config.dataset
    judgement = judge(subject.model.network, subject.test, threads=subject.processes)
    result, names = judgement.evaluation, subject.model.classes
    if result.correct is None:
        return Tested(result, dataset.name)
    small = len(names) <= MOST_NUMBERED
    return Tested(
        result,
        dataset.name,
        names,
        _confusion(names, result) if small else [],
        _per_class(names, result),
        _mistakes(subject, judgement) if dataset.holds_pictures else [],
    )


def _confusion(names: Sequence[str], result: Evaluation) -> list[tuple[str, list[Cell]]]:
    counts = result.confusion
    wrong = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(wrong, 0)
    shades = wrong / (wrong.max() or 1)
    return [
        (name, [Cell(int(counts[i, j]), float(shades[i, j]), i == j) for j in range(len(names))])
        for i, name in enumerate(names)
    ]


def _per_class(names: Sequence[str], result: Evaluation) -> list[ClassRow]:
    rows = []
    for k, scores in enumerate(class_scores(result) or ()):
        counts = result.confusion[k]
        order = [j for j in np.argsort(-counts, kind="stable") if j != k and counts[j]]
        others = [f"{names[j]} ({counts[j]})" for j in order[:MOST_OTHERS]]
        others += ["…"] if len(order) > MOST_OTHERS else []
        rows.append(
            ClassRow(
                names[k],
                scores.images,
                percent(scores.precision),
                percent(scores.recall),
                percent(scores.f1),
                ", ".join(others),
            )
        )
    return rows


def _mistakes(subject: Subject, judgement: Judgement) -> list[Mistake]:
    """Return the mistakes that the network was surest of."""
    names = subject.model.classes
    return [
        Mistake(
            n,
            images.of_input(subject.test.images[n]),
            names[judgement.labels[n]],
            names[judgement.predicted[n]],
            f"{judgement.confidence[n]:.0%}",
        )
        for n in judgement.worst(MOST_MISTAKES).tolist()
    ]
