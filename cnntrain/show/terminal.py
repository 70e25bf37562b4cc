"""How wide the terminal is that results are printed on."""

import os
import sys

from cnntrain.system import streams

USUAL_COLUMNS = 80


def columns() -> int | None:
    """Return the width of the terminal behind stdout, or what $COLUMNS says; None for a pipe."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isascii() and asked.isdigit() and int(asked) > 0:
        return int(asked)
    return streams.columns(sys.stdout)
