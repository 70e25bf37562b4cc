"""What `eval` says about a network: as text, as a JSON object, and image by image as CSV."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.show.confusion import confusion_table
from cnntrain.show.predictions import as_csv
from cnntrain.show.summary import NOTHING, error_as_text, percent
from cnntrain.show.table import Column, table
from cnntrain.system.text import joined
from cnntrain.training.calibration import Calibration
from cnntrain.training.evaluation import Evaluation
from cnntrain.training.judgement import Judgement
from cnntrain.training.scores import class_scores, macro

WORST = 10  # mistakes in --json
WORST_SHOWN = 5  # in the text
SCORES = [
    Column("class", ">", 8, 0),
    Column("images", ">", 8, 1, 2),
    Column("precision", ">", 9, 0, 2, "the share that is right of the answers naming the class"),
    Column("recall", ">", 7, 0, 2, "the share of the class's images that is recognized"),
    Column("F1", ">", 7, 0, 2, "the harmonic mean of the two"),
]


def as_object(judgement: Judgement, classes: Sequence[str]) -> dict[str, Any]:
    """Return the result as `eval --json` prints it; what needs classes is null without them."""
    result, scores = judgement.evaluation, class_scores(judgement.evaluation)
    found = judgement.calibration
    return {
        "n": result.n,
        "correct": result.correct,
        "accuracy": result.accuracy,
        "accuracy_ci95": result.accuracy_ci95,
        "error": result.error,
        "error_ci95": result.error_ci95,
        "mse": result.loss,
        "confusion": None if result.correct is None else result.confusion.tolist(),
        "per_class": result.per_class,
        "scores": scores and {name: asdict(s) for name, s in zip(classes, scores, strict=True)},
        "macro": None if scores is None else macro(scores),
        "ece": None if found is None else found.ece,
        "calibration": None if found is None else _bins(found),
        "worst": [_mistake(judgement, classes, int(n)) for n in judgement.worst(WORST)],
        "seconds": round(judgement.seconds, 6),
        "images_per_second": judgement.images_per_second,
    }


def _bins(found: Calibration) -> list[dict[str, Any]]:
    """Return the bins that hold answers."""
    size = len(found.counts)
    return [
        {
            "above": b / size,
            "up_to": (b + 1) / size,
            "answers": int(found.counts[b]),
            "confidence": float(found.confidence[b]),
            "accuracy": float(found.accuracy[b]),
        }
        for b in range(size)
        if found.counts[b]
    ]


def _mistake(judgement: Judgement, classes: Sequence[str], n: int) -> dict[str, Any]:
    return {
        "index": n,
        "label": classes[judgement.labels[n]],
        "answer": classes[judgement.predicted[n]],
        "probability": round(float(judgement.confidence[n]), 6),
    }


def as_text(
    facts: dict[str, str], judgement: Judgement, classes: Sequence[str], columns: int | None
) -> str:
    """Return the confusion matrix, the scores and the totals; the last line is the accuracy."""
    result = judgement.evaluation
    lines = [f"{name:<13}{value}" for name, value in facts.items()]
    accuracy = percent(result.accuracy)
    found = judgement.calibration
    if result.correct is not None and found is not None:
        lines += ["", *confusion_table(classes, result, columns)]
        lines += ["", *_scores(result, classes, columns)]
        lines += ["", *_worst(judgement, classes)]
        accuracy += f" ({result.correct:,} of {result.n:,})"
    lines += ["", f"{'speed':<13}{judgement.images_per_second:,} images/s"]
    if found is not None:
        lines.append(
            f"{'calibration':<13}ECE {found.ece:.2%}: on average {found.mean_confidence:.2%} sure, "
            f"and right in {percent(result.accuracy)}"
        )
    return joined(
        [
            *lines,
            f"{'loss':<13}{result.loss:.5f}",
            f"{'error':<13}{error_as_text(result.error, result.error_ci95)}",
            f"{'accuracy':<13}{accuracy}",
        ]
    )


def _scores(result: Evaluation, classes: Sequence[str], columns: int | None) -> list[str]:
    scores = class_scores(result) or []
    rows = [
        [name, f"{s.images:,}", *(_score(value) for value in (s.precision, s.recall, s.f1))]
        for name, s in zip(classes, scores, strict=True)
    ]
    lines, notes = table(SCORES, rows, [False] * len(rows), columns)
    return [*lines, *notes]


def _score(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.4f}"


def _worst(judgement: Judgement, classes: Sequence[str]) -> list[str]:
    """Return the mistakes that the network was surest of."""
    mistakes = [_mistake(judgement, classes, int(n)) for n in judgement.worst(WORST_SHOWN)]
    if not mistakes:
        return ["no mistakes"]
    return [
        "the surest mistakes, by number of the image from 0",
        *(
            f"{m['index']:>8}  {m['label']}, taken for {m['answer']} with {m['probability']:.1%}"
            for m in mistakes
        ),
    ]


def first_row(examples: Examples) -> str:
    """Return the names of the columns: index, label, answer, and each class's probability."""
    return as_csv([["index", "label", "answer", *(f"p({name})" for name in examples.classes)]])


def rows(examples: Examples, first: int, answers: np.ndarray, shares: np.ndarray) -> str:
    """Return a row for each of some images, the first at a position in the data.

    The label is empty if the targets are numbers rather than classes.
    """
    found, classified = [], examples.classified
    for n, (answer, probabilities) in enumerate(zip(answers, shares, strict=True), first):
        known = examples.classes[examples.labels[n]] if classified else ""
        cells = [f"{share:.6g}" for share in probabilities]
        found.append([str(n), known, examples.classes[answer], *cells])
    return as_csv(found)
