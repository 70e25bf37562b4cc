"""Tables that fit the terminal: where it is narrow, the least important columns are left out."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from cnntrain.system.text import one_line

GAP = 2  # between columns, and before the first


@dataclass(frozen=True)
class Column:
    """A column of text (`<`) or numbers (`>`)."""

    title: str
    align: str
    width: int  # in a wide terminal, where tables of different networks look alike
    rank: int  # 0 for what is always shown; columns of the highest rank are left out first
    before: int = 0  # spaces in front of it, in a wide terminal
    note: str = ""  # what it means, below the table


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    marked: Sequence[bool],
    width: int | None,
) -> tuple[list[str], list[str]]:
    """Return the lines of a table, titles first, and the notes to print below it.

    `rows` hold a cell for each column; those that are `marked` begin with ">". No line exceeds
    `width`, unless even the columns of rank 0 do; None sets no limit.
    """
    rows = [[one_line(cell) for cell in row] for row in rows]
    cells = [[column.title for column in columns], *rows]
    wide = [_joined(columns, row, mark) for row, mark in zip(cells, [False, *marked], strict=True)]
    if width is None or max(map(len, wide)) <= width:
        return wide, notes(columns, width)
    sizes = [max(map(len, column)) for column in zip(*cells, strict=True)]
    kept = _fitting([column.rank for column in columns], sizes, width)
    shown = [Column(columns[k].title, columns[k].align, sizes[k], 0, GAP) for k in kept]
    lines = [
        _joined(shown, [row[k] for k in kept], mark, start="")
        for row, mark in zip(cells, [False, *marked], strict=True)
    ]
    return lines, notes([columns[k] for k in kept], width) + _left_out(columns, kept, width)


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """Return text as lines of at most `width` columns, those after the first indented."""
    text = one_line(text)
    if width is None or len(text) <= width:
        return [text]
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def notes(columns: Sequence[Column], width: int | None) -> list[str]:
    """Return what the columns mean, one below the other."""
    explained = [column for column in columns if column.note]
    size = max((len(column.title) for column in explained), default=0) + 2
    return [
        line
        for column in explained
        for line in wrapped(f"{column.title + ':':<{size}}{column.note}", width, " " * size)
    ]


def _joined(columns: Sequence[Column], row: Sequence[str], mark: bool, start: str = "  ") -> str:
    """Return a row as a line."""
    cells = (
        f"{'':{column.before}}{cell:{column.align}{column.width}}"
        for column, cell in zip(columns, row, strict=True)
    )
    line = start + "".join(cells)
    return (">" + line[1:] if mark else line).rstrip()


def _fitting(ranks: Sequence[int], sizes: Sequence[int], width: int) -> list[int]:
    """Return which columns fit: those of rank 0, then each further rank that still does."""
    kept: list[int] = []
    for rank in sorted(set(ranks)):
        more = [k for k in range(len(ranks)) if k in kept or ranks[k] == rank]
        if rank == 0 or sum(sizes[k] + GAP for k in more) <= width:
            kept = more
    return kept


def _left_out(columns: Sequence[Column], kept: Sequence[int], width: int) -> list[str]:
    """Return a note on the columns that are not shown."""
    missing = [column.title for k, column in enumerate(columns) if k not in kept]
    if not missing:
        return []
    text = f"left out to fit {width} columns: {', '.join(missing)} (--json shows them)"
    return wrapped(text, width, " " * GAP)
