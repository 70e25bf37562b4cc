"""Turn a picture with any number of digits into what a network trained on MNIST expects of each."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.candidates import ONE, Line
from cnntrain.data.pictures.crop import Crop
from cnntrain.data.pictures.digits import Digits, Mark, find_digits
from cnntrain.data.pictures.fit import SIDE, fitted
from cnntrain.data.pictures.found import found_ink
from cnntrain.data.pictures.ink import Invert
from cnntrain.data.pictures.page import Ink
from cnntrain.data.pictures.prepare import prepared
from cnntrain.data.pictures.steps import Box, Steps

DETAIL = 40  # pixels: lower digits are looked at again, more closely
CLOSE = 64  # pixels: as high as they then become, if the picture has them
LARGEST_SIDE = 1280  # pixels: no part of a picture is searched at a larger size
EDGE = 3  # pixels around a mark: its soft edges belong to it


class Pictures(NamedTuple):
    """Everything in a picture that may be a digit.

    `pixels` (N, 28, 28) uint8 and `boxes` are of the images that the candidates of `lines` name;
    a box is left, top, right, bottom in pixels of the upright picture. `warnings` are what does
    not look like one digit, and hold only where one is read.
    """

    pixels: np.ndarray
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]
    steps: Steps


def prepare_all(path: Path, *, invert: Invert = "auto", crop: Crop | None = None) -> Pictures:
    """Read a picture of digits, and prepare whatever may be one as MNIST's digits were.

    No lines mean that there is no digit. Raises what `prepare` raises.
    """
    ink = found_ink(path, invert=invert, crop=crop)
    single = prepared(ink)
    if single.box is None:
        return Pictures(np.zeros((0, SIDE, SIDE), np.uint8), (), (), single.warnings, single.steps)
    found = find_digits(ink.values, ink.noise, ink.level, ink.light)
    if len(found.marks) > 1:
        ink, found = _seen_closely(ink, found)
    if len(found.marks) <= 1:
        return Pictures(single.pixels[None], (single.box,), (ONE,), single.warnings, single.steps)
    whole = _covers_all(found)
    pixels = [
        single.pixels if index == whole else _fitted(ink, mark)
        for index, mark in enumerate(found.marks)
    ]
    boxes = []
    for mark in found.marks:
        top, left, bottom, right = mark.bounds
        boxes.append(ink.box_in_picture((left, top, right, bottom)))
    return Pictures(np.array(pixels), tuple(boxes), found.lines, single.warnings, single.steps)


def _seen_closely(ink: Ink, found: Digits) -> tuple[Ink, Digits]:
    """Return the digits and their surroundings at the size at which they are cut apart best."""
    if ink.factor == 1 or found.height >= DETAIL:
        return ink, found
    tops, lefts, bottoms, rights = zip(*(mark.bounds for mark in found.marks), strict=True)
    margin = round(found.height)
    part = (min(lefts) - margin, min(tops) - margin, max(rights) + margin, max(bottoms) + margin)
    longer = max(part[2] - part[0], part[3] - part[1])
    side = min(LARGEST_SIDE, round(CLOSE / found.height * longer))
    near = ink.closer(part, side=side)
    again = find_digits(near.values, near.noise, near.level, near.light)
    return (near, again) if again.marks else (ink, found)


def _covers_all(found: Digits) -> int | None:
    """Return the image that takes everything for one digit, None if there is none."""
    if len(found.lines) != 1:
        return None
    line = found.lines[0]
    ends = (0, line.pieces)
    return next((c.image for c in line.candidates if (c.first, c.last) == ends), None)


def _fitted(ink: Ink, mark: Mark) -> np.ndarray:
    """Return a mark as the network expects it: (28, 28) uint8."""
    top, left = (max(edge - EDGE, 0) for edge in mark.bounds[:2])
    bottom, right = mark.bounds[2] + EDGE, mark.bounds[3] + EDGE
    values = ink.values[top:bottom, left:right]
    mask = np.zeros(values.shape, bool)
    height, width = mark.mask.shape
    mask[mark.bounds[0] - top :, mark.bounds[1] - left :][:height, :width] = mark.mask
    return fitted(values, mask, ink.noise)
