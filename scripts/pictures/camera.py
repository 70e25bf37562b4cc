"""What disguises are made of: ink on a page, paper, light, and a camera.

Ink is (H, W), 0..1; light is (H, W, 3), 0..255.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

Disguise = Callable[[np.ndarray, np.random.Generator], Image.Image]
Colour = tuple[float, float, float]

PAPER: Colour = (225, 222, 214)
INK: Colour = (40, 42, 50)
HEIGHT, WIDTH = 480, 640


def ink_of(digit: np.ndarray, side: int) -> np.ndarray:
    """Draw a digit's 28x28 pixels smoothly at another size: (side, side)."""
    image = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    return np.clip((np.asarray(image, np.float32) - 60) / 130, 0, 1)


def page_of(
    digit: np.ndarray, rng: np.random.Generator, shape: tuple[int, int] = (HEIGHT, WIDTH)
) -> np.ndarray:
    """Write the digit somewhere on a page, between 45 and 80 % of its height: (H, W)."""
    height, width = shape
    side = int(rng.uniform(0.45, 0.8) * min(height, width))
    margin = min(height, width) // 16
    top = rng.integers(margin, height - side - margin + 1)
    left = rng.integers(margin, width - side - margin + 1)
    page = np.zeros(shape, np.float32)
    page[top : top + side, left : left + side] = ink_of(digit, side)
    return page


def painted(
    ink: np.ndarray, colour: Colour = INK, paper: Colour | np.ndarray = PAPER
) -> np.ndarray:
    """Lay ink of one colour on paper of a colour, or on light (H, W, 3)."""
    share = ink[..., None]
    ground: np.ndarray = np.asarray(paper, np.float32)
    light: np.ndarray = share * np.asarray(colour, np.float32) + (1 - share) * ground
    return light


def grain(
    rng: np.random.Generator, shape: tuple[int, int], size: float, depth: float
) -> np.ndarray:
    """Return soft random spots of about `size` pixels, mean 1, standard deviation `depth`: (H, W, 1)."""
    spots = np.clip(128 + 40 * rng.standard_normal(shape, np.float32), 0, 255).astype(np.uint8)
    blurred = Image.fromarray(spots).filter(ImageFilter.GaussianBlur(size))
    values = np.asarray(blurred, np.float32)
    spread = (values - values.mean()) / max(float(values.std()), 1e-6)
    result: np.ndarray = 1 + depth * spread[..., None]
    return result


def wood(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Return a wooden board: stripes of two browns, bent a little (H, W, 3)."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    phase = rng.uniform(0, 6)
    wave = y / 9 + 3 * np.sin(x / 90 + phase) + 1.5 * np.sin(x / 37 + y / 60)
    stripes = (0.5 + 0.5 * np.sin(wave)) ** 2
    board = painted(stripes, (95, 60, 35), (150, 105, 65))
    grained: np.ndarray = board * grain(rng, shape, 2, 0.05)
    return grained


def slope(rng: np.random.Generator, shape: tuple[int, int], depth: float = 0.3) -> np.ndarray:
    """Return light that falls off to one side by the share `depth`: (H, W, 1)."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    along = (along - along.min()) / (along.max() - along.min())
    light: np.ndarray = 1 - depth * along[..., None]
    return light


def taken(
    light: np.ndarray,
    rng: np.random.Generator,
    *,
    noise: float = 4,
    blur: float = 0.8,
    quality: int | None = 85,
) -> Image.Image:
    """Take a photo: blur in pixels, the sensor's noise, and JPEG unless `quality` is None."""
    image = Image.fromarray(np.uint8(np.clip(light, 0, 255)))
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    grains = rng.standard_normal(light.shape, np.float32)
    noisy = np.asarray(image, np.float32) + np.float32(noise) * grains
    image = Image.fromarray(np.uint8(np.clip(noisy, 0, 255)))
    return image if quality is None else as_jpeg(image, quality)


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Return the image as JPEG would keep it."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    file.seek(0)
    return Image.open(file).convert("RGB")
