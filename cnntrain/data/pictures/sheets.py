"""Candidates for a sheet of paper that does not fill the picture: large convex regions."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from cnntrain.data.pictures.components import border_of, components
from cnntrain.data.pictures.hulls import Rectangle, area_of, hull_of, smallest_rectangle
from cnntrain.data.pictures.ink import otsu

SIDE = 128  # pictures are searched for sheets at this size
LEAST, MOST = 0.06, 0.97  # of the picture's area
SOLID = 0.55  # of its outline: a sheet is as full, ink left out
FULL = 0.75  # of the smallest rectangle: a sheet seen at an angle, or a torn one, fills it so far
NARROWEST = 5.0  # times as long as wide
BRIDGE = 7  # pixels: narrower parts may join a sheet to other things
SAME = 0.85  # of the larger one's area: more alike, two outlines are one sheet


class Sheet(NamedTuple):
    """A region that may be the paper, in pixels of the picture."""

    hull: np.ndarray  # (n, 2) x, y
    rectangle: Rectangle  # the smallest around it
    likely: float  # how rectangular and solid it is, 0..1
    grain: float = 0.0  # pixels by which its outline may be wrong


def sheets_in(image: Image.Image) -> list[Sheet]:
    """Return the regions of a picture (L or RGB) that differ from the rest in tone, likeliest first."""
    factor = -(-max(image.size) // SIDE)
    small = image.reduce(factor).filter(ImageFilter.MedianFilter(3))
    bands = small.split()
    if len(bands) == 3:
        bands = (small.convert("L"), bands[0], bands[2])
    found: list[Sheet] = []
    for band in bands:
        tones = np.asarray(band)
        for level in _levels(tones):
            for mask in (tones > level, tones <= level):
                found += regions(mask, factor)
                found += regions(_opened(mask), factor)
    return _different(found)


def regions(mask: np.ndarray, factor: float = 1) -> Iterator[Sheet]:
    """Yield the large convex components of a mask, in pixels `factor` times as small."""
    labels = components(mask)
    areas = np.bincount(labels.ravel())[1:]
    for label in np.flatnonzero(areas > LEAST * SOLID * mask.size) + 1:
        hull = hull_of(labels == label)
        area = area_of(hull)
        solid = float(areas[label - 1] / area)
        if solid <= SOLID or not LEAST * mask.size < area < MOST * mask.size:
            continue
        rectangle = smallest_rectangle(hull)
        full = area / rectangle.area
        if full > FULL and rectangle.elongation < NARROWEST:
            centre = factor * rectangle.centre[0], factor * rectangle.centre[1]
            scaled = Rectangle(
                centre, factor * rectangle.width, factor * rectangle.height, rectangle.angle
            )
            yield Sheet(factor * hull, scaled, solid * full, factor - 1)


def _opened(mask: np.ndarray) -> np.ndarray:
    """Return a mask without its parts narrower than BRIDGE: what only touches a sheet is not on it."""
    image = Image.fromarray(np.uint8(255 * mask))
    opened = image.filter(ImageFilter.MinFilter(BRIDGE)).filter(ImageFilter.MaxFilter(BRIDGE))
    return np.asarray(opened) > 127


def _levels(tones: np.ndarray) -> list[float]:
    """Return thresholds between two tones, and within the darker and the lighter of them."""
    values = tones.ravel().astype(float)
    middle = otsu(values)
    parts = [part for part in (values[values <= middle], values[values > middle]) if part.size]
    return [middle, *(otsu(part) for part in parts)]


def _different(sheets: list[Sheet]) -> list[Sheet]:
    """Leave out sheets that are nearly the same as likelier ones."""
    kept: list[Sheet] = []
    for sheet in sorted(sheets, key=lambda sheet: -sheet.likely):
        if all(_overlap(sheet.hull, other.hull) < SAME for other in kept):
            kept.append(sheet)
    return kept


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Return how much of their common box two outlines' boxes share."""
    low = np.maximum(first.min(axis=0), second.min(axis=0))
    high = np.minimum(first.max(axis=0), second.max(axis=0))
    around = np.maximum(first.max(axis=0), second.max(axis=0)) - np.minimum(
        first.min(axis=0), second.min(axis=0)
    )
    return float(np.prod(np.maximum(high - low, 0)) / np.prod(around))


def filled(mask: np.ndarray) -> np.ndarray:
    """Return a mask (H, W) with its holes filled: all that the border cannot reach."""
    labels = components(~mask)
    border = border_of(labels)
    reached = np.zeros(int(labels.max(initial=0)) + 1, bool)
    reached[border] = True
    filled: np.ndarray = ~(reached[labels] & (labels > 0))
    return filled
