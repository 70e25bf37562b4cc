"""The path that a trace follows: one cell of each layer's output, along the largest numbers.

The gradient of a weight is a sum over all paths from the weight to the outputs. One path is
chosen, greedily: it starts where the weight's own term in that sum is largest; then it goes up,
at each layer to the output that hands back most of the error, and down, to the input that counts
most.
"""

import numpy as np

from cnntrain.errors import UsageError
from cnntrain.explain.trace.example import Pass
from cnntrain.explain.trace.explainers import Link, Use
from cnntrain.explain.trace.lines import Cell
from cnntrain.explain.trace.links import (
    is_explained,
    links_above,
    links_below,
    met_by_weights,
    mixes_maps,
    uses_of,
)
from cnntrain.explain.trace.spot import Spot


def find_path(done: Pass, spot: Spot, unit: int) -> list[Cell | None]:
    """Return a cell for each layer, input first; None for layers that the path does not reach."""
    last = last_mixing(done)
    cells: list[Cell | None] = [None] * len(done.names)
    below: Cell | None = None
    uses = uses_of(done, spot)
    if uses:
        cells[spot.layer], below = max(uses, key=lambda use: abs(_product(done, spot, use)))
    else:
        own_unit = unit if spot.layer >= last else None
        cells[spot.layer] = _largest(done.errors[spot.layer], own_unit)
    for at in range(spot.layer + 1, len(done.names)):
        cells[at] = _upwards(done, at, cells[at - 1], unit if at == last else None)
    cells[spot.layer - 1] = below or _downwards(done, spot.layer, cells[spot.layer])
    for at in range(spot.layer - 1, 0, -1):
        cells[at - 1] = _downwards(done, at, cells[at])
    return cells


def last_mixing(done: Pass) -> int:
    """Return the last layer that mixes maps: above it, each map depends on the same map only."""
    return max((at for at, layer in enumerate(done.layers) if mixes_maps(layer)), default=0)


def check_unit(done: Pass, unit: int | None) -> None:
    """Raise UsageError if there is no such output unit."""
    units = len(done.targets)
    if unit is not None and unit >= units:
        raise UsageError(
            f"--unit {unit}: the network has {units} outputs; expected 0 to {units - 1}"
        )


def unit_of(done: Pass, spot: Spot, unit: int | None, default: int) -> int:
    """Return the output unit to follow: the one asked for, or the default.

    A weight of the last layer with weights belongs to one unit only. Raises UsageError if
    another one is asked for.
    """
    if spot.layer < last_mixing(done) or not is_explained(done.layers[spot.layer]):
        return default if unit is None else unit
    own = spot.index[0]
    if unit not in (None, own):
        raise UsageError(
            f"--unit {unit}: {spot} goes into output unit {own} only; leave --unit out, or "
            f"follow another weight"
        )
    return own


def _product(done: Pass, spot: Spot, use: Use) -> float:
    """Return a use's term in the sum that is the weight's gradient."""
    above, below = use
    error, x = done.errors[spot.layer], met_by_weights(done, spot.layer)
    if spot.part == "bias":
        return float(error[above])
    return float(error[above] * x[below]) if below else 0.0


def _strongest(links: list[Link], numbers: np.ndarray) -> Cell | None:
    """Return the end of the link that contributes most, or if none does, of the largest factor."""
    if not links:
        return None

    def carried(link: Link) -> tuple[float, float]:
        return abs(link.factor * numbers[link.cell]), abs(link.factor)

    return max(links, key=carried).cell


def _upwards(done: Pass, at: int, cell: Cell | None, unit: int | None) -> Cell | None:
    """Return the output of layer `at` that the path goes on to, in the map `unit` if one is given."""
    layer = done.layers[at]
    if is_explained(layer) or cell is None:
        links = links_above(done, at, cell)
        wanted = [link for link in links if unit is None or link.cell[0] == unit]
        return _strongest(wanted, done.errors[at])
    return cell if layer.in_shape == layer.out_shape else _largest(done.errors[at], unit)


def _downwards(done: Pass, at: int, cell: Cell | None) -> Cell | None:
    """Return the input of layer `at` that the path comes from."""
    layer = done.layers[at]
    if is_explained(layer) or cell is None:
        return _strongest(links_below(done, at, cell), done.outputs[at - 1])
    return cell if layer.in_shape == layer.out_shape else _largest(done.outputs[at - 1])


def _largest(numbers: np.ndarray, unit: int | None = None) -> Cell:
    """Return the position of the largest absolute value, in one map or in all of them."""
    sizes = np.abs(numbers)
    if unit is not None:
        sizes = np.where(np.arange(len(sizes))[:, None, None] == unit, sizes, -1)
    c, i, j = np.unravel_index(int(sizes.argmax()), sizes.shape)
    return int(c), int(i), int(j)
