"""What every source of images can do."""

import importlib.util
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import numpy as np

from cnntrain.data.examples import Examples, Split

if TYPE_CHECKING:
    from cnntrain.data.pictures.candidates import Line
    from cnntrain.data.pictures.crop import Crop
    from cnntrain.data.pictures.steps import Box, Steps

Invert = Literal["auto", "yes", "no"]

# Endings that mark a file in a folder as an image; a file named explicitly may have any ending.
# They are those that Pillow registers for images: asking Pillow would load all of its decoders.
IMAGE_ENDINGS = (
    ".apng",
    ".avif",
    ".avifs",
    ".bmp",
    ".bw",
    ".cur",
    ".dcx",
    ".dds",
    ".dib",
    ".gif",
    ".icns",
    ".ico",
    ".im",
    ".j2c",
    ".j2k",
    ".jfif",
    ".jp2",
    ".jpc",
    ".jpe",
    ".jpeg",
    ".jpf",
    ".jpg",
    ".jpx",
    ".msp",
    ".pbm",
    ".pcx",
    ".pfm",
    ".pgm",
    ".png",
    ".pnm",
    ".ppm",
    ".psd",
    ".qoi",
    ".ras",
    ".rgb",
    ".rgba",
    ".sgi",
    ".tga",
    ".tif",
    ".tiff",
    ".webp",
    ".xbm",
    ".xpm",
)
_IMAGES = frozenset(IMAGE_ENDINGS)
HEIC_ENDINGS = (".heic", ".heif")  # the usual form of an iPhone's photos; an extra reads them
HEIC_ADVICE = "install the extra that reads HEIC: pip install 'cnntrain[heic]'"
# Other pictures that Pillow cannot read without plugins.
UNREAD_ENDINGS = (
    ".arw",
    ".cr2",
    ".cr3",
    ".dng",
    ".jxl",
    ".nef",
    ".orf",
    ".pdf",
    ".svg",
)


def is_image(path: Path) -> bool:
    """Return whether a file in a folder counts as an image; macOS's `._4.png` is metadata of one."""
    return is_image_name(path.name) and os.path.isfile(path)


def is_image_name(name: str) -> bool:
    """Return whether a file's name is that of an image."""
    _, dot, last = name.rpartition(".")  # not os.path.splitext: a million names are asked for
    if not dot or name.startswith("."):
        return False
    ending = f".{last.lower()}"
    return ending in _IMAGES or (ending in HEIC_ENDINGS and reads_heic())


def reads_heic() -> bool:
    """Return whether the library that reads HEIC is installed."""
    return importlib.util.find_spec("pillow_heif") is not None


def unread_note(paths: Sequence[Path], folder: Path) -> str | None:
    """Return a sentence about the pictures among `paths` that cannot be read, None if there are none."""
    heic = () if reads_heic() else HEIC_ENDINGS
    unread = [path for path in paths if _has_ending(path, (*UNREAD_ENDINGS, *heic))]
    if not unread:
        return None
    endings = sorted({path.suffix.lower() for path in unread})
    files = "1 file was" if len(unread) == 1 else f"{len(unread):,} files were"
    extra = f", or {HEIC_ADVICE}" if set(endings) & set(heic) else ""
    return f"{folder}: {files} not read ({' '.join(endings)}); save as PNG or JPEG{extra}"


def _has_ending(path: Path, endings: tuple[str, ...]) -> bool:
    hidden = path.name.startswith(".")
    return not hidden and path.suffix.lower() in endings and os.path.isfile(path)


class Reading(NamedTuple):
    """An image file as the network gets it.

    `images` (N, C, H, W) are everything that may be a digit, and `lines` the ways in which they
    can be read; no lines mean that there is no digit. `boxes` are where the images are: left, top,
    right, bottom in pixels of the upright picture; none where that is not known. The warnings are
    what does not look like one digit.
    """

    images: np.ndarray
    lines: "tuple[Line, ...]"
    warnings: tuple[str, ...] = ()
    boxes: "tuple[Box, ...]" = ()
    steps: "Steps | None" = None  # what was done


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """A place that images with classes come from."""

    holds_pictures: ClassVar[bool] = True  # pixels, 0..255 or 0..1; else any numbers

    name: str  # in configurations

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int]:
        """Return the shape (C, H, W) of an image as a network gets it."""

    @property
    def known_classes(self) -> tuple[str, ...] | None:
        """Return the names of the classes, None if only the files determine them."""
        return None

    @property
    def checked(self) -> str:
        """Return what loading makes sure of."""
        return "format, counts and labels verified"

    @property
    def has_others(self) -> bool:
        """Return whether some images to train on belong to no class: then networks learn to doubt."""
        return False

    def missing(self, root: Path | None) -> bool:
        """Return whether files have to be downloaded before `load`."""
        return False

    def notes(self, root: Path | None) -> list[str]:
        """Return what is worth a sentence about the files, such as those that are not read."""
        return []

    @abstractmethod
    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the training or test images; `root` is the data folder, None for the usual one.

        Raises DataError.
        """

    def load_first(self, split: Split, root: Path | None, count: int) -> Examples:
        """Return the first `count` images of those that `load` returns, or all if there are fewer.

        Sources that draw their images draw no more than they need.
        """
        return self.load(split, root).part(0, count)

    def load_both(
        self, root: Path | None, train: int | None = None, test: int | None = None
    ) -> tuple[Examples, Examples]:
        """Return the first `train` training images and `test` test images; None for all of them.

        A source that finds both in the same place looks there once.
        """
        return (
            self.load("train", root) if train is None else self.load_first("train", root, train),
            self.load("test", root) if test is None else self.load_first("test", root, test),
        )

    @abstractmethod
    def read(self, path: Path, invert: Invert, crop: "Crop | None" = None) -> Reading:
        """Return the one image in a file, prepared like the images of this source.

        Raises PictureError, and UsageError where the crop leaves nothing.
        """

    def read_all(self, path: Path, invert: Invert, crop: "Crop | None" = None) -> Reading:
        """Return everything in a file that may be an image of this source; raises as `read` does."""
        return self.read(path, invert, crop)
