"""Standard streams, which can be closed, full, or read by a program that has ended."""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from cnntrain.system.text import one_line

STDERR = 2  # its file descriptor
_one_at_a_time = threading.Lock()


def write(stream: IO[str] | None, text: str) -> bool:
    """Write text to stdout or stderr at once; return False if its reader is gone.

    A reader that has seen enough, such as `head`, is not an error. Raises OSError if the stream
    is closed (then it is None) or cannot be written. After either, later output is discarded:
    Python would otherwise fail on the rest of it as it exits.
    """
    if stream is None:
        raise OSError(errno.EBADF, "it is closed")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _discard(stream)
        return False
    except OSError:
        _discard(stream)
        raise
    return True


def say(*lines: str) -> None:
    """Print a message on stderr; one that cannot be printed does not make a command fail."""
    with suppress(OSError):
        write(sys.stderr, "".join(f"{one_line(line)}\n" for line in lines))


@contextmanager
def unheard() -> Iterator[None]:
    """Discard what libraries written in C print on stderr in the block, past Python.

    There is one stderr for all threads, so that one block waits for another.
    """
    with _one_at_a_time:
        try:
            kept = os.dup(STDERR)
        except OSError:  # it is closed
            yield
            return
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, STDERR)
            os.close(null)
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)


def _discard(stream: IO[str]) -> None:
    """Connect a stream's file descriptor to the null device."""
    with suppress(OSError, ValueError):  # a stream without a descriptor, in tests
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def columns(stream: IO[str] | None) -> int | None:
    """Return the width of the terminal that a stream is connected to, None if there is none.

    Some terminals do not tell their width: None too.
    """
    try:
        return os.get_terminal_size(stream.fileno()).columns or None if stream else None
    except (OSError, ValueError):  # a pipe, a file, or a stream without a descriptor
        return None
