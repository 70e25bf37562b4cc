"""What commands print: results on stdout; messages on stderr."""

import sys

from cnntrain.errors import OutputError
from cnntrain.system.streams import say, write
from cnntrain.system.text import harmless

__all__ = ["print_result", "say"]


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
