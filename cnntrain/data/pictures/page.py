"""A page, cut out of a picture, and the map of the ink on it."""

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnntrain.data.pictures.ink import find_ink
from cnntrain.data.pictures.steps import Box, Corner, Steps

SEARCH_SIDE = 320  # pictures are searched for ink at this size


class Page(NamedTuple):
    """The paper, cut out of the picture and upright."""

    image: Image.Image  # mode L: the channel that shows the ink best
    to_picture: np.ndarray  # (2, 3): from x, y, 1 on the page to x, y in the upright picture
    dark: bool  # whether the ink is darker than the paper


class Ink(NamedTuple):
    """A map of the ink on a page, or on a part of it, with what is known about it."""

    values: np.ndarray  # (H, W) float32: 0 is paper, 1 is black ink on white paper
    noise: float  # the level up to which ink is noise
    level: float  # the level above which it is clearly the pen's
    page: Page
    corner: tuple[int, int]  # left and top of the map, in pixels of the page
    factor: int  # pixels of the page, in each direction, for one of the map
    likeness: float  # to strokes of a pen, 0..1: the share of the page's ink
    steps: Steps

    @property
    def light(self) -> np.ndarray:
        """Return how bright the page is in this map, as if its ink were dark: (H, W) 0..255."""
        left, top = self.corner
        height, width = (self.factor * side for side in self.values.shape)
        right, bottom = (
            min(edge, side)
            for edge, side in zip((left + width, top + height), self.page.image.size, strict=True)
        )
        small = self.page.image.crop((left, top, right, bottom)).reduce(self.factor)
        light = np.asarray(small, np.float32)
        return light if self.page.dark else 255 - light

    def closer(self, box: Box, *, side: int = SEARCH_SIDE) -> "Ink":
        """Return the ink in a box of this map again, seen as closely as the picture allows.

        The new map has at most `side` pixels in each direction. A box is left, top, right, bottom
        in pixels of this map; what lies outside is left out.
        """
        left, top = self.corner
        width, height = self.page.image.size
        part = (
            max(left + self.factor * box[0], 0),
            max(top + self.factor * box[1], 0),
            min(left + self.factor * box[2], width),
            min(top + self.factor * box[3], height),
        )
        near, _ = searched(self.page, part, self.steps, side)
        return near._replace(likeness=self.likeness)

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


def searched(page: Page, part: Box, steps: Steps, side: int = SEARCH_SIDE) -> tuple[Ink, float]:
    """Return the ink in a part of a page, and its contrast."""
    image = page.image.crop(part)
    factor = -(-max(image.size) // side)
    found = find_ink(image.reduce(factor), dark=page.dark)
    steps = steps._replace(noise=found.noise, lines=max(steps.lines, found.lines))
    ink = Ink(found.values, found.noise, found.level, page, part[:2], factor, 1.0, steps)
    return ink, found.contrast
