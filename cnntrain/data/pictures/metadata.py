"""Files whose metadata, or missing end, would stop Pillow: the same pictures without these."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

PNG = b"\x89PNG\r\n\x1a\n"
PNG_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # the chunks that make up a picture
JPEG, JPEG_END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA  # the marker after which a JPEG's pixels follow
METADATA = (*range(0xE1, 0xEE), 0xEF, 0xFE)  # APP1 to APP13, APP15, comments; APP14 tells colours
MISSING = 128  # the grey of blocks that are not there
BLOCK = 16  # rows: a JPEG's largest blocks
UNDECODED = 0.05  # of the rows: that few may be missing at the end of a JPEG


def bare(path: Path) -> io.BytesIO | None:
    """Return a PNG or JPEG file without its metadata, and a JPEG with an end; None for others."""
    data = path.read_bytes()
    if data.startswith(PNG):
        return io.BytesIO(PNG + b"".join(_png_chunks(data)))
    if data.startswith(JPEG):
        ended = data if data.rstrip(b"\0").endswith(JPEG_END) else data + JPEG_END
        return io.BytesIO(_bare_jpeg(ended)) if _is_whole(data) else None
    return None


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunks with pixels: length, name, content, checksum."""
    at = len(PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] in PNG_PIXELS:
            yield data[at:end]
        at = end


def _bare_jpeg(data: bytes) -> bytes:
    kept, at = [JPEG], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != SCAN:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at + 1] not in METADATA:
            kept.append(data[at:end])
        at = end
    return b"".join(kept) + data[at:]


def _is_whole(data: bytes) -> bool:
    """Return whether all rows of a JPEG are there, but for a few at its end.

    Rows that are missing are decoded as an even grey.
    """
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        with Image.open(io.BytesIO(_bare_jpeg(data)), formats=["JPEG"]) as image:
            rows = np.asarray(image.convert("L"))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    decoded = np.flatnonzero((rows != MISSING).any(axis=1))
    missing = len(rows) - (int(decoded[-1]) + 1 if decoded.size else 0)
    return missing <= max(BLOCK, UNDECODED * len(rows))
