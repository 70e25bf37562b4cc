"""The CSV records of a run: a row for every mini-batch and every epoch."""

import csv
import io
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

from tqdm import tqdm

from cnntrain.errors import OutputError
from cnntrain.system.files import replacing
from cnntrain.training.loop import BatchDone, EpochDone, Event, Progress

BATCH_COLUMNS = ["epoch", "batch", "step", "mse", "weighted_mse"]
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
        """Open the files; of a run that is continued, drop what `progress` has not reached."""
        progress = progress or Progress()
        self.files = [
            _continued(batches, BATCH_COLUMNS, "step", progress.step),
            _continued(epochs, EPOCH_COLUMNS, "epoch", progress.epoch - 1),
        ]
        self.batches, self.epochs = (csv.writer(file, lineterminator="\n") for file in self.files)

    def __call__(self, event: Event) -> None:
        """Write the row of an event."""
        try:
            if isinstance(event, BatchDone):
                place = (event.epoch, event.batch, event.step)
                self.batches.writerow((*place, event.mse, event.weighted_mse))
            else:
                self.epochs.writerow(_epoch_row(event))
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


def _continued(path: Path, columns: list[str], counter: str, last: int) -> IO[str]:
    """Return a CSV file opened for appending, with its header and its rows up to `last`.

    A row that a crash cut short, and what else is no row, is dropped.
    """
    position = columns.index(counter)
    kept = [columns]
    try:
        text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
        for row in (line.split(",") for line in text.splitlines()):
            whole = len(row) == len(columns) and row[position].isdecimal()
            if whole and int(row[position]) <= last:
                kept.append(row)
        with replacing(path) as beside:
            beside.write("".join(",".join(row) + "\n" for row in kept).encode())
        return path.open("a", newline="", encoding="utf-8")
    except OSError as error:
        raise _cannot_write(str(path), error) from error


def _cannot_write(path: str, error: OSError) -> OutputError:
    advice = "make room or give another --out. What was saved before is intact"
    return OutputError.of(path, error, advice)
