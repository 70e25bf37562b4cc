"""Transfer one file over HTTP into a partial file, which a later try continues.

What the bytes mean is not known here: the caller checks the content, and deletes a partial file
that turns out to mix two different copies.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

import requests

from cnntrain.data.download.limits import Limits, TransferError, Watch
from cnntrain.data.download.reasons import failed
from cnntrain.data.download.session import Session
from cnntrain.errors import OutputError

ATTEMPTS = 3  # on one address, when the connection breaks off or the server is busy

_CHUNK = 1 << 14
_BACKOFF = 0.3  # seconds; doubles with each retry
_NUMBER = "[0-9]{1,15}"  # int() would take more than ASCII digits, and no more than 4,300 of them


class Bar(Protocol):
    """Show the progress of one transfer, as a tqdm bar does."""

    def update(self, n: int, /) -> object:
        """Advance by `n` bytes."""

    def close(self) -> None:
        """End the bar."""


OpenBar = Callable[[str, int | None, int], Bar]  # (name, total bytes if known, bytes already there)


def fetch(url: str, part: Path, *, limit: int, limits: Limits, open_bar: OpenBar) -> None:
    """Download `url` into `part`, continuing after the bytes that it already holds.

    Refuses more than `limit` bytes. Temporary failures are retried, with increasing pauses;
    Retry-After is ignored, because it may ask for hours.
    Raises TransferError if the download fails (the bytes received so far stay in `part`),
    OutputError if `part` cannot be written.
    """
    with Session(Watch(limits, limit)) as session:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _fetch_once(session, url, part, limit, open_bar)
                return
            except TransferError as error:
                if not error.again or attempt == ATTEMPTS:
                    raise
                time.sleep(_BACKOFF * 2**attempt)


def _fetch_once(session: Session, url: str, part: Path, limit: int, open_bar: OpenBar) -> None:
    have = part.stat().st_size if part.exists() else 0
    # identity: a server that compresses for transport would make ranges and sizes meaningless
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with session.ask(url, headers) as response:
        start, total = _extent(response, have, part)
        if have and start == total:
            return  # an earlier process had already fetched everything
        if total is not None and total > limit:
            raise TransferError(f"wrong content: {total:,} bytes, expected at most {limit:,}")
        session.watch.answered()
        with closing(open_bar(part.stem, total, start)) as bar:
            _append(part, start, _body(response, session.watch.limits), bar, limit=limit)


def _extent(response: requests.Response, have: int, part: Path) -> tuple[int, int | None]:
    """Return where in the file the response starts, and the file's size if the server states it."""
    if response.status_code == 200:  # also the answer of servers that ignore Range
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if re.fullmatch(_NUMBER, length) else None
    stated = re.fullmatch(
        rf"bytes (?:({_NUMBER})-{_NUMBER}|\*)/({_NUMBER}|\*)",
        response.headers.get("Content-Range", ""),
    )
    start, total = stated.groups() if stated else (None, None)
    size = int(total) if total and total != "*" else None
    if have and response.status_code == 206 and start == str(have):
        return have, size
    if have and response.status_code == 416 and size == have:
        return have, have
    if response.status_code in (206, 416):
        part.unlink(missing_ok=True)
        raise TransferError("answers ranges wrongly", again=have > 0)
    busy = response.status_code == 429 or response.status_code >= 500
    raise TransferError(f"HTTP {response.status_code}", unreachable=busy, again=busy)


def _body(response: requests.Response, limits: Limits) -> Iterator[bytes]:
    """Yield the bytes as they are on the server: a .gz stays compressed."""
    try:
        yield from response.raw.stream(_CHUNK, decode_content=False)
    except Exception as error:
        raise failed(error, limits) from error


def _append(part: Path, start: int, chunks: Iterator[bytes], bar: Bar, *, limit: int) -> None:
    """Write the chunks to `part` from `start` on, which is either its end or its beginning."""
    written = start
    try:
        with part.open("ab" if start else "wb") as file:
            for chunk in chunks:
                written += len(chunk)
                if written > limit:
                    raise TransferError(f"wrong content: more than {limit:,} bytes")
                file.write(chunk)
                bar.update(len(chunk))
            file.flush()
            os.fsync(file.fileno())  # before anybody renames it
    except OSError as error:
        with suppress(OSError):  # it would only fill the disk further
            part.unlink(missing_ok=True)
        advice = "choose a folder with room that you may write to with --data-dir"
        raise OutputError.of(part, error, advice) from error
