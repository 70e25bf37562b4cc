import os
import socket
import threading
from pathlib import Path

import pytest

from cnntrain.system.regular import instead_of_file, open_file, open_text, read_at_most
from cnntrain.system.zips import opened_zip

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Return a folder with a file, and what is none."""
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("file", None),
        ("link", None),
        ("missing", None),
        ("folder", "a folder"),
        ("fifo", "a FIFO"),
        ("dangling", "a link to what is not there"),
        ("loop", "a link that leads to itself"),
    ],
)
def test_what_is_no_file_is_named(odd: Path, name: str, kind: str | None) -> None:
    assert instead_of_file(odd / name) == kind


def test_a_device_and_a_socket_are_named(odd: Path) -> None:
    assert instead_of_file(Path(os.devnull)) == "a device"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(odd / "s"))
        assert instead_of_file(odd / "s") == "a socket"


def test_only_a_file_is_opened_and_nothing_is_waited_for(odd: Path) -> None:
    with open_file(odd / "link") as file:
        assert file.read() == b"content"
    with pytest.raises(OSError, match="it is a FIFO, expected a file"):
        open_file(odd / "fifo")
    with pytest.raises(OSError, match="it is a device, expected a file"):
        open_file(Path(os.devnull))


@pytest.mark.parametrize("name", ["folder", "fifo"])
def test_texts_and_zip_files_are_read_from_files_alone(odd: Path, name: str) -> None:
    with pytest.raises(OSError, match="directory|it is a FIFO, expected a file"):
        open_text(odd / name)
    with pytest.raises(OSError, match="directory|it is a FIFO"), opened_zip(odd / name):
        pass


def test_of_a_file_no_more_is_read_than_was_asked_for(odd: Path) -> None:
    assert read_at_most(odd / "file", 3) == b"con"
    assert read_at_most(odd / "file", 100) == b"content"


def test_a_fifo_that_nobody_writes_to_is_refused_at_once(odd: Path) -> None:
    with pytest.raises(OSError, match="it is a FIFO that nobody writes to"):
        read_at_most(odd / "fifo", 100)


def test_what_a_shell_writes_to_a_fifo_is_read(odd: Path) -> None:
    reader = os.open(odd / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(odd / "fifo", os.O_WRONLY)  # which waits for no reader now

    def write() -> None:
        os.write(writer, b"seed: ")
        os.write(writer, b"3")
        os.close(writer)

    later = threading.Timer(0.2, write)
    later.start()
    assert read_at_most(odd / "fifo", 100) == b"seed: 3"
    later.join()
    os.close(reader)
