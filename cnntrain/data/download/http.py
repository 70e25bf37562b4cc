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
from urllib.request import getproxies

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from cnntrain.data.download.reasons import Timeouts, reason
from cnntrain.errors import DownloadError, OutputError

ATTEMPTS = 3  # on one address, when the connection breaks off in the middle

_CHUNK = 1 << 14
_BACKOFF = 0.3  # seconds; doubles with each retry


class Bar(Protocol):
    """Show the progress of one transfer, as a tqdm bar does."""

    def update(self, n: int, /) -> object:
        """Advance by `n` bytes."""

    def close(self) -> None:
        """End the bar."""


OpenBar = Callable[[str, int | None, int], Bar]  # (name, total bytes if known, bytes already there)


class TransferError(Exception):
    """Report to the caller, not to the user, why a download failed.

    `unreachable` means that its server need not be asked for another file.
    """

    def __init__(self, reason: str, *, unreachable: bool = False) -> None:
        """Keep the reason: a few words, for a list of mirrors."""
        super().__init__(reason)
        self.reason = reason
        self.unreachable = unreachable


class _BrokenOff(TransferError):
    """Report a transfer that may be continued at the same address."""


def open_session() -> requests.Session:
    """Return a session that retries temporary failures, with increasing pauses.

    A refused connection or unknown host is not retried: it is better to try another mirror.
    Retry-After is ignored, because it may ask for hours.
    """
    retry = Retry(
        total=2,
        connect=0,
        read=1,
        status=2,
        other=0,
        status_forcelist=(429, 500, 502, 503, 504),
        backoff_factor=_BACKOFF,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=retry))
    session.mount("https://", HTTPAdapter(max_retries=retry))
    return session


def fetch(
    session: requests.Session,
    url: str,
    part: Path,
    *,
    limit: int,
    timeouts: Timeouts,
    open_bar: OpenBar,
) -> None:
    """Download `url` into `part`, continuing after the bytes that it already holds.

    Refuses more than `limit` bytes. Raises TransferError if the download fails (the bytes received
    so far stay in `part`), OutputError if `part` cannot be written.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _fetch_once(session, url, part, limit, timeouts, open_bar)
            return
        except _BrokenOff:
            if attempt == ATTEMPTS:
                raise
            time.sleep(_BACKOFF * 2**attempt)


def _fetch_once(
    session: requests.Session,
    url: str,
    part: Path,
    limit: int,
    timeouts: Timeouts,
    open_bar: OpenBar,
) -> None:
    have = part.stat().st_size if part.exists() else 0
    # identity: a server that compresses for transport would make ranges and sizes meaningless
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        response = session.get(
            url, headers=headers, stream=True, timeout=(timeouts.connect, timeouts.silence)
        )
    except OSError as error:  # requests' own errors too
        if not isinstance(error, requests.RequestException):  # no such file of certificates
            raise DownloadError(
                f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE: {error}; expected a file of certificates; "
                "correct the environment variable, or unset it"
            ) from error
        _refuse_proxy(error)
        raise TransferError(reason(error, timeouts), unreachable=True) from error
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        _refuse_proxy(error)
        raise TransferError(reason(error, timeouts), unreachable=True) from error
    with response:
        start, total = _extent(response, have, part)
        if have and start == total:
            return  # an earlier process had already fetched everything
        with closing(open_bar(part.stem, total, start)) as bar:
            _append(part, start, _body(response, timeouts), bar, limit=limit)


def _refuse_proxy(error: Exception) -> None:
    """Raise DownloadError if the environment names a proxy that no request can use."""
    for scheme in ("http", "https", "all"):
        proxy = getproxies().get(scheme)
        if proxy is None:
            continue
        try:
            parsed = urllib3.util.parse_url(proxy)
            usable = parsed.scheme in (None, "http", "https") or (
                not isinstance(error, requests.exceptions.InvalidSchema)
                and parsed.scheme in ("socks4", "socks4a", "socks5", "socks5h")
            )
        except urllib3.exceptions.LocationParseError:
            usable = False
        if not usable:
            raise DownloadError(
                f"{scheme}_proxy: found {proxy!r}, expected a proxy such as "
                "http://proxy.example:8080; correct the environment variable, or unset it"
            ) from error


def _extent(response: requests.Response, have: int, part: Path) -> tuple[int, int | None]:
    """Return where in the file the response starts, and the file's size if the server states it."""
    if response.status_code == 200:  # also the answer of servers that ignore Range
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdigit() else None
    stated = re.fullmatch(
        r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "")
    )
    start, total = stated.groups() if stated else (None, None)
    size = int(total) if total and total != "*" else None
    if response.status_code == 206 and start == str(have):
        return have, size
    if response.status_code == 416 and size == have:
        return have, have
    if response.status_code in (206, 416):
        part.unlink(missing_ok=True)
        raise _BrokenOff("answers ranges wrongly")
    raise TransferError(
        f"HTTP {response.status_code}",
        unreachable=response.status_code == 429 or response.status_code >= 500,
    )


def _body(response: requests.Response, timeouts: Timeouts) -> Iterator[bytes]:
    """Yield the bytes as they are on the server: a .gz stays compressed."""
    try:
        yield from response.raw.stream(_CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise TransferError(reason(error, timeouts), unreachable=True) from error
    except urllib3.exceptions.HTTPError as error:
        raise _BrokenOff("the connection broke off") from error


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
