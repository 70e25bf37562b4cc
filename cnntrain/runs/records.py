"""The CSV records of a run: a row for every mini-batch and every epoch.

A file is read by its header, not by the order of its columns: a run begun by another version of
this program may have other columns than those below. Resuming it keeps every row and every column;
missing values are left empty.
"""

import csv
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cnntrain.errors import OutputError
from cnntrain.system.files import replacing
from cnntrain.training.loop import BatchDone, EpochDone, Event
from cnntrain.training.progress import Progress

BATCH_COLUMNS = ["epoch", "batch", "step", "mse", "weighted_mse", "rate"]
EPOCH_COLUMNS = [
    "epoch",
    "step",
    "mse",
    "weighted_mse",
    "train_accuracy",
    "test_accuracy",
    "test_error",
    "validation_accuracy",
    "seconds",
    "images_per_second",
]


class Records:
    """The CSV files of a run: a row for every batch, and a row for every epoch."""

    def __init__(self, batches: Path, epochs: Path, progress: Progress | None = None) -> None:
        """Open the files; if the run is resumed, drop the rows that `progress` has not reached."""
        progress = progress or Progress()
        self.batches = _Table(batches, BATCH_COLUMNS, "step", progress.step)
        self.epochs = _Table(epochs, EPOCH_COLUMNS, "epoch", progress.epoch - 1)
        self.files = [self.batches.file, self.epochs.file]

    def __call__(self, event: Event) -> None:
        """Write the row of an event."""
        try:
            if isinstance(event, BatchDone):
                place = [event.epoch, event.batch, event.step]
                self.batches.write([*place, event.mse, event.weighted_mse, event.rate])
            else:
                self.epochs.write(_epoch_row(event))
        except OSError as error:
            raise _cannot_write(self.files[0].name, error) from error

    def flush(self) -> None:
        """Hand everything written so far to the operating system."""
        try:
            for file in self.files:
                file.flush()
        except OSError as error:
            raise _cannot_write(self.files[0].name, error) from error

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files."""
        for file in self.files:
            file.close()


def _epoch_row(event: EpochDone) -> list[object]:
    validation = event.validation.accuracy if event.validation else ""
    judged = [event.train_accuracy, event.test.accuracy, event.test.error, validation]
    timed = [round(event.seconds, 3), round(event.images_per_second)]
    return [event.epoch, event.step, event.mse, event.weighted_mse, *judged, *timed]


class _Table:
    """A CSV file open for appending rows of `columns`, after those it has already."""

    def __init__(self, path: Path, columns: list[str], counter: str, last: int) -> None:
        """Open the file, keeping its rows up to the one whose `counter` is `last`.

        Columns of the file that are not among `columns` are kept after them. Truncated or
        malformed rows are dropped. Raises OutputError.
        """
        try:
            text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
            lines = text.splitlines() or [",".join(columns)]
            header, *rows = (line.split(",") for line in lines)
            if counter not in header:
                raise _no_header(path, counter)
            kept = [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]
            self.columns, self.added = columns, [name for name in header if name not in columns]
            whole = [*columns, *self.added]
            with replacing(path) as beside:
                beside.write(_line(whole))
                for row in kept:
                    if row[counter].isdecimal() and int(row[counter]) <= last:
                        beside.write(_line([row.get(name, "") for name in whole]))
            self.file: IO[str] = path.open("a", newline="", encoding="utf-8")
        except OSError as error:
            raise _cannot_write(str(path), error) from error
        self.writer = csv.writer(self.file, lineterminator="\n")

    def write(self, values: list[object]) -> None:
        """Append a row with a value for each of `columns`."""
        self.writer.writerow([*values, *("" for _ in self.added)])


def _line(cells: list[str]) -> bytes:
    return (",".join(cells) + "\n").encode()


def _no_header(path: Path, counter: str) -> OutputError:
    return OutputError(
        f"{path}: found no column '{counter}' in its first line, expected the names of the columns "
        "there; nothing was changed. Restore that line, or move the file away to go on without it"
    )


def _cannot_write(path: str, error: OSError) -> OutputError:
    advice = "make room or give another --out. What was saved before is intact"
    return OutputError.of(path, error, advice)
