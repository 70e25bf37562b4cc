"""The bytes of an IDX file: read into memory or, where they are many, mapped from the disk.

No more is unpacked than the header promises, so that neither a damaged file nor one made to do harm
fills the memory. What is large and compressed is unpacked once, into the cache.
"""

import mmap
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from cnntrain.data.idx.header import LONGEST_HEADER, IdxError, promised
from cnntrain.errors import DataError
from cnntrain.system.regular import open_file

GZIP_MAGIC = b"\x1f\x8b"
LARGE = 1 << 27  # bytes of content; more than these are mapped instead of read
MOST_MEMBERS = 10_000  # of a gzip file; tools that make several put 64 kB or more into each
MOST_ZEROS = 1 << 24  # bytes of padding; a hole in a file may be as long as one likes
SPARE = 1 << 16  # bytes beyond what is promised that are read, to tell how many there are

_CHUNK = 1 << 16
_GZIP_FORMAT = 16 + zlib.MAX_WBITS  # zlib's code for: a gzip header and checksum around the data

Content = bytearray | mmap.mmap


def read_content(path: Path, *, root: Path | None = None, most: int | None = None) -> Content:
    """Return the bytes of an IDX file, decompressed if they are gzip, whatever the file is called.

    They go into one buffer, which the parsed arrays share: copying 47 MB takes noticeable time.
    More than LARGE are mapped; if they are compressed, from a copy in the cache, which belongs to
    the data folder `root`. Raises DataError where the file cannot be read, IdxError where it is
    empty, damaged, longer than its header says, or, if `most` is given, than so many bytes.
    """
    content = bytearray()
    try:
        with open_file(path) as file:
            if file.read(len(GZIP_MAGIC)) != GZIP_MAGIC:
                return _plain(file, path)
            file.seek(0)
            for chunk in _decompressed(file, path, most):
                content += chunk
                if (promised(bytes(content[:LONGEST_HEADER])) or 0) > LARGE:
                    return _unpacked(path, root, most)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not content:
        raise IdxError(path, "is empty, expected an IDX file")
    return content


def _plain(file: BinaryIO, path: Path) -> Content:
    """Return the content of a file that is not compressed."""
    size = os.fstat(file.fileno()).st_size
    if size > LARGE:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    file.seek(0)
    content = bytearray()
    while chunk := file.read(_CHUNK):
        content += chunk
    if not content:
        raise IdxError(path, "is empty, expected an IDX file")
    return content


def _unpacked(path: Path, root: Path | None, most: int | None) -> Content:
    """Return the content of a large gzip file, mapped from the cache; in memory if there is none."""
    from cnntrain.data.cache import kept_file

    def write(target: IO[bytes]) -> None:
        with path.open("rb") as file:
            for chunk in _decompressed(file, path, most):
                target.write(chunk)

    kept = kept_file(root, path, ".idx", write)
    if kept is not None:
        with kept.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with path.open("rb") as file:
        return bytearray().join(_decompressed(file, path, most))


def _decompressed(file: BinaryIO, path: Path, most: int | None = None) -> Iterator[bytes]:
    """Yield the decompressed bytes of a gzip file, up to a little more than its header promises."""
    beginning, length, members, zeros = b"", 0, 0, 0
    stream = zlib.decompressobj(_GZIP_FORMAT)
    try:
        while chunk := file.read(_CHUNK):
            while chunk:
                if stream.eof:  # gzip files may be several members, one after the other
                    if not chunk.strip(b"\0"):  # tapes and block devices pad with zeros
                        zeros += len(chunk)
                        break
                    chunk = chunk.lstrip(b"\0")
                    stream = zlib.decompressobj(_GZIP_FORMAT)
                    members += 1
                part = stream.decompress(chunk, SPARE)
                length += len(part)
                beginning += part[: LONGEST_HEADER - len(beginning)]
                size = promised(beginning)
                if size is not None and most is not None and size > most:
                    raise IdxError(path, f"its header promises {size:,} bytes, expected {most:,}")
                yield part
                if size is None and length > SPARE:
                    return  # no IDX file, which the reader will find
                if size is not None and length > size + SPARE:
                    raise IdxError(
                        path, f"unpacks to more than the {size:,} bytes that its header promises"
                    )
                chunk = stream.unconsumed_tail or stream.unused_data
            if members > MOST_MEMBERS or zeros > MOST_ZEROS:
                what = "gzip members" if members > MOST_MEMBERS else "zeros after its end"
                raise IdxError(path, f"has too many {what}, expected one file's content")
        while not stream.eof and (part := stream.decompress(b"", SPARE)):  # what it still holds
            length += len(part)
            yield part
    except zlib.error as error:
        raise IdxError(path, f"the gzip data is damaged ({error})") from error
    if not stream.eof:
        size = promised(beginning)
        raise IdxError(
            path,
            f"the gzip data ends early, after {length:,} bytes"
            + ("" if size is None else f", expected {size:,}"),
        )


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path}: cannot be read: {error.strerror or error}; "
        "check that it is a file and that you may read it"
    )
