"""Cut a sheet of paper out of a picture: upright, and what is beside it painted over."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from cnntrain.data.pictures.hulls import Rectangle, area_of
from cnntrain.data.pictures.marks import widen
from cnntrain.data.pictures.paint import painted_over
from cnntrain.data.pictures.sheets import Sheet

MASK_SIDE = 400  # outlines are drawn at this size
EDGE = 0.012  # of the sheet's size: so far from its edge there are shadows and blur
RECTANGULAR = 0.9  # of its smallest rectangle: only then its angle is known
UPRIGHT = 1.5  # degrees: sheets tilted by less are not turned


class Cutting(NamedTuple):
    """A sheet that was cut out of a picture."""

    image: Image.Image
    to_picture: np.ndarray  # (2, 3): from x, y, 1 in the image to x, y in the picture
    turned: float  # degrees
    beside: Image.Image  # mode L, perhaps smaller: white is what was painted over


def cut_out(image: Image.Image, sheet: Sheet) -> Cutting:
    """Cut out a sheet, given in pixels of the image."""
    frame = _frame(image, sheet)
    edge = round(EDGE * max(frame.width, frame.height) + sheet.grain)
    width, height = (max(1, round(side) - 2 * edge) for side in (frame.width, frame.height))
    shrunk = Rectangle(frame.centre, width, height, frame.angle)
    upper_left, upper_right, _, lower_left = shrunk.corners
    right, down = (upper_right - upper_left) / width, (lower_left - upper_left) / height
    to_picture = np.column_stack((right, down, upper_left))  # (2, 3)
    if frame.angle == 0:
        left, top = np.rint(upper_left).astype(int).tolist()
        to_picture[:, 2] = left, top
        cut = image.crop((left, top, left + width, top + height))
    else:
        data = tuple(to_picture.ravel().tolist())
        cut = image.transform(
            (width, height), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC
        )
    beside = _beside(sheet, to_picture, cut.size, edge)
    return Cutting(painted_over(cut, beside), to_picture, frame.angle, beside)


def _frame(image: Image.Image, sheet: Sheet) -> Rectangle:
    """Return the rectangle to cut out: the sheet's own where that is tilted and all in the picture."""
    tilted = sheet.rectangle
    low, high = sheet.hull.min(axis=0), sheet.hull.max(axis=0)
    inside = low.min() > 0 and high[0] < image.width and high[1] < image.height
    clear = area_of(sheet.hull) > RECTANGULAR * tilted.area
    if inside and clear and abs(tilted.angle) > UPRIGHT:
        return tilted
    x, y = (low + high) / 2
    width, height = high - low
    return Rectangle((float(x), float(y)), float(width), float(height), 0.0)


def _beside(sheet: Sheet, to_picture: np.ndarray, size: tuple[int, int], edge: int) -> Image.Image:
    """Draw white what is beside the sheet, and its edge, in the cut-out image, perhaps smaller."""
    from PIL import ImageDraw  # slow: it loads fonts, and most pictures have no sheet to cut out

    scale = min(1.0, MASK_SIDE / max(size))
    inverse = np.linalg.inv(to_picture[:, :2])
    outline = scale * ((sheet.hull - to_picture[:, 2]) @ inverse.T)
    small = max(1, round(scale * size[0])), max(1, round(scale * size[1]))
    pad = round(scale * edge) + 1
    mask = Image.new("L", (small[0] + 2 * pad, small[1] + 2 * pad), 255)
    ImageDraw.Draw(mask).polygon([(x + pad, y + pad) for x, y in outline.tolist()], fill=0)
    grown = Image.fromarray(widen(np.asarray(mask), round(scale * edge)))
    return grown.crop((pad, pad, pad + small[0], pad + small[1]))
