"""Pictures made of pixels: tiles of grey, words, and how they stand below and beside each other.

Grey needs no colour vision, and looks the same in print.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from cnntrain.show.error_sheet import GAP, GREY, INK, LINE, PAPER, WIDTH, pen

Colour = tuple[int, int, int]
BORDER = 1  # pixels around a tile: where one is white, its edge can still be seen
EDGE = (170, 170, 170)


def tile(values: np.ndarray, low: float, high: float, factor: int) -> Image.Image:
    """Return values (H, W) in grey, from black at `low` to white at `high`, `factor` times as large."""
    finite = np.nan_to_num(values.astype(np.float64))
    share = (finite - low) / ((high - low) or 1)
    grey = np.rint(255 * share.clip(0, 1)).astype(np.uint8)
    image = Image.fromarray(grey)
    size = (factor * image.width, factor * image.height)
    if factor == 1 and max(size) > WIDTH // 4:
        image.thumbnail((WIDTH // 4, WIDTH // 4))
        size = image.size
    return framed(image.resize(size, Image.Resampling.NEAREST))


def framed(image: Image.Image) -> Image.Image:
    """Return a picture with an edge around it."""
    frame = Image.new("RGB", (image.width + 2 * BORDER, image.height + 2 * BORDER), EDGE)
    frame.paste(image, (BORDER, BORDER))
    return frame


def words(text: str, colour: Colour = INK, width: int = WIDTH) -> Image.Image:
    """Return a text as a picture, in lines of at most `width` pixels."""
    ruler = pen(Image.new("RGB", (1, 1)))
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and ruler.textlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    across = max(1, *(int(np.ceil(ruler.textlength(line))) for line in lines))
    image = Image.new("RGB", (across, LINE * len(lines)), PAPER)
    draw = pen(image)
    for number, line in enumerate(lines):
        draw.text((0, LINE * number), line, colour)
    return image


def below(parts: Sequence[Image.Image], gap: int = GAP, *, centred: bool = False) -> Image.Image:
    """Return pictures below each other."""
    width = max(part.width for part in parts)
    height = sum(part.height for part in parts) + gap * (len(parts) - 1)
    sheet, top = Image.new("RGB", (width, height), PAPER), 0
    for part in parts:
        sheet.paste(part, ((width - part.width) // 2 if centred else 0, top))
        top += part.height + gap
    return sheet


def beside(parts: Sequence[Image.Image], gap: int = GAP) -> Image.Image:
    """Return pictures beside each other, their upper edges at the same height."""
    height = max(part.height for part in parts)
    width = sum(part.width for part in parts) + gap * (len(parts) - 1)
    sheet, left = Image.new("RGB", (width, height), PAPER), 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width + gap
    return sheet


def flowing(parts: Sequence[Image.Image], width: int, gap: int = GAP) -> Image.Image:
    """Return pictures in rows no wider than `width`, in columns of equal width."""
    column = max(part.width for part in parts) + gap
    most = max(1, (width + gap) // column)
    count = -(-len(parts) // -(-len(parts) // most))  # in each row: none is left with one
    rows = [parts[start : start + count] for start in range(0, len(parts), count)]
    return below([beside([padded(part, column - gap) for part in row], gap) for row in rows], gap)


def padded(part: Image.Image, width: int) -> Image.Image:
    """Return a picture in the middle of one that is `width` pixels wide or more."""
    sheet = Image.new("RGB", (max(width, part.width), part.height), PAPER)
    sheet.paste(part, ((sheet.width - part.width) // 2, 0))
    return sheet


def at_left(part: Image.Image, width: int) -> Image.Image:
    """Return a picture at the left of one that is `width` pixels wide or more."""
    sheet = Image.new("RGB", (max(width, part.width), part.height), PAPER)
    sheet.paste(part, (0, 0))
    return sheet


def page(heading: str, parts: Sequence[Image.Image]) -> Image.Image:
    """Return pictures below a heading, with a margin around all of them."""
    content = below([words(heading), *parts], 2 * GAP)
    sheet = Image.new("RGB", (content.width + 2 * GAP, content.height + 2 * GAP), PAPER)
    sheet.paste(content, (GAP, GAP))
    return sheet


def number(text: str) -> Image.Image:
    """Return a small label in grey."""
    return words(text, GREY)
