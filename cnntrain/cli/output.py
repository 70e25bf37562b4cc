"""What commands print: results on stdout; messages on stderr."""

import sys

from cnntrain.errors import CnntrainError, OutputError
from cnntrain.system.streams import say, write
from cnntrain.system.text import harmless, one_line

__all__ = ["print_line", "print_result", "say", "say_error"]


def say_error(error: CnntrainError, what: str = "Error") -> None:
    """Print on stderr what went wrong."""
    say(*f"{what}: {error}".split("\n"))


def print_line(text: object) -> bool:
    """Print a result of one line, such as the name of a file."""
    return print_result(one_line(str(text)))


def print_result(text: str) -> bool:
    """Print a result on stdout; return whether anyone is still reading.

    A reader that has seen enough, such as `head`, does not make a command fail. Raises OutputError
    if stdout is closed or cannot be written.
    """
    try:
        return write(sys.stdout, f"{harmless(text)}\n")
    except OSError as error:
        advice = "send it to a terminal, a pipe, or a file on a disk with free space"
        raise OutputError.of("stdout", error, advice) from error
