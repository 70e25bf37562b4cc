"""Training progress: on a terminal a bar for each epoch, elsewhere a line for each."""

import io
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from cnntrain.show.summary import percent
from cnntrain.system.bars import can_draw, tqdm_class
from cnntrain.system.streams import columns, write
from cnntrain.training.loop import BatchDone, EpochDone, Event

if TYPE_CHECKING:
    from tqdm import tqdm

USUAL_COLUMNS = 80  # if the terminal's width is unknown
BAR_AND_TIMES, BAR, COUNT = (
    "{desc} {bar} {n_fmt}/{total_fmt} {elapsed}<{remaining}{postfix}",
    "{desc} {bar} {n_fmt}/{total_fmt}{postfix}",
    "{desc} {n_fmt}/{total_fmt}{postfix}",
)


class Bar:
    """A progress bar for each epoch; a line for each epoch where no bar can be drawn."""

    def __init__(self, batches: int, epochs: int, loss: str) -> None:
        """Take the number of mini-batches in an epoch and of epochs, and the name of the loss."""
        self.batches, self.epochs = batches, epochs
        self.loss = "mse" if loss == "mse" else "loss"
        self.bar: tqdm[NoReturn] | None = None
        self.stream = sys.stderr or io.StringIO()  # stderr may be closed
        self.drawn = can_draw(self.stream)

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if isinstance(event, EpochDone):
            self.close()
            with suppress(OSError):  # nobody reads it: no reason to stop training
                write(self.stream, f"{self.line(event)}\n")
        elif self.drawn:
            self._advance(event)

    def _advance(self, event: BatchDone) -> None:
        bar = self.bar = self.bar or self._open(event)
        self.images += event.images
        bar.update()
        if bar.n == bar.last_print_n:  # it has just drawn itself
            rate = self.images / max(bar.format_dict["elapsed"], 1e-9)
            bar.bar_format, figures = self._form(event, rate)
            bar.set_postfix_str(figures, refresh=False)

    def _open(self, event: BatchDone) -> "tqdm[NoReturn]":
        self.images = 0
        form, figures = self._form(event, None)
        found: tqdm[NoReturn] = tqdm_class()(
            total=self.batches,
            initial=event.batch - 1,
            desc=f"epoch {event.epoch}/{self.epochs}",
            leave=False,
            dynamic_ncols=True,
            file=self.stream,
            disable=False,  # not left to $TQDM_DISABLE: a disabled bar does not count
            bar_format=form,
            postfix=figures,
        )
        return found

    def _form(self, event: BatchDone, rate: float | None) -> tuple[str, str]:
        """Return the bar's format and the figures after it; the loss fits into 40 columns."""
        width = columns(self.stream) or USUAL_COLUMNS
        figures = f"{self.loss} {event.mse:.4f}"
        if width < 60:
            return COUNT, figures
        figures += f" weighted {event.weighted_mse:.4f}"
        if width < USUAL_COLUMNS:
            return BAR, figures
        return BAR_AND_TIMES, figures if rate is None else f"{figures} {rate:,.0f} images/s"

    def line(self, event: EpochDone) -> str:
        """Return the line for an epoch, without errors if the targets are not classes."""
        text = (
            f"epoch {event.epoch}/{self.epochs}  {self.loss} {event.mse:.4f}  "
            f"weighted {event.weighted_mse:.4f}"
        )
        if event.test.error is None:
            text += f"  test {self.loss} {event.test.loss:.4f}"
        else:
            trained = None if event.train_accuracy is None else 1 - event.train_accuracy
            held_back = (
                f" validation {percent(event.validation.error)}," if event.validation else ""
            )
            text += f"  error: train {percent(trained)},{held_back} test {event.test.error:.2%}"
        return f"{text}  {event.seconds:.1f} s"

    def say(self, line: str) -> None:
        """Print a line above the bar, which draws itself again with the next mini-batches."""
        if self.bar is not None:
            self.bar.clear()
        print(line, file=self.stream, flush=True)

    def close(self) -> None:
        """Remove the bar."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
