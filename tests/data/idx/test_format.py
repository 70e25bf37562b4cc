import gzip
import mmap
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnntrain.data.idx import content
from cnntrain.data.idx.format import parse_images, read_images, read_labels
from cnntrain.data.idx.header import IdxError
from cnntrain.errors import DataError
from tests.data.idx_files import idx, images, labels

IMAGES = images(3)
CONTENT = idx(IMAGES)  # 16 bytes of header, 60 of pixels


def problem(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(IdxError) as raised:
        read_images(path)
    assert str(raised.value) == (
        f"{path}: {raised.value.problem}; "
        "replace the file, or fetch it again with `cnntrain download`"
    )
    return raised.value.problem


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.mark.parametrize("content", [CONTENT, gzip.compress(CONTENT)], ids=["raw", "gzip"])
@pytest.mark.parametrize("name", ["images", "images.gz"])
def test_images_are_read_whatever_the_file_is_called(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    read = read_images(path)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, IMAGES[:, None])


def test_labels_are_64_bit_integers(path: Path) -> None:
    path.write_bytes(idx(labels(5)))
    read = read_labels(path, classes=3)
    assert read.dtype == np.int64
    assert read.tolist() == [0, 1, 2, 0, 1]


def test_gzip_in_several_members_is_read_as_one(path: Path) -> None:
    path.write_bytes(gzip.compress(CONTENT[:30]) + gzip.compress(CONTENT[30:]))
    np.testing.assert_array_equal(read_images(path), IMAGES[:, None])


@pytest.mark.parametrize("zeros", [1, 500, 200_000])
def test_zeros_after_the_gzip_data_are_ignored(path: Path, zeros: int) -> None:
    path.write_bytes(gzip.compress(CONTENT) + bytes(zeros))
    np.testing.assert_array_equal(read_images(path), IMAGES[:, None])


def test_the_first_label_out_of_range_is_named(path: Path) -> None:
    path.write_bytes(idx(np.array([1, 2, 7, 9], np.uint8)))
    with pytest.raises(IdxError, match="label 7 at position 2, expected 0 to 6;"):
        read_labels(path, classes=7)


def test_a_missing_file_is_a_data_error(path: Path) -> None:
    with pytest.raises(DataError, match="images: cannot be read: No such file or directory; check"):
        read_images(path)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"")], ids=["raw", "gzip"])
def test_an_empty_file_is_called_empty(path: Path, content: bytes) -> None:
    assert problem(path, content) == "is empty, expected an IDX file"


def test_a_truncated_file_names_the_expected_and_found_size(path: Path) -> None:
    assert problem(path, CONTENT[:-1]) == "ends early: 75 bytes, expected 76 for 3×5×4"
    assert problem(path, CONTENT[:10]) == "ends within its header: 10 bytes, expected 16"


def test_truncated_gzip_names_the_expected_and_found_size(path: Path) -> None:
    compressed = gzip.compress(CONTENT)
    found = problem(path, compressed[:-1])  # all data, but not all of the checksum
    assert found == "the gzip data ends early, after 76 bytes, expected 76"
    assert problem(path, compressed[:10]) == "the gzip data ends early, after 0 bytes"


def test_bytes_too_many_are_counted(path: Path) -> None:
    assert problem(path, CONTENT + b"more") == ("has 4 bytes too many: 80, expected 76 for 3×5×4")


@pytest.mark.parametrize("junk", [b"junk", b"\0\0\0junk"])
def test_bytes_after_the_gzip_data_are_refused(path: Path, junk: bytes) -> None:
    assert problem(path, gzip.compress(CONTENT) + junk).startswith("the gzip data")


def test_damaged_gzip_is_called_damaged(path: Path) -> None:
    compressed = bytearray(gzip.compress(CONTENT))
    compressed[-6] ^= 1  # in the checksum
    assert problem(path, bytes(compressed)) == (
        "the gzip data is damaged (Error -3 while decompressing data: incorrect data check)"
    )


@pytest.mark.parametrize("page", [b"<!DOCTYPE html>", b"\r\n <html>", b"<?xml version='1.0'?>"])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_web_page_is_called_one(path: Path, page: bytes, compress: type) -> None:
    assert problem(path, compress(page)) == (
        "looks like a web page, expected an IDX file of images, which starts with 00 00 08 03"
    )


def test_other_formats_are_shown_by_their_first_bytes(path: Path) -> None:
    assert problem(path, b"\x89PNG and so on") == (
        "is not an IDX file: it starts with 89 50 4e 47, "
        "expected an IDX file of images, which starts with 00 00 08 03"
    )
    assert "it starts with 00," in problem(path, b"\0")


def test_other_element_types_are_named(path: Path) -> None:
    floats = idx(IMAGES.astype(">f4"), element_type=0x0D)
    assert problem(path, floats) == "holds 32-bit floats, expected unsigned bytes"


def test_labels_in_place_of_images_are_noticed(path: Path) -> None:
    assert problem(path, idx(labels(9))) == "holds labels, expected images"
    assert problem(path, idx(np.zeros((2, 2), np.uint8))) == (
        "holds an array of 2 dimensions, expected images"
    )


@pytest.mark.parametrize("shape", [(0, 28, 28), (3, 0, 4)])
def test_a_file_without_images_is_refused(path: Path, shape: tuple[int, ...]) -> None:
    assert problem(path, idx(np.zeros(shape, np.uint8))).startswith("holds no images (its header")


@settings(deadline=None)  # machines are shared
@given(length=st.integers(0, len(CONTENT) - 1), compress=st.sampled_from([bytes, gzip.compress]))
def test_no_beginning_of_a_file_is_taken_for_the_file(
    tmp_path_factory: pytest.TempPathFactory, length: int, compress: type
) -> None:
    path = tmp_path_factory.getbasetemp() / "beginning"
    path.write_bytes(compress(CONTENT[:length]))
    with pytest.raises(IdxError):
        read_images(path)


@settings(deadline=None)  # machines are shared
@given(length=st.integers(0, len(gzip.compress(CONTENT)) - 1))
def test_no_beginning_of_a_compressed_file_is_taken_for_the_file(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "compressed"
    path.write_bytes(gzip.compress(CONTENT)[:length])
    with pytest.raises(IdxError):
        read_images(path)


@settings(deadline=None)  # machines are shared
@given(
    at=st.integers(0, len(gzip.compress(CONTENT)) - 1),
    byte=st.integers(0, 255),
    original=st.sampled_from([CONTENT, gzip.compress(CONTENT)]),
)
def test_a_changed_byte_gives_images_or_an_idx_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, original: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed"
    at %= len(original)
    path.write_bytes(original[:at] + bytes([byte]) + original[at + 1 :])
    try:
        read = read_images(path)
    except IdxError:
        return
    assert read.size == IMAGES.size


@settings(deadline=None)  # machines are shared
@given(content=st.binary(max_size=100), magic=st.sampled_from([b"", b"\0\0\x08\x03", b"\x1f\x8b"]))
def test_any_bytes_give_images_or_an_idx_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, magic: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(magic + content)
    try:
        assert read_images(path).ndim == 4
    except IdxError:
        pass


@pytest.mark.mnist
def test_the_training_images_of_mnist_are_read_in_under_a_second(mnist_root: Path) -> None:
    path = next(mnist_root.glob("**/train-images-idx3-ubyte.gz"))
    before = time.process_time()  # not the clock on the wall: machines are shared
    read = read_images(path)
    assert time.process_time() - before < 1
    assert read.shape == (60_000, 1, 28, 28)


def test_no_more_is_unpacked_than_the_header_promises(path: Path) -> None:
    bomb = gzip.compress(CONTENT + bytes(300_000))
    assert problem(path, bomb) == "unpacks to more than the 76 bytes that its header promises"
    page = gzip.compress(b"<html>" + bytes(10_000_000))
    assert problem(path, page).startswith("looks like a web page")


def test_dimensions_that_no_disk_holds_take_no_memory(path: Path) -> None:
    header = bytes([0, 0, 8, 3]) + bytes([255]) * 12
    sizes = "4,294,967,295×4,294,967,295×4,294,967,295"
    expected = f"expected {16 + (2**32 - 1) ** 3:,}"
    assert problem(path, header + b"...") == f"ends early: 19 bytes, {expected} for {sizes}"
    assert problem(path, gzip.compress(header)) == f"ends early: 16 bytes, {expected} for {sizes}"


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_large_files_are_mapped_and_those_that_are_compressed_unpacked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compress: type
) -> None:
    monkeypatch.setattr(content, "LARGE", 50)
    path = tmp_path / "images"
    for seed in (0, 1):
        pixels = images(30, seed)
        path.write_bytes(compress(idx(pixels)))
        for _ in range(2):
            found = content.read_content(path, root=tmp_path / "data")
            assert isinstance(found, mmap.mmap)
            np.testing.assert_array_equal(parse_images(found, path), pixels[:, None])
        kept = [*(tmp_path / "data").rglob("*.idx")]
        assert len(kept) == (compress is gzip.compress), "what a changed file was is removed"
