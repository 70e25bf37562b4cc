"""Files that would fill the memory, or keep a reader waiting: refused soon, with the reason."""

import gzip
import os
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.idx.format import read_images
from cnntrain.data.idx.verify import load_file
from cnntrain.errors import DataError
from tests.data.download.lying_server import GREAT_HEADER, WHOLE_HEADER, bomb
from tests.data.idx_files import contents, dataset, idx, write
from tests.data.user import FILES, FIRST, User

FIFOS = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")


@contextmanager
def little(megabytes: int) -> Iterator[None]:
    """Fail if the block takes more memory than this, or two minutes."""
    before = time.monotonic()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1_000_000
    finally:
        tracemalloc.stop()
    assert time.monotonic() - before < 120  # on a busy machine


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (bomb(WHOLE_HEADER), "unpacks to more than the 256 bytes that its header promises"),
        (bomb(GREAT_HEADER), "its header promises 1,683,627,180,048 bytes, expected 256"),
        (bomb(b""), "is not an IDX file: it starts with 00 00 00 00"),
        (gzip.compress(b"", mtime=0) * 20_000, "has too many gzip members"),
    ],
    ids=["longer than its header", "of a great header", "without a header", "of many members"],
)
def test_a_bomb_is_not_unpacked(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "x.gz").write_bytes(content)
    row = dataset()
    with little(20), pytest.raises(DataError, match=problem):
        load_file(tmp_path / "x.gz", row, row.train.images)


@pytest.mark.parametrize("beginning", [WHOLE_HEADER, GREAT_HEADER, b""])
def test_a_file_with_a_great_hole_is_not_read(tmp_path: Path, beginning: bytes) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.write(beginning)
        file.truncate(1 << 40)
    row = dataset()
    with little(20), pytest.raises(DataError, match="bytes too many|ends early|is not an IDX file"):
        load_file(tmp_path / "x", row, row.train.images)


def test_zeros_after_gzip_data_end_somewhere(tmp_path: Path) -> None:
    with (tmp_path / "x.gz").open("wb") as file:
        file.write(gzip.compress(idx(np.zeros((1, 2, 2), np.uint8))))
        file.truncate(1 << 40)
    with little(20), pytest.raises(DataError, match="has too many zeros after its end"):
        read_images(tmp_path / "x.gz")


@FIFOS
def test_what_is_in_the_place_of_a_file_is_named_at_once(user: User, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    write(usb, {name: FILES[name] for name in FILES if name != FIRST})
    os.mkfifo(usb / FIRST)
    with pytest.raises(DataError, match=rf"holds no .*, and {usb / FIRST} is a FIFO; expected one"):
        user.download(source=usb)
    (usb / FIRST).unlink()
    (usb / FIRST).symlink_to("/dev/zero")
    with pytest.raises(DataError, match=rf"and {usb / FIRST} is a device; expected"):
        user.download(source=usb)
    (usb / FIRST).unlink()
    (usb / FIRST).symlink_to("nowhere")
    with pytest.raises(DataError, match=rf"and {usb / FIRST} is a link to what is not there; exp"):
        user.download(source=usb)
    (usb / FIRST).unlink()
    (usb / FIRST).mkdir()
    with pytest.raises(DataError, match=rf"and {usb / FIRST} is a folder; expected"):
        user.download(source=usb)
    assert user.files() == []


@FIFOS
def test_a_source_that_is_no_folder_is_named(user: User, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "usb")
    with pytest.raises(DataError, match=r"--from .*usb: is a FIFO, expected a folder"):
        user.download(source=tmp_path / "usb")


def test_a_link_to_a_file_is_a_file(user: User, tmp_path: Path) -> None:
    write(tmp_path / "there", contents())
    (tmp_path / "usb").mkdir()
    for name in contents():
        (tmp_path / "usb" / name).symlink_to(tmp_path / "there" / name)
    assert len(user.download(source=tmp_path / "usb").new) == 4
