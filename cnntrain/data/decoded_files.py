"""What is kept of a folder's pictures between two programs: pixels, keys, and an index that names them.

The index has a number that stands for all pictures (`stamp`), the labels of those that could be
read, and the reasons why others could not. Above it stands the SHA-256 of its bytes: a label that is
another than it was would not be noticed otherwise. The keys, which are many, are read only where the
number is another.
"""

import hashlib
import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

import msgspec
import numpy as np

from cnntrain.data.idx.content import LARGE
from cnntrain.system.regular import open_file
from cnntrain.system.text import from_json, json_text

Label = Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]
KeyOfPicture = str  # what tells a file from others, and from itself after a change


def key_of(name: str, state: os.stat_result) -> KeyOfPicture:
    """Return what identifies a picture: its name below the folder of all, size, time and inode."""
    return f"{name}\0{state.st_size}\0{state.st_mtime_ns}\0{state.st_ino}"


def name_of(key: KeyOfPicture) -> str:
    """Return the name in a key."""
    return key.partition("\0")[0]


class Index(TypedDict):
    """What an index states."""

    stamp: str
    pixels: str  # the name of a file beside it
    keys: str  # the name of another
    reasons: dict[KeyOfPicture, str]
    labels: list[Label]


@dataclass
class Decoded:
    """Pixels and labels of the pictures that could be read, and the reasons why others could not."""

    pixels: np.ndarray  # (N, C, H, W) uint8
    labels: np.ndarray  # (N,) integers
    reasons: dict[str, str]  # by the pictures' names
    path: Path | None = None  # where the pixels are kept


@dataclass
class Earlier:
    """What is known of pictures since an earlier time: the row in `pixels`, or the reason why not."""

    pixels: np.ndarray
    rows: dict[KeyOfPicture, int]
    reasons: dict[KeyOfPicture, str]


def by_name(reasons: dict[KeyOfPicture, str]) -> dict[str, str]:
    """Return the reasons by the names of the pictures."""
    return {name_of(key): why for key, why in reasons.items()}


def index_as_bytes(about: dict[str, Any]) -> bytes:
    """Return an index as it is kept."""
    return with_digest(json_text(about).encode())


def with_digest(text: bytes) -> bytes:
    """Return an index's JSON below its SHA-256."""
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def read_index(index: Path, classes: int) -> dict[str, Any] | None:
    """Return what an index states; None if there is none, or it is damaged.

    So it is where a label is none of the classes, which have the numbers from 0.
    """
    try:
        with open_file(index) as file:
            digest, _, text = file.read().partition(b"\n")
        if digest != hashlib.sha256(text).hexdigest().encode():
            return None
        about: dict[str, Any] = dict(msgspec.convert(from_json(text), Index))
    except (OSError, ValueError, msgspec.ValidationError):
        return None
    return about if max(about["labels"], default=0) < classes else None


def read_pixels(index: Path, about: dict[str, Any], shape: tuple[int, int, int]) -> Decoded | None:
    """Return what is kept under an index; None if it is not there, or damaged."""
    try:
        path = index.with_name(about["pixels"])
        labels = np.array(about["labels"], int)
        with open_file(path) as file:
            size = file.seek(0, 2)
            if size != len(labels) * int(np.prod(shape)) or not size:
                return None
            content: bytes | mmap.mmap
            if size > LARGE:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            else:
                file.seek(0)
                content = file.read()
    except (OSError, ValueError):
        return None
    pixels = np.frombuffer(content, np.uint8).reshape(-1, *shape)
    return Decoded(pixels, labels, by_name(about["reasons"]), path)


def read_earlier(
    index: Path, about: dict[str, Any] | None, shape: tuple[int, int, int]
) -> Earlier | None:
    """Return what is known of pictures though not all are as they were; None if nothing is."""
    kept = None if about is None else read_pixels(index, about, shape)
    if about is None or kept is None:
        return None
    try:
        with open_file(index.with_name(about["keys"])) as file:
            keys = msgspec.convert(from_json(file.read()), list[KeyOfPicture])
    except (OSError, ValueError, msgspec.ValidationError):
        return None
    if len(keys) != len(kept.labels):
        return None
    return Earlier(kept.pixels, {key: row for row, key in enumerate(keys)}, about["reasons"])
