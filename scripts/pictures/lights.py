"""Disguises of the light and the camera: shadows, glare, dark corners, compression."""

import numpy as np
from PIL import Image

from pictures.camera import HEIGHT, WIDTH, page_of, painted, slope, taken

SHAPE = (HEIGHT, WIDTH)


def plain(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Take a plain photo: grey paper, grey ink, a slope of light, blur, JPEG 40."""
    page = painted(0.6 * page_of(digit, rng), (0, 0, 0), (190, 190, 190))
    return taken(page * slope(rng, SHAPE), rng, quality=40, blur=1.2)


def hard_shadow(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Let the edge of a shadow cross the page, and the digit often."""
    page = painted(0.85 * page_of(digit, rng))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    angle = rng.uniform(0, 2 * np.pi)
    side = np.cos(angle) * (x - WIDTH / 2) + np.sin(angle) * (y - HEIGHT / 2)
    page[side > rng.uniform(-80, 80)] *= rng.uniform(0.45, 0.7)
    return taken(page, rng)


def glare(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write on a whiteboard on which a lamp is mirrored."""
    page = painted(page_of(digit, rng), (30, 60, 150), (200, 203, 206)) * slope(rng, SHAPE)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    cy, cx = rng.uniform(60, 420), rng.uniform(60, 580)
    spot = np.exp(-(((y - cy) / 70) ** 2 + ((x - cx) / 110) ** 2))[..., None]
    return taken(page + 110 * spot, rng)


def vignette(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Take a photo that darkens strongly towards its corners."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = ((y / HEIGHT - 0.5) ** 2 + (x / WIDTH - 0.5) ** 2)[..., None]
    return taken(painted(0.85 * page_of(digit, rng)) * (1 - 1.5 * distance), rng)


def gutter(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Photograph a book: the page darkens towards the gutter, print shines through."""
    x = np.arange(WIDTH)
    fall = 1 - 0.75 * np.exp(-x / 70.0)
    return taken(painted(0.85 * page_of(digit, rng)) * fall[None, :, None], rng)


def jpeg_20(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Compress a small picture hard."""
    page = painted(0.8 * page_of(digit, rng, (120, 120)))
    return taken(page, rng, quality=20)
