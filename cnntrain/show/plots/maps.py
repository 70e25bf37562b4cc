"""One image on its way through a network: the maps of every layer."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from cnntrain.nn.layers.base import shape_text
from cnntrain.show.error_sheet import GREY, WIDTH, writable
from cnntrain.show.plots import pixels

MOST_MAPS = 32  # of a layer
MOST_UNITS = 256  # of a layer whose maps are single pixels
LEAST_SIDE = 36  # pixels of a map
UNIT = 14  # pixels
IN_A_ROW = 32  # units
LABELS = 150  # pixels, the column of names


def draw_maps(
    heading: str, legend: str, outputs: Mapping[str, np.ndarray], classes: Sequence[str]
) -> Image.Image:
    """Return the output (C, H, W) of every layer, the first of them at the top.

    Maps with negative values are drawn around 0 in grey, others from 0 in black. Each layer has
    its own scale. `classes` stand below the units of the last layer.
    """
    rows = []
    factor = max(1, 84 // max(side for y in outputs.values() for side in y.shape[1:]))
    last = list(outputs)[-1]
    for name, y in outputs.items():
        low, high, scale = _scale(y)
        if y.shape[1:] == (1, 1):
            names = [writable(c, k) for k, c in enumerate(classes)] if name == last else None
            strip = _units(y[:, 0, 0], low, high, names)
        else:
            strip = _strip(y, low, high, factor)
        label = [pixels.words(name), pixels.number(shape_text(y.shape)), pixels.number(scale)]
        if left_out := _left_out(y):
            label.append(pixels.words(left_out, GREY, LABELS))
        rows.append(pixels.beside([pixels.at_left(pixels.below(label, 0), LABELS), strip]))
    return pixels.page(heading, [pixels.words(legend), pixels.below(rows, 12)])


def _scale(y: np.ndarray) -> tuple[float, float, str]:
    """Return the values drawn in black and in white, and a note on them."""
    if not np.isfinite(y).all():
        return 0.0, 1.0, "not finite"
    limit = float(np.abs(y).max())
    if y.min() < 0:
        return -limit, limit, f"{-limit:.2g} to {limit:.2g}"
    return 0.0, limit, f"0 to {limit:.2g}"


def _left_out(y: np.ndarray) -> str:
    most = MOST_UNITS if y.shape[1:] == (1, 1) else MOST_MAPS
    return f"drawn: 0 to {most - 1}" if len(y) > most else ""


def _strip(y: np.ndarray, low: float, high: float, factor: int) -> Image.Image:
    own = max(factor, -(-LEAST_SIDE // int(max(y.shape[1:]))))
    tiles = [pixels.tile(one, low, high, own) for one in y[:MOST_MAPS]]
    return pixels.flowing(tiles, WIDTH - LABELS, 4)


def _units(values: np.ndarray, low: float, high: float, names: Sequence[str] | None) -> Image.Image:
    """Return outputs of a dense layer as squares; with the names of classes and the values."""
    side = UNIT if names is None else 2 * UNIT
    tiles = []
    for k, value in enumerate(values[:MOST_UNITS]):
        square = pixels.tile(np.array([[value]]), low, high, side)
        if names is not None:
            text = [pixels.words(names[k]), pixels.number(f"{value:.2f}")]
            square = pixels.below([square, *text], 1, centred=True)
        tiles.append(square)
    width = IN_A_ROW * (UNIT + 4) if names is None else WIDTH - LABELS
    return pixels.flowing(tiles, width, 2 if names is None else 10)
