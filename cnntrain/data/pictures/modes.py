"""From what an image file holds to grey or RGB pixels of 8 bits that show all of its ink.

| the file holds | what is read |
| --- | --- |
| black and white, grey, RGB | its pixels |
| a palette, CMYK, YCbCr, Lab, HSV | its colours as RGB |
| integers of 16 or 32 bits, floats | grey: from 0, or the least value if that is below, to the largest; a few hot pixels and what is not a number do not count |
| several frames, pages or sizes | the first frame or page, the largest size |
| more than 2,000 pixels in a direction | means of blocks of pixels |
| an alpha channel that is the same everywhere, empty ones included | its colours alone |
| transparent parts, and a solid opaque part of several tones | the opaque part is paper: it is cut out, and continued where it is not opaque |
| transparent parts, and an opaque part that is thin, or of one tone | the opaque part is ink: on white if it is dark, on black if it is light |

Transparency is an alpha channel, or a transparent colour (tRNS of PNG, GIF's). What is half
transparent counts as opaque from half of the largest alpha on, so that faint ink counts too.
"""

import numpy as np
from PIL import Image

from cnntrain.data.pictures.hulls import area_of, hull_of
from cnntrain.data.pictures.paint import painted_over
from cnntrain.data.pictures.ranks import percentile
from cnntrain.data.pictures.strips import strips

LARGEST_SIDE = 2000  # pixels: larger pictures are shrunk by a whole number
HOT = 99.9  # percentile of deep values that becomes white
CONSTANT = 8  # of 255: alpha that varies by less says nothing
ONE_TONE = 40  # of 255: ink of one tone varies by less, in each channel
SOLID = 0.6  # of its convex outline: a sheet of paper is as full
OPAQUE = 0.9  # of the largest alpha: less is a shadow or a soft edge of paper


def grey_or_rgb(image: Image.Image) -> Image.Image:
    """Return an image of any mode as L or RGB, at most LARGEST_SIDE in each direction."""
    if image.has_transparency_data:
        return _without_alpha(_shrunk(image, "RGBa").convert("RGBA"))
    if image.mode in ("1", "L"):
        return _shrunk(image, "L")
    if image.mode == "F" or image.mode.startswith("I"):
        return _deep_to_grey(image)
    return _shrunk(image, "RGB")


def _shrunk(image: Image.Image, mode: str) -> Image.Image:
    """Convert to a mode, strip by strip, and shrink. RGBa is RGBA multiplied by alpha."""
    factor = -(-max(image.size) // LARGEST_SIDE)
    if factor == 1:
        return _converted(image, mode)
    width, height = image.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top, strip in strips(image, factor):
        small.paste(_converted(strip, mode).reduce(factor), (0, top // factor))
    return small


def _converted(image: Image.Image, mode: str) -> Image.Image:
    return image.convert("RGBA").convert(mode) if mode == "RGBa" else image.convert(mode)


def _deep_to_grey(image: Image.Image) -> Image.Image:
    """Scale values of more than 8 bits."""
    factor = -(-max(image.size) // LARGEST_SIDE)
    samples = [np.asarray(strip)[::factor, ::factor].ravel() for _, strip in strips(image, factor)]
    sample = np.concatenate(samples).astype(np.float64)
    sample = sample[np.isfinite(sample)]
    low = min(float(sample.min(initial=0)), 0.0)
    high = percentile(sample, HOT) if sample.size else 0.0
    scale = 255 / max(high - low, 1e-9)
    small = Image.new("L", (-(-image.width // factor), -(-image.height // factor)))
    for top, strip in strips(image, factor):
        values = np.nan_to_num(np.asarray(strip, np.float64), nan=low, posinf=low, neginf=low)
        grey = Image.fromarray(np.uint8(np.clip((values - low) * scale, 0, 255)))
        small.paste(grey.reduce(factor), (0, top // factor))
    return small


def _without_alpha(image: Image.Image) -> Image.Image:
    """Make RGB of RGBA, as the table says."""
    pixels = np.asarray(image)
    alpha = pixels[..., 3]
    most = int(alpha.max())
    if most - int(alpha.min()) < CONSTANT:
        return image.convert("RGB")
    opaque = alpha > most / 2
    tones = pixels[opaque][:, :3]
    if _is_paper(opaque, tones):
        return _paper(image, alpha > OPAQUE * most)
    ground = (0, 0, 0) if tones.mean() > 127 else (255, 255, 255)
    background = Image.new("RGBA", image.size, ground)
    return Image.alpha_composite(background, image).convert("RGB")


def _is_paper(opaque: np.ndarray, tones: np.ndarray) -> bool:
    """Return whether the opaque part (H, W) of these tones (n, 3) is paper rather than ink."""
    low, high = np.percentile(tones, (1, 99), axis=0)
    return bool((high - low).max() > ONE_TONE) and opaque.sum() > SOLID * area_of(hull_of(opaque))


def _paper(image: Image.Image, opaque: np.ndarray) -> Image.Image:
    """Cut the opaque part out, and continue it where it is not opaque."""
    hidden = Image.fromarray(np.uint8(255 * ~opaque))
    box = Image.fromarray(opaque).getbbox()
    return painted_over(image.crop(box).convert("RGB"), hidden.crop(box))
