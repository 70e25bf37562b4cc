"""The rows that a resumed run finds in its records: which to keep, and what is wrong with them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cnntrain.training.loop import KEEP

MOST_RANGES = 5  # that a message names


@dataclass
class EarlierRows:
    """Rows of a CSV text, by a column that counts them from 1 to `last`; later rows are left out.

    A row is a line with a cell for each name in the header, all numbers or empty in `columns`.
    Of several rows with a number the first is kept; rows are in the order of their numbers.
    """

    text: str
    columns: Sequence[str]
    counter: str
    last: int
    rows: dict[int, str] = field(default_factory=dict)
    unreadable: int = 0  # lines that are no rows

    def __post_init__(self) -> None:
        """Read the rows. Raises KeyError if the header lacks the counter."""
        header, *lines = self.text.replace("\r\n", "\n").split("\n")
        self.header = header.split(",") if header else list(self.columns)
        if self.counter not in self.header:
            raise KeyError(self.counter)
        place = self.header.index(self.counter)
        known = [n for n, name in enumerate(self.header) if name in self.columns]
        for line in filter(None, lines):
            cells = line.split(",")
            number = _count(cells[place]) if len(cells) == len(self.header) else None
            if (
                number is None
                or not all(_is_number(cells[n]) for n in known)
                or number <= self.last
                and self.rows.setdefault(number, line) != line
            ):
                self.unreadable += 1
        self.rows = dict(sorted(self.rows.items()))

    def arranged(self, columns: Sequence[str]) -> Iterator[str]:
        """Yield the rows with these columns, where those that the text lacks are empty."""
        if list(columns) == self.header:
            yield from self.rows.values()
            return
        for line in self.rows.values():
            cells = dict(zip(self.header, line.split(","), strict=True))
            yield ",".join(cells.get(name, "") for name in columns)

    def missing(self) -> str:
        """Return the numbers without a row, as "3 to 5, 9"; "" if there are none."""
        return _ranges([n for n in range(1, self.last + 1) if n not in self.rows])

    def changed(self) -> str:
        """Return the numbers of rows whose weighted MSE does not follow from their MSE.

        It is computed from the MSE and the weighted MSE before, and both are written with all their
        digits: a digit that was changed afterwards shows.
        """
        if not {"mse", "weighted_mse"} <= set(self.header) or self.counter != "step":
            return ""
        mse, weighted = self.header.index("mse"), self.header.index("weighted_mse")
        found, before, previous = [], math.nan, 0
        for number, line in self.rows.items():
            cells = line.split(",")
            loss, average = (float(cells[n] or math.nan) for n in (mse, weighted))
            if number == 1:
                before = loss
            follows = KEEP * before + (1 - KEEP) * loss
            if number == previous + 1 and follows != average and not math.isnan(follows + average):
                found.append(number)
            before, previous = average, number
        return _ranges(found)


def _count(cell: str) -> int | None:
    return int(cell) if cell.isascii() and cell.isdecimal() and len(cell) < 19 else None


def _is_number(cell: str) -> bool:
    """Return whether a cell is empty or a finite number as Python writes it."""
    if not cell:
        return True
    try:
        return math.isfinite(float(cell)) and not cell[0].isspace() and "_" not in cell
    except ValueError:
        return False


def _ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers as text, neighbours as a range, only the first few of many."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    said = [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in spans[:MOST_RANGES]]
    more = sum(b - a + 1 for a, b in spans[MOST_RANGES:])
    return ", ".join([*said, *([f"and {more:,} more"] if more else [])])
