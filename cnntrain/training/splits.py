"""The images of a run: training, validation and test images."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cnntrain.config import Config, Training
from cnntrain.data.examples import Examples
from cnntrain.errors import ConfigError, DataError

SplitName = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Splits:
    """Training images, validation images taken from the end of these, and test images.

    The validation images choose the best epoch; the test images only report.
    """

    train: Examples
    validation: Examples | None
    test: Examples


def load_splits(config: Config, root: Path | None, *, limit: int | None = None) -> Splits:
    """Return the images of a configuration; `limit` keeps only the first ones of each set.

    Raises DataError, or ConfigError if `validation` or `batchsize` is too large.
    """
    train, validation = _divided(config, config.dataset.load("train", root))
    test = config.dataset.load("test", root)
    if limit is not None:
        train, test = train.part(0, limit), test.part(0, limit)
    _refuse_images_used_twice_in_a_step(config, len(train), limited=limit is not None)
    return Splits(train, validation, test)


def load_split(config: Config, split: SplitName, root: Path | None) -> Examples:
    """Return one set of images. Raises DataError if there are no validation images."""
    if split == "test":
        return config.dataset.load("test", root)
    train, validation = _divided(config, config.dataset.load("train", root))
    if split == "train":
        return train
    if validation is None:
        raise DataError(
            f"{config.name}: found no validation images: train.validation is 0; "
            "train with --set train.validation=5000, or choose another split"
        )
    return validation


def _divided(config: Config, train: Examples) -> tuple[Examples, Examples | None]:
    """Return the images to train on, and the last ones, which are held back for validation."""
    held_back = config.train.validation
    if held_back >= len(train):
        raise ConfigError(
            f"{config.places['train.validation']}: train.validation: found {held_back}, expected fewer than the "
            f"{len(train)} training images"
        )
    cut = len(train) - held_back
    return train.part(0, cut), train.part(cut, len(train)) if held_back else None


def _refuse_images_used_twice_in_a_step(config: Config, images: int, *, limited: bool) -> None:
    """Raise ConfigError if a mini-batch would have more images than there are.

    A batch size up to the default need not be lowered for a handful of examples or for --limit: a
    mini-batch then holds all the images there are.
    """
    found = config.train.batchsize
    if found <= max(images, Training().batchsize):
        return
    place = config.places.get("train.batchsize", config.places["train"])
    limit = ", or raise --limit" if limited else ""
    raise ConfigError(
        f"{place}: train.batchsize: found {found}, expected at most the {images} training images; "
        f"lower train.batchsize{limit}"
    )


def fingerprint(examples: Examples) -> str:
    """Return the SHA-256 of images and labels: two runs with the same one saw the same data."""
    digest = hashlib.sha256(np.ascontiguousarray(examples.images).data)
    digest.update(np.ascontiguousarray(examples.labels, np.int64).data)
    return digest.hexdigest()
