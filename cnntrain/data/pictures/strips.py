"""Look at a picture in strips; a large PNG is decoded strip by strip, and never whole.

Pillow decodes a PNG whole. What undoes the filters of its rows need not be written again, however:
the rows of a strip, as they were unpacked, make a small PNG that Pillow decodes. Its first row is
the last one of the strip before, which the filters refer to. They work on bytes, each with the one
as far to the left as a pixel is long, so any picture with pixels of as many bytes will do.
"""

import io
import zlib
from collections.abc import Iterator
from typing import IO, TypeGuard

import numpy as np
from PIL import Image, ImageFile

from cnntrain.data.pictures.metadata import PNG

STRIP = 500_000  # pixels that are looked at, or decoded, at once
PIECE = 65_536  # bytes that are unpacked at once
SMALL = 2000  # pixels: pictures with no side longer are decoded whole
WIDEST = 65_535  # pixels: a strip of wider pictures would be large
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's types
TYPE_WITH = {channels: kind for kind, channels in CHANNELS.items() if kind != 3}
DEPTH_AND_TYPE = len(PNG) + 16  # where they are in the file


def in_strips(image: Image.Image) -> TypeGuard[ImageFile.ImageFile]:
    """Return whether an image, opened and not loaded, is one that is decoded strip by strip."""
    return (
        isinstance(image, ImageFile.ImageFile)
        and image.format == "PNG"
        and len(image.tile) == 1  # none is left of an image that was loaded
        and not image.info.get("interlace")
        and SMALL < max(image.size)
        and image.width <= WIDEST
    )


def strips(image: Image.Image, step: int) -> Iterator[tuple[int, Image.Image]]:
    """Yield an image in strips, a multiple of `step` rows each, and how far down each begins.

    Raises what Pillow raises of a damaged file.
    """
    rows = step * max(1, STRIP // (step * image.width))
    tops = range(0, image.height, rows)
    if in_strips(image):
        yield from zip(tops, _decoded(image, rows), strict=True)
        return
    for top in tops:
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def read_late_exif(image: ImageFile.ImageFile) -> None:
    """Add the EXIF data that follow the pixels of a PNG to what is known about it."""
    assert image.fp is not None
    for name, length in _chunks(image.fp):
        if name == b"eXIf":
            image.info.setdefault("exif", b"Exif\0\0" + image.fp.read(length))


def _decoded(image: ImageFile.ImageFile, rows: int) -> Iterator[Image.Image]:
    """Decode a PNG in strips of so many rows, the last of fewer."""
    assert image.fp is not None
    image.fp.seek(DEPTH_AND_TYPE)
    depth, kind = image.fp.read(2)
    bits, raw_mode = depth * CHANNELS[kind], str(image.tile[0][3])
    length = (image.width * bits + 7) // 8
    if upper := bits > 32:  # of colours of 16 bits, Pillow reads the upper bytes alone
        bits, raw_mode = bits // 2, raw_mode.removesuffix(";16B")
    last = bytes(length // 2 if upper else length)
    for packed in _unpacked(image.fp, 1 + length, rows, image.height):
        filtered = np.frombuffer(packed, np.uint8).reshape(-1, 1 + length)
        if upper:
            filtered = np.hstack((filtered[:, :1], filtered[:, 1::2]))
        content = _unfiltered(filtered, last, (bits + 7) // 8)
        last = content[-len(last) :]
        strip = Image.frombytes(image.mode, (image.width, len(filtered)), content, "raw", raw_mode)
        if image.palette is not None:
            strip.putpalette(image.palette)
        strip.info = image.info
        yield strip


def _unpacked(file: IO[bytes], length: int, rows: int, height: int) -> Iterator[bytearray]:
    """Yield the rows of a PNG, `length` bytes each, in strips of so many rows."""
    unpack = zlib.decompressobj()
    pieces = _packed(file)
    for top in range(0, height, rows):
        strip, size = bytearray(), length * min(rows, height - top)
        while len(strip) < size:
            piece = unpack.unconsumed_tail or next(pieces, b"")
            more = unpack.decompress(piece, size - len(strip))
            if not piece and not more:
                raise OSError("image file is truncated")
            strip += more
        yield strip


def _packed(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the packed pixels of a PNG, piece by piece."""
    for name, length in _chunks(file):
        while name == b"IDAT" and length > 0 and (piece := file.read(min(length, PIECE))):
            length -= len(piece)
            yield piece


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield the name and the length of each chunk of a PNG, where the file is at its content."""
    at = len(PNG)
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[:4])
        yield head[4:], length
        at += 12 + length


def _unfiltered(filtered: np.ndarray, last: bytes, unit: int) -> bytes:
    """Return rows of a PNG (h, 1 + n) as they were before each was filtered: h·n bytes.

    `last` is the row above them, of n bytes; `unit` is how many bytes a pixel has.
    """
    width = len(last) // unit
    header = (
        width.to_bytes(4) + (1 + len(filtered)).to_bytes(4) + bytes((8, TYPE_WITH[unit], 0, 0, 0))
    )
    packed = zlib.compress(b"\0" + last + filtered.tobytes(), 0)
    png = PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return image.tobytes()[len(last) :]


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)
