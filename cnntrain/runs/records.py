"""The CSV records of a run: a row for every mini-batch and every epoch.

A file is read by its header, not by the order of its columns: a run begun by another version of
this program may have other columns than those below. Resuming it keeps every row and every column;
missing values are left empty.
"""

import csv
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cnntrain.errors import OutputError
from cnntrain.runs.earlier_rows import EarlierRows
from cnntrain.system.files import replacing, sync
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
FLAT = "flat_"  # begins the columns with the share of an activation's outputs in its flat parts


class Records:
    """The CSV files of a run: a row for every batch, and a row for every epoch.

    `notes` say what is missing or damaged in them where a run is resumed.
    """

    def __init__(
        self,
        batches: Path,
        epochs: Path,
        progress: Progress | None = None,
        activations: Sequence[str] = (),
    ) -> None:
        """Open the files; if the run is resumed, drop the rows that `progress` has not reached.

        Of `activations`, by name, each row of an epoch has a share.
        """
        progress, self.activations = progress or Progress(), activations
        columns = [*EPOCH_COLUMNS, *(f"{FLAT}{name}" for name in activations)]
        self.batches = _Table(batches, BATCH_COLUMNS, "step", progress.step)
        try:
            self.epochs = _Table(epochs, columns, "epoch", progress.epoch - 1)
        except BaseException:
            self.batches.close(quietly=True)
            raise
        self.tables = [self.batches, self.epochs]
        self.notes = [note for table in self.tables for note in table.notes]

    def __call__(self, event: Event, shares: Mapping[str, float] | None = None) -> None:
        """Write the row of an event; that of an epoch with the shares of the activations."""
        if isinstance(event, BatchDone):
            place = [event.epoch, event.batch, event.step]
            self.batches.write([*place, event.mse, event.weighted_mse, event.rate])
        else:
            flat = [(shares or {}).get(name, "") for name in self.activations]
            self.epochs.write([*_epoch_row(event), *flat])

    def flush(self) -> None:
        """Make everything written so far durable, in files of the right names.

        A file that another program has removed or replaced is written anew.
        """
        for table in self.tables:
            table.flush()

    def copy_to(self, folder: Path) -> None:
        """Write what was recorded so far to files of the same names in another folder."""
        for table in self.tables:
            table.copy_to(folder / table.path.name)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files. Raises OutputError where the last rows cannot be written."""
        for table in self.tables:
            table.close(quietly=error is not None)


def _epoch_row(event: EpochDone) -> list[object]:
    validation = event.validation.accuracy if event.validation else ""
    judged = [event.train_accuracy, event.test.accuracy, event.test.error, validation]
    timed = [round(event.seconds, 3), round(event.images_per_second)]
    return [event.epoch, event.step, event.mse, event.weighted_mse, *judged, *timed]


class _Table:
    """A CSV file open for appending rows of `columns`, after those it has already."""

    def __init__(self, path: Path, columns: list[str], counter: str, last: int) -> None:
        """Open the file, keeping its rows up to the one whose `counter` is `last`.

        Columns of the file that are not among `columns` are kept after them. Lines that are no rows
        are dropped, and so are rows of a second time. Raises OutputError.
        """
        self.path = path
        try:
            text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
            earlier = EarlierRows(text, columns, counter, last)
            self.added = [name for name in earlier.header if name not in columns]
            self.notes = list(self._notes(earlier))
            whole = [*columns, *self.added]
            with replacing(path, parents=False) as beside:
                for line in (",".join(whole), *earlier.arranged(whole)):
                    beside.write(f"{line}\n".encode())
            self._open()
        except KeyError as error:
            raise _no_header(path, counter) from error
        except OSError as error:
            raise _cannot_write(path, error) from error

    def _open(self) -> None:
        """Open the file for appending, and for reading where another program removes its name."""
        self.file: IO[str] = self.path.open("a+", newline="", encoding="utf-8")
        self.writer = csv.writer(self.file, lineterminator="\n")

    def _notes(self, earlier: EarlierRows) -> Iterator[str]:
        """Keep a copy of a damaged file, and yield what is wrong with it."""
        what = "mini-batch" if earlier.counter == "step" else "epoch"
        if missing := earlier.missing():
            note = f"{self.path}: found no row of {what} {missing}"
            if earlier.unreadable:
                copy = self.path.with_name(f"{self.path.name}.damaged")
                with suppress(OSError, OutputError), replacing(copy, parents=False) as file:
                    file.write(self.path.read_bytes())
                lines = (
                    "1 line that is"
                    if earlier.unreadable == 1
                    else f"{earlier.unreadable:,} lines that are"
                )
                note += f", and {lines} none; the file as it was is kept as {copy.name}"
            yield f"{note}. The run goes on as it would have, and its records without these rows"
        if changed := earlier.changed():
            yield (
                f"{self.path}: the weighted MSE of {what} {changed} does not follow from the MSE: "
                "a number was changed after it was written; all rows are kept as they are"
            )

    def write(self, values: list[object]) -> None:
        """Append a row with a value for each of the columns."""
        try:
            self.writer.writerow([*values, *("" for _ in self.added)])
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def flush(self) -> None:
        """Write all rows to the file; anew, if its name is gone or another file's."""
        try:
            sync(self.file)
            if not self._in_place():
                self.copy_to(self.path)
                self.file.close()
                self._open()
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def _in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self.file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    def copy_to(self, target: Path) -> None:
        """Copy all rows, as far as they can be read, to another file. Raises OutputError."""
        with suppress(OSError):
            self.file.flush()
        descriptor = os.dup(self.file.fileno())
        with os.fdopen(descriptor, "rb") as content, replacing(target, parents=False) as copy:
            content.seek(0)
            shutil.copyfileobj(content, copy)

    def close(self, *, quietly: bool) -> None:
        """Close the file; with `quietly`, what cannot be written is lost: there was an error before."""
        try:
            self.file.close()
        except OSError as error:
            if not quietly:
                raise _cannot_write(self.path, error) from error


def _no_header(path: Path, counter: str) -> OutputError:
    return OutputError(
        f"{path}: found no column '{counter}' in its first line, expected the names of the columns "
        "there; nothing was changed. Restore that line, or move the file away to go on without it"
    )


def _cannot_write(path: Path, error: OSError) -> OutputError:
    advice = "make room or give another --out. What was saved before is intact"
    return OutputError.of(path, error, advice)
