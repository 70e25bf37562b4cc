"""Let one process at a time fill a folder."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cnntrain.errors import OutputError


@contextmanager
def exclusive(folder: Path, *, say: Callable[[str], None]) -> Iterator[None]:
    """Make `folder` and hold it until the end of the block; tell `say` when that takes waiting.

    The lock is the operating system's, on the folder itself: it leaves no file behind and ends
    with its process. Where there is none (Windows, some network drives) the block runs at once.
    A folder that the block leaves empty is removed. Raises OutputError if it cannot be made.
    """
    _make(folder)
    descriptor = _lock(folder, say)
    try:
        _make(folder)  # whoever held the lock before may have left it empty and removed it
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
        try:
            folder.rmdir()
        except OSError:
            pass  # it holds something, as it should


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "choose a folder that you may write to with --data-dir"
        raise OutputError.of(folder, error, advice) from error


def _lock(folder: Path, say: Callable[[str], None]) -> int | None:
    """Return the descriptor that holds the lock; None where the system has no such lock."""
    if sys.platform == "win32":
        return None
    import fcntl  # not on Windows

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"another process is filling {folder}; waiting for it")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:  # a network drive without locks
        os.close(descriptor)
        return None
    return descriptor
