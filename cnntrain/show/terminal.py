"""How wide the terminal is that results are printed on."""

import os
import sys
from typing import IO

from cnntrain.system import streams

SHADES = " ░▒▓█"  # from dark to bright, for pictures made of characters

USUAL_COLUMNS = 80


def columns() -> int | None:
    """Return the width of the terminal behind stdout, or what $COLUMNS says; None for a pipe."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isascii() and asked.isdigit() and int(asked) > 0:
        return int(asked)
    return streams.columns(sys.stdout)


def shows(stream: IO[str] | None, characters: str) -> bool:
    """Return whether a stream's encoding has these characters."""
    try:
        characters.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
