"""Disguises of what is around the paper: desks, frames, windows, boxes, plots."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

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


def _desk(kind: str, tilt: float, paper: Colour = PAPER) -> Disguise:
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


def _box(tilt: float, width: int, colour: Colour) -> Disguise:
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


def _window(*, transparent: bool) -> Disguise:
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


def cut_out(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Cut the note out, with transparency around it, on less than half of the canvas."""
    sheet = np.uint8(np.clip(_sheet(digit, rng), 0, 255))
    paper = Image.fromarray(sheet).convert("RGBA")
    paper = paper.rotate(rng.uniform(-10, 10), Image.Resampling.BICUBIC, expand=True)
    canvas = Image.new("RGBA", (900, 700))
    canvas.paste(paper, (int(rng.integers(100)), int(rng.integers(80))))
    return canvas


def transparent_ink(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Draw with an app that exports the ink alone."""
    pixels = np.zeros((300, 300, 4), np.uint8)
    pixels[..., :3] = 255 if rng.random() < 0.5 else 0
    pixels[..., 3] = 255 * page_of(digit, rng, (300, 300))
    return Image.fromarray(pixels)


def _plot(*, grey: bool) -> Disguise:
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


def spiral(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Write on a page of a spiral notebook: a row of dark holes along the top."""
    image = Image.fromarray(
        np.uint8(painted(np.pad(0.9 * page_of(digit, rng, (420, WIDTH)), [(60, 0), (0, 0)])))
    )
    for x in range(12, WIDTH, 32):
        ImageDraw.Draw(image).ellipse((x, 16, x + 14, 30), fill=(35, 35, 35))
    return taken(np.asarray(image), rng)


PLACES: dict[str, Disguise] = {
    "sheet on a dark desk": _desk("dark", 0),
    "tilted on a dark desk": _desk("dark", 12),
    "sheet on a wooden desk": _desk("wood", 0),
    "tilted on a wooden desk": _desk("wood", 12),
    "sheet on a light desk": _desk("light", 12),
    "sticky note on red": _desk("red", 8, (250, 235, 120)),
    "sheet off the edge": off_the_edge,
    "scan margin": scan_margin,
    "dark frame": dark_frame,
    "white frame, dark page": light_frame_dark_page,
    "28x28 with a frame": small_frame,
    "printed box": _box(0, 2, (60, 60, 60)),
    "tilted box": _box(4, 3, (60, 60, 60)),
    "heavy black box": _box(0, 8, (10, 10, 10)),
    "one of three boxes": box_row,
    "window": _window(transparent=False),
    "window with alpha": _window(transparent=True),
    "cut-out note": cut_out,
    "transparent ink": transparent_ink,
    "imshow, grey": _plot(grey=True),
    "imshow, viridis": _plot(grey=False),
    "spiral notebook": spiral,
}
