"""Real pictures: those of a folder with an index.csv of the columns path, label and source."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cnntrain.model.predict import Prediction
from pictures.measuring import Settings, answers, keep
from pictures.rejection import Verdict, confidence


def real_pictures(settings: Settings) -> Iterator[str]:
    """Measure the pictures of a folder, source by source."""
    if settings.digits is None:
        return
    yield "| source | pictures | right | blank | doubted |\n| --- | --- | --- | --- | --- |"
    shares = []
    for source, paths, expected in sources(settings.digits):
        found = answers(settings, paths)
        verdicts = judged(found, expected)
        right = [verdict.right for verdict in verdicts]
        keep(
            settings, "sources", (path for path, fine in zip(paths, right, strict=True) if not fine)
        )
        blank = sum(answer is None or answer.label is None for answer in found)
        doubted = np.mean([verdict.confidence < settings.sure for verdict in verdicts])
        shares.append((np.mean(right), doubted))
        yield f"| {source} | {len(paths)} | {shares[-1][0]:.1%} | {blank} | {doubted:.1%} |"
    right_share, doubted = np.mean(shares, axis=0)
    yield f"| mean of the sources | | {right_share:.1%} | | {doubted:.1%} |"


def sources(folder: Path) -> Iterator[tuple[str, list[Path], list[str]]]:
    """Yield the sources of a folder of real pictures, each with its pictures and their labels."""
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for source in dict.fromkeys(row["source"] for row in rows):
        own = [row for row in rows if row["source"] == source]
        yield source, [folder / row["path"] for row in own], [row["label"] for row in own]


def judged(found: Sequence[Prediction | None], expected: Sequence[str]) -> list[Verdict]:
    """Return how sure each answer is, and whether it is the expected one."""
    return [
        Verdict(confidence(answer), answer is not None and answer.label == label)
        for answer, label in zip(found, expected, strict=True)
    ]
