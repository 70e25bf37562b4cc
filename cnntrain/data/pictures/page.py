"""Find the paper in a picture and the ink on it: what everything that reads digits starts from."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from cnntrain.data.pictures.crop import Crop
from cnntrain.data.pictures.ink import Invert, ink_of, is_dark_on_light, threshold
from cnntrain.data.pictures.read import read_picture
from cnntrain.data.pictures.steps import Box, Corner, Steps

SEARCH_SIDE = 320  # pictures are searched for ink at this size


@dataclass(frozen=True)
class Page:
    """The paper, cut out of the picture and upright."""

    image: Image.Image  # L or RGB
    to_picture: np.ndarray  # (2, 3): from x, y, 1 on the page to x, y in the upright picture
    dark: bool  # whether the ink is darker than the paper


@dataclass(frozen=True)
class Ink:
    """A map of the ink on a page, or on a part of it, with what is known about it."""

    values: np.ndarray  # (H, W) float32: 0 is paper, 1 is black ink on white paper
    noise: float  # the level up to which ink is noise
    level: float  # the level above which it is clearly the pen's
    page: Page
    corner: tuple[int, int]  # left and top of the map, in pixels of the page
    factor: int  # pixels of the page, in each direction, for one of the map
    steps: Steps

    def closer(self, box: Box, *, side: int = SEARCH_SIDE) -> "Ink":
        """Return the ink in a box of this map again, seen as closely as the picture allows.

        The new map has at most `side` pixels in each direction. A box is left, top, right, bottom in pixels of this map; what lies outside is left out.
        """
        left, top = self.corner
        width, height = self.page.image.size
        part = (
            max(left + self.factor * box[0], 0),
            max(top + self.factor * box[1], 0),
            min(left + self.factor * box[2], width),
            min(top + self.factor * box[3], height),
        )
        return _searched(self.page, part, self.steps, side)

    def in_picture(self, box: Box) -> tuple[Corner, ...]:
        """Return the corners of a box of this map in the upright picture: x, y, clockwise."""
        left, top, right, bottom = box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        on_page = np.array(self.corner) + self.factor * corners  # (4, 2)
        places = np.column_stack((on_page, np.ones(4))) @ self.page.to_picture.T
        return tuple((float(x), float(y)) for x, y in places)

    def box_in_picture(self, box: Box) -> Box:
        """Return the smallest box of the upright picture around a box of this map."""
        xs, ys = zip(*self.in_picture(box), strict=True)
        return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))


def found_ink(
    picture: Path | Image.Image, *, invert: Invert = "auto", crop: Crop | None = None
) -> Ink:
    """Return the ink in a picture: a file, or an upright image of mode L or RGB.

    `invert` says whether the ink is darker than the paper ("yes"), lighter ("no"), or whether the
    picture decides; `crop` cuts the picture before anything else. Raises PictureError where a file
    is not a readable image, and UsageError where the crop leaves nothing of it.
    """
    image = read_picture(picture) if isinstance(picture, Path) else picture
    steps = Steps(size=image.size)
    left = top = 0
    if crop is not None:
        box = crop.box(image.size)
        left, top = box[:2]
        image, steps = image.crop(box), replace(steps, crop=box)
    _, pixels = _shrunk(image)
    dark = is_dark_on_light(pixels) if invert == "auto" else invert == "yes"
    page = Page(image, np.array([[1.0, 0.0, left], [0.0, 1.0, top]]), dark)
    steps = replace(steps, polarity="dark on light" if dark else "light on dark")
    ink = _searched(page, (0, 0, *image.size), steps)
    return replace(ink, steps=replace(steps, noise=ink.noise))


def _searched(page: Page, part: Box, steps: Steps, side: int = SEARCH_SIDE) -> Ink:
    factor, pixels = _shrunk(page.image.crop(part), side)
    values = ink_of(pixels, dark=page.dark)
    noise, level = threshold(values)
    return Ink(values, noise, level, page, part[:2], factor, steps)


def _shrunk(image: Image.Image, side: int = SEARCH_SIDE) -> tuple[int, np.ndarray]:
    """Shrink to at most `side` pixels each way: the factor, and pixels (H, W, C) float32."""
    factor = -(-max(image.size) // side)
    pixels = np.asarray(image.reduce(factor), np.float32)
    return factor, pixels.reshape(*pixels.shape[:2], -1)
