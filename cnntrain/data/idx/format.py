"""Read IDX files, the format in which MNIST and its relatives are published.

An IDX file is two zero bytes, a byte for the element type (8: unsigned bytes), a byte for the
number of dimensions, each dimension as a big-endian 32-bit number, and the elements, last
dimension fastest (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database").
"""

import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cnntrain.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"

_CHUNK = 1 << 16
_GZIP_FORMAT = 16 + zlib.MAX_WBITS  # zlib's code for: a gzip header and checksum around the data
_UNSIGNED_BYTES = 0x08
_ELEMENT_TYPES = {
    0x08: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "16-bit integers",
    0x0C: "32-bit integers",
    0x0D: "32-bit floats",
    0x0E: "64-bit floats",
}
_KINDS = {1: "labels", 3: "images"}


class IdxError(DataError):
    """Report a file that is not the IDX file it should be; `problem` says why, in one phrase."""

    def __init__(self, path: Path, problem: str, command: str = "cnntrain download") -> None:
        """Compose the message: where, the problem, what to do."""
        super().__init__(f"{path}: {problem}; replace the file, or fetch it again with `{command}`")
        self.path, self.problem = path, problem


def read_images(path: Path) -> np.ndarray:
    """Return the images of an IDX file, (N, 1, H, W) uint8, compressed or not.

    Raises IdxError where the content is not whole images of unsigned bytes.
    """
    return parse_images(read_content(path), path)


def read_labels(path: Path, classes: int) -> np.ndarray:
    """Return the labels of an IDX file, (N,) int64 in 0..classes-1, compressed or not.

    Raises IdxError where the content is not labels, or names the first label out of range.
    """
    return parse_labels(read_content(path), path, classes)


def read_content(path: Path) -> bytearray:
    """Return the bytes of a file, decompressed if they are gzip, whatever the file is called.

    The bytes go into one buffer, which the parsed arrays share: copying 47 MB takes noticeable time.
    Raises DataError where the file cannot be read, IdxError where it is empty or damaged.
    """
    content = bytearray()
    try:
        with path.open("rb") as file:
            if file.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
                file.seek(0)
                _decompress(file, content, path)
            else:
                file.seek(0)
                while chunk := file.read(_CHUNK):
                    content += chunk
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}; "
            "check that it is a file and that you may read it"
        ) from error
    if not content:
        raise IdxError(path, "is empty, expected an IDX file")
    return content


def parse_images(content: bytearray, path: Path) -> np.ndarray:
    """Return IDX images as (N, 1, H, W) uint8, a view of `content`; `path` is for messages."""
    count, height, width = _shape(content, path, dimensions=3)
    pixels = np.frombuffer(content, np.uint8, offset=_header_size(3))
    return pixels.reshape(count, 1, height, width)


def parse_labels(content: bytearray, path: Path, classes: int) -> np.ndarray:
    """Return IDX labels as (N,) int64 in 0..classes-1; `path` is for messages.

    int64 rather than uint8, because sums over bytes overflow silently.
    """
    _shape(content, path, dimensions=1)
    labels = np.frombuffer(content, np.uint8, offset=_header_size(1)).astype(np.int64)
    wrong = np.flatnonzero(labels >= classes)
    if wrong.size:
        first = wrong[0]
        raise IdxError(
            path, f"label {labels[first]} at position {first:,}, expected 0 to {classes - 1}"
        )
    return labels


def _decompress(file: BinaryIO, content: bytearray, path: Path) -> None:
    """Append the decompressed bytes of a gzip file to `content`."""
    stream = zlib.decompressobj(_GZIP_FORMAT)
    try:
        while chunk := file.read(_CHUNK):
            while chunk:
                if stream.eof:  # gzip files may be several members, one after the other
                    if not chunk.strip(b"\0"):  # tapes and block devices pad with zeros
                        break
                    chunk = chunk.lstrip(b"\0")
                    stream = zlib.decompressobj(_GZIP_FORMAT)
                content += stream.decompress(chunk)
                chunk = stream.unused_data
    except zlib.error as error:
        raise IdxError(path, f"the gzip data is damaged ({error})") from error
    if not stream.eof:
        raise IdxError(
            path, f"the gzip data ends early, after {len(content):,} bytes{_promise(content)}"
        )


def _promise(content: bytearray) -> str:
    """Say how many bytes the header promises, if enough of it was decompressed."""
    if len(content) < 4 or len(content) < _header_size(content[3]):
        return ""
    return f", expected {_size(_dimensions(content)):,}"


def _shape(content: bytearray, path: Path, *, dimensions: int) -> tuple[int, ...]:
    """Return the shape given in the header, after checking the header and the length."""
    _check_magic(content, path, dimensions)
    header = _header_size(dimensions)
    if len(content) < header:
        raise IdxError(path, f"ends within its header: {len(content)} bytes, expected {header}")
    shape = _dimensions(content)
    expected = _size(shape)
    sizes = "×".join(f"{size:,}" for size in shape)
    if 0 in shape:
        raise IdxError(path, f"holds no {_KINDS[dimensions]} (its header says {sizes})")
    if len(content) < expected:
        raise IdxError(
            path, f"ends early: {len(content):,} bytes, expected {expected:,} for {sizes}"
        )
    if len(content) > expected:
        raise IdxError(
            path,
            f"has {len(content) - expected:,} bytes too many: "
            f"{len(content):,}, expected {expected:,} for {sizes}",
        )
    return shape


def _check_magic(content: bytearray, path: Path, dimensions: int) -> None:
    """Reject anything but an IDX file of unsigned bytes with this many dimensions."""
    magic = bytes([0, 0, _UNSIGNED_BYTES, dimensions])
    found = bytes(content[:4])
    if found == magic:
        return
    expected = f"expected an IDX file of {_KINDS[dimensions]}, which starts with {magic.hex(' ')}"
    if bytes(content[:256]).lstrip().startswith(b"<"):
        raise IdxError(path, f"looks like a web page, {expected}")
    if found[:2] != b"\0\0" or len(found) < 4 or found[2] not in _ELEMENT_TYPES:
        raise IdxError(path, f"is not an IDX file: it starts with {found.hex(' ')}, {expected}")
    if found[2] != _UNSIGNED_BYTES:
        raise IdxError(path, f"holds {_ELEMENT_TYPES[found[2]]}, expected unsigned bytes")
    kind = _KINDS.get(found[3], f"an array of {found[3]} dimensions")
    raise IdxError(path, f"holds {kind}, expected {_KINDS[dimensions]}")


def _header_size(dimensions: int) -> int:
    return 4 + 4 * dimensions


def _dimensions(content: bytearray) -> tuple[int, ...]:
    header = content[4 : _header_size(content[3])]
    return tuple(int(size) for size in np.frombuffer(header, ">u4"))


def _size(shape: tuple[int, ...]) -> int:
    """Return the length in bytes of a file that holds an array of this shape."""
    return _header_size(len(shape)) + math.prod(shape)
