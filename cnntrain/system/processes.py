"""Other processes of ours, as far as systems differ in them."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HAS_TRACKER = os.name == "posix"  # a process of multiprocessing's that removes what others left


def is_stopped(pid: int | None) -> bool:
    """Return whether a signal has stopped a process; only Linux tells."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(") ")[2].startswith("T")


def give_way() -> None:
    """Let others go first: where they want a processor too, this process has a tenth of its time."""
    if sys.platform == "win32":
        import ctypes
        from subprocess import BELOW_NORMAL_PRIORITY_CLASS

        this_process = ctypes.c_void_p(-1)
        ctypes.windll.kernel32.SetPriorityClass(this_process, BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)  # Linux: 110 of 110 + 1024 parts of the time


@contextmanager
def blocked(signals: Sequence[signal.Signals]) -> Iterator[None]:
    """Block signals in this thread for the block, and in processes started in it for good.

    Windows cannot: there, such a process has to ignore them itself.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
