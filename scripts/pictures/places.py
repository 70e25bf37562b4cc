"""Disguises of what is around the paper: desks, frames, boxes."""

import numpy as np
from PIL import Image, ImageDraw

from pictures.camera import (
    HEIGHT,
    PAPER,
    WIDTH,
    Colour,
    Disguise,
    grain,
    page_of,
    painted,
    slope,
    taken,
    wood,
)

SHAPE = (HEIGHT, WIDTH)


def _sheet(digit: np.ndarray, rng: np.random.Generator, paper: Colour = PAPER) -> np.ndarray:
    """Write on a sheet smaller than the picture: light (h, w, 3)."""
    shape = int(rng.uniform(0.45, 0.8) * HEIGHT), int(rng.uniform(0.4, 0.75) * WIDTH)
    return painted(0.9 * page_of(digit, rng, shape), paper=paper)


def laid(sheet: np.ndarray, desk: np.ndarray, rng: np.random.Generator, tilt: float) -> np.ndarray:
    """Lay a sheet on a desk, tilted by up to so many degrees: (H, W, 3)."""
    paper = Image.fromarray(np.uint8(np.clip(sheet, 0, 255))).convert("RGBA")
    paper = paper.rotate(rng.uniform(-tilt, tilt), Image.Resampling.BICUBIC, expand=True)
    height, width = desk.shape[:2]
    paper.thumbnail((width - 10, height - 10))
    ground = Image.fromarray(np.uint8(np.clip(desk, 0, 255)))
    left = int(rng.integers(0, width - paper.width + 1))
    top = int(rng.integers(0, height - paper.height + 1))
    ground.paste(paper, (left, top), paper)
    return np.asarray(ground, np.float32)


def desk(kind: str, tilt: float, paper: Colour = PAPER) -> Disguise:
    """Lay a sheet on a desk, tilted by up to so many degrees."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        sheet = _sheet(digit, rng, paper)
        if kind == "wood":
            desk = wood(rng, SHAPE)
        else:
            shade = {"dark": (45, 42, 40), "light": (175, 172, 165), "red": (140, 50, 45)}[kind]
            desk = np.array(shade) * grain(rng, SHAPE, 3, 0.04)
        light = laid(sheet, desk, rng, tilt) * slope(rng, SHAPE, 0.25)
        return taken(light, rng)

    return disguise


def off_the_edge(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Photograph a sheet whose right and lower parts are outside the picture."""
    desk = np.array((60, 50, 45)) * grain(rng, SHAPE, 3, 0.05)
    top, left = rng.integers(20, 110, 2)
    shape = HEIGHT - int(top), WIDTH - int(left)
    desk[top:, left:] = painted(0.9 * page_of(digit, rng, shape))
    return taken(desk * slope(rng, SHAPE, 0.25), rng)


def scan_margin(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Scan with the black lid visible on one or two sides."""
    light = painted(0.9 * page_of(digit, rng))
    light[: int(rng.integers(10, 40))] = 12
    if rng.random() < 0.5:
        light[:, -int(rng.integers(10, 60)) :] = 12
    return taken(light, rng, noise=2)


def dark_frame(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Frame the paper with 8 to 30 dark pixels."""
    light = painted(0.9 * page_of(digit, rng, (240, 240)))
    framed = np.pad(light, [(width := int(rng.integers(8, 31)),) * 2, (width, width), (0, 0)])
    return taken(framed, rng)


def light_frame_dark_page(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Frame a slide of light ink on dark with white."""
    light = painted(page_of(digit, rng, (240, 240)), (230, 230, 230), (25, 25, 30))
    return taken(np.pad(light, [(20, 20), (20, 20), (0, 0)], constant_values=250), rng)


def small_frame(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Draw a line of one pixel along the border of 28x28 pixels."""
    framed = digit.copy()
    framed[[0, -1]] = framed[:, [0, -1]] = 255
    return Image.fromarray(framed if rng.random() < 0.5 else 255 - framed)


def box(tilt: float, width: int, colour: Colour) -> Disguise:
    """Write into a printed box, tilted by up to so many degrees."""

    def disguise(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
        side = int(rng.uniform(200, 300))
        inner = 0.9 * page_of(digit, rng, (side, side))
        form = painted(np.pad(inner, 90))
        image = Image.fromarray(np.uint8(form))
        edge = 90 - width, 90 - width, 90 + side + width - 1, 90 + side + width - 1
        fill = tuple(int(c) for c in colour)
        ImageDraw.Draw(image).rectangle(edge, outline=fill, width=width)
        paper = tuple(int(c) for c in PAPER)
        angle = rng.uniform(-tilt, tilt)
        return taken(
            np.asarray(image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper)), rng
        )

    return disguise


def box_row(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write into the middle one of three printed boxes."""
    inner = np.pad(0.9 * page_of(digit, rng, (180, 140)), [(60, 60), (200, 200)])
    image = Image.fromarray(np.uint8(painted(inner)))
    for k in range(3):
        left = 60 + 140 * k
        ImageDraw.Draw(image).rectangle((left, 60, left + 140, 240), outline=(60, 60, 60), width=2)
    return taken(np.asarray(image), rng)


def cut_out(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Cut the note out, with transparency around it, on less than half of the canvas."""
    sheet = np.uint8(np.clip(_sheet(digit, rng), 0, 255))
    paper = Image.fromarray(sheet).convert("RGBA")
    paper = paper.rotate(rng.uniform(-10, 10), Image.Resampling.BICUBIC, expand=True)
    canvas = Image.new("RGBA", (900, 700))
    canvas.paste(paper, (int(rng.integers(100)), int(rng.integers(80))))
    return canvas


def spiral(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write on a page of a spiral notebook: a row of dark holes along the top."""
    image = Image.fromarray(
        np.uint8(painted(np.pad(0.9 * page_of(digit, rng, (420, WIDTH)), [(60, 0), (0, 0)])))
    )
    for x in range(12, WIDTH, 32):
        ImageDraw.Draw(image).ellipse((x, 16, x + 14, 30), fill=(35, 35, 35))
    return taken(np.asarray(image), rng)
