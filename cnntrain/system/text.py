"""Text from elsewhere, made fit to be shown: names of files, what is in them, what servers say.

A terminal obeys control characters: a file's name or a class's can move the cursor, rewrite lines
above, or set the window's title. Others reverse the direction of what follows, and lone surrogates
cannot be encoded at all.
"""

import json
import math
import os
import re
from collections.abc import Iterable
from typing import Any

LONGEST_NUMBER = 40  # digits of a whole number in JSON
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
    return one_line(text)


def one_line(text: str) -> str:
    """Return harmless text without line breaks: a file's name may have some, and forge a message."""
    return harmless(text).replace("\n", "\\n").replace("\t", "\\t")


def joined(lines: Iterable[str]) -> str:
    """Return lines as harmless text: a line break within one, as names may have it, ends none."""
    return "\n".join(map(one_line, lines))


def quoted(value: object, most: int = MOST) -> str:
    """Return a foreign value as Python writes it, harmless and short: 'text' or 5."""
    return f"'{shown(value, most)}'" if isinstance(value, str) else shown(repr(value), most)


def json_text(
    value: Any, *, indent: int | None = None, compact: bool = False, ascii: bool = True
) -> str:
    """Return a value as JSON, which has no NaN and no infinity: they become null.

    In `ascii`, which any terminal shows, a lone surrogate, by which Python represents a byte of a
    file name that the locale could not decode, stays what it is: \\udcff. In other JSON such bytes,
    which are usually UTF-8 in a C locale, are restored; what is none becomes U+FFFD.
    """
    separators = (",", ":") if compact else None
    text = json.dumps(
        _plain(value), indent=indent, separators=separators, ensure_ascii=ascii, allow_nan=False
    )
    return text if _SURROGATES.search(text) is None else _whole(text)


def from_json(content: bytes) -> Any:
    """Return a value from JSON that somebody may have changed. Raises ValueError, and no other error.

    Numbers that no computer has, NaN among them, become None, as `json_text` writes them.
    """
    try:
        return json.loads(
            content, parse_constant=lambda name: None, parse_float=_finite, parse_int=_whole_number
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _finite(digits: str) -> float | None:
    return number if math.isfinite(number := float(digits)) else None


def _whole_number(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value


def _whole(text: str) -> str:
    try:
        raw = text.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair in a Windows file name
        raw = text.encode(errors="replace")
    return raw.decode(errors="replace")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
