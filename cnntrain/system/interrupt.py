"""Handle Ctrl-C so that the work in progress is finished first."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None] | signal.Handlers
SECONDS_OF_ONE_REQUEST = 1.0  # a second Ctrl-C within this time is ignored


class Interrupted(Exception):  # not an error: the user asked for it
    """Report that the user asked to stop and that everything was saved."""


_interrupts: list[int] = []  # SIGINTs that have become a KeyboardInterrupt


def remember_interrupts() -> None:
    """Record Ctrl-C as well as raising KeyboardInterrupt; training then refuses to start.

    The exception can be lost: Python cannot raise it from some of its own callbacks, and some of
    the libraries that we import swallow it or turn it into an ImportError.
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
    """Return whether a Ctrl-C should already have ended the program."""
    return bool(_interrupts)


class Stop:
    """Tells whether the user has asked to stop."""

    asked = False


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Treat the first SIGINT, SIGTERM or SIGHUP as a request to stop; a later SIGINT stops at once.

    A second Ctrl-C within a second is ignored. Raises KeyboardInterrupt if Ctrl-C was pressed
    earlier and was not handled.
    """
    stop = Stop()
    asked_at = 0.0

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked_at
        if (
            stop.asked
            and signum == signal.SIGINT
            and time.monotonic() - asked_at > SECONDS_OF_ONE_REQUEST
        ):
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
    """Ignore requests to stop during work that is short or cannot be stopped safely."""
    with _handling(signal.SIG_IGN, stopping_signals()):
        yield


@contextmanager
def postponed(signals: Sequence[signal.Signals] | None = None) -> Iterator[None]:
    """Delay signals, those that stop a program if none are named, until the end of the block.

    Outside the main thread this does nothing: signals are not delivered there.
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
    """Return the signals that stop a program, except those it ignores, as under nohup."""
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
