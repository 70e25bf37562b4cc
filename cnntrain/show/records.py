"""Columns of a run's records, thinned to what a picture or a line of text can show."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from cnntrain.errors import DataError
from cnntrain.runs.folder import EPOCHS
from cnntrain.runs.records import FLAT

MOST_STRETCHES = 1000  # a line of more points than pixels is slow, not finer
ROWS_AT_A_TIME = 5_000  # read from a file: some MB as numbers
READ_WHOLE = 32 << 20  # bytes: a larger file, of half a million rows, takes more than a second
LONGEST_HEADER = 10_000  # characters of the names of the columns
BLOCK = 8 << 10  # bytes of each stretch that are read of a larger one: a hundred rows or more


@dataclass(frozen=True)
class Curves:
    """Columns of a record, thinned to P points: x (P,), the others by name, and the last row of all."""

    x: np.ndarray
    y: dict[str, np.ndarray]
    last: dict[str, float]


def thinned(
    path: Path, x: str, names: tuple[str, ...], stretches: int = MOST_STRETCHES
) -> Curves | None:
    """Return columns with the smallest and largest y of each stretch of rows; None without rows.

    Spikes survive. Of a file larger than READ_WHOLE, each stretch stands for the first rows in it:
    the picture of 10⁷ mini-batches is drawn as fast as that of half a million, but may lack the
    largest of its spikes. The rows are thinned while they are read, so that the memory does not
    grow with the file. Columns that the file lacks are NaN, and so are empty cells.
    """
    if not path.is_file():
        return None
    columns = _Columns.of(path, (x, *names))
    large = path.stat().st_size > READ_WHOLE
    found = _sampled(path, columns, stretches) if large else _whole(path, columns, stretches)
    if found is None:
        return None
    table, last = found
    values = dict(zip(names, table.T[1:], strict=True))
    return Curves(table[:, 0], values, dict(zip((x, *names), last.tolist(), strict=True)))


def flat_parts(folder: Path) -> Curves | None:
    """Return how far each activation was in its flat parts after each epoch, None without records.

    They are by the names of the activations, from the columns of epochs.csv that begin with FLAT.
    """
    path = folder / EPOCHS
    if not path.is_file():
        return None
    header = _header(path)
    columns = tuple(name for name in header if name.startswith(FLAT))
    found = thinned(path, "epoch", columns) if columns else None
    if found is None:
        return None
    shares = {name.removeprefix(FLAT): found.y[name] for name in columns}
    last = {name.removeprefix(FLAT): value for name, value in found.last.items()}
    return Curves(found.x, shares, last)


def _header(path: Path) -> list[str]:
    """Return the names of the columns of a file."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline(LONGEST_HEADER).rstrip("\n").split(",")


@dataclass(frozen=True)
class _Columns:
    """Where the wanted columns are in a file, read from its header."""

    path: Path
    width: int  # columns of the file
    wanted: int  # columns that are returned
    here: list[int]  # where those of them are that the file has
    places: list[int]  # and where they go

    @classmethod
    def of(cls, path: Path, names: tuple[str, ...]) -> "_Columns":
        header = _header(path)
        if names[0] not in header:
            raise DataError(
                f"{path}: found no column '{names[0]}' in its first line, expected the records that "
                "`cnntrain train` writes; restore that line"
            )
        here = [name for name in names if name in header]
        return cls(
            path,
            len(header),
            len(names),
            [header.index(name) for name in here],
            [names.index(name) for name in here],
        )

    def numbers(self, text: str) -> np.ndarray:
        """Return the columns (R, wanted) of rows, which are separated by commas, too.

        Rows of numbers are JSON but for their brackets and empty cells, and msgspec reads JSON
        four times as fast as NumPy reads text.
        """
        text = text.replace("\n", "")
        if text.endswith(","):
            text += "null"
        if ",," in text:  # twice, because neighbours share a comma
            text = text.replace(",,", ",null,").replace(",,", ",null,")
        try:
            decoded = msgspec.json.decode(f"[{text}]", type=list[float | None])
            table = np.array(decoded, float).reshape(-1, self.width)
        except (msgspec.MsgspecError, ValueError) as error:
            raise DataError(
                f"{self.path}: found a row that is not {self.width} numbers, expected the records "
                "that `cnntrain train` writes; remove that row, or resume the run, which drops it"
            ) from error
        found = np.full((len(table), self.wanted), np.nan)
        found[:, self.places] = table[:, self.here]
        return found


def _whole(path: Path, columns: _Columns, stretches: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the thinned rows of a file, and its last row; None without rows."""
    stretch = max(1, -(-rows(path) // stretches))
    at_a_time = stretch * max(1, ROWS_AT_A_TIME // stretch)  # whole stretches
    parts, last = [], None
    for table in _chunks(path, columns, at_a_time):
        if not len(table):  # of empty lines alone
            continue
        if stretch > 1:
            parts.append(_extremes(table, np.arange(0, len(table), stretch)))
        else:
            parts.append(table)
        last = table[-1]
    return None if last is None else (np.concatenate(parts), last)


def _sampled(path: Path, columns: _Columns, stretches: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the smallest and largest values of a block of rows in each stretch of a large file.

    None where these have no rows.
    """
    size = path.stat().st_size
    parts, last = [], None
    with path.open("rb") as file:
        file.readline()
        first = file.tell()
        for start in np.linspace(first, size - BLOCK, stretches).astype(int).tolist():
            file.seek(max(first, start - 1))
            if start > first:
                file.readline()  # the rest of a row, or of the one before
            lines = file.read(BLOCK).decode(errors="replace").split("\n")[:-1]
            table = columns.numbers(",".join(lines))
            if len(table):
                parts.append(_extremes(table, np.array([0])))
                last = table[-1]
    return None if last is None else (np.concatenate(parts), last)


def _extremes(table: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the smallest and the largest values from each start on, at the start's x."""
    ends = [f.reduceat(table, starts, axis=0) for f in (np.fmin, np.fmax)]
    both = np.stack(ends, axis=1)  # (stretches, 2, columns)
    both[:, :, 0] = table[starts, :1]
    return both.reshape(-1, table.shape[1])


def _chunks(path: Path, columns: _Columns, at_a_time: int) -> Iterator[np.ndarray]:
    """Yield the columns (R, wanted) of at most so many rows at a time."""
    with path.open(encoding="utf-8", errors="replace") as file:
        next(file, None)
        while lines := list(islice(file, at_a_time)):
            if not lines[-1].endswith("\n"):  # it is being written
                lines.pop()
            if lines:
                yield columns.numbers(",".join(lines))


def rows(path: Path) -> int:
    """Return the number of rows below the header."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
