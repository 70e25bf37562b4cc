"""Ctrl-C that lets the work at hand finish."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None] | signal.Handlers
HURRY = 1.0  # seconds


class Interrupted(Exception):  # not an error: the user asked for it
    """Report that the user asked to stop, and that all was saved."""


_interrupts: list[int] = []  # SIGINTs that have become a KeyboardInterrupt


def remember_interrupts() -> None:
    """Remember Ctrl-C beside raising KeyboardInterrupt, which can get lost: no training begins then.

    Python cannot raise it out of some of its own callbacks, and some of the libraries that we
    import swallow whatever is raised, or make an ImportError of it.
    """

    def interrupt(signum: int, frame: FrameType | None) -> None:
        _interrupts.append(signum)
        raise KeyboardInterrupt

    def report(lost: "sys.UnraisableHookArgs") -> None:
        if lost.exc_type is not KeyboardInterrupt:
            sys.__unraisablehook__(lost)

    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:  # it may be ignored
        signal.signal(signal.SIGINT, interrupt)
        sys.unraisablehook = report


def interrupted() -> bool:
    """Return whether there was a Ctrl-C that ought to have ended the program."""
    return bool(_interrupts)


class Stop:
    """Tells whether the user has asked to stop."""

    asked = False


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Turn the first SIGINT or SIGTERM into a wish to stop; a SIGINT later on stops at once.

    A closed terminal (SIGHUP) is a wish too. A key pressed twice in a hurry is one wish. Raises
    KeyboardInterrupt if Ctrl-C was pressed before and nobody has heard it.
    """
    stop = Stop()
    asked_at = 0.0

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked_at
        if stop.asked and signum == signal.SIGINT and time.monotonic() - asked_at > HURRY:
            raise KeyboardInterrupt
        if not stop.asked:
            asked_at = time.monotonic()
        stop.asked = True

    with _handling(ask, stopping_signals()):
        if interrupted():
            raise KeyboardInterrupt
        yield stop


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore wishes to stop: what is done meanwhile is short, or bad at being stopped."""
    with _handling(signal.SIG_IGN, stopping_signals()):
        yield


@contextmanager
def postponed(signals: Sequence[signal.Signals] | None = None) -> Iterator[None]:
    """Let signals, those that stop a program if none are named, wait until the end of the block.

    In another thread than the main one this does nothing: signals do not come there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    signals = stopping_signals() if signals is None else signals
    with _handling(lambda number, _: caught.append(number), signals):
        yield
    for number in caught[:1]:
        signal.raise_signal(number)


def stopping_signals() -> list[signal.Signals]:
    """Return what stops a program, but for what it ignores: under nohup, or in the background."""
    signals = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    return [n for n in signals if n is not None and signal.getsignal(n) != signal.SIG_IGN]


@contextmanager
def _handling(handler: Handler, signals: Sequence[signal.Signals]) -> Iterator[None]:
    before = [signal.signal(number, handler) for number in signals]
    try:
        yield
    finally:
        for number, earlier in zip(signals, before, strict=True):
            signal.signal(number, earlier)
