"""Which classes a network takes for which: as a matrix, or where that is too wide, as a list."""

from collections.abc import Sequence

import numpy as np

from cnntrain.system.text import one_line
from cnntrain.training.evaluation import Evaluation


def confusion_table(classes: Sequence[str], result: Evaluation, columns: int | None) -> list[str]:
    """Return a line for each true class, at most `columns` wide if that can be had.

    A matrix has a column for each answer. Where it does not fit, a line has the share of right
    answers, and the wrong ones with their counts, the most frequent first.
    """
    counts, classes = result.confusion, [one_line(name) for name in classes]
    width = max(5, *(len(name) + 1 for name in classes), len(str(counts.max())) + 1)
    head = max(4, *(len(name) for name in classes))
    shares = ["" if share is None else f"{share:7.2%}" for share in result.per_class or ()]
    if columns is not None and head + width * len(classes) + 9 > columns:
        return _as_list(classes, counts, shares, head, columns)
    title = " " * head + "".join(f"{name:>{width}}" for name in classes) + "  correct"
    rows = [f"{'true':<{head}}  taken for", title]
    for name, row, share in zip(classes, counts, shares, strict=True):
        cells = "".join(f"{count or '·':>{width}}" for count in row)
        rows.append(f"{name:>{head}}{cells}  {share}")
    return rows


def _as_list(
    classes: Sequence[str], counts: np.ndarray, shares: Sequence[str], head: int, columns: int
) -> list[str]:
    rows = [f"{'true':<{head}}  correct  taken for"]
    for label, (name, row, share) in enumerate(zip(classes, counts, shares, strict=True)):
        line = f"{name:>{head}}  {share:>7}"
        wrong = [k for k in np.argsort(-row, kind="stable") if k != label and row[k]]
        for position, k in enumerate(wrong):
            cell = f"{'' if position == 0 else ','} {classes[k]}: {row[k]}"
            if len(line) + len(cell) + 1 > columns - 4 * (position < len(wrong) - 1):
                line += ", ..." if position else " ..."
                break
            line += cell if position else f" {cell}"
        rows.append(line)
    return rows
