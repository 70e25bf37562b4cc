"""Images and labels in a CSV file: a label and the pixels of an image in each line, as Kaggle has it.

Reading text takes long, so that the numbers are kept in the cache: the second time they are mapped.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from cnntrain.errors import DataError
from cnntrain.system.bars import watched
from cnntrain.system.regular import open_text

LINES = 2_000  # read at a time
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
            line = file.readline(1 << 20)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    cells = [cell.strip().strip('"').lower() for cell in line.split(",")]
    if len(cells) < 2:
        raise DataError(
            f"{path}: found {len(cells)} column in the first line, expected a label and pixels, "
            "separated by commas; save it as CSV"
        )
    header = not all(_is_number(cell) for cell in cells)
    label = next((cells.index(name) for name in LABEL if name in cells), None) if header else 0
    return Columns(len(cells), label, header)


def rows(path: Path, root: Path | None) -> np.ndarray:
    """Return the rows of a file, with fields `label` and `pixels`, read now or kept from before.

    Raises DataError, which names the line, for anything but whole numbers, pixels 0 to 255.
    """
    from cnntrain.data.cache import kept_file

    of = columns(path)

    def write(target: IO[bytes]) -> None:
        for block in _blocks(path, of):
            target.write(block.tobytes())

    kept = kept_file(root, path, ".rows", write)
    if kept is None:
        return np.concatenate([*_blocks(path, of)])
    with kept.open("rb") as file:
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), of.row)


def _blocks(path: Path, of: Columns) -> Iterator[np.ndarray]:
    """Yield the rows of some lines at a time. Raises DataError."""
    assert of.label is not None
    read = of.header + 0  # lines
    try:
        with open_text(path, "utf-8-sig") as file:
            lines = watched(islice(file, read, None), f"reading {path.name}", unit=" lines")
            while some := list(islice(lines, LINES)):
                yield _block(path, of, some, read)
                read += len(some)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    if read == of.header:
        raise DataError(f"{path}: holds no images, expected a line for each; get the file again")


def _block(path: Path, of: Columns, lines: list[str], before: int) -> np.ndarray:
    try:
        values = np.loadtxt(lines, delimiter=",", dtype=np.int64, ndmin=2, comments=None)
        if values.shape != (len(lines), of.count):
            raise ValueError
    except ValueError as error:
        raise _wrong_line(path, of, lines, before) from error
    block = np.empty(len(values), of.row)
    block["label"] = values[:, of.label]
    pixels = np.delete(values, of.label or 0, axis=1)
    wrong = np.flatnonzero((pixels < 0).any(axis=1) | (pixels > 255).any(axis=1))
    if wrong.size:
        number = before + int(wrong[0]) + 1
        low, high = pixels[wrong[0]].min(), pixels[wrong[0]].max()
        raise DataError(
            f"{path}:{number}: found pixels from {low} to {high}, expected 0 to 255; scale them"
        )
    block["pixels"] = pixels
    return block


def _wrong_line(path: Path, of: Columns, lines: list[str], before: int) -> DataError:
    """Return the error for the first line that is not so many whole numbers."""
    for number, line in enumerate(lines, before + 1):
        cells = line.strip().split(",")
        if len(cells) != of.count:
            return DataError(
                f"{path}:{number}: found {len(cells)} values, expected {of.count}, as in the first "
                "line; get the file again, or correct the line"
            )
        for place, cell in enumerate(cells, 1):
            if not _is_number(cell.strip()):
                return DataError(
                    f"{path}:{number}: found {cell.strip()[:40]!r} as value {place}, expected a whole "
                    "number; correct the line"
                )
    return DataError(f"{path}: cannot be read as numbers; expected a label and pixels in each line")


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").isdecimal()


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> DataError:
    found = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
    return DataError(f"{path}: cannot be read: {found}; expected a CSV file; correct the path")
