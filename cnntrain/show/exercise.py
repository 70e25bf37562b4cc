"""What `check --with` says about the user's own layers, as text or as JSON objects."""

import math
from collections.abc import Sequence
from typing import Any

from cnntrain.explain.exercise import Finding
from cnntrain.show.table import Column, table, wrapped
from cnntrain.system.text import joined

COLUMNS = (
    Column("array", "<", 16, rank=0),
    Column("numbers", ">", 9, rank=1),
    Column(*("worst error", ">", 11), rank=0, before=2),
    Column("at", "<", 17, rank=2, before=2),
    Column("found", ">", 13, rank=3),
    Column("expected", ">", 13, rank=3),
)


def as_text(sentence: str, findings: Sequence[Finding], width: int | None) -> str:
    """Return a row for each array, and for each wrong one what is wrong, and why."""
    rows = [_cells(finding) for finding in findings]
    lines, _ = table(COLUMNS, rows, [not finding.right for finding in findings], width)
    below = [line for finding in findings if not finding.right for line in _said(finding, width)]
    wrong = sum(not finding.right for finding in findings)
    verdict = f"failed: {wrong} of {len(findings)} arrays are wrong"
    if not wrong:
        verdict = "your layers compute what they should"
    return joined([*wrapped(sentence, width), "", *lines, "", *below, verdict])


def _said(finding: Finding, width: int | None) -> list[str]:
    place = f"{finding.line}: " if finding.line else ""
    lines = wrapped(f"{place}{finding.layer}.{finding.array}: {finding.problem}", width, "  ")
    if finding.cause:
        lines += [
            f"  {line}" for line in wrapped(f"likely cause: {finding.cause}", width and width - 2)
        ]
    return [*lines, ""]


def _cells(finding: Finding) -> tuple[str, ...]:
    name = f"{finding.layer}.{finding.array}"
    if not finding.count:
        return name, "-", "-", "", "", ""
    assert finding.found is not None, "it was compared"
    assert finding.expected is not None, "and so was this"
    at = finding.where
    return (
        name,
        f"{finding.count:,}",
        f"{finding.worst:.1e}",
        f"[{','.join(map(str, at))}]",
        f"{finding.found[at]:.4e}",
        f"{finding.expected[at]:.4e}",
    )


def as_objects(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return what `check --json` prints about each array."""
    return [
        {
            "name": f"{finding.layer}.{finding.array}",
            "passed": finding.right,
            "numbers": finding.count,
            "worst": finding.worst if math.isfinite(finding.worst) else None,
            "at": finding.where if finding.count else None,
            "problem": finding.problem,
            "cause": finding.cause,
            "line": finding.line,
        }
        for finding in findings
    ]
