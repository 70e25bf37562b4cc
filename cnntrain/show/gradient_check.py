"""What a gradient check found as `check` prints it, as text or as a JSON object."""

import math
from dataclasses import replace
from typing import Any

from cnntrain.explain.check import ArrayCheck, GradientCheck
from cnntrain.show.table import Column, table, wrapped
from cnntrain.system.text import joined

COLUMNS = (
    Column("array", "<", 16, rank=0),
    Column("numbers", ">", 9, rank=1),
    Column(
        *("worst error", ">", 11),
        rank=0,
        before=2,
        note="|analytic - numeric| / the larger of them, or 1e-4 where both are smaller",
    ),
    Column("at", "<", 17, rank=2, before=2),
    Column("analytic", ">", 13, rank=3),
    Column("numeric", ">", 13, rank=3),
    Column(
        *("moved", ">", 7),
        rank=4,
        note="checked at a point nearby, away from a kink of ReLU or max pooling",
    ),
)
SAMPLED = "numbers:     a sample of each array, since here every number takes two passes; --all checks all"
VANISHING = "all gradients are 0: on these images the network learns nothing"


def as_text(name: str, result: GradientCheck, tolerance: float, width: int | None = None) -> str:
    """Return a row for each array, and the verdict as the last line.

    In a terminal of `width` columns, the least important ones are left out; None sets no limit.
    """
    rows = [_cells(array) for array in result.arrays]
    marked = [array.above(tolerance) > 0 for array in result.arrays]
    longest = max(len(array.name) for array in result.arrays)
    first = replace(COLUMNS[0], width=max(COLUMNS[0].width, longest))
    lines, notes = table([first, *COLUMNS[1:]], rows, marked, width)
    head = f"{name}: ∂loss/∂array in float64, backpropagated and as central differences"
    if result.count < result.size:
        notes = [*notes, *wrapped(SAMPLED, width, " " * 13)]
    said = [VANISHING] * result.vanishing + [_verdict(result, tolerance)]
    below = [line for text in said for line in wrapped(text, width)]
    return joined([*wrapped(head, width), "", *lines, "", *notes, "", *below])


def _cells(array: ArrayCheck) -> tuple[str, ...]:
    at = array.where
    return (
        array.name,
        f"{array.count:,}",
        f"{array.worst:.1e}",
        array.label.removeprefix(array.name),
        f"{array.analytic[at]:.4e}",
        f"{array.numeric[at]:.4e}",
        f"{array.moved:,}",
    )


def _verdict(result: GradientCheck, tolerance: float) -> str:
    worst, wrong = result.worst, result.above(tolerance) - result.unchecked
    at = f"worst {worst.worst:.1e} at {worst.label}"
    if wrong > 0:
        return f"failed: {wrong:,} of {result.count:,} numbers are off by more than {tolerance:g}, {at}"
    if result.unchecked:
        return (
            f"failed: {result.unchecked:,} of {result.count:,} numbers could not be checked: "
            "something crosses a kink wherever they are; try another --seed"
        )
    of_all = "" if result.count == result.size else f" of {result.size:,}"
    return f"passed: {result.count:,}{of_all} numbers checked, {at} (tolerance {tolerance:g})"


def as_object(facts: dict[str, Any], result: GradientCheck, tolerance: float) -> dict[str, Any]:
    """Return what `check --json` prints: `facts` about it first."""
    return {
        **facts,
        "passed": not result.above(tolerance),
        "numbers": result.count,
        "numbers_in_all": result.size,
        "above": result.above(tolerance),
        "moved": result.moved,
        "unchecked": result.unchecked,
        "worst": _finite(result.worst.worst),
        "at": result.worst.label,
        "arrays": [
            {
                "name": array.name,
                "shape": array.errors.shape,
                "worst": _finite(array.worst),
                "at": array.where,
                "analytic": _finite(array.analytic[array.where]),
                "numeric": _finite(array.numeric[array.where]),
                "above": array.above(tolerance),
                "moved": array.moved,
                "unchecked": array.unchecked,
            }
            for array in result.arrays
        ],
    }


def _finite(number: float) -> float | None:
    """Return a number, or None for infinity and NaN, which JSON does not have."""
    return float(number) if math.isfinite(number) else None
