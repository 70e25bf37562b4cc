"""Pictures of a folder as pixels: decoded once, and kept in the cache until their files change.

A picture is known by its name, size and time. Only what is new or changed is decoded; pictures that
cannot be read are remembered as such, with the reason.
"""

import json
import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnntrain.data.cache import cache_folder, short
from cnntrain.data.idx.content import LARGE
from cnntrain.errors import OutputError, PictureError
from cnntrain.system.bars import watched
from cnntrain.system.files import replacing
from cnntrain.system.text import json_text

WORTH_KEEPING = 1_000  # pictures; fewer are decoded as fast as they are needed


class Picture(NamedTuple):
    """An image file, its name below the folder of all, and what tells whether it changed."""

    path: str
    name: str
    label: int
    size: int  # bytes
    time: int  # nanoseconds


@dataclass
class Decoded:
    """Pixels of the pictures that could be read, and the reasons why others could not.

    `rows` has the row in `pixels` of each picture, by what identifies it.
    """

    pixels: np.ndarray  # (N, C, H, W) uint8
    rows: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    path: Path | None = None  # where the pixels are kept


def decoded(
    pictures: Sequence[Picture],
    shape: tuple[int, int, int],
    read: Callable[[Path], np.ndarray],
    *,
    title: str,
    place: str,
    root: Path | None,
) -> tuple[Decoded, list[Picture]]:
    """Return the pixels of the pictures in their order, and those that could be read.

    `read` decodes a file, and raises PictureError; `place` is what tells this set of pictures from
    others in the cache of the data folder `root`.
    """
    folder = cache_folder(root) if len(pictures) >= WORTH_KEEPING else None
    index = None if folder is None else folder / f"{short(place)}.pictures"
    known = _kept(index, shape)
    keys = [_key(picture) for picture in pictures]
    if known is None or [*known.rows, *known.reasons] != _in_order(keys, known):
        known = _decode(pictures, keys, shape, read, title, known, index)
    readable = [picture for picture, key in zip(pictures, keys, strict=True) if key in known.rows]
    return known, readable


def _key(picture: Picture) -> str:
    return f"{picture.name}\0{picture.size}\0{picture.time}"


def _in_order(keys: list[str], known: Decoded) -> list[str]:
    """Return the keys with those that could not be read behind the others."""
    if not known.reasons:
        return keys
    bad = known.reasons.keys()
    return [*(key for key in keys if key not in bad), *(key for key in keys if key in bad)]


def _decode(
    pictures: Sequence[Picture],
    keys: list[str],
    shape: tuple[int, int, int],
    read: Callable[[Path], np.ndarray],
    title: str,
    known: Decoded | None,
    index: Path | None,
) -> Decoded:
    """Decode what is not known, and keep all if there is an `index` to keep it under."""
    reasons: dict[str, str] = {}

    def rows() -> Iterator[tuple[str, np.ndarray]]:
        bar = watched(pictures, title, unit=" images")
        for picture, key in zip(bar, keys, strict=True):
            if known is not None and key in known.rows:
                yield key, known.pixels[known.rows[key]]
            elif known is not None and key in known.reasons:
                reasons[key] = known.reasons[key]
            else:
                try:
                    yield key, read(Path(picture.path))
                except PictureError as error:
                    reasons[key] = error.problem

    if index is not None:
        with suppress(OutputError):
            return _keep(rows(), reasons, shape, index)
        reasons.clear()
    pixels = np.empty((len(pictures), *shape), np.uint8)
    found: dict[str, int] = {}
    for key, image in rows():
        pixels[len(found)] = image
        found[key] = len(found)
    return Decoded(pixels[: len(found)], found, reasons)


def _keep(
    rows: Iterator[tuple[str, np.ndarray]],
    reasons: dict[str, str],
    shape: tuple[int, int, int],
    index: Path,
) -> Decoded:
    """Write pixels and index, the pixels under a name of their own, which the index states."""
    keys: list[str] = []
    beside = index.with_suffix(".new")
    with replacing(beside) as file:
        for key, image in rows:
            file.write(np.ascontiguousarray(image).data)
            keys.append(key)
    pixels = index.with_name(f"{index.stem}-{short(repr(keys))}.pixels")
    beside.replace(pixels)
    with replacing(index) as file:
        file.write(json_text({"pixels": pixels.name, "keys": keys, "reasons": reasons}).encode())
    for older in index.parent.glob(f"{index.stem}-*.pixels"):
        if older != pixels:
            with suppress(OSError):
                older.unlink()
    kept = _kept(index, shape)
    if kept is None:
        raise OutputError(f"{index}: cannot be read back")
    return kept


def _kept(index: Path | None, shape: tuple[int, int, int]) -> Decoded | None:
    """Return what is kept under an index; None if there is nothing, or it is damaged."""
    if index is None:
        return None
    try:
        about = json.loads(index.read_bytes())
        keys, reasons, path = about["keys"], about["reasons"], index.with_name(about["pixels"])
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size != len(keys) * int(np.prod(shape)) or not size:
                return None
            content: bytes | mmap.mmap
            if size > LARGE:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            else:
                file.seek(0)
                content = file.read()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    pixels = np.frombuffer(content, np.uint8).reshape(-1, *shape)
    return Decoded(pixels, {key: row for row, key in enumerate(keys)}, reasons, path)
