"""Pictures of pixels as `data:` addresses: a page holds them itself, and enlarges them sharply."""

import base64
import io

import numpy as np
from PIL import Image

from cnntrain.show.error_sheet import LARGEST, as_picture


def of_input(pixels: np.ndarray) -> str:
    """Return an image (C, H, W) of a data set, reduced if it is large."""
    image = as_picture(pixels)
    image.thumbnail((LARGEST, LARGEST))
    return address(image)


def of_tiles(tiles: np.ndarray, columns: int, limit: float) -> str:
    """Return maps (N, H, W) in rows of so many, in grey: black is −limit, white +limit.

    A pixel is a pixel, and one between the tiles is transparent.
    """
    count, height, width = tiles.shape
    rows = -(-count // columns)
    picture = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 2), np.uint8)
    grey = np.rint(255 * np.nan_to_num((tiles / (limit or 1) + 1) / 2).clip(0, 1))
    for n, tile in enumerate(grey.astype(np.uint8)):
        top, left = n // columns * (height + 1), n % columns * (width + 1)
        place = picture[top : top + height, left : left + width]
        place[..., 0], place[..., 1] = tile, 255
    return address(Image.fromarray(picture, "LA"))


def address(image: Image.Image) -> str:
    """Return a picture as the address of a PNG file that stands in the address itself."""
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
