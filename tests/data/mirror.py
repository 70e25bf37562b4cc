"""A mirror on this computer that can misbehave like the real ones."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    """Answer one request in the mirror's manner; the server is the mirror."""

    server: "Mirror"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[1]
        stated = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(stated[1]) if stated else 0
        self.server.requests.append((name, start))
        self.server.manner(self, name, start)

    def reply(self, status: int, body: bytes, **headers: object) -> None:
        """Send an answer; `Content_Length` may be a lie."""
        self.send_response(status)
        for header, value in ({"Content_Length": len(body)} | headers).items():
            self.send_header(header.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


Manner = Callable[[Answer, str, int], None]


class Mirror(ThreadingHTTPServer):
    """Serve files and remember what was asked for: (name, first byte)."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = files
        self.manner: Manner = serve
        self.requests: list[tuple[str, int]] = []
        self.over = threading.Event()  # lets stalled answers end

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/data/"

    def asked(self) -> list[str]:
        return [name for name, _ in self.requests]


@contextmanager
def running(files: dict[str, bytes]) -> Iterator[Mirror]:
    """Run a mirror until the end of the block."""
    with Mirror(files) as mirror:
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield mirror
        mirror.over.set()
        mirror.shutdown()
        thread.join()


def serve(answer: Answer, name: str, start: int) -> None:
    """Serve as a mirror should, ranges included."""
    content = answer.server.files[name]
    if start == 0:
        answer.reply(200, content)
    elif start < len(content):
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        answer.reply(206, content[start:], Content_Range=span)
    else:
        answer.reply(416, b"", Content_Range=f"bytes */{len(content)}")


def ignore_range(answer: Answer, name: str, start: int) -> None:
    answer.reply(200, answer.server.files[name])


def mistake_range(answer: Answer, name: str, start: int) -> None:
    content = answer.server.files[name]
    if start == 0:
        answer.reply(200, content)
    else:
        span = f"bytes 0-{len(content) - 1}/{len(content)}"
        answer.reply(206, content, Content_Range=span)


def status(code: int) -> Manner:
    return lambda answer, name, start: answer.reply(code, b"no", Retry_After=3600)


def body(content: bytes, **headers: object) -> Manner:
    return lambda answer, name, start: answer.reply(200, content, **headers)


def cut_off(length: int) -> Manner:
    """Serve only the beginning, as if it were all."""
    return lambda answer, name, start: answer.reply(200, answer.server.files[name][:length])


def break_off(length: int) -> Manner:
    """Serve `length` bytes more at each request, then close the connection."""

    def manner(answer: Answer, name: str, start: int) -> None:
        content = answer.server.files[name]
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        rest = content[start:]
        code = 206 if start else 200
        answer.reply(code, rest[:length], Content_Length=len(rest), Content_Range=span)
        answer.close_connection = True

    return manner


def stall(length: int) -> Manner:
    """Serve `length` bytes, then fall silent."""

    def manner(answer: Answer, name: str, start: int) -> None:
        content = answer.server.files[name]
        answer.reply(200, content[:length], Content_Length=len(content))
        answer.server.over.wait(10)
        answer.close_connection = True

    return manner


def silent(answer: Answer, name: str, start: int) -> None:
    answer.server.over.wait(10)
    answer.close_connection = True


def first(manners: list[Manner]) -> Manner:
    """Answer in one manner after the other, and then as a mirror should."""

    def manner(answer: Answer, name: str, start: int) -> None:
        (manners.pop(0) if manners else serve)(answer, name, start)

    return manner
