"""Remove the printed lines of ruled and squared paper from a map of ink."""

from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.ranks import median, percentiles

STRIPS = 16  # the page is cut into as many, and a line has to show in most of them
SHOWN = 30  # percent of the strips may be without a line, where the print or the light fails
ANGLES = np.arange(-6, 6.01, 0.5)  # degrees by which lines may be tilted
THICKEST = 0.02  # of the page: more is no line
DENSEST = 0.4  # of the page that lines may cover
FAINTEST = 0.35  # of the strongest line's ink: all that is fainter is noise
AS_DARK = 0.8  # of full ink: darker lines cannot be told from the pen's strokes by their darkness
MARGIN = 1  # pixels on each side of a line that are its soft edges
RULED = 3  # lines: fewer, or those of a SMALL page, have to run from side to side
SMALL = 100  # pixels
WHOLE = 0.5  # of its ink: as much shows in each strip of a line from side to side
LEAST = 24  # pixels: lines cannot be told from strokes on a smaller page


class _Lines(NamedTuple):
    """Lines of one direction, as if they were horizontal."""

    slope: float  # how many rows they rise for each column
    ink: np.ndarray  # (H,) of the lines at each row, 0 where there are none
    number: int


def without_lines(ink: np.ndarray, noise: float) -> tuple[np.ndarray, int]:
    """Return the ink (H, W) without lines across the whole page, and how many there were."""
    if min(ink.shape) < LEAST:
        return ink, 0
    count = 0
    for turned in (False, True):
        page = ink.T if turned else ink
        lines = _lines(page, noise)
        if lines.number:
            page = _erased(page, lines)
            ink = page.T if turned else page
            count += lines.number
    return ink, count


NO_LINES = _Lines(0.0, np.zeros(0), 0)


def _lines(ink: np.ndarray, noise: float) -> _Lines:
    """Find the lines that run from side to side."""
    height, width = ink.shape
    bounds = np.linspace(0, width, min(STRIPS, width) + 1).astype(int)
    strips = np.add.reduceat(ink, bounds[:-1], axis=1) / np.diff(bounds)  # (H, S)
    hidden = int(SHOWN / 100 * strips.shape[1])
    if np.count_nonzero(strips.max(axis=0) > noise) < strips.shape[1] - hidden:
        return NO_LINES
    centres = (bounds[1:] + bounds[:-1] - width) / 2
    slopes = np.tan(np.radians(ANGLES))
    shifts = np.rint(slopes[:, None] * centres).astype(int)  # (A, S)
    rows = np.clip(np.arange(height)[:, None] + shifts[:, None], 0, height - 1)  # (A, H, S)
    tilted = strips[rows, np.arange(len(centres))]
    profiles = np.partition(tilted, hidden, axis=2)[..., hidden]
    profiles = np.maximum(profiles - percentiles(profiles, 50)[0][:, None], 0)
    best = (np.sum(profiles**2, axis=1) - 1e-6 * np.abs(ANGLES)).argmax()
    lines = _Lines(float(slopes[best]), profiles[best], 0)
    return _checked(lines, tilted[best].min(axis=1), ink.shape, noise)


def _checked(lines: _Lines, least: np.ndarray, shape: tuple[int, ...], noise: float) -> _Lines:
    """Return the lines of a page (H, W) if they can be printed ones; `least` (H,) shows everywhere."""
    is_line = lines.ink > max(FAINTEST * lines.ink.max(), noise)
    edges = np.diff(np.pad(is_line, 1).astype(int))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    thickest = max(1, THICKEST * max(shape))
    if not starts.size or (ends - starts).max() > thickest or is_line.mean() > DENSEST:
        return NO_LINES
    few = starts.size < RULED or min(shape) < SMALL  # a stroke may be as long as most of the page
    if few and np.any(least[is_line] < WHOLE * lines.ink[is_line]):
        return NO_LINES
    return lines._replace(ink=np.where(is_line, lines.ink, 0), number=int(starts.size))


def _shifted(columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Move each column of (H, W) down by its number of rows; the border is continued."""
    height = columns.shape[0]
    source = np.arange(height)[:, None] - np.rint(rows).astype(int)
    return np.take_along_axis(columns, np.clip(source, 0, height - 1), axis=0)


def _erased(ink: np.ndarray, lines: _Lines) -> np.ndarray:
    """Take the lines' ink away, and keep that of strokes which cross them.

    Where a line is paler than the pen, what is darker than the line is the pen's. Where it is not,
    a stroke is there if it goes on above and below.
    """
    width = ink.shape[1]
    rise = lines.slope * (np.arange(width) - (width - 1) / 2)
    level = _shifted(ink, -rise)
    band = lines.ink > 0
    for _ in range(MARGIN):
        band = band | np.roll(band, 1) | np.roll(band, -1)
    rows = np.flatnonzero(band)
    own = percentiles(level[rows], SHOWN)[0][:, None]  # of the line, at each of its rows
    off = level[~band]
    full = median(off[off >= off.max() / 2]) if off.size else 1.0
    pen = np.clip((level[rows] - own) / np.maximum(full - own, 0.1), 0, 1) * full
    pen = np.where(own < AS_DARK * full, pen, 0)
    above, below = _beside(level, band, rows)
    erased = level.copy()
    erased[rows] = np.maximum(pen, np.minimum(above, below))
    touched = _shifted(np.repeat(band[:, None], width, axis=1), rise)
    return np.where(touched, _shifted(erased, rise), ink)


def _beside(level: np.ndarray, band: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ink just above and just below the band that each of the rows is in."""
    free = np.flatnonzero(~band)
    at = np.searchsorted(free, rows)
    blank = np.zeros((1, level.shape[1]), level.dtype)
    padded = np.concatenate((blank, level[free], blank))
    return padded[at], padded[at + 1]
