"""Progress bars on stderr, where a terminal or a notebook shows them; elsewhere there are none."""

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sized
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import IO, Any, Protocol, Self, TypeVar

from cnntrain.system.text import one_line

T = TypeVar("T")


class Bar(Protocol):
    """What shows progress, as a tqdm bar does; at the end of a `with` block it is closed."""

    def update(self, n: int = 1, /) -> object:
        """Advance."""

    def clear(self) -> None:
        """Remove what is drawn, until it is drawn again: something else is to be printed."""

    def close(self) -> None:
        """End the bar."""

    def __enter__(self) -> Self:
        """Return the bar."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> object:
        """End the bar."""


class Unseen:
    """A bar that nobody would see. Without tqdm, no lock is made, and no thread is started."""

    def update(self, n: int = 1, /) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        """Return the bar."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


def can_draw(stream: IO[str] | None) -> bool:
    """Return whether a stream, which may be closed, is a terminal that can draw a bar.

    A dumb terminal, such as an editor's, cannot move back to the beginning of a line.
    """
    with suppress(ValueError):  # it was closed by whoever uses cnntrain as a library
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    return False


def open_bar(
    name: str, total: int | None, initial: int = 0, *, unit: str = "B", leave: bool = True
) -> Bar:
    """Open a progress bar; `leave` leaves it there when it is closed."""
    if not (can_draw(sys.stderr) or in_notebook()):
        return Unseen()
    found: Bar = tqdm_class()(
        desc=one_line(name),
        total=total,
        initial=initial,
        unit=unit,
        unit_scale=True,
        leave=leave,
        file=sys.stderr,
    )
    return found


def watched(items: Iterable[T], name: str, *, unit: str) -> Iterator[T]:
    """Yield some items while a bar shows how many are done; it is removed at the end."""
    total = len(items) if isinstance(items, Sized) else None
    with open_bar(name, total, unit=unit, leave=False) as bar:
        for item in items:
            yield item
            bar.update()


def tqdm_class() -> Any:
    """Return tqdm's class of bars for a terminal, or for a notebook where this is one.

    Its usual lock is a semaphore for several processes, which would be left behind if this one were
    killed. Our bars are drawn by one process.
    """
    name = "tqdm.auto" if in_notebook() else "tqdm"
    tqdm = import_module(name).tqdm
    if not hasattr(tqdm, "_lock"):
        tqdm.set_lock(threading.RLock())
    return tqdm


def in_notebook() -> bool:
    """Return whether a notebook runs this program, as tqdm tells it."""
    if "IPython" not in sys.modules:
        return False
    from tqdm.auto import tqdm
    from tqdm.std import tqdm as of_terminals

    return getattr(tqdm, "status_printer", None) is not of_terminals.status_printer
