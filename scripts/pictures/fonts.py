"""Letters in the fonts that this system has, as masks of ink."""

import functools
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
# Text fonts, and the ones for writing that look like a hand; symbols and emoji have no letters.
NAMES = ("dejavu", "liberation", "arial", "times", "verdana", "comic", "georgia", "noto")
SIZE = 200  # points

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@functools.cache
def fonts() -> tuple[Font, ...]:
    """Return Pillow's own font, and the text fonts that are installed."""
    found: list[Font] = [ImageFont.load_default(SIZE)]
    for folder in map(Path, FOLDERS):
        for path in sorted(folder.rglob("*.[to]tf")) if folder.is_dir() else ():
            plain = path.stem.lower()
            if plain.startswith(NAMES) and "math" not in plain and "emoji" not in plain:
                try:
                    found.append(ImageFont.truetype(str(path), SIZE))
                except OSError as error:
                    print(f"{path}: {error}", file=sys.stderr)
    return tuple(found)


def letter(text: str, rng: np.random.Generator) -> np.ndarray:
    """Draw a text in one of the fonts that have all of it: (h, w) 0..1, cropped to the ink.

    Raises ValueError where no font has it.
    """
    order = rng.permutation(len(fonts()))
    for place in order:
        font = fonts()[place]
        if all(_has(font, sign) for sign in text):
            return _drawn(font, text)
    raise ValueError(f"no font on this system has {text!r}")


def readable(texts: Sequence[str]) -> list[str]:
    """Return the texts that some font of this system has."""
    return [text for text in texts if any(all(_has(f, sign) for sign in text) for f in fonts())]


@functools.cache
def _has(font: Font, sign: str) -> bool:
    """Return whether a font has a sign: it draws another box for the signs that it does not have."""
    shape = _drawn(font, sign)
    return not any(np.array_equal(shape, _drawn(font, none)) for none in "\U0010fffe\ue123")


def _drawn(font: Font, text: str) -> np.ndarray:
    image = Image.new("L", (SIZE * (1 + len(text)), 2 * SIZE))
    ImageDraw.Draw(image).text((SIZE // 2, SIZE // 4), text, fill=255, font=font)
    box = image.getbbox() or (0, 0, 1, 1)
    return np.asarray(image.crop(box), np.float32) / 255
