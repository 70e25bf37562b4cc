"""Images and labels in a CSV file: a label and the pixels of an image in each line, as Kaggle has it.

Reading text takes long, so that the numbers are kept in the cache: the second time they are mapped.
"""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from cnntrain.errors import DataError
from cnntrain.system.bars import watched
from cnntrain.system.regular import open_text

KEPT = ".rows-2"  # another number where rows are read in another way
LINES = 2_000  # read at a time
MOST_HEADER = 1 << 20  # characters of the first line
MOST_CELL = 32  # characters for a value of the others, so that no line takes much memory
MOST = 2**31 - 1  # a label as it is kept
LABEL = ("label", "class", "target", "y", "digit")  # names of the column, in the first line


@dataclass(frozen=True)
class Columns:
    """What the columns of a file are."""

    count: int
    label: int | None  # the column of the labels
    header: bool  # the first line has names

    @property
    def row(self) -> np.dtype:
        """Return the type of a row as it is kept."""
        return np.dtype([("label", "<i4"), ("pixels", "u1", (self.count - 1,))])


def columns(path: Path) -> Columns:
    """Return what the columns of a file are by its first line. Raises DataError."""
    try:
        with open_text(path, "utf-8-sig") as file:
            line = file.readline(MOST_HEADER)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    cells = [cell.strip().strip('"').lower() for cell in line.split(",")]
    if len(cells) < 2:
        raise DataError(
            f"{path}: found {len(cells)} column in the first line, expected a label and pixels, "
            "separated by commas; save it as CSV"
        )
    header = any(_value(cell) is None for cell in cells)
    label = next((cells.index(name) for name in LABEL if name in cells), None) if header else 0
    return Columns(len(cells), label, header)


def rows(path: Path, root: Path | None) -> np.ndarray:
    """Return the rows of a file, with fields `label` and `pixels`, read now or kept from before.

    Empty lines are passed over. Raises DataError, which names the line, for anything but whole
    numbers, pixels 0 to 255.
    """
    from cnntrain.data.cache import kept_file

    of = columns(path)

    def write(target: IO[bytes]) -> None:
        for block in _blocks(path, of):
            target.write(block.tobytes())

    kept = kept_file(root, path, KEPT, write)
    if kept is not None and not _whole(kept, of):
        with suppress(OSError):
            kept.unlink()
        kept = kept_file(root, path, KEPT, write)
    if kept is None or not _whole(kept, of):
        return np.concatenate([*_blocks(path, of)])
    with kept.open("rb") as file:
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), of.row)


def _whole(kept: Path, of: Columns) -> bool:
    """Return whether a file holds rows, none of them a part of one."""
    size = kept.stat().st_size
    return size > 0 and size % of.row.itemsize == 0


def _blocks(path: Path, of: Columns) -> Iterator[np.ndarray]:
    """Yield the rows of some lines at a time. Raises DataError."""
    assert of.label is not None
    read, found = of.header + 0, 0  # lines, and images in them
    try:
        with open_text(path, "utf-8-sig") as file:
            if of.header:
                file.readline(MOST_HEADER)
            pieces = iter(lambda: file.readline(MOST_CELL * of.count), "")
            lines = watched(pieces, f"reading {path.name}", unit=" lines")
            while some := list(islice(lines, LINES)):
                block = _block(path, of, some, read)
                yield block
                read += len(some)
                found += len(block)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    if not found:
        raise DataError(f"{path}: holds no images, expected a line for each; get the file again")


def _block(path: Path, of: Columns, lines: list[str], before: int) -> np.ndarray:
    filled = [(number, line) for number, line in enumerate(lines, before + 1) if line.strip()]
    block = np.empty(len(filled), of.row)
    if not filled:
        return block
    numbers, texts = zip(*filled, strict=True)
    try:
        values = _whole_numbers(texts)
        if values.shape != (len(numbers), of.count):
            raise ValueError
    except ValueError as error:
        raise _wrong_line(path, of, filled) from error
    labels = values[:, of.label]
    large = np.flatnonzero((labels < -MOST) | (labels > MOST))
    if large.size:
        raise DataError(
            f"{path}:{numbers[large[0]]}: found the label {labels[large[0]]}, expected the number of "
            "a class; number them from 0 or 1"
        )
    block["label"] = labels
    pixels = np.delete(values, of.label or 0, axis=1)
    wrong = np.flatnonzero((pixels < 0).any(axis=1) | (pixels > 255).any(axis=1))
    if wrong.size:
        low, high = pixels[wrong[0]].min(), pixels[wrong[0]].max()
        raise DataError(
            f"{path}:{numbers[wrong[0]]}: found pixels from {low} to {high}, expected 0 to 255; "
            "scale them"
        )
    block["pixels"] = pixels
    return block


def _whole_numbers(lines: Sequence[str]) -> np.ndarray:
    """Return the values of lines: (N, columns) int64. Raises ValueError."""
    try:
        return _numbers(lines, np.int64)
    except ValueError:  # some programs write 255.0
        values = _numbers(lines, np.float64)
        if not (np.abs(values) < 1 << 53).all() or (values % 1).any():
            raise
        return values.astype(np.int64)


def _numbers(lines: Sequence[str], kind: type[np.generic]) -> np.ndarray:
    return np.loadtxt(lines, delimiter=",", dtype=kind, ndmin=2, comments=None, quotechar='"')


def _wrong_line(path: Path, of: Columns, lines: Sequence[tuple[int, str]]) -> DataError:
    """Return the error for the first of these numbered lines that is not so many whole numbers."""
    for number, line in lines:
        cells = [cell.strip().strip('"') for cell in line.strip().split(",")]
        if len(line) >= MOST_CELL * of.count and not line.endswith("\n"):
            return DataError(
                f"{path}:{number}: found a line of {len(line):,} characters or more, expected "
                f"{of.count} values, as in the first line; get the file again, or correct the line"
            )
        if len(cells) != of.count:
            return DataError(
                f"{path}:{number}: found {len(cells)} values, expected {of.count}, as in the first "
                "line; get the file again, or correct the line"
            )
        for place, cell in enumerate(cells, 1):
            if not _is_number(cell):
                scaled = 0 < (_value(cell) or 0) < 1
                advice = "multiply the pixels by 255" if scaled else "correct the line"
                return DataError(
                    f"{path}:{number}: found {cell[:40]!r} as value {place}, expected a whole number; "
                    f"{advice}"
                )
    return DataError(f"{path}: cannot be read as numbers; expected a label and pixels in each line")


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").isdecimal()


def _value(cell: str) -> float | None:
    """Return the number in a cell, None where there is none."""
    try:
        return float(cell)
    except ValueError:
        return None


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> DataError:
    found = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
    return DataError(f"{path}: cannot be read: {found}; expected a CSV file; correct the path")
