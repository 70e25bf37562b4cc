"""Find the ink of handwritten digits on any background: paper, screen or blackboard.

A channel is a grey picture (H, W), 0..255; ink is (H, W), 0 for the background and 1 for the full
contrast that 8 bits can show.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from cnntrain.data.pictures.components import is_thin, spread
from cnntrain.data.pictures.medians import median_places
from cnntrain.data.pictures.ranks import percentile, percentiles
from cnntrain.data.pictures.ruling import without_lines

BINS = 64  # of the histogram for a threshold
COARSE_SIDE = 32  # enough to tell ink from background, and quick
BLURS = (0, 1, 2, 4, 8)  # pixels of a picture of 320: what more and more noise needs
CLEAR = 2.5  # times the level of the noise: ink this strong needs no more blur
LEAST_NOISE = 0.025  # of the light: 8 bits and JPEG make as much
SHARED = 0.4  # of a thin line's ink is on a pixel that shares it with its neighbour
BLURRED = 0.28  # of the noise is left by a blur of one pixel: 1 / (2 √π)

Invert = Literal["auto", "yes", "no"]


class InkMap(NamedTuple):
    """The ink of a picture, and how clearly it can be told from the noise."""

    values: np.ndarray  # (H, W)
    noise: float  # the level up to which ink is noise
    level: float  # the level above which it is clearly the pen's
    contrast: float  # of full ink, times the level of the noise
    lines: int  # printed lines that were removed


def find_ink(channel: Image.Image, *, dark: bool, finest: int = 320) -> InkMap:
    """Return the ink in a grey picture; it is blurred as much as its noise makes necessary."""
    best = None
    grain = _grain(np.asarray(channel, np.float32)) / 255
    for blur in BLURS:
        radius = blur * max(channel.size) / finest
        if blur and radius < 0.3:
            continue  # too little to see
        smooth = channel.filter(ImageFilter.GaussianBlur(radius)) if blur else channel
        left = grain * min(1.0, BLURRED / max(radius, 1e-9))
        found = _measured(ink_of(np.asarray(smooth, np.float32), dark=dark), left)
        if best is None or found.contrast > 1.2 * best.contrast:
            best = found
        if best.contrast > CLEAR:
            break
    assert best is not None
    return best


def contrast_in(channel: Image.Image, *, dark: bool) -> float:
    """Return the contrast of full ink in a grey picture, times the level of the noise."""
    ink = ink_of(np.asarray(channel, np.float32), dark=dark)
    paper, noise = _paper_and_noise(ink)
    level = _level_of_pen(ink, noise)
    return _contrast(ink - paper, max(noise - paper, LEAST_NOISE), level - paper)


def _contrast(ink: np.ndarray, noise: float, level: float) -> float:
    above = ink[ink > level]
    return percentile(above, 75) / noise if above.size else 0.0


def _grain(channel: np.ndarray) -> float:
    """Return the standard deviation of noise that differs from pixel to pixel, 0..255.

    It is told from what the kernel of Immerkaer (1996) leaves, which knows no slopes; its lower
    quartile is not disturbed by strokes and edges.
    """
    if min(channel.shape) < 3:
        return 0.0
    rows = channel[:-2] - 2 * channel[1:-1] + channel[2:]
    left = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return percentile(abs(left), 25) / (6 * 0.3186)  # of a normal variable's size


def _measured(ink: np.ndarray, grain: float) -> InkMap:
    """Measure ink relative to the paper's median, without printed lines."""
    paper, noise = _paper_and_noise(ink)
    noise = max(noise, paper + 4 * grain)
    ink = np.clip((ink - paper) / (1 - paper), 0, 1)
    noise = min(max((noise - paper) / (1 - paper), LEAST_NOISE), 1.0)
    bare, lines = without_lines(ink, noise)
    level = _level_of_pen(bare, noise)
    return InkMap(bare, noise, level, _contrast(bare, noise, level), lines)


def is_dark_on_light(grey: np.ndarray) -> bool:
    """Decide whether the ink in (H, W) is darker than its background."""
    coarse = _coarse(grey)
    deviation = coarse - coarse.ravel()[_middles(coarse)]
    return bool(np.sum(deviation * abs(deviation)) < 0)


def _coarse(grey: np.ndarray) -> np.ndarray:
    image = Image.fromarray(grey)
    return np.asarray(image.reduce(-(-max(image.size) // COARSE_SIDE)))


def _middles(coarse: np.ndarray) -> np.ndarray:
    """Return where in (H, W), read row by row, the brightness behind the ink is found: (H, W).

    It is the median of each pixel's surroundings, a quarter of the picture in each direction: ink
    is a minority there, and shadows keep their edges. Beyond the border the border's own pixels
    are repeated, so they count more, as ink rarely reaches the border.
    """
    return _middles_of(coarse.tobytes(), coarse.shape)


@lru_cache(maxsize=8)  # one channel is asked for its polarity and for its ink, of either polarity
def _middles_of(coarse: bytes, shape: tuple[int, int]) -> np.ndarray:
    return median_places(np.frombuffer(coarse, np.float32).reshape(shape), max(shape) // 4)


def ink_of(channel: np.ndarray, *, dark: bool) -> np.ndarray:
    """Return how much darker than the paper (or lighter, if not `dark`) each pixel is: (H, W).

    It is the share of the light that the ink takes: 0 is the background, 1 is black ink on white
    paper. The paper's brightness is estimated everywhere by a morphological closing, so shadows
    do not count as ink.
    """
    light = channel if dark else 255 - channel
    behind = _coarse(light).ravel()[_middles(_coarse(channel))]
    ink: np.ndarray = np.clip(1 - light / np.maximum(_paper(light, behind), 1), 0, 1)
    return ink


def _paper(light: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """Fill dark shapes narrower than a third of the picture with the brightness around them.

    This is a morphological closing: the maximum over a square, then the minimum. It keeps slopes
    and edges of light where they are; so that this holds at the border too, the background
    `behind`, which may be coarser, is first continued beyond it, each slope at its own rate.
    """
    reach = max(light.shape) // 6
    height, width = light.shape
    fine = Image.fromarray(behind).resize((width, height), Image.Resampling.BILINEAR)
    around = np.pad(np.asarray(fine), reach, mode="reflect", reflect_type="odd")
    around[reach : reach + height, reach : reach + width] = light
    for axis, side in enumerate(around.shape):
        around = around.take(np.arange(-reach, side + reach), axis, mode="clip")
    return -spread(-spread(around, reach), reach)


def _paper_and_noise(ink: np.ndarray) -> tuple[float, float]:
    """Return the paper's median, and the level of its noise.

    Noise ends four standard deviations above its mean or a little later. Both are estimated from
    its lower quartile, which even bold ink does not disturb.
    """
    low, middle = map(float, percentiles(ink.ravel(), 10, 25))
    paper = middle + (middle - low)
    return min(paper, 0.9), max(middle + 7.5 * (middle - low), LEAST_NOISE)


def _level_of_pen(ink: np.ndarray, noise: float) -> float:
    """Return the level that parts the pen's strokes from the fainter: edges, printed lines, stains.

    It is the threshold of N. Otsu (1979) for what is above the noise. Of a line as thin as a pixel,
    each has all or half of its ink, as the line lies on one or on two: both have to be above.
    """
    above = ink[ink > noise]
    if not above.size:
        return 1.0
    level = otsu(above)
    clear = ink > level
    if clear.any() and is_thin(clear):
        level = min(level, SHARED * percentile(ink[clear], 75))
    return max(noise, level)


def otsu(values: np.ndarray) -> float:
    """Return the threshold that maximises the variance between the values below and above it.

    It is below values that are all the same, or as good as that.
    """
    counts, edges = _histogram(values)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centres)
    means = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below * above * (means[0] - means[1]) ** 2
    return float(edges[1:-1][between.argmax()])


def _histogram(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count values (n,) of some floating-point type in BINS bins: (BINS,), and edges (BINS + 1,).

    `numpy.histogram` does the same, but takes four times as long for a few values.
    """
    low, high = values.min(), values.max()
    if high - low <= BINS * np.finfo(np.float32).eps * max(
        abs(low), abs(high)
    ):  # too near for bins
        low, high = float(low) - 0.5, float(low) + 0.5
    edges = np.linspace(low, high, BINS + 1, dtype=values.dtype)
    bins = np.minimum((values - low) / (high - low) * BINS, BINS - 1).astype(np.intp)
    bins -= values < edges[bins]  # rounding errors are put right
    bins += (values >= edges[bins + 1]) & (bins < BINS - 1)
    return np.bincount(bins, minlength=BINS), edges
