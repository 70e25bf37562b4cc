"""Let one process at a time fill a folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from cnntrain.errors import OutputError


@contextmanager
def exclusive(folder: Path, *, say: Callable[[str], None]) -> Iterator[None]:
    """Make `folder` and hold it until the end of the block; tell `say` when that takes waiting.

    The lock ends with its process. Its file, beside the folder and hidden, stays: to remove it
    would let in a third process beside the second. Where no such file can be made or locked, as
    on some network drives, the block runs at once. A folder that the block leaves empty is
    removed. Raises OutputError if it cannot be made.
    """
    _make(folder)
    lock = FileLock(lock_file(folder))
    with suppress(OSError, NotImplementedError):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"another process is filling {folder}; waiting for it")
            lock.acquire()
    try:
        _make(folder)  # whoever held the lock before may have left it empty and removed it
        yield
    finally:
        lock.release()
        with suppress(OSError):  # it holds something, as it should
            folder.rmdir()


def lock_file(folder: Path) -> Path:
    """Return the file whose lock stands for the folder."""
    return folder.with_name(f".{folder.name}.lock")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "choose a folder that you may write to with --data-dir"
        raise OutputError.of(folder, error, advice) from error
