"""Handle Ctrl-C so that the work in progress is finished first."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

Handler = Callable[[int, FrameType | None], None] | signal.Handlers
SECONDS_OF_ONE_REQUEST = 0.2  # a second Ctrl-C within this time is the same: both may be one's
SECONDS_UNTIL_LATE = 2.0  # after which it is said that a request is being carried out


class Interrupted(Exception):  # not an error: the user asked for it
    """Report that the user asked to stop and that everything was saved."""


class CtrlC(KeyboardInterrupt):
    """Ctrl-C, as any KeyboardInterrupt. One of Python's own that passes through `exec`, which
    dataclasses are made with as they are imported, ends a program by SIGINT, not by its exit code.
    """


_interrupts: list[int] = []  # SIGINTs that have become a KeyboardInterrupt


def remember_interrupts() -> None:
    """Record Ctrl-C as well as raising KeyboardInterrupt; training then refuses to start.

    The exception can be lost: Python cannot raise it from some of its own callbacks, and some of
    the libraries that we import swallow it or turn it into an ImportError.
    """

    def interrupt(signum: int, frame: FrameType | None) -> None:
        _interrupts.append(signum)
        raise CtrlC

    def report(lost: "sys.UnraisableHookArgs") -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
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


_stops: list[Stop] = []  # of the blocks that are being executed


def asked_to_stop() -> bool:
    """Return whether the user has asked to stop what goes on around the caller."""
    return any(stop.asked for stop in _stops)


@contextmanager
def stoppable(late: Callable[[], None] = lambda: None) -> Iterator[Stop]:
    """Treat the first SIGINT, SIGTERM or SIGHUP as a request to stop; a later SIGINT stops at once.

    It raises KeyboardInterrupt. A key that is held down for a moment counts once. `late` is called,
    in another thread, if the block goes on for a while after the request. Raises KeyboardInterrupt
    if Ctrl-C was pressed earlier and was not handled.
    """
    stop = Stop()
    asked_at = 0.0
    reminder = threading.Timer(SECONDS_UNTIL_LATE, late)
    reminder.daemon = True

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked_at
        if (
            stop.asked
            and signum == signal.SIGINT
            and time.monotonic() - asked_at > SECONDS_OF_ONE_REQUEST
        ):
            raise KeyboardInterrupt
        if not stop.asked:
            stop.asked = True  # first: another signal may come while the thread is started
            asked_at = time.monotonic()
            with suppress(RuntimeError):  # where the system allows no thread
                reminder.start()

    with _handling(ask, stopping_signals()), _known(stop):
        if interrupted():
            raise KeyboardInterrupt
        try:
            yield stop
        finally:
            reminder.cancel()


@contextmanager
def postponed(
    signals: Sequence[signal.Signals] | None = None, *, once: bool = False
) -> Iterator[None]:
    """Delay signals, those that stop a program if none are named, until the end of the block.

    With `once`, another one raises KeyboardInterrupt at once. Outside the main thread this does
    nothing: signals are not delivered there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    signals = stopping_signals() if signals is None else signals
    stop = Stop()
    asked_at = 0.0

    def note(number: int, _: FrameType | None) -> None:
        nonlocal asked_at
        if once and caught and time.monotonic() - asked_at > SECONDS_OF_ONE_REQUEST:
            raise KeyboardInterrupt
        if not caught:
            asked_at = time.monotonic()
        caught.append(number)
        stop.asked = True

    with _handling(note, signals), _known(stop):
        yield
    for number in caught[:1]:
        signal.raise_signal(number)


def stopping_signals() -> list[signal.Signals]:
    """Return the signals that stop a program, except those it ignores, as under nohup."""
    signals = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    return [n for n in signals if n is not None and signal.getsignal(n) != signal.SIG_IGN]


@contextmanager
def _known(stop: Stop) -> Iterator[None]:
    """Let `asked_to_stop` know of a request during the block."""
    _stops.append(stop)
    try:
        yield
    finally:
        _stops.remove(stop)


@contextmanager
def _handling(handler: Handler, signals: Sequence[signal.Signals]) -> Iterator[None]:
    before = [signal.signal(number, handler) for number in signals]
    try:
        yield
    finally:
        for number, earlier in zip(signals, before, strict=True):
            signal.signal(number, earlier)
