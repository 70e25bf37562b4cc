"""A sheet of training images, a row for each class: wrong labels and turned images are seen on it."""

import numpy as np
from PIL import Image

from cnntrain.data.examples import Examples
from cnntrain.show.error_sheet import GAP, INK, LINE, PAPER, enlarged, pen, writable

ACROSS = 16  # images of a class
MOST_CLASSES = 100
SIDE = 56  # pixels: images are reduced to fit in


def draw_classes(examples: Examples) -> Image.Image:
    """Return images of each class, spread evenly over the data, beside the class's name."""
    names = [writable(name, k) for k, name in enumerate(examples.classes[:MOST_CLASSES])]
    ruler = pen(Image.new("RGB", (1, 1)))
    left = int(max(ruler.textlength(name) for name in names)) + 2 * GAP
    heading = f"{len(examples):,} training images, {len(examples.classes)} classes"
    if len(names) < len(examples.classes):
        heading += f", of which the first {len(names)} are shown"
    step = SIDE + GAP
    across = max(left + ACROSS * step, int(ruler.textlength(heading)) + 2 * GAP)
    sheet = Image.new("RGB", (across, 2 * GAP + LINE + len(names) * step), PAPER)
    draw = pen(sheet)
    draw.text((GAP, GAP), heading, INK)
    for k, name in enumerate(names):
        top = 2 * GAP + LINE + k * step
        draw.text((GAP, top + SIDE // 2 - LINE // 2), name, INK)
        for column, place in enumerate(_some(np.flatnonzero(examples.labels == k))):
            picture = enlarged(examples.images[place])
            picture.thumbnail((SIDE, SIDE))
            sheet.paste(picture, (left + column * step, top))
    return sheet


def _some(places: np.ndarray) -> np.ndarray:
    """Return some positions, spread evenly over all."""
    steps = np.linspace(0, len(places) - 1, min(ACROSS, len(places)))
    chosen: np.ndarray = places[np.rint(steps).astype(int)]
    return chosen
