"""The filters of each convolution as pictures of a page."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnntrain.errors import UsageError
from cnntrain.show.plots.filters import MOST_FILTERS, MOST_INPUTS, kernels, left_out, sizes
from cnntrain.web import images

ACROSS = 8  # kernels of a convolution on one map, beside each other
SCALE = 8  # pixels of the page for a weight, where there is room


@dataclass(frozen=True)
class Filters:
    """The kernels of a convolution; `picture` is an address, `width` that on a wide page."""

    name: str
    sizes: str
    limit: str  # the weight that is white; its negative is black
    picture: str
    width: int
    arranged: str  # what rows and columns are


def filters(weights: Mapping[str, np.ndarray]) -> list[Filters]:
    """Return the kernels of each convolution, none where there is no convolution."""
    try:
        found = kernels(weights, "")
    except UsageError:
        return []
    return [_picture(name, W) for name, W in found.items()]


def _picture(name: str, W: np.ndarray) -> Filters:
    """Return kernels (F, C, k, k): in rows if C is 1, else a column for each filter."""
    shown, limit = W[:MOST_FILTERS, :MOST_INPUTS], float(np.abs(W).max())
    alone = shown.shape[1] == 1
    columns = min(ACROSS, len(shown)) if alone else len(shown)
    tiles = shown[:, 0] if alone else shown.swapaxes(0, 1).reshape(-1, *shown.shape[2:])
    arranged = (
        "a kernel for each filter"
        if alone
        else "a column for each filter, a row for each map of its input"
    )
    return Filters(
        name,
        sizes(W) + left_out(W),
        f"{limit:.2g}",
        images.of_tiles(tiles, columns, limit),
        SCALE * (columns * (W.shape[3] + 1) - 1),
        arranged,
    )
