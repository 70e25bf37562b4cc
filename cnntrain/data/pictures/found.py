"""Find the paper in a picture and the ink on it: what everything that reads digits starts from."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnntrain.data.pictures.channels import best_channel, in_channel
from cnntrain.data.pictures.crop import Crop
from cnntrain.data.pictures.ink import CLEAR, Invert
from cnntrain.data.pictures.likeness import Look, look_at
from cnntrain.data.pictures.marks import widen
from cnntrain.data.pictures.page import Ink, Page, searched
from cnntrain.data.pictures.paint import painted_over
from cnntrain.data.pictures.paper import cut_out
from cnntrain.data.pictures.ranks import percentile, percentiles
from cnntrain.data.pictures.read import read_picture
from cnntrain.data.pictures.sheets import Sheet, filled, regions, sheets_in
from cnntrain.data.pictures.steps import Polarity, Steps

GOOD = 0.93  # of the ink looks like strokes: the picture is taken as it is
MORE = 0.15  # as much more has to look like strokes before it is taken otherwise
AS_GOOD = 0.03  # as much less is no difference
CREDIBLE = 0.65  # of the ink looks like strokes: less is no reason to see a picture otherwise
EXPLAINED = 0.5  # of the range of tones is the ink's: more light and dark is around the paper
PHOTO = 200  # pixels at least
MOST_SHEETS = 6  # candidates that are tried


class _Trial(NamedTuple):
    """One way to see the picture."""

    ink: Ink
    look: Look
    score: float  # 0..1

    @property
    def area(self) -> int:
        """Return the pixels of the page."""
        width, height = self.ink.page.image.size
        return width * height


def found_ink(
    picture: Path | Image.Image, *, invert: Invert = "auto", crop: Crop | None = None
) -> Ink:
    """Return the ink in a picture: a file, or an upright image of mode L or RGB.

    `invert` says whether the ink is darker than the paper ("yes"), lighter ("no"), or whether the
    picture decides; `crop` cuts the picture before anything else. Raises PictureError where a file
    is not a readable image, and UsageError where the crop leaves nothing of it.

    The picture is taken for paper with ink on it. Where that ink does not look like strokes of a
    pen, other ways to see the picture are tried: the other polarity, and sheets, windows or boxes
    that it may show. The one whose ink looks most like strokes is taken.
    """
    image = read_picture(picture) if isinstance(picture, Path) else picture
    steps = Steps(size=image.size)
    corner = 0, 0
    if crop is not None:
        box = crop.box(image.size)
        image, corner, steps = image.crop(box), box[:2], steps._replace(crop=box)
    to_picture = np.array([[1.0, 0.0, corner[0]], [0.0, 1.0, corner[1]]])
    first = _tried(image, to_picture, invert, steps)
    if first.score >= GOOD and not first.look.frames.any() and not _may_be_a_sheet(first):
        return first.ink
    return _best(first, list(_others(image, to_picture, invert, first))).ink


def _may_be_a_sheet(trial: _Trial) -> bool:
    """Return whether the light "ink" may be the edges of a sheet on a dark desk; only photos have it."""
    width, height = trial.ink.page.image.size
    return not trial.ink.page.dark and min(width, height) >= PHOTO


def _best(first: _Trial, others: list[_Trial]) -> _Trial:
    """Choose among ways to see a picture: the first unless another is clearly better.

    Where a sheet shows as much of strokes as the whole picture, it is the sheet; of sheets within
    sheets it is the largest. A sheet without most of the ink has to be clearly better: it may be
    the inside of a 0. What is left between digits may be clearer than they are; so the other
    polarity has to show strokes, too.
    """
    wholes = [trial for trial in others if trial.ink.steps.paper is None]
    wholes = [first, *(trial for trial in wholes if _shows_strokes(trial, first))]
    whole = max(wholes, key=lambda trial: trial.score - MORE * (trial is not first))
    sheets = [
        trial
        for trial in others
        if trial.ink.steps.paper is not None
        and (trial.score > whole.score + MORE or _share_on(trial, whole) > 0.5)
    ]
    best = max((trial.score for trial in sheets), default=0.0)
    if best < max(CREDIBLE, whole.score - AS_GOOD):
        return whole if whole.score >= CREDIBLE else first
    return max(
        (trial for trial in sheets if trial.score >= best - AS_GOOD), key=lambda trial: trial.area
    )


def _share_on(sheet: _Trial, whole: _Trial) -> float:
    """Return how much of the clear ink of the whole picture is on a sheet, 0..1."""
    ink = np.where(whole.ink.values > whole.ink.level, whole.ink.values, 0)
    y, x = np.nonzero(ink)
    at = whole.ink.factor * (np.stack((x, y)) + 0.5)  # (2, n)
    at += whole.ink.page.to_picture[:, 2:]
    corner, right, _, down = (np.array(corner) for corner in sheet.ink.steps.paper or ())
    sides = np.stack((right - corner, down - corner), axis=1)
    along = np.linalg.solve(sides, at - corner[:, None])
    inside = ((along >= 0) & (along <= 1)).all(axis=0)
    return float(ink[y, x] @ inside / max(ink.sum(), 1e-9))


def _shows_strokes(trial: _Trial, first: _Trial) -> bool:
    """Return whether a trial's ink looks as much like strokes as the first's, if that is credible."""
    return first.score < CREDIBLE or trial.look.strokes >= first.look.strokes - AS_GOOD


def _tried(
    image: Image.Image,
    to_picture: np.ndarray,
    invert: Invert,
    steps: Steps,
    beside: Image.Image | None = None,
) -> _Trial:
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
    return _Trial(ink._replace(likeness=look.strokes), look, look.strokes * clear)


def _explained(image: Image.Image, ink: Ink) -> float:
    """Return how much of the range of tones in a picture is the contrast of its ink."""
    tones = np.asarray(image.reduce(ink.factor))
    dark, light = map(float, percentiles(tones.ravel(), 0.5, 99.5))
    above = ink.values[ink.values > ink.level]
    paper = light if ink.page.dark else 255 - dark
    return percentile(above, 75) * paper / max(light - dark, 1) if above.size else 0.0


def _others(
    image: Image.Image, to_picture: np.ndarray, invert: Invert, first: _Trial
) -> Iterator[_Trial]:
    """Yield other ways to see the image."""
    steps = first.ink.steps._replace(lines=0)
    if invert == "auto":
        yield _tried(image, to_picture, "no" if first.ink.page.dark else "yes", steps)
    if first.look.frames.any():
        yield from _in_frames(image, to_picture, invert, first)
    for sheet in sheets_in(image)[:MOST_SHEETS]:
        yield _on(sheet, image, to_picture, invert, steps)


def _in_frames(
    image: Image.Image, to_picture: np.ndarray, invert: Invert, first: _Trial
) -> Iterator[_Trial]:
    """Yield what printed frames contain: each field, and all of them if several are filled in."""
    frames, factor = first.look.frames, first.ink.factor
    steps = first.ink.steps._replace(lines=0, frame=True)
    fields = regions(~frames, factor)
    trials = [_on(field, image, to_picture, invert, steps) for field in fields]
    yield from trials
    if sum(trial.score >= CREDIBLE for trial in trials) > 1:
        hidden = Image.fromarray(np.uint8(255 * widen(frames, 2)))
        for sheet in regions(filled(frames), factor):
            yield _on(sheet, painted_over(image, hidden), to_picture, invert, steps)


def _on(
    sheet: Sheet, image: Image.Image, to_picture: np.ndarray, invert: Invert, steps: Steps
) -> _Trial:
    """See a part of an image as a sheet of paper."""
    cut = cut_out(image, sheet)
    whole = to_picture[:, :2] @ cut.to_picture
    whole[:, 2] += to_picture[:, 2]
    places = sheet.rectangle.corners @ to_picture[:, :2].T + to_picture[:, 2]
    corners = tuple((float(x), float(y)) for x, y in places)
    return _tried(
        cut.image, whole, invert, steps._replace(paper=corners, turned=cut.turned), cut.beside
    )
