"""A server that breaks every rule of HTTP: one behaviour for each entry of LIES.

It speaks through raw sockets, because libraries would not let it say what it says.
"""

import gzip
import re
import socket
import socketserver
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

PATIENCE = 20.0  # seconds after which an endless behaviour ends, should nobody hang up


@dataclass
class Exchange:
    """One request, and the connection to answer it."""

    connection: socket.socket
    content: bytes  # of the file that is asked for
    start: int  # the first byte that is asked for
    path: str
    over: threading.Event
    scale: float  # of the pauses

    def send(self, *parts: bytes | str) -> None:
        self.connection.sendall(b"".join(p.encode() if isinstance(p, str) else p for p in parts))

    def head(self, *lines: str, status: str = "200 OK") -> None:
        """Send a status line and headers; of the content's length where none is given."""
        known = any(line.lower().startswith(("content-length", "transfer-enc")) for line in lines)
        length = [] if known else [f"Content-Length: {len(self.content)}"]
        self.send("\r\n".join([f"HTTP/1.1 {status}", *lines, *length, "", ""]))

    def drip(self, data: bytes, pause: float = 0.1) -> None:
        """Send a byte at a time."""
        for byte in data:
            self.connection.send(bytes([byte]))
            if self.over.wait(pause * self.scale):
                return

    def repeat(self, data: bytes, pause: float = 0.0) -> None:
        """Send the same without end."""
        while not self.over.is_set():
            self.connection.sendall(data)
            if pause:
                self.over.wait(pause * self.scale)

    def hold(self) -> None:
        """Keep the connection open, silently."""
        self.over.wait(PATIENCE)

    def reset(self) -> None:
        """Break the connection off with an error."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Lie = Callable[[Exchange], None]
CHUNKED = "Transfer-Encoding: chunked"


def head_then(*lines: str, status: str = "200 OK", body: bytes | None = None) -> Lie:
    """Return the behaviour of sending these headers, and the content or another body."""

    def lie(x: Exchange) -> None:
        x.head(*lines, status=status)
        x.send(x.content if body is None else body)

    return lie


def raw(*parts: bytes | str) -> Lie:
    return lambda x: x.send(*parts)


def endless(before: str, part: bytes, pause: float = 0.0) -> Lie:
    """Return the behaviour of sending `before`, and then the same again and again."""

    def lie(x: Exchange) -> None:
        x.send(before)
        x.repeat(part, pause)

    return lie


def dripping(before: str, data: bytes | None = None) -> Lie:
    """Return the behaviour of sending `before` at once and `data`, or the content, slowly."""

    def lie(x: Exchange) -> None:
        x.send(before)
        x.drip(x.content * 20 if data is None else data * 1000)

    return lie


def chunks(*parts: str | bytes, whole: bool = False) -> Lie:
    """Return the behaviour of sending these as the chunked body; `whole`: after the content."""

    def lie(x: Exchange) -> None:
        x.head(CHUNKED)
        if whole:
            x.send(f"{len(x.content):x}\r\n", x.content, "\r\n")
        x.send(*parts)

    return lie


def redirect(location: str, *lines: str) -> Lie:
    return head_then(f"Location: {location}", *lines, status="302 Found", body=b"")


def to_a_new_place(x: Exchange) -> None:
    x.head(f"Location: /{len(x.path)}{x.path}", "Content-Length: 0", status="302 Found")


def both(first: Lie, then: Lie) -> Lie:
    def lie(x: Exchange) -> None:
        first(x)
        then(x)

    return lie


def redirect_then(lie: Lie) -> Lie:
    return both(redirect("/nowhere", "Content-Length: 99999999"), lie)


def part_then(lie: Lie) -> Lie:
    """Return the behaviour of sending half of the content first."""

    def part(x: Exchange) -> None:
        x.head()
        x.send(x.content[: len(x.content) // 2])

    return both(part, lie)


def all_then(lie: Lie) -> Lie:
    """Return the behaviour of sending all of the content, without its length, first."""
    return both(lambda x: x.send(OK, "\r\n", x.content), lie)


def whole_chunks_then(lie: Lie) -> Lie:
    """Return the behaviour of sending all chunks first, and the beginning of the trailers."""
    return both(chunks("0\r\n", whole=True), lie)


def of_single_bytes(x: Exchange) -> None:
    x.head(CHUNKED)
    x.send(*(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in x.content), "0\r\n\r\n")


def body(content: bytes) -> Lie:
    return head_then(f"Content-Length: {len(content)}", body=content)


def bomb(beginning: bytes, megabytes: int = 30) -> bytes:
    """Return gzip data of a few kB that unpacks to many zeros after the beginning."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(beginning)]
    parts += [packer.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


OK = "HTTP/1.1 200 OK\r\n"
OK_CHUNKED = f"{OK}{CHUNKED}\r\n\r\n"
DIGITS = "9" * 5000
WHOLE_HEADER = bytes([0, 0, 8, 3]) + (12).to_bytes(4) + (5).to_bytes(4) + (4).to_bytes(4)
GREAT_HEADER = bytes([0, 0, 8, 3]) + (1 << 31).to_bytes(4) + (28).to_bytes(4) * 2

SLOW: dict[str, Lie] = {
    "says nothing": Exchange.hold,
    "drips the status line": dripping("", b"HTTP/1.1 200 OK"),
    "drips headers": dripping(OK, b"X-A: b\r\n"),
    "drips one header": dripping(f"{OK}X-A: ", b"b"),
    "drips content": dripping(f"{OK}Content-Length: 99999\r\n\r\n"),
    "drips content without a length": dripping(f"{OK}\r\n"),
    "drips chunks": dripping(OK_CHUNKED, b"1\r\nx\r\n"),
    "drips the size of a chunk": dripping(f"{OK_CHUNKED}1;", b"x"),
    "drips trailers": whole_chunks_then(lambda x: x.drip(b"X-A: b\r\n" * 99)),
    "drips the content of an error": dripping("HTTP/1.1 404 No\r\nContent-Length: 99999\r\n\r\n"),
    "drips the content of a redirect": redirect_then(lambda x: x.drip(b"x" * 999)),
    "drips 100 Continue": endless("", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1),
    "sends slowly in large pieces": endless(f"{OK}Content-Length: 9999\r\n\r\n", b"x" * 20, 0.1),
    "stops in the headers": raw(OK, "X-A: b\r\n"),
    "stops in the content": part_then(Exchange.hold),
    "stops before the content": both(head_then(body=b""), Exchange.hold),
    "stops in a chunk": both(chunks("ff\r\nabc"), Exchange.hold),
    "stops after the content": all_then(Exchange.hold),
    "stops after the last chunk": whole_chunks_then(Exchange.hold),
}
ENDLESS: dict[str, Lie] = {
    "100 Continue without end": endless("", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue with many headers": endless(
        "", b"HTTP/1.1 100 C\r\n" + b"A: b\r\n" * 90 + b"\r\n"
    ),
    "103 Early Hints without end": endless("", b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n"),
    "a status line without end": endless("HTTP/1.1 200 ", b"x" * 1000),
    "headers without end": endless(OK, b"X-A: b\r\n" * 100),
    "a header without end": endless(f"{OK}X-A: ", b"b" * 1000),
    "a folded header without end": endless(f"{OK}X-A: b\r\n", b" c\r\n" * 100),
    "content without end": endless(f"{OK}\r\n", b"\x1f\x8b\x08" + bytes(10_000)),
    "chunks without end": endless(OK_CHUNKED, b"1000\r\n" + bytes(4096) + b"\r\n"),
    "the size of a chunk without end": endless(OK_CHUNKED, b"0" * 1000),
    "trailers without end": whole_chunks_then(lambda x: x.repeat(b"X-A: b\r\n" * 100)),
    "an error without end": endless("HTTP/1.1 404 No\r\n\r\n", b"x" * 1000),
    "a busy server without end": endless("HTTP/1.1 503 No\r\n\r\n", b"x" * 1000),
    "a redirect without end": redirect_then(lambda x: x.repeat(b"x" * 1000)),
    "redirects to itself": lambda x: redirect(x.path)(x),
    "redirects to ever new places": to_a_new_place,
    "content after the content": all_then(lambda x: x.repeat(bytes(1000))),
}
MALFORMED: dict[str, Lie] = {
    "hangs up at once": lambda x: None,
    "breaks off at once": Exchange.reset,
    "breaks off in the content": part_then(Exchange.reset),
    "hangs up in the content": part_then(lambda x: None),
    "length ²": head_then("Content-Length: ²"),
    "length of another alphabet": head_then("Content-Length: ٣"),
    "length -5": head_then("Content-Length: -5"),
    "length +5": head_then("Content-Length: +5"),
    "length of 5,000 digits": head_then(f"Content-Length: {DIGITS}"),
    "length of 10^15 bytes": head_then("Content-Length: 999999999999999"),
    "length that is empty": head_then("Content-Length: "),
    "length in hexadecimal": head_then("Content-Length: 0x1f"),
    "length 1": head_then("Content-Length: 1"),
    "length 0": head_then("Content-Length: 0"),
    "two lengths": head_then("Content-Length: 10", "Content-Length: 20"),
    "two lengths in one": head_then("Content-Length: 10, 20"),
    "a length and chunks": head_then("Content-Length: 10", CHUNKED),
    "an unknown transfer encoding": head_then("Transfer-Encoding: rot13"),
    "chunk of size -5": chunks("-5\r\nabcde\r\n0\r\n\r\n"),
    "chunk of size -1": chunks("-1\r\nabcde\r\n0\r\n\r\n"),
    "chunk of size ²": chunks("²\r\nabcde\r\n0\r\n\r\n"),
    "chunk of 5,000 digits": chunks(f"{DIGITS}\r\nabc\r\n"),
    "chunk of 2^64 bytes": chunks("ffffffffffffffff\r\nabc\r\n"),
    "chunk without a size": chunks("\r\n\r\n\r\n"),
    "chunk longer than it says": chunks("3\r\nabcdefgh\r\n0\r\n\r\n"),
    "no last chunk": chunks(whole=True),
    "range ²": head_then("Content-Range: bytes ²-3/9", status="206 Partial Content"),
    "range of 5,000 digits": head_then(
        f"Content-Range: bytes {DIGITS}-{DIGITS}/{DIGITS}", status="206 P"
    ),
    "range from -1": head_then("Content-Range: bytes -1-3/9", status="206 Partial Content"),
    "range that nobody asked for": head_then("Content-Range: bytes 0-9/10", status="206 P"),
    "part without a range": head_then(status="206 Partial Content"),
    "range not satisfiable": head_then("Content-Range: bytes */0", status="416 Range"),
    "status abc": raw("HTTP/1.1 abc OK\r\n\r\n"),
    "status -200": raw("HTTP/1.1 -200 OK\r\n\r\n"),
    "status 99999": raw("HTTP/1.1 99999 OK\r\n\r\n"),
    "status of 5,000 digits": raw(f"HTTP/1.1 {DIGITS} OK\r\n\r\n"),
    "HTTP/9.9": raw("HTTP/9.9 200 OK\r\n\r\n"),
    "HTTP/0.9": lambda x: x.send(x.content),
    "another protocol": raw("SSH-2.0-OpenSSH_9.9\r\n"),
    "TLS": raw(bytes([0x15, 3, 3, 0, 2, 2, 40])),
    "zeros": raw(bytes(100_000)),
    "a header without a colon": raw(OK, "nonsense\r\n\r\n"),
    "a header of control characters": head_then(
        "X-\x1b[2J\x00: \x1b]0;title\x07", status="404 \x1b[2J"
    ),
    "a hundred cookies": head_then(
        *(f"Set-Cookie: a{i}=" + " " * 500 for i in range(100)), status="404 No"
    ),
    "a long cookie": head_then("Set-Cookie: a=" + "b; expires=" + " " * 60_000, status="404 No"),
    "too many headers": head_then(*(f"X-{i}: a" for i in range(500))),
    "a header of 100 kB": head_then("X-A: " + "b" * 100_000),
    "redirects without a place": head_then(status="302 Found"),
    "redirects to a file": redirect("file:///etc/passwd"),
    "redirects to nonsense": redirect("http://[::"),
    "redirects to no host": redirect("http:///x"),
    "redirects to another scheme": redirect("ftp://127.0.0.1/x"),
    "redirects to port 99999": redirect("http://127.0.0.1:99999/x"),
    "redirects to a closed port": redirect("http://127.0.0.1:9/x"),
    "redirects to 60 kB": redirect("/" + "x" * 60_000),
    "redirects to control characters": redirect("/\x1b[2J\x7f\xff"),
    "asks for a password": head_then("WWW-Authenticate: Basic", status="401 No", body=b""),
    "asks for a proxy's password": head_then(status="407 No"),
    "is busy until the end of days": head_then("Retry-After: 999999999999", status="503 No"),
    "no content": raw("HTTP/1.1 204 No Content\r\n\r\n"),
    "not modified": raw("HTTP/1.1 304 Not Modified\r\n\r\n"),
    "a web page": body(b"<html>Log in first</html>"),
    "nothing": body(b""),
    "damaged gzip": body(b"\x1f\x8b\x08" + b"x" * 100),
    "half of the file": lambda x: body(x.content[: len(x.content) // 2])(x),
    "a bomb": lambda x: body(bomb(WHOLE_HEADER))(x),
    "a bomb that promises to be one": lambda x: body(bomb(GREAT_HEADER))(x),
    "a bomb without a header": lambda x: body(bomb(b""))(x),
    "a bomb within a bomb": lambda x: body(gzip.compress(bomb(WHOLE_HEADER)))(x),
    "ten thousand empty gzip members": body(gzip.compress(b"", mtime=0) * 10_000),
}
HARMLESS: dict[str, Lie] = {  # the content is right
    "chunks of single bytes": of_single_bytes,
    "no reason": lambda x: x.send("HTTP/1.1 200\r\n\r\n", x.content),
    "lines without carriage returns": lambda x: x.send("HTTP/1.0 200 OK\n\n", x.content),
    "a content encoding": head_then("Content-Encoding: gzip"),
    "an unknown content encoding": head_then("Content-Encoding: zz"),
    "one 100 Continue": both(raw("HTTP/1.1 100 Continue\r\n\r\n"), head_then()),
    "trailers": chunks("0\r\nX-A: b\r\n\r\n", whole=True),
}
LIES = {**SLOW, **ENDLESS, **MALFORMED, **HARMLESS}


class _Handler(socketserver.BaseRequestHandler):
    server: "LyingServer"

    def handle(self) -> None:
        with suppress(OSError):  # whoever asked has hung up
            self.request.settimeout(PATIENCE)
            asked = self._read()
            path = asked.split(b" ")[1].decode() if asked.count(b" ") > 1 else "/"
            self.server.asked.append(path)
            name = path.rsplit("/", 1)[-1]
            stated = re.search(rb"Range: bytes=(\d+)-", asked)
            content = self.server.files.get(name, next(iter(self.server.files.values())))
            start = int(stated[1]) if stated else 0
            over, scale = self.server.over, self.server.scale
            self.server.lie(Exchange(self.request, content, start, path, over, scale))

    def _read(self) -> bytes:
        asked = b""
        while b"\r\n\r\n" not in asked and (more := self.request.recv(65536)):
            asked += more
        return asked


class LyingServer(socketserver.ThreadingTCPServer):
    """Answers every request with one behaviour."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, lie: Lie, files: dict[str, bytes], scale: float = 1.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lie, self.files, self.scale = lie, files, scale
        self.over = threading.Event()
        self.asked: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: what went wrong shows in what was received."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/data/"


@contextmanager
def lying(lie: Lie, files: dict[str, bytes], scale: float = 1.0) -> Iterator[LyingServer]:
    """Run a server until the end of the block; its pauses are `scale` times the usual ones."""
    with LyingServer(lie, files, scale) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
