"""How processes are started, so that they are out of reach of what concerns the program alone."""

import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import ModuleType

from cnntrain.system.interrupt import stopping_signals
from cnntrain.system.processes import HAS_TRACKER, blocked, is_stopped

SAFE_PATH = "PYTHONSAFEPATH"  # the environment variable: import nothing from the working directory


SECONDS_STOPPED = 5.0  # after which a process that a signal has stopped is not waited for


class Working:
    """Tells whether a process can be expected to go on; called now and then while it is waited for.

    It cannot once it has ended, nor where a signal (SIGSTOP) has stopped it for some seconds; that
    is seen on Linux alone. Ctrl-Z stops the program as well, which does not count meanwhile.
    """

    def __init__(self, process: BaseProcess) -> None:
        """Take the process."""
        self.process = process
        self.last_look = time.monotonic()
        self.stopped = 0.0  # seconds

    def __call__(self) -> bool:
        """Return whether it is worth waiting."""
        now = time.monotonic()
        waited = min(now - self.last_look, 1.0)  # longer if the program was stopped itself
        self.last_look = now
        self.stopped = self.stopped + waited if is_stopped(self.process.pid) else 0.0
        return self.process.is_alive() and self.stopped < SECONDS_STOPPED


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent also on systems where signals cannot be blocked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def start_tracker() -> None:
    """Start multiprocessing's clean-up process before there is anything to clean up.

    Where it cannot be had, as where processes are limited, we work alone. multiprocessing warns of
    that whenever it deletes a semaphore, so this one message is hidden from here on.
    """
    if HAS_TRACKER:
        warnings.filterwarnings("ignore", "resource_tracker: process died")
        from multiprocessing import resource_tracker

        with out_of_reach():
            resource_tracker.ensure_running()


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Shield processes started in the block from signals, local files, and the main module.

    A terminal sends Ctrl-C to all of a program's processes; only the first should react. Workers
    start as `python -c`, which would import modules from the working directory. And they would
    run the main module again, which is a user's script where cnntrain is used as a library.
    """
    before = os.environ.get(SAFE_PATH)
    main = sys.modules["__main__"]
    os.environ[SAFE_PATH] = "1"
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with blocked(stopping_signals()):
            yield
    finally:
        sys.modules["__main__"] = main
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
