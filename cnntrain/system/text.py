"""Text from elsewhere, made fit to be shown: names of files, what is in them, what servers say.

A terminal obeys control characters: a file's name or a class's can move the cursor, rewrite lines
above, or set the window's title. Others reverse the direction of what follows, and lone surrogates
cannot be encoded at all.
"""

import json
import math
import re
from typing import Any

MOST = 100  # characters of foreign text in a message
# Control characters but tab and line feed, the marks of direction, line separators, surrogates.
_HARMFUL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def harmless(text: str) -> str:
    """Return text with everything escaped that a terminal would obey: \\x1b for an escape."""
    return _HARMFUL.sub(_escaped, text)


def shown(value: object, most: int = MOST) -> str:
    """Return foreign text as it may stand in a message: harmless, on one line, and short.

    Of a longer text the beginning and the end are left.
    """
    text = str(value)
    if len(text) > most:
        end = most // 4
        text = f"{text[: most - end]}…{text[-end:]}"
    return harmless(text).replace("\n", "\\n").replace("\t", "\\t")


def quoted(value: object, most: int = MOST) -> str:
    """Return a foreign value as Python writes it, harmless and short: 'text' or 5."""
    return shown(repr(_cut(value, most)), most + 2)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON that every reader of JSON accepts.

    JSON has no NaN and no infinity: they become null. Lone surrogates, which stand for bytes of
    file names that are no text, become U+FFFD.
    """
    return json.dumps(_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _cut(value: object, most: int) -> object:
    """Return less of a large value, whose `repr` would take long."""
    if isinstance(value, str | bytes | list | tuple):
        return value[: most + 1]
    return value


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
