"""Pictures of a folder as pixels: decoded once, and kept in the cache until their files change.

A picture is known by its name, size, time and inode. As long as those of all pictures are what they
were, nothing is looked at but one number that stands for them; else only what is new or changed is
decoded. Pictures that cannot be read are remembered as such, with the reason.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnntrain.data.cache import cache_folder, short
from cnntrain.data.decoded_files import (
    Decoded,
    Earlier,
    KeyOfPicture,
    by_name,
    index_as_bytes,
    name_of,
    read_earlier,
    read_index,
    read_pixels,
)
from cnntrain.errors import OutputError, PictureError
from cnntrain.system.bars import watched
from cnntrain.system.files import replacing
from cnntrain.system.text import json_text

WORTH_KEEPING = 1_000  # pictures; fewer are decoded as fast as they are needed


class Picture(NamedTuple):
    """An image file and its class."""

    key: KeyOfPicture
    label: int


Read = Callable[[str], np.ndarray]  # a picture by its name; raises PictureError


def decoded(
    stamp: str,
    pictures: Callable[[], Sequence[Picture]],
    count: int,
    shape: tuple[int, int, int],
    read: Read,
    *,
    classes: int,
    title: str,
    place: str,
    root: Path | None,
) -> Decoded:
    """Return the pixels and labels of the pictures that can be read, in their order.

    `stamp` is another as soon as `pictures`, about `count`, would be others. `read` decodes one to
    (C, H, W); there are so many `classes`; `place` is what tells this set of pictures from others in the cache of the data folder
    `root`.
    """
    folder = cache_folder(root) if count >= WORTH_KEEPING else None
    if folder is None:
        return _in_memory(pictures(), shape, read, title)
    index = folder / f"{short(place)}.pictures"
    about = read_index(index, classes)
    if about is not None and about["stamp"] == stamp:
        kept = read_pixels(index, about, shape)
        if kept is not None:
            return kept
    wanted = pictures()
    try:
        return _keep(wanted, shape, read, title, read_earlier(index, about, shape), index, stamp)
    except OutputError:
        return _in_memory(wanted, shape, read, title)


class _Decoding:
    """A pass through pictures, which notes what could be read."""

    def __init__(self, pictures: Sequence[Picture], read: Read, title: str) -> None:
        """Take the pictures."""
        self.pictures, self.read, self.title = pictures, read, title
        self.done: list[Picture] = []
        self.reasons: dict[KeyOfPicture, str] = {}

    def images(self, earlier: Earlier | None) -> Iterator[np.ndarray]:
        """Yield the image of each picture that can be read, from an earlier time where it is known."""
        rows = {} if earlier is None else earlier.rows
        reasons = {} if earlier is None else earlier.reasons
        for picture in watched(self.pictures, self.title, unit=" images"):
            key = picture.key
            try:
                if key in reasons:
                    self.reasons[key] = reasons[key]
                    continue
                if earlier is not None and key in rows:
                    image = earlier.pixels[rows[key]]
                else:
                    image = self.read(name_of(key))
            except PictureError as error:
                self.reasons[key] = error.problem
            else:
                self.done.append(picture)
                yield image

    @property
    def labels(self) -> list[int]:
        """Return the labels of the images."""
        return [picture.label for picture in self.done]


def _in_memory(
    pictures: Sequence[Picture], shape: tuple[int, int, int], read: Read, title: str
) -> Decoded:
    decoding = _Decoding(pictures, read, title)
    pixels = np.empty((len(pictures), *shape), np.uint8)
    for row, image in enumerate(decoding.images(None)):
        pixels[row] = image
    labels = np.array(decoding.labels, int)
    return Decoded(pixels[: len(labels)], labels, by_name(decoding.reasons))


def _keep(
    pictures: Sequence[Picture],
    shape: tuple[int, int, int],
    read: Read,
    title: str,
    earlier: Earlier | None,
    index: Path,
    stamp: str,
) -> Decoded:
    """Write pixels, keys and index, the first two under names of their own, which the index states."""
    decoding = _Decoding(pictures, read, title)
    base = f"{index.stem}-{short(stamp)}"
    pixels, keys = (index.with_name(f"{base}.{ending}") for ending in ("pixels", "keys"))
    with replacing(pixels) as file:
        for image in decoding.images(earlier):
            file.write(np.ascontiguousarray(image).data)
    with replacing(keys) as file:
        file.write(json_text([picture.key for picture in decoding.done]).encode())
    about = {
        "stamp": stamp,
        "pixels": pixels.name,
        "keys": keys.name,
        "reasons": decoding.reasons,
        "labels": decoding.labels,
    }
    with replacing(index) as file:
        file.write(index_as_bytes(about))
    for older in index.parent.glob(f"{index.stem}-*"):
        if older not in (pixels, keys):
            with suppress(OSError):
                older.unlink()
    kept = read_pixels(index, about, shape)
    if kept is None:
        raise OutputError(f"{index}: cannot be read back")
    return kept
