"""A sheet of the images that a network got wrong, each with its class, the answer and its number."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnntrain.data.examples import Examples
from cnntrain.errors import UsageError

WIDTH = 1280  # pixels of a full row, unless a single tile is wider
SMALLEST, LARGEST = 56, 112  # pixels: images are enlarged or reduced to lie between
MOST_TILES = 200  # mistakes on a sheet
TEXT = 14  # pixels: size of the font
LINE = 18  # pixels: height of a line of text
GAP = 8  # pixels between tiles, and around the sheet
ARROW = 14  # pixels between class and answer
LONGEST_NAME = 16  # characters
PAPER, INK, RED, GREY = (255, 255, 255), (0, 0, 0), (200, 30, 30), (110, 110, 110)
PREFERRED = (".png", ".jpg", ".webp", ".pdf")  # endings that an error message suggests


@dataclass(frozen=True)
class Tile:
    """An image (C, H, W), uint8 or floats from 0 to 1, its class, the answer, and its number."""

    pixels: np.ndarray
    true: str
    answer: str
    number: int = 0  # its place in the data, from 0


def writable(name: str, position: int) -> str:
    """Return a class's name as Pillow's built-in font can write it, or its position if not."""
    if not (name.isascii() and name.isprintable()):
        return f"#{position}"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 2]}.."


def contact_sheet(heading: str, tiles: Sequence[Tile]) -> Image.Image:
    """Return a picture of all tiles in rows below the heading, each with `true→answer` and number."""
    pictures = [enlarged(tile.pixels) for tile in tiles]
    ruler = pen(Image.new("RGB", (1, 1)))
    captions = [ruler.textlength(tile.true + tile.answer) + ARROW for tile in tiles]
    width = int(max([0, *captions, *(picture.width for picture in pictures)])) + GAP
    height = max([0, *(picture.height for picture in pictures)]) + 2 * LINE + GAP
    columns = min(max(1, WIDTH // width), len(tiles)) or 1
    rows = -(-len(tiles) // columns)
    across = max(columns * width, int(ruler.textlength(heading)) + GAP)
    sheet = Image.new("RGB", (GAP + across, GAP + LINE + GAP + rows * height), PAPER)
    draw = pen(sheet)
    draw.text((GAP, GAP), heading, INK)
    for number, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        row, column = divmod(number, columns)
        left, top = GAP + column * width, GAP + LINE + GAP + row * height
        sheet.paste(picture, (left, top))
        _write_caption(draw, (left, top + picture.height + 2), tile)
    return sheet


def pen(image: Image.Image, size: int = TEXT) -> ImageDraw.ImageDraw:
    """Return what draws on an image, with a font that can be read; or the tiny one without FreeType."""
    draw = ImageDraw.Draw(image)
    try:
        draw.font = ImageFont.load_default(size)
    except ImportError:
        draw.font = ImageFont.load_default()
    return draw


def as_picture(pixels: np.ndarray) -> Image.Image:
    """Return an image (C, H, W), uint8 or 0..1: in colour if C = 3, else its first channel."""
    if pixels.dtype != np.uint8:
        pixels = np.rint(255 * pixels.clip(0, 1)).astype(np.uint8)
    values = pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0]
    return Image.fromarray(np.ascontiguousarray(values))


def enlarged(pixels: np.ndarray) -> Image.Image:
    """Return an image (C, H, W) at a size to look at."""
    image = as_picture(pixels).convert("RGB")
    factor = max(1, SMALLEST // max(image.size))
    image = image.resize((factor * image.width, factor * image.height), Image.Resampling.NEAREST)
    image.thumbnail((LARGEST, LARGEST))
    return image


def _write_caption(draw: ImageDraw.ImageDraw, corner: tuple[int, int], tile: Tile) -> None:
    """Write class, arrow and answer, and the number below; the font has no arrow: it is drawn."""
    left, top = corner
    draw.text((left, top + LINE), f"no. {tile.number}", GREY)
    draw.text((left, top), tile.true, INK)
    left += int(draw.textlength(tile.true)) + 3
    middle, right = top + LINE // 2 - 2, left + ARROW - 6
    draw.line([(left, middle), (right, middle)], INK)
    draw.line([(right - 3, middle - 3), (right, middle), (right - 3, middle + 3)], INK)
    draw.text((right + 3, top), tile.answer, RED)


def encoded(sheet: Image.Image, path: Path) -> bytes:
    """Return a picture as the contents of a file of the format that a name's ending stands for.

    Raises UsageError where Pillow writes no such format, or no coloured picture in it.
    """
    file = io.BytesIO()
    kind = Image.registered_extensions().get(path.suffix.lower(), "none")
    try:
        sheet.save(file, format=kind, **({"quality": 95} if kind == "JPEG" else {}))
    except (KeyError, OSError, ValueError) as error:
        raise UsageError(
            f"{path}: found the ending '{path.suffix}', expected that of an image format which "
            f"Pillow writes, such as {', '.join(PREFERRED)}; choose another name for the sheet of "
            "errors"
        ) from error
    return file.getvalue()


def refuse_unwritable(path: Path) -> None:
    """Raise UsageError unless the name's ending stands for a format that can be written."""
    encoded(Image.new("RGB", (1, 1)), path)


def draw_errors(examples: Examples, predicted: np.ndarray) -> Image.Image:
    """Return the misclassified images as a contact sheet, each with its class and the answer.

    They are sorted by class and answer; of more than MOST_TILES, an even selection is shown.
    `predicted` are (N,) positions of classes.
    """
    wrong = np.flatnonzero(predicted != examples.labels)
    order = wrong[np.lexsort((predicted[wrong], examples.labels[wrong]))]
    steps = np.linspace(0, len(order) - 1, min(len(order), MOST_TILES))
    shown = order[np.rint(steps).astype(int)]
    names = [writable(name, number) for number, name in enumerate(examples.classes)]
    tiles = [
        Tile(examples.images[n], names[examples.labels[n]], names[predicted[n]], int(n))
        for n in shown
    ]
    return contact_sheet(_heading(len(order), len(shown), len(examples)), tiles)


def _heading(wrong: int, shown: int, images: int) -> str:
    """Return how many images are wrong, and how many of them are shown."""
    if not wrong:
        return f"No errors: all {images:,} images are classified correctly."
    text = f"{wrong:,} of {images:,} images are classified wrongly ({wrong / images:.2%})."
    if shown < wrong:
        text += f" {shown} are shown, evenly from all classes; {wrong - shown:,} more are not."
    return f"{text} Numbers count the images from 0."
