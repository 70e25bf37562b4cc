"""Disguises of what is on a screen: windows, drawings of apps, plots."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pictures.camera import HEIGHT, WIDTH, Disguise, page_of, painted


def window(*, transparent: bool) -> Disguise:
    """Take a picture of a window with a shadow, on a desktop or with transparency."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        inside = painted(page_of(digit, rng, (260, 320)), (20, 20, 20), (255, 255, 255))
        window = np.pad(inside, [(28, 0), (0, 0), (0, 0)], constant_values=215)
        for k, colour in enumerate([(237, 106, 94), (245, 191, 79), (98, 197, 84)]):
            window[9:19, 12 + 18 * k : 22 + 18 * k] = colour
        margin = int(rng.integers(30, 120))
        height, width = (side + 2 * margin for side in window.shape[:2])
        alpha = np.zeros((height, width), np.uint8)
        alpha[margin + 8 : -margin + 8, margin:-margin] = 120
        alpha = np.array(Image.fromarray(alpha).filter(ImageFilter.GaussianBlur(12)))
        pixels = np.zeros((height, width, 4), np.uint8)
        pixels[margin:-margin, margin:-margin, :3] = window
        alpha[margin:-margin, margin:-margin] = 255
        pixels[..., 3] = alpha
        image = Image.fromarray(pixels)
        if transparent:
            return image
        ground = Image.new("RGBA", image.size, (70, 110, 160, 255))
        return Image.alpha_composite(ground, image).convert("RGB")

    return disguise


def transparent_ink(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Draw with an app that exports the ink alone."""
    pixels = np.zeros((300, 300, 4), np.uint8)
    pixels[..., :3] = 255 if rng.random() < 0.5 else 0
    pixels[..., 3] = 255 * page_of(digit, rng, (300, 300))
    return Image.fromarray(pixels)


def plot(*, grey: bool) -> Disguise:
    """Plot the digit as matplotlib's imshow does."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        side = 370
        big = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.NEAREST))
        share = big[..., None] / 255.0
        colours = (255, 255, 255), (0, 0, 0)
        if not grey:
            colours = (253, 231, 37), (68, 1, 84)
        image = Image.new("RGB", (WIDTH, HEIGHT), "white")
        inside = np.uint8(share * np.array(colours[0]) + (1 - share) * np.array(colours[1]))
        image.paste(Image.fromarray(inside), (143, 58))
        draw = ImageDraw.Draw(image)
        draw.rectangle((142, 57, 142 + side, 57 + side), outline="black")
        for k in range(6):
            at = 149 + int(k * 5 * side / 28)
            draw.line((at, 428, at, 433), fill="black")
            draw.text((at - 4, 436), str(5 * k), fill="black")
            at = 64 + int(k * 5 * side / 28)
            draw.line((137, at, 142, at), fill="black")
            draw.text((122, at - 5), str(5 * k), fill="black")
        return image

    return disguise
