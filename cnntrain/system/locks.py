"""Locks between processes: a file that one process holds until it ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

PATIENCE = 1.0  # seconds: who only looks whether a lock is held holds it for a moment


class Held(Exception):
    """Report that another process holds the lock."""


@contextmanager
def locked(path: Path, *, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold the lock of a file, made if it is missing, until the end of the block.

    Yields False where there can be no lock, as on some network drives: the block runs all the same.
    The file stays: to remove it would let in a third process beside the second. Raises Held.
    """
    lock = FileLock(path, thread_local=False)  # a generator may end in another thread
    have = True
    try:
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise Held from error
    except (OSError, NotImplementedError, RuntimeError):
        have = False
    try:
        yield have
    finally:
        if have:
            lock.release()


def is_held(path: Path) -> bool | None:
    """Return whether another process holds the lock of a file; None if it cannot be told."""
    if not path.is_file():
        return None
    try:
        with locked(path, patience=0) as had:
            return False if had else None
    except Held:
        return True
