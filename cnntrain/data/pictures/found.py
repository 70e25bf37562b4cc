"""Find the paper in a picture and the ink on it: what everything that reads digits starts from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from cnntrain.data.pictures.channels import best_channel, in_channel
from cnntrain.data.pictures.crop import Crop
from cnntrain.data.pictures.ink import CLEAR, Invert
from cnntrain.data.pictures.likeness import look_at
from cnntrain.data.pictures.marks import widen
from cnntrain.data.pictures.page import Ink, Page, searched
from cnntrain.data.pictures.paint import painted_over
from cnntrain.data.pictures.paper import cut_out
from cnntrain.data.pictures.ranks import percentile, percentiles
from cnntrain.data.pictures.read import read_picture
from cnntrain.data.pictures.rim import inside_rim
from cnntrain.data.pictures.sheets import Sheet, filled, regions, sheets_in
from cnntrain.data.pictures.steps import Corner, Polarity, Steps
from cnntrain.data.pictures.views import CREDIBLE, View, best_view

GOOD = 0.93  # of the ink looks like strokes: the picture is taken as it is
EXPLAINED = 0.5  # of the range of tones is the ink's: more light and dark is around the paper
GAP = 0.015  # of the picture: the ends of a frame may be twice as far apart
MOST_SHEETS = 6  # candidates that are tried
LEAST_CLEAR = 0.2  # of a score: what is less is the paper itself; ink of 8 % of the light has 0.5


def found_ink(
    picture: Path | Image.Image, *, invert: Invert = "auto", crop: Crop | None = None
) -> Ink:
    """Return the ink in a picture: a file, or an upright image of mode L or RGB.

    `invert` says whether the ink is darker than the paper ("yes"), lighter ("no"), or whether the
    picture decides; `crop` cuts the picture before anything else. Raises PictureError where a file
    is not a readable image, and UsageError where the crop leaves nothing of it.

    A rim of one tone around the page is left out. The rest is taken for paper with ink on it. Where
    that ink does not look like strokes of a pen, other ways to see the picture are tried: the other
    polarity, and sheets, windows or boxes that it may show. The one whose ink looks most like
    strokes is taken.
    """
    image = read_picture(picture) if isinstance(picture, Path) else picture
    steps = Steps(size=image.size)
    corner = 0, 0
    if crop is not None:
        box = crop.box(image.size)
        image, corner, steps = image.crop(box), box[:2], steps._replace(crop=box)
    page = inside_rim(image)
    if page != (0, 0, *image.size):
        image, corner = image.crop(page), (corner[0] + page[0], corner[1] + page[1])
        steps = steps._replace(paper=_corners(*corner, *image.size), frame=True)
    to_picture = np.array([[1.0, 0.0, corner[0]], [0.0, 1.0, corner[1]]])
    first = _tried(image, to_picture, invert, steps)
    if first.score >= GOOD and not first.look.frames.any() and not first.may_be_light:
        return first.ink
    return best_view(first, list(_others(image, to_picture, invert, first))).ink


def _corners(left: int, top: int, width: int, height: int) -> tuple[Corner, ...]:
    """Return the corners of a rectangle, clockwise."""
    right, bottom = left + width, top + height
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _tried(
    image: Image.Image,
    to_picture: np.ndarray,
    invert: Invert,
    steps: Steps,
    beside: Image.Image | None = None,
) -> View:
    """See an image, part of the upright picture, as paper with ink on it.

    What is white in `beside`, mode L, does not belong to the paper.
    """
    channel, dark = best_channel(image, invert)
    polarity: Polarity = "dark on light" if dark else "light on dark"
    steps = steps._replace(channel=channel, polarity=polarity)
    page = Page(in_channel(image, channel), to_picture, dark)
    ink, contrast = searched(page, (0, 0, *image.size), steps)
    outside = None
    if beside is not None:
        outside = np.asarray(beside.resize(ink.values.shape[::-1])) > 127
    look = look_at(ink.values, ink.noise, ink.level, outside)
    clear = contrast / (contrast + CLEAR / 2) * min(1.0, _explained(page.image, ink) / EXPLAINED)
    score = look.strokes * clear
    likeness = look.strokes if score >= LEAST_CLEAR else 0.0
    return View(ink._replace(likeness=likeness), look, score, beside is not None)


def _explained(image: Image.Image, ink: Ink) -> float:
    """Return how much of the range of tones in a picture is the contrast of its ink."""
    tones = np.asarray(image.reduce(ink.factor))
    dark, light = map(float, percentiles(tones.ravel(), 0.5, 99.5))
    above = ink.values[ink.values > ink.level]
    paper = light if ink.page.dark else 255 - dark
    return percentile(above, 75) * paper / max(light - dark, 1) if above.size else 0.0


def _others(
    image: Image.Image, to_picture: np.ndarray, invert: Invert, first: View
) -> Iterator[View]:
    """Yield other ways to see the image."""
    steps = first.ink.steps._replace(lines=0)
    if invert == "auto":
        yield _tried(image, to_picture, "no" if first.ink.page.dark else "yes", steps)
    if first.look.frames.any():
        yield from _in_frames(image, to_picture, invert, first)
    for sheet in sheets_in(image)[:MOST_SHEETS]:
        yield _on(sheet, image, to_picture, invert, steps)


def _in_frames(
    image: Image.Image, to_picture: np.ndarray, invert: Invert, first: View
) -> Iterator[View]:
    """Yield what printed frames contain: each field, and all of them if several are filled in."""
    frames, factor = first.look.frames, first.ink.factor
    steps = first.ink.steps._replace(lines=0, frame=True)
    fields = list(regions(~frames, factor))
    if not fields:  # lines drawn by hand may not meet
        reach = round(GAP * max(frames.shape))
        fields = list(regions(~widen(frames, reach), factor))
    trials = [_on(field, image, to_picture, invert, steps) for field in fields]
    yield from trials
    if sum(trial.score >= CREDIBLE for trial in trials) > 1:
        hidden = Image.fromarray(np.uint8(255 * widen(frames, 2)))
        for sheet in regions(filled(frames), factor):
            yield _on(sheet, painted_over(image, hidden), to_picture, invert, steps)


def _on(
    sheet: Sheet, image: Image.Image, to_picture: np.ndarray, invert: Invert, steps: Steps
) -> View:
    """See a part of an image as a sheet of paper."""
    cut = cut_out(image, sheet)
    whole = to_picture[:, :2] @ cut.to_picture
    whole[:, 2] += to_picture[:, 2]
    places = sheet.rectangle.corners @ to_picture[:, :2].T + to_picture[:, 2]
    corners = tuple((float(x), float(y)) for x, y in places)
    return _tried(
        cut.image, whole, invert, steps._replace(paper=corners, turned=cut.turned), cut.beside
    )
