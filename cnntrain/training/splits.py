"""The images of a run: training, validation and test images."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cnntrain.config import Config, Training
from cnntrain.config.complaints.wording import at
from cnntrain.data.examples import NO_CLASS, Examples, Split
from cnntrain.data.streams import Stream, generator
from cnntrain.errors import DataError, UsageError
from cnntrain.system.bars import watched

AT_ONCE = 1 << 16  # images whose checksum is computed at a time

SplitName = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Splits:
    """Training images, validation images taken out of these, and test images.

    The validation images choose the best epoch, and when to stop; the test images only report.
    """

    train: Examples
    validation: Examples | None
    test: Examples


def load_splits(config: Config, root: Path | None, *, limit: int | None = None) -> Splits:
    """Return the images of a configuration; `limit` keeps only the first ones of each set.

    Raises DataError, or ConfigError if `validation` or `batchsize` is too large.
    """
    any_of_all = config.train.validation > 0  # may be held back
    try:
        train, test = config.dataset.load_both(root, None if any_of_all else limit, limit)
    except UsageError as error:
        raise _where_named(config, error) from error
    train, validation = _divided(config, train)
    train = train.part(0, limit)
    _refuse_images_used_twice_in_a_step(config, len(train), limited=limit is not None)
    _refuse_smoothing_of_numbers(config, train)
    return Splits(train, validation, test)


def load_split(config: Config, split: SplitName, root: Path | None) -> Examples:
    """Return one set of images, all of some class. Raises DataError if there are none to validate."""
    if split == "test":
        return _loaded(config, "test", root)
    train, validation = _divided(config, _loaded(config, "train", root))
    if split == "train":
        return train.with_class()
    if validation is None:
        raise DataError(
            f"{config.name}: found no validation images: train.validation is 0; "
            "train with --set train.validation=5000, or choose another split"
        )
    return validation


def _loaded(config: Config, split: Split, root: Path | None) -> Examples:
    try:
        return config.dataset.load(split, root)
    except UsageError as error:
        raise _where_named(config, error) from error


def _where_named(config: Config, error: UsageError) -> UsageError:
    """Return a complaint about the data set, told where the configuration names it."""
    return at(config.places["dataset"], "", str(error))


def _divided(config: Config, train: Examples) -> tuple[Examples, Examples | None]:
    """Return the images to train on, and those set aside for validation, by class and at random.

    Each class has the same share of both, as far as whole images allow. The choice follows the
    seed; the order of the images stays.
    """
    held_back = config.train.validation
    if held_back >= len(train):
        raise config.places.complaint(
            "train.validation",
            f"found {held_back}, expected fewer than the {len(train)} training images",
            because=["dataset"],
        )
    if not held_back:
        return train, None
    aside = np.zeros(len(train), bool)
    aside[_stratified(train, held_back, generator(Stream.VALIDATION, config.seed))] = True
    kept, out = np.flatnonzero(~aside), np.flatnonzero(aside)
    return train.chosen(kept, f"without {held_back} of seed {config.seed}"), train.chosen(out)


def _stratified(examples: Examples, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` positions drawn at random, in proportion to the classes."""
    order = rng.permutation(len(examples))
    if not examples.classified:
        return order[:count]
    if examples.values is None:
        order = order[examples.labels[order] != NO_CLASS]
        classes = examples.labels[order]
    else:
        classes = examples.values.argmax(axis=1)[order]
    sizes = np.bincount(classes, minlength=len(examples.classes))
    exact = count * sizes / len(order)
    wanted = exact.astype(int)
    largest_remainders = np.argsort(wanted - exact, kind="stable")
    wanted[largest_remainders[: count - wanted.sum()]] += 1
    chosen = [order[classes == c][:n] for c, n in enumerate(wanted)]
    return np.concatenate(chosen)


def _refuse_images_used_twice_in_a_step(config: Config, images: int, *, limited: bool) -> None:
    """Raise ConfigError if a mini-batch would have more images than there are.

    A batch size up to the default need not be lowered for a handful of examples or for --limit: a
    mini-batch then holds all the images there are.
    """
    found = config.train.batchsize
    if found <= max(images, Training().batchsize):
        return
    limit = ", or raise --limit" if limited else ""
    raise config.places.complaint(
        "train.batchsize",
        f"found {found}, expected at most the {images} training images; "
        f"lower train.batchsize{limit}",
        because=["dataset"],
    )


def _refuse_smoothing_of_numbers(config: Config, train: Examples) -> None:
    """Raise ConfigError if targets that are not classes are to be spread over all classes."""
    if config.train.label_smoothing and not train.classified:
        raise config.places.complaint(
            "train.label_smoothing",
            f"found {config.train.label_smoothing}, but the targets of {config.dataset.name} are "
            "numbers, not classes; remove it",
            because=["dataset"],
        )


def fingerprint(examples: Examples) -> str:
    """Return the SHA-256 of images and labels: two runs with the same one saw the same data.

    That of large files is remembered until they change.
    """
    if examples.identity is None:
        return _fingerprint(examples)
    from cnntrain.data.cache import remembered

    return remembered(None, examples.identity, lambda: _fingerprint(examples))


def _fingerprint(examples: Examples) -> str:
    digest = hashlib.sha256()
    starts = range(0, len(examples), AT_ONCE)
    few = len(starts) <= 1
    for first in starts if few else watched(starts, "checksum of the images", unit="it"):
        digest.update(np.ascontiguousarray(examples.images[first : first + AT_ONCE]).data)
    for first in starts:
        digest.update(np.ascontiguousarray(examples.labels[first : first + AT_ONCE], np.int64).data)
    return digest.hexdigest()
