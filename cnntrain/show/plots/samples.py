"""Images of a data set: some of each class, or some with what augmentation makes of them."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from cnntrain.data.augment import Distortion
from cnntrain.data.augment.augmentation import augmented
from cnntrain.data.examples import Examples
from cnntrain.show.error_sheet import enlarged, writable
from cnntrain.show.plots import pixels

MOST_CLASSES = 20  # rows
ACROSS = 10  # images of a class; or an image and what nine epochs make of it


def draw_samples(heading: str, examples: Examples) -> Image.Image:
    """Return the first images of each class, a row for each class."""
    rows = []
    for k in _classes(examples):
        found = np.flatnonzero(examples.labels == k)[:ACROSS]
        rows.append((_name(examples, k), [examples.images[n] for n in found]))
    return _page(heading, rows, _legend(examples, "the first of each class"))


def draw_augmented(
    heading: str, examples: Examples, distortions: Sequence[Distortion], seed: int
) -> Image.Image:
    """Return an image of each class, and beside it what the first epochs would make of it.

    Images are (C, H, W), uint8.
    """
    classes = _classes(examples)
    firsts = [int(np.flatnonzero(examples.labels == k)[0]) for k in classes]
    originals = examples.images[firsts]
    epochs = [
        augmented(originals, distortions, seed=seed, epoch=epoch) for epoch in range(1, ACROSS)
    ]
    rows = [
        (_name(examples, k), [image, *(epoch[n] for epoch in epochs)])
        for n, (k, image) in enumerate(zip(classes, originals, strict=True))
    ]
    note = f"the first of each class; beside it, distorted as in {ACROSS - 1} epochs"
    return _page(heading, rows, _legend(examples, note))


def _classes(examples: Examples) -> list[int]:
    """Return the classes that have images, as many as are drawn."""
    found: list[int] = np.unique(examples.labels)[:MOST_CLASSES].tolist()
    return found


def _name(examples: Examples, k: int) -> str:
    return writable(examples.classes[k], k)


def _legend(examples: Examples, note: str) -> str:
    count = len(np.unique(examples.labels))
    more = f" ({MOST_CLASSES} are drawn)" if count > MOST_CLASSES else ""
    return f"{len(examples):,} training images of {count} classes{more}; {note}"


def _page(heading: str, rows: list[tuple[str, list[np.ndarray]]], legend: str) -> Image.Image:
    labels = [pixels.words(name) for name, _ in rows]
    width = max(label.width for label in labels)
    lines = []
    for label, (_, images) in zip(labels, rows, strict=True):
        tiles = [pixels.framed(enlarged(image)) for image in images]
        lines.append(pixels.beside([pixels.at_left(label, width), *tiles], 4))
    return pixels.page(heading, [pixels.words(legend), pixels.below(lines, 4)])
