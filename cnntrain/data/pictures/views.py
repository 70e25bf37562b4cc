"""Choose among several ways to see a picture: its polarity, and the sheets that it may show."""

from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.likeness import Look
from cnntrain.data.pictures.page import Ink
from cnntrain.data.pictures.ranks import median

CREDIBLE = 0.65  # of the ink looks like strokes: less is no reason to see a picture otherwise
MORE = 0.15  # as much more has to look like strokes before it is taken otherwise
AS_GOOD = 0.03  # as much less is no difference
LIGHT = 0.06  # a photo of light ink has to be as much better than one of dark ink
LARGE = 0.1  # of the picture: a smaller sheet may be the inside of a 0
PHOTO = 200  # pixels at least


class View(NamedTuple):
    """One way to see a picture."""

    ink: Ink
    look: Look
    score: float  # 0..1
    sheet: bool  # whether it is only a part of the picture

    @property
    def area(self) -> int:
        """Return the pixels of the page."""
        width, height = self.ink.page.image.size
        return width * height

    @property
    def may_be_light(self) -> bool:
        """Return whether light "ink" may be glare, or a sheet on a desk: only photos have them."""
        return not self.ink.page.dark and min(self.ink.page.image.size) >= PHOTO

    @property
    def is_darker_than_most(self) -> bool:
        """Return whether the clear ink is dark beside the picture, not only what lies between strokes."""
        clear = self.ink.values > self.ink.level
        if not clear.any():
            return False
        full, light = median(self.ink.values[clear]), self.ink.light
        return self.ink.page.dark and median(light[clear]) < (1 - full / 2) * median(light)


def best_view(first: View, others: list[View]) -> View:
    """Choose among ways to see a picture: the first unless another is clearly better.

    Where a sheet shows as much of strokes as the whole picture, it is the sheet; of sheets within
    sheets it is the largest. A sheet without most of the ink has to be better: it may be the inside
    of a 0. What is left between digits may be clearer than they are; so the other polarity has to
    show strokes, too. In a photo light ink has to be the better by some: glare and sheets on a desk
    look like it.
    """
    wholes = [view for view in others if not view.sheet and _shows_strokes(view, first)]
    whole = max((first, *wholes), key=lambda view: view.score - _against(view, first))
    if first.may_be_light:
        first, whole, *others = [_handicapped(view) for view in (first, whole, *others)]
    sheets = [view for view in others if view.sheet and _may_be_the_paper(view, whole)]
    best = max((view.score for view in sheets), default=0.0)
    if best < max(CREDIBLE, whole.score - AS_GOOD):
        return whole if whole.score >= CREDIBLE else first
    return max(
        (view for view in sheets if view.score >= best - AS_GOOD), key=lambda view: view.area
    )


def _against(view: View, first: View) -> float:
    """Return by how much another way to see the whole picture has to be better than the first."""
    if view is first:
        return 0.0
    return -LIGHT if first.may_be_light and view.is_darker_than_most else MORE


def _handicapped(view: View) -> View:
    return view if view.ink.page.dark else view._replace(score=view.score - LIGHT)


def _may_be_the_paper(sheet: View, whole: View) -> bool:
    """Return whether a sheet has most of the picture's ink, or else is better by far."""
    more = MORE if sheet.area < LARGE * whole.area else MORE / 2
    return sheet.score > whole.score + more or _share_on(sheet, whole) > 0.5


def _share_on(sheet: View, whole: View) -> float:
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


def _shows_strokes(view: View, first: View) -> bool:
    """Return whether a view's ink looks as much like strokes as the first's, if that is credible."""
    return first.score < CREDIBLE or view.look.strokes >= first.look.strokes - AS_GOOD
