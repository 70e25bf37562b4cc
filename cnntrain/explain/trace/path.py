"""The path that a trace follows: one cell of each layer's output, where the numbers are largest.

The gradient of a weight is a sum over all paths from the weight to the outputs. A path is chosen
greedily: where the weight's own term in that sum is largest, then up, at each layer through the
output that hands back most of the error, and down, through the input that counts most.
"""

import numpy as np

from cnntrain.errors import UsageError
from cnntrain.explain.trace.arrays import Cell, Pass
from cnntrain.explain.trace.explain import Link, Use, explainer_of
from cnntrain.explain.trace.spot import Spot


def find_path(done: Pass, spot: Spot, unit: int) -> list[Cell | None]:
    """Return a cell for each layer, input first; None where the path does not reach."""
    use = max(uses_of(done, spot), key=lambda use: abs(_product(done, spot, use)))
    cells: list[Cell | None] = [None] * len(done.names)
    cells[spot.layer], below = use
    last = last_mixing(done)
    for at in range(spot.layer + 1, len(done.names)):
        links = links_above(done, at, cells[at - 1])
        wanted = [link for link in links if at != last or link.cell[0] == unit]
        cells[at] = _strongest(wanted, done.errors[at])
    cells[spot.layer - 1] = below or _downwards(done, spot.layer, cells[spot.layer])
    for at in range(spot.layer - 1, 0, -1):
        cells[at - 1] = _downwards(done, at, cells[at])
    return cells


def uses_of(done: Pass, spot: Spot) -> list[Use]:
    """Return each output that a weight or bias goes into, with the input that it meets there."""
    layer, name = done.layers[spot.layer], done.names[spot.layer]
    if spot.part == "bias":
        rows, columns = layer.out_shape[1:]
        return [((spot.index[0], i, j), None) for i, j in np.ndindex(rows, columns)]
    uses = explainer_of(name).uses
    assert uses is not None  # only layers with weights have spots
    return uses(layer, spot.index)


def links_above(done: Pass, at: int, cell: Cell | None) -> list[Link]:
    """Return the links of layer at from an input to the outputs that it goes into."""
    return [] if cell is None else explainer_of(done.names[at]).above(done.layers[at], cell)


def links_below(done: Pass, at: int, cell: Cell | None) -> list[Link]:
    """Return the links of layer at from an output to the inputs that it is made of."""
    return [] if cell is None else explainer_of(done.names[at]).below(done.layers[at], cell)


def last_mixing(done: Pass) -> int:
    """Return the last layer with weights: after it, a map is made of the same map only."""
    return max(at for at, layer in enumerate(done.layers) if layer.parameters)


def check_unit(done: Pass, unit: int | None) -> None:
    """Raise UsageError where there is no such output unit."""
    units = len(done.targets)
    if unit is not None and unit >= units:
        raise UsageError(
            f"--unit {unit}: the network has {units} outputs; expected 0 to {units - 1}"
        )


def unit_of(done: Pass, spot: Spot, unit: int | None, default: int) -> int:
    """Return the output unit to follow: the one asked for, or the default.

    A weight of the last layer with weights belongs to one unit only. Raises UsageError where
    another one is asked for.
    """
    if spot.layer != last_mixing(done):
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
    error, x = done.errors[spot.layer], done.outputs[spot.layer - 1]
    if spot.part == "bias":
        return float(error[above])
    return float(error[above] * x[below]) if below else 0.0


def _strongest(links: list[Link], numbers: np.ndarray) -> Cell | None:
    """Return the end of the link that carries most; where none does, of the strongest link."""
    if not links:
        return None

    def carried(link: Link) -> tuple[float, float]:
        return abs(link.factor * numbers[link.cell]), abs(link.factor)

    return max(links, key=carried).cell


def _downwards(done: Pass, at: int, cell: Cell | None) -> Cell | None:
    return _strongest(links_below(done, at, cell), done.outputs[at - 1])
