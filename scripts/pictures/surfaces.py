"""Disguises of ink and paper: what is written with, what on, how large and where."""

import numpy as np
from PIL import Image, ImageFilter

from pictures.camera import (
    HEIGHT,
    INK,
    PAPER,
    WIDTH,
    Disguise,
    grain,
    ink_of,
    page_of,
    painted,
    slope,
    taken,
)

SHAPE = (HEIGHT, WIDTH)


def raw(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Leave the digit as it is."""
    return Image.fromarray(digit)


def inverted(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Print MNIST's pixels dark on white."""
    return Image.fromarray(255 - digit)


def faint(share: float, noise: float) -> Disguise:
    """Write with ink that takes so much of the paper's light."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        page = painted(share * page_of(digit, rng), (0, 0, 0), PAPER)
        return taken(page * slope(rng, SHAPE, 0.2), rng, noise=noise)

    return disguise


def noisy(sigma: float) -> Disguise:
    """Take a photo with noise of this standard deviation."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        page = painted(0.75 * page_of(digit, rng), (0, 0, 0), (200, 200, 200))
        return taken(page, rng, noise=sigma, quality=None)

    return disguise


def small_noisy(sigma: float) -> Disguise:
    """Add noise of this standard deviation to MNIST's pixels."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        noisy = 20 + 0.75 * digit + rng.normal(0, sigma, digit.shape)
        return Image.fromarray(np.uint8(np.clip(noisy, 0, 255)))

    return disguise


def rough(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write on rough yellow paper."""
    paper = np.array((215, 190, 70)) * grain(rng, SHAPE, 1.5, 0.09) * grain(rng, SHAPE, 5, 0.04)
    return taken(painted(0.8 * page_of(digit, rng), INK, paper), rng, noise=8)


def embossed(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write on paper with a stamped pattern of bright and dark edges."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    relief = np.sin(x / 7.0) * np.sin(y / 7.0)
    paper = np.array(PAPER) * (1 + 0.08 * relief[..., None]) * grain(rng, SHAPE, 1, 0.03)
    return taken(painted(0.7 * page_of(digit, rng), INK, paper), rng)


def ruled(spacing: int, thickness: int, darkness: float, *, squared: bool) -> Disguise:
    """Write on ruled or squared paper; lines have so much of the ink's darkness."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        lines = np.zeros(SHAPE, np.float32)
        first = rng.integers(spacing)
        for k in range(thickness):
            lines[first + k :: spacing] = 1
            if squared:
                lines[:, (first + 7 + k) % spacing :: spacing] = 1
        paper = painted(darkness * lines, (60, 80, 150), PAPER)
        return taken(painted(0.9 * page_of(digit, rng), INK, paper), rng)

    return disguise


def squared_turned(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write on squared paper, and turn the camera a little."""
    image = ruled(40, 3, 0.45, squared=True)(digit, rng)
    turned = image.rotate(rng.uniform(-4, 4), Image.Resampling.BICUBIC)
    return turned.crop((30, 30, WIDTH - 30, HEIGHT - 30))


def turned(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Turn the digit by up to 25 degrees."""
    image = Image.fromarray(digit).resize((280, 280), Image.Resampling.BICUBIC)
    image = image.rotate(rng.choice((-25, 25)), Image.Resampling.BICUBIC)
    small = np.asarray(image.resize((112, 112), Image.Resampling.BOX))
    return taken(painted(page_of(small, rng)), rng)


def pen(name: str) -> Disguise:
    """Write with a coloured pen, or with chalk."""
    colour, paper = {
        "blue ink, pink paper": ((40, 60, 170), (240, 190, 200)),
        "green ink, blue paper": ((40, 130, 70), (150, 180, 225)),
        "red ink, white paper": ((215, 60, 60), (235, 235, 235)),
        "yellow on white screen": ((250, 220, 20), (255, 255, 255)),
        "chalk on a board": ((205, 210, 205), (50, 80, 65)),
    }[name]

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        ink = page_of(digit, rng)
        if "chalk" in name:
            ink *= np.clip(0.8 * grain(rng, SHAPE, 1, 0.35)[..., 0], 0, 1)
        return taken(painted(0.9 * ink, colour, paper) * slope(rng, SHAPE), rng)

    return disguise


def cardboard(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write with a pencil on grey cardboard."""
    board = np.array((150, 146, 140)) * grain(rng, SHAPE, 1, 0.03) * grain(rng, SHAPE, 6, 0.02)
    stroke = np.clip(0.6 * page_of(digit, rng) * grain(rng, SHAPE, 1, 0.25)[..., 0], 0, 1)
    return taken(painted(stroke, (70, 70, 74), board), rng, noise=5)


def cropped(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Crop the digit to its outline, dark on light."""
    ink = ink_of(digit, int(rng.integers(60, 200)))
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return taken(painted(0.9 * cut), rng, blur=0)


def thin_cropped(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Crop a thinner stroke to its outline at MNIST's size."""
    rows, columns = (np.flatnonzero((digit > 128).any(axis=axis)) for axis in (1, 0))
    return Image.fromarray(255 - digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def at_the_border(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Let the digit touch one border of the page."""
    side = int(rng.uniform(200, 350))
    page = np.zeros(SHAPE, np.float32)
    ink = ink_of(digit, side)
    rows = np.flatnonzero((ink > 0.5).any(axis=1))
    left = rng.integers(20, WIDTH - side - 20)
    ink = ink[rows[0] :]
    page[: len(ink), left : left + side] = ink
    page = page if rng.random() < 0.5 else np.ascontiguousarray(page)
    return taken(painted(0.9 * page), rng)


def thin_pen(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write with a fine pen on a large page."""
    large = np.asarray(Image.fromarray(digit).resize((600, 600), Image.Resampling.BICUBIC), float)
    page = np.zeros((900, 1200), np.float32)
    page[150:750, 300:900] = np.clip((large - 170) / 60, 0, 1)
    return taken(painted(0.8 * page, (30, 40, 120)), rng).filter(ImageFilter.SMOOTH)
