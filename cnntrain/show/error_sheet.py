"""Many small images on one, each with a caption: what it is, and what it was taken for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cnntrain.data.examples import Examples
from cnntrain.errors import UsageError
from cnntrain.system.files import replacing

WIDTH = 1280  # pixels of a full row, unless a single tile is wider
SMALLEST, LARGEST = 56, 112  # pixels: images are enlarged or reduced to lie between
MOST_TILES = 200  # mistakes on a sheet
LINE = 16  # pixels: height of a line of text
GAP = 8  # pixels between tiles, and around the sheet
ARROW = 14  # pixels between class and answer
LONGEST_NAME = 16  # characters
PAPER, INK, RED = (255, 255, 255), (0, 0, 0), (200, 30, 30)


@dataclass(frozen=True)
class Tile:
    """An image (C, H, W), uint8 or floats from 0 to 1, its class, and the answer for it."""

    pixels: np.ndarray
    true: str
    answer: str


def writable(name: str, position: int) -> str:
    """Return a class's name as Pillow's built-in font can write it, or its position if not."""
    if not (name.isascii() and name.isprintable()):
        return f"#{position}"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 2]}.."


def contact_sheet(heading: str, tiles: Sequence[Tile]) -> Image.Image:
    """Return a picture of all tiles in rows below the heading, each with `true→answer`."""
    pictures = [_picture(tile.pixels) for tile in tiles]
    ruler = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    captions = [ruler.textlength(tile.true + tile.answer) + ARROW for tile in tiles]
    width = int(max([0, *captions, *(picture.width for picture in pictures)])) + GAP
    height = max([0, *(picture.height for picture in pictures)]) + LINE + GAP
    columns = min(max(1, WIDTH // width), len(tiles)) or 1
    rows = -(-len(tiles) // columns)
    across = max(columns * width, int(ruler.textlength(heading)) + GAP)
    sheet = Image.new("RGB", (GAP + across, GAP + LINE + GAP + rows * height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, GAP), heading, INK)
    for number, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        row, column = divmod(number, columns)
        left, top = GAP + column * width, GAP + LINE + GAP + row * height
        sheet.paste(picture, (left, top))
        _write_caption(draw, (left, top + picture.height + 2), tile)
    return sheet


def _picture(pixels: np.ndarray) -> Image.Image:
    """Return an image at a size to look at: in colour if C = 3, else its first channel."""
    if pixels.dtype != np.uint8:
        pixels = np.rint(255 * pixels.clip(0, 1)).astype(np.uint8)
    values = pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0]
    image = Image.fromarray(np.ascontiguousarray(values)).convert("RGB")
    factor = max(1, SMALLEST // max(image.size))
    image = image.resize((factor * image.width, factor * image.height), Image.Resampling.NEAREST)
    image.thumbnail((LARGEST, LARGEST))
    return image


def _write_caption(draw: ImageDraw.ImageDraw, corner: tuple[int, int], tile: Tile) -> None:
    """Write class, arrow and answer; the built-in font has no arrow, so it is drawn."""
    left, top = corner
    draw.text((left, top), tile.true, INK)
    left += int(draw.textlength(tile.true)) + 3
    middle, right = top + LINE // 2 - 2, left + ARROW - 6
    draw.line([(left, middle), (right, middle)], INK)
    draw.line([(right - 3, middle - 3), (right, middle), (right - 3, middle + 3)], INK)
    draw.text((right + 3, top), tile.answer, RED)


def refuse_other_than_png(path: Path) -> None:
    """Raise UsageError unless the name says what `save_errors` writes."""
    if path.suffix.lower() != ".png":
        raise UsageError(
            f"{path}: found the ending '{path.suffix}', expected '.png', the format of the sheet "
            "of errors; choose a name that ends in .png"
        )


def save_errors(path: Path, examples: Examples, predicted: np.ndarray) -> None:
    """Draw the misclassified images as a contact sheet, each with its class and the answer.

    They are sorted by class and answer; of more than MOST_TILES, an even selection is shown.
    `predicted` are (N,) positions of classes. Raises OutputError.
    """
    wrong = np.flatnonzero(predicted != examples.labels)
    order = wrong[np.lexsort((predicted[wrong], examples.labels[wrong]))]
    steps = np.linspace(0, len(order) - 1, min(len(order), MOST_TILES))
    shown = order[np.rint(steps).astype(int)]
    names = [writable(name, number) for number, name in enumerate(examples.classes)]
    tiles = [
        Tile(examples.images[n], names[examples.labels[n]], names[predicted[n]]) for n in shown
    ]
    sheet = contact_sheet(_heading(len(order), len(shown), len(examples)), tiles)
    with replacing(path) as file:
        sheet.save(file, format="PNG")


def _heading(wrong: int, shown: int, images: int) -> str:
    if not wrong:
        return f"No errors: all {images:,} images are classified correctly."
    text = f"{wrong:,} of {images:,} images are classified wrongly ({wrong / images:.2%})."
    if shown < wrong:
        text += f" {shown} are shown, evenly from all classes; {wrong - shown:,} more are not."
    return text
