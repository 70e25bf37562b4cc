"""The names that a source text gives to a network's numbers, as the page's JavaScript looks them up.

A name such as dk1[0,2,2] is a beginning and some of the positions: ["dk1", 1, 4] for those from 1 up
to 4. It is the same for all that have the first position in common, so there is an entry for each of
these; in a small network, whose names count its numbers one by one, there is one for every number.
"""

from collections.abc import Callable, Sequence

import numpy as np

from cnntrain.explain.trace.symbols import Index, brackets, is_small, symbols_for
from cnntrain.nn.network import Network

Entry = tuple[str, int, int]  # what a name begins with, and which positions follow in brackets
Names = dict[str, list[Entry]]  # by layer or parameter


def symbols_object(network: Network) -> dict[str, object]:
    """Return the names of outputs, errors, parameters and gradients; without what has none."""
    symbols = symbols_for(network)
    outputs = [(n, layer.out_shape) for n, layer in zip(network.names, network.layers, strict=True)]
    parameters = [(name, p.value.shape) for name, p in network.parameters.items()]
    small = is_small(network)

    def named(name: Callable[[str, Index], str | None], of: Sequence[tuple[str, Index]]) -> Names:
        found = {thing: _entries(lambda at: name(thing, at), shape, small) for thing, shape in of}  # noqa: B023  # called at once
        return {thing: entries for thing, entries in found.items() if entries}

    return {
        "small": small,
        "legend": symbols.legend,
        "outputs": named(lambda layer, at: symbols.output(layer, _cell(at)), outputs),
        "errors": named(lambda layer, at: symbols.error(layer, _cell(at)), outputs),
        "parameters": named(symbols.parameter, parameters),
        "gradients": named(symbols.gradient, parameters),
    }


def _entries(name: Callable[[Index], str | None], shape: Index, small: bool) -> list[Entry]:
    """Return an entry for each first position or, in a small network, for each number."""
    rest = tuple(1001 + axis for axis in range(1, len(shape)))  # positions told from each other
    indices = np.ndindex(*shape) if small else ((first, *rest) for first in range(shape[0]))
    found = [(name(index), index) for index in indices]
    return [_cut(text, index) for text, index in found if text is not None]


def _cut(name: str, index: Index) -> Entry:
    """Return what a name begins with, and which part of the index it ends with."""
    beginning, _, positions = name.partition("[")
    if not positions:
        return beginning, 0, 0
    spans = [(i, j) for i in range(len(index)) for j in range(i + 1, len(index) + 1)]
    start, stop = next(span for span in spans if f"[{positions}" == brackets(index[slice(*span)]))
    return beginning, start, stop


def _cell(index: Index) -> tuple[int, int, int]:
    map_, row, column = index
    return map_, row, column
