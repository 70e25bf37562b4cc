"""Command lines that a user can paste into a shell."""

import os
import shlex
from pathlib import Path

from cnntrain.system.text import one_line


def command(*words: str | Path) -> str:
    """Return the words as a line for a shell, on one line and harmless whatever they hold.

    A path that begins with a dash, which would be taken for an option, is written as ./-path.
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str | Path) -> str:
    text = os.fspath(word)
    if isinstance(word, Path) and text.startswith("-"):
        text = f"./{text}"
    if one_line(text) == text:
        return shlex.quote(text)
    return f"$'{''.join(map(_escaped, text))}'"  # of bash, zsh and ksh


def _escaped(letter: str) -> str:
    """Return a letter as it stands between $' and '."""
    if letter in "\\'":
        return f"\\{letter}"
    if one_line(letter) == letter:
        return letter
    return "".join(f"\\{byte:03o}" for byte in letter.encode(errors="surrogateescape"))
