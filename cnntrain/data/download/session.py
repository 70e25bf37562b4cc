"""Ask a server over HTTP through connections that are watched over.

requests knows proxies, certificates and passwords; urllib3 and http.client read the answers. They
wait for each byte anew, and would read without end what surrounds the content. So the bytes are
counted where they come from the socket.
"""

import http.client
import io
import socket
import threading
import time
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from cnntrain.data.download.limits import TransferError, Watch
from cnntrain.data.download.reasons import failed
from cnntrain.errors import DownloadError
from cnntrain.system.address import without_password

MOST_REDIRECTS = 5


class _Bytes(io.RawIOBase):
    """What comes from a socket."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, watch: Watch) -> None:
        self._raw, self._sock, self._watch = raw, sock, watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._watch.patience())
        before = time.monotonic()
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError as error:
            raise self._watch.silent() from error
        self._watch.received(count or 0, time.monotonic() - before)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose bytes, from the first on, are watched over."""

    def __init__(self, watch: Watch, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock, watch))


class _Adapter(HTTPAdapter):
    """Makes connections whose answers are watched over, through proxies too."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch
        self._kinds: dict[type, Any] = {}

    def get_connection_with_tls_context(self, *args: Any, **more: Any) -> HTTPConnectionPool:
        pool: Any = super().get_connection_with_tls_context(*args, **more)
        if pool.ConnectionCls not in self._kinds.values():
            pool.ConnectionCls = self._watched(pool.ConnectionCls)
        return pool  # type: ignore[no-any-return]  # it is what came from requests

    def _watched(self, kind: Any) -> Any:
        watch = self._watch

        def answer(*args: Any, **more: Any) -> _Answer:
            return _Answer(watch, *args, **more)

        def connect(self: Any) -> Any:
            _look_up(self, watch.limits.connect)
            return kind._new_conn(self)

        if kind not in self._kinds:
            members = {"response_class": staticmethod(answer), "_new_conn": connect}
            self._kinds[kind] = type(kind.__name__, (kind,), members)
        return self._kinds[kind]


class Session(requests.Session):
    """Asks for one file."""

    def __init__(self, watch: Watch) -> None:
        """Take who watches over what is received."""
        super().__init__()
        self.watch = watch
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(watch))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Let requests follow nothing: it would read the whole content of a redirect first."""
        return None

    def ask(self, url: str, headers: dict[str, str]) -> requests.Response:
        """Return the server's answer, after redirects, its content unread.

        Raises TransferError, and DownloadError where the environment lets no request through.
        """
        self.watch.asked()
        try:
            for _ in range(MOST_REDIRECTS + 1):
                response = self._asked(url, headers)
                if not response.is_redirect:
                    return response
                response.close()
                url = _redirected(url, response)
        except (DownloadError, TransferError):
            raise
        except Exception as error:
            _refuse_proxy(error)
            raise failed(error, self.watch.limits) from error
        raise TransferError(f"more than {MOST_REDIRECTS} redirects", unreachable=True)

    def _asked(self, url: str, headers: dict[str, str]) -> requests.Response:
        limits = self.watch.limits
        times = (limits.connect, limits.silence)
        try:
            return self.get(url, headers=headers, stream=True, timeout=times)
        except requests.RequestException:
            raise
        except OSError as error:  # no such file of certificates
            raise DownloadError(
                f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE: {error}; expected a file of certificates; "
                "correct the environment variable, or unset it"
            ) from error


def _look_up(connection: Any, seconds: float) -> None:
    """Look a connection's host up in another thread: a lookup can be neither limited nor interrupted.

    The system asks for it again as it connects, and has the answer then. Raises urllib3's errors.
    """
    problems: list[OSError] = []

    def look_up() -> None:
        try:
            socket.getaddrinfo(connection.host, connection.port, 0, socket.SOCK_STREAM)
        except OSError as error:
            problems.append(error)
        except UnicodeError:
            problems.append(socket.gaierror(socket.EAI_NONAME, "not a name"))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise urllib3.exceptions.ConnectTimeoutError(connection, "the name is not resolved")
    if problems:
        error = urllib3.exceptions.NewConnectionError(connection, "the name is not resolved")
        raise error from problems[0]


def _redirected(url: str, response: requests.Response) -> str:
    """Return the address that a server redirects to; never from https to http."""
    target = urljoin(url, requests.Session().get_redirect_target(response) or "")
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise TransferError("redirects from https to an address without it", unreachable=True)
    return target


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
                f"{scheme}_proxy: found {without_password(proxy)!r}, expected a proxy such as "
                "http://proxy.example:8080; correct the environment variable, or unset it"
            ) from error
