"""Progress on the terminal: a bar for each epoch, or a line where there is no terminal."""

import io
import sys
from typing import NoReturn

from tqdm import tqdm

from cnntrain.training.loop import BatchDone, EpochDone, Event


class Bar:
    """A progress bar for each epoch on a terminal; a line for each epoch where there is none."""

    def __init__(self, batches: int, epochs: int, loss: str) -> None:
        """Take the number of mini-batches in an epoch and of epochs, and what the loss is."""
        self.batches, self.epochs = batches, epochs
        self.loss = "mse" if loss == "mse" else "loss"
        self.bar: tqdm[NoReturn] | None = None
        self.stream = sys.stderr or io.StringIO()  # stderr may be closed

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if isinstance(event, EpochDone):
            self.close()
            print(self.line(event), file=self.stream, flush=True)
        elif self.stream.isatty():
            self._advance(event)

    def _advance(self, event: BatchDone) -> None:
        bar = self.bar = self.bar or self._open(event)
        self.images += event.images
        bar.update()
        if bar.n == bar.last_print_n:  # it has just drawn itself
            rate = self.images / max(bar.format_dict["elapsed"], 1e-9)
            bar.set_postfix_str(
                f"{self.loss} {event.mse:.4f} weighted {event.weighted_mse:.4f} {rate:,.0f} images/s",
                refresh=False,
            )

    def _open(self, event: BatchDone) -> "tqdm[NoReturn]":
        self.images = 0
        return tqdm(
            total=self.batches,
            initial=event.batch - 1,
            desc=f"epoch {event.epoch}/{self.epochs}",
            leave=False,
            dynamic_ncols=True,
            file=self.stream,
            disable=False,  # not left to $TQDM_DISABLE: a disabled bar does not count
            bar_format="{desc} {bar} {n_fmt}/{total_fmt} {elapsed}<{remaining}{postfix}",
        )

    def line(self, event: EpochDone) -> str:
        """Return an epoch in a line."""
        validation = f" validation {event.validation.error:.2%}," if event.validation else ""
        return (
            f"epoch {event.epoch}/{self.epochs}  {self.loss} {event.mse:.4f}  "
            f"weighted {event.weighted_mse:.4f}  error: train {1 - event.train_accuracy:.2%},"
            f"{validation} test {event.test.error:.2%}  {event.seconds:.1f} s"
        )

    def close(self) -> None:
        """Remove the bar."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
