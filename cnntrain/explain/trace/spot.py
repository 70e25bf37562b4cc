"""The weight that a trace follows, and how the command line names it."""

import difflib
import re
from dataclasses import dataclass

import numpy as np

from cnntrain.errors import UsageError
from cnntrain.explain.trace.symbols import Symbols, brackets, is_small
from cnntrain.nn.layers.base import shape_text
from cnntrain.nn.network import Network

PATTERN = re.compile(r"\s*(\w+)(?:\.(\w+))?\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]\s*")


@dataclass(frozen=True)
class Spot:
    """One element of one parameter."""

    layer: int  # position in the network's names
    part: str  # weights or bias
    index: tuple[int, ...]
    parameter: str  # as conv1.weights

    def __str__(self) -> str:
        """Return the name that --weight takes, as conv1.weights[0,0,2,3]."""
        return f"{self.parameter}{brackets(self.index)}"


def spot_at(network: Network, parameter: str, index: tuple[int, ...]) -> Spot:
    """Return the spot at an index of a parameter."""
    layer, _, part = parameter.partition(".")
    return Spot(network.names.index(layer), part, index, parameter)


def spots(network: Network) -> list[Spot]:
    """Return every element of every parameter."""
    return [
        spot_at(network, name, index)
        for name, parameter in network.parameters.items()
        for index in np.ndindex(parameter.value.shape)
    ]


def parse_spot(network: Network, symbols: Symbols, text: str) -> Spot:
    """Return what `--weight` names: `conv1[0,0,2,3]`, `conv1.bias[0]`, or a text's symbol for it.

    Symbols look like w1[0,0,2,3] or, in small networks only, w5. Raises UsageError, which lists the
    parameters.
    """
    for spot in spots(network) if is_small(network) else ():
        if symbols.parameter(spot.parameter, spot.index) == text.strip():
            return spot
    match = PATTERN.fullmatch(text)
    if match is None:
        raise UsageError(
            f"--weight {text}: expected a layer and positions, such as {_examples(network)}; "
            f"{_listing(network)}"
        )
    index = tuple(int(number) for number in match[3].split(","))
    name = _parameter(network, symbols, match, index)
    if name not in network.parameters:
        near = difflib.get_close_matches(name, network.parameters, n=1, cutoff=0.8)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise UsageError(f"--weight {text}: found no {name}{hint}; {_listing(network)}")
    shape = network.parameters[name].value.shape
    if len(index) != len(shape) or any(i >= n for i, n in zip(index, shape, strict=True)):
        first, last = brackets((0,) * len(shape)), brackets(tuple(n - 1 for n in shape))
        raise UsageError(
            f"--weight {text}: {name} has the shape {shape_text(shape)}; expected {len(shape)} "
            f"positions, from {first} to {last}"
        )
    return spot_at(network, name, index)


def _parameter(
    network: Network, symbols: Symbols, match: re.Match[str], index: tuple[int, ...]
) -> str:
    """Return the parameter that is named before the positions; a layer alone means its weights."""
    if match[2] is None:
        symbol = f"{match[1]}{brackets(index)}"
        for name, parameter in network.parameters.items():
            if len(index) == parameter.value.ndim and symbols.parameter(name, index) == symbol:
                return name
    return f"{match[1]}.{match[2] or 'weights'}"


def default_spot(network: Network, gradients: dict[str, np.ndarray], unit: int) -> Spot:
    """Return the first weight of the first layer whose weights can change; of kernels, the middle.

    In the last layer with weights it is one that goes into the output unit. Weights that do
    not matter for this image, such as those of a dead unit, are skipped if there are others, and
    so are frozen ones. Raises UsageError.
    """
    names = [name for name in network.parameters if name.endswith(".weights")]
    names = names or list(network.parameters)
    if not names:
        raise UsageError("the network has no weights to follow; expected a conv or dense layer")
    name = next((name for name in names if not network.parameters[name].frozen), names[0])
    shape = network.parameters[name].value.shape
    middle = tuple((size - 1) // 2 for size in shape[2:])
    starts = [start for start in np.ndindex(shape[:2]) if name != names[-1] or start[0] == unit]
    moved = [start for start in starts if gradients[name][start + middle] != 0]
    return spot_at(network, name, (moved or starts)[0] + middle)


def _examples(network: Network) -> str:
    """Return two names that --weight takes, or would take if there were such a layer."""
    found = [str(spot_at(network, n, (0,) * p.value.ndim)) for n, p in network.parameters.items()]
    return " or ".join(found[:2] or ["conv1[0,0,2,3]", "conv1.bias[0]"])


def _listing(network: Network) -> str:
    shapes = [f"{name} {shape_text(p.value.shape)}" for name, p in network.parameters.items()]
    return f"the network has {', '.join(shapes) or 'no weights'}"
