"""What data sets in files of arrays have in common: images and labels of any number and size."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from cnntrain.data.cache import identity
from cnntrain.data.class_names import Classes, beside, classes_of
from cnntrain.data.examples import Examples, Split
from cnntrain.data.gathered import mapped
from cnntrain.data.idx.locate import home_expanded
from cnntrain.data.sources.base import Invert, Reading
from cnntrain.data.sources.stretched import Stretched
from cnntrain.data.sources.synthetic import Synthetic
from cnntrain.data.streams import Stream, generator
from cnntrain.errors import DataError

if TYPE_CHECKING:
    from cnntrain.data.pictures.crop import Crop

LIKE_MNIST = Synthetic(name="synthetic")  # which prepares pictures as MNIST's were
SEED = 0  # of the choice of test images; it is part of the data, not of a run


class Part(NamedTuple):
    """A training or test set as it is in its files, which are read when they are needed.

    Images are (N, H, W), (N, C, H, W), (N, H, W, C) or (N, C·H·W), pixels 0..255 or floats 0..1;
    labels are (N,) integers.
    """

    images: Callable[[], np.ndarray]
    labels: Callable[[], np.ndarray]
    images_path: Path
    labels_path: Path


@dataclass(frozen=True, kw_only=True)
class Arrays(Stretched, ABC):
    """Images and labels in files of arrays.

    Where there is no test set, a share of the training images is held out, chosen at random and the
    same each time.
    """

    path: str = field(kw_only=False)  # from the working directory, or from --data-dir if given
    size: int | tuple[int, int] = 28  # height and width that the images have, or one for both
    channels: int = 1  # that the images have; 1: grey, 3: RGB
    classes: str | None = None  # text file with a name for each class, from the images' folder on
    transposed: bool = False  # exchange rows and columns of the images, as EMNIST's need it
    held_out: float = 0.2  # share of the images to test on, where there is no test set
    pictures: Literal["stretched", "mnist"] = "stretched"  # how `predict` prepares an image file

    def __post_init__(self) -> None:
        """Reject numbers that no images can have."""
        super().__post_init__()
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out: found {self.held_out}, expected between 0 and 1")

    @abstractmethod
    def parts(self, place: Path, root: Path | None) -> dict[Split, Part]:
        """Return the training set and, if there is one, the test set. Raises DataError."""

    def place(self, root: Path | None) -> Path:
        """Return the file or folder that `path` names."""
        return (root or Path()) / home_expanded(Path(self.path), f"dataset.{self.name}.path")

    def read(self, path: Path, invert: Invert, crop: "Crop | None" = None) -> Reading:
        """Return an image file, stretched to the size or prepared as MNIST's digits were."""
        if self.pictures == "stretched":
            return super().read(path, invert, crop)
        reading = LIKE_MNIST.read(path, invert, crop)
        return reading._replace(images=self._sized(reading.images))

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images as they are in the files, with their labels as positions of classes."""
        parts = self.parts(self.place(root), root)
        labels = {name: part.labels() for name, part in parts.items()}
        train = parts["train"]
        classes = classes_of([*labels.values()], self._names(train.images_path), train.labels_path)
        if "test" in parts:
            return self._examples(parts[split], labels[split], classes)
        both = self._examples(train, labels["train"], classes)
        share = _share(len(both), self.held_out, split, train.images_path)
        return both.chosen(share, split)

    def _sized(self, images: np.ndarray) -> np.ndarray:
        """Return grey images (N, 1, 28, 28) at the size and in the channels of this source."""
        from PIL import Image

        channels, height, width = self.shape
        if images.shape[2:] != (height, width):
            pictures = [Image.fromarray(image[0]) for image in images]
            bilinear = Image.Resampling.BILINEAR
            sized = [np.asarray(each.resize((width, height), bilinear)) for each in pictures]
            images = np.array(sized).reshape(-1, 1, height, width)
        return np.repeat(images, channels, axis=1)

    def _names(self, images: Path) -> Path | None:
        """Return the file with the classes' names: the one named, or one that lies beside."""
        if self.classes is not None:
            named = home_expanded(Path(self.classes), f"dataset.{self.name}.classes")
            return images.parent / named
        return beside(images.parent, images.name)

    def _examples(self, part: Part, labels: np.ndarray, classes: Classes) -> Examples:
        """Return a part with its images as (N, C, H, W). Raises DataError where they do not fit."""
        images = self._arranged(part.images(), part.images_path)
        if len(images) != len(labels):
            raise DataError(
                f"{part.labels_path}: holds {len(labels):,} labels, expected {len(images):,}, one for "
                f"each image of {part.images_path.name}; put files together that belong together"
            )
        positions = classes.positions(labels, part.labels_path)
        own = None
        if mapped(images) is not None:
            own = (
                f"{identity([part.images_path, part.labels_path])} {self} {classes.places.tolist()}"
            )
        return Examples(images, positions, classes.names, identity=own)

    def _arranged(self, images: np.ndarray, path: Path) -> np.ndarray:
        """Return images as (N, C, H, W), whichever way they are in the file."""
        channels, height, width = self.shape
        if self.transposed:
            height, width = width, height
        found = images.shape[1:]
        if found == (height, width) and channels == 1:
            images = images[:, None]
        elif found == (height, width, channels):
            images = images.transpose(0, 3, 1, 2)
        elif found == (channels * height * width,):
            images = images.reshape(-1, channels, height, width)
        elif found != (channels, height, width):
            raise self._other_size(found, path)
        return images.swapaxes(2, 3) if self.transposed else images

    def _other_size(self, found: tuple[int, ...], path: Path) -> DataError:
        """Return the error for images of another size than stated, with what to state."""
        channels, height, width = self.shape
        expected = f"expected {height}×{width} with {_count(channels)}"
        if len(found) == 1:
            return DataError(
                f"{path}: holds images of {found[0]:,} pixels, {expected}; state their size and "
                f"channels in dataset.{self.name}"
            )
        *sides, depth = (*found, 1) if len(found) == 2 else found
        if len(found) == 3 and found[0] < found[2]:
            depth, *sides = found
        if self.transposed:
            sides.reverse()
        size = f"{sides[0]}" if sides[0] == sides[1] else f"[{sides[0]}, {sides[1]}]"
        return DataError(
            f"{path}: holds images of {sides[0]}×{sides[1]} with {_count(depth)}, {expected}; "
            f"write `size: {size}, channels: {depth}` in "
            f"dataset.{self.name}, or give other images"
        )


def _count(channels: int) -> str:
    return "1 channel" if channels == 1 else f"{channels} channels"


def _share(count: int, held_out: float, split: Split, path: Path) -> np.ndarray:
    """Return the positions of the images to train or to test on, in their order."""
    if count < 2:
        raise DataError(
            f"{path}: holds {count} image, expected two or more, to train and to test on; add images"
        )
    tested = np.zeros(count, bool)
    chosen = min(max(1, round(held_out * count)), count - 1)
    tested[generator(Stream.HELD_OUT, SEED).permutation(count)[:chosen]] = True
    return np.flatnonzero(tested if split == "test" else ~tested)
