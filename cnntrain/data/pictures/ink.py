"""Find the ink of a handwritten digit on any background: paper, screen or blackboard.

Pictures are (H, W, C) floats 0..255 with 1 or 3 channels; ink is (H, W), 0 for the background and
1 for the full contrast that 8 bits can show.
"""

from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

COARSE_SIDE = 32  # enough to tell ink from background, and quick

Invert = Literal["auto", "yes", "no"]


def is_dark_on_light(pixels: np.ndarray) -> bool:
    """Decide whether the ink is darker than its background."""
    grey = pixels.mean(axis=2)
    deviation = np.asarray(_coarse(grey)) - np.asarray(_background(grey))
    return bool(np.sum(deviation * abs(deviation)) < 0)


def _coarse(grey: np.ndarray) -> Image.Image:
    image = Image.fromarray(grey)
    return image.reduce(-(-max(image.size) // COARSE_SIDE))


def _background(grey: np.ndarray) -> Image.Image:
    """Estimate the brightness behind the ink, at the coarse size.

    It is the median of each pixel's surroundings, a quarter of the picture in each direction: ink
    is a minority there, and shadows keep their edges. Beyond the border the border's own pixels
    are repeated, so they count more, as ink rarely reaches the border.
    """
    coarse = _coarse(grey)
    return coarse.filter(ImageFilter.MedianFilter(2 * (max(coarse.size) // 4) + 1))


def ink_of(pixels: np.ndarray, *, dark: bool) -> np.ndarray:
    """Return how much darker than the paper (or lighter, if not `dark`) each pixel is: (H, W).

    It is the share of the light that the ink takes, in the channel that shows it best: 0 is the
    background, 1 is black ink on white paper. The paper's brightness is estimated everywhere by a
    morphological closing, so shadows do not count as ink.
    """
    light = pixels if dark else 255 - pixels
    paper = np.stack([_paper(channel) for channel in np.moveaxis(light, 2, 0)], axis=2)
    ink: np.ndarray = np.clip(1 - light / np.maximum(paper, 1), 0, 1).max(axis=2)
    return ink


def _paper(light: np.ndarray) -> np.ndarray:
    """Fill dark shapes narrower than a third of the picture with the brightness around them.

    This is a morphological closing: the maximum over a square, then the minimum. It keeps slopes
    and edges of light where they are; so that this holds at the border too, the background is
    first continued beyond it, each slope at its own rate.
    """
    reach = max(light.shape) // 6
    height, width = light.shape
    behind = _background(light).resize((width, height), Image.Resampling.BILINEAR)
    around = np.pad(np.asarray(behind), reach, mode="reflect", reflect_type="odd")
    around[reach : reach + height, reach : reach + width] = light
    around = np.pad(around, reach, mode="edge")
    return -_spread(-_spread(around, reach), reach)


def _spread(values: np.ndarray, reach: int) -> np.ndarray:
    """Return the maximum over squares of 2·reach + 1 pixels: (H - 2·reach, W - 2·reach).

    A maximum over `span` pixels and its shifted copy make one over up to 2·span, so the work
    grows with the logarithm of `reach`.
    """
    for _ in range(2):
        span = 1
        while span < 2 * reach + 1:
            step = min(span, 2 * reach + 1 - span)
            values = np.maximum(values[:-step], values[step:])
            span += step
        values = values.T
    return values


def threshold(ink: np.ndarray) -> tuple[float, float]:
    """Return the level of the noise, and the level above which a pixel is the pen's.

    Noise ends four standard deviations above its mean or a little later. Both are estimated from
    its lower quartile, which even bold ink does not disturb. Of what is above, Otsu's threshold (N. Otsu, 1979) parts the pen's strokes
    from the fainter: edges, printed lines, stains.
    """
    low, middle = np.percentile(ink, (10, 25))
    noise = max(float(middle + 7.5 * (middle - low)), 0.02)
    above = ink[ink > noise]
    return noise, max(noise, _otsu(above)) if above.size else 1.0


def _otsu(values: np.ndarray) -> float:
    """Return the threshold that maximises the variance between the values below and above it."""
    counts, edges = np.histogram(values, bins=64)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centres)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1:-1][np.argmax(np.nan_to_num(between))])
