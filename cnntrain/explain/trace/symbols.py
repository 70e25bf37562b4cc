"""The names that a source text gives to the numbers of its network.

All numbers have a plain name, such as conv1[0,8,12] or ∂E/∂conv1[0,8,12]. For the networks of two
of the texts there are shorter ones, and a learner who follows the text expects them.
"""

import math

from cnntrain.explain.trace.lines import Cell
from cnntrain.nn.network import Network

Index = tuple[int, ...]

TUTORIAL = ["conv", "sigmoid", "mean_pool", "conv", "sigmoid", "mean_pool", "dense", "sigmoid"]
WEIGHTS = {"conv1": ("w1", "b1"), "conv2": ("w2", "b2"), "dense1": ("w3", "b3")}
GRADIENTS = {"conv1": ("dk", "db"), "conv2": ("dkk", "dbb"), "dense1": ("dkkk", "dbbb")}

MAZUR = ["dense", "sigmoid", "dense", "sigmoid"]
UNITS = {
    "input": "i",
    "dense1": "net_h",
    "sigmoid1": "out_h",
    "dense2": "net_o",
    "sigmoid2": "out_o",
}

SMALL = 24  # a network with no more weights, and no larger outputs, is shown in full


class Symbols:
    """A text's names, None for what it does not name. This base class names nothing."""

    legend: str = ""  # introduces the names

    def output(self, layer: str, cell: Cell) -> str | None:
        """Return the name of a number in a layer's output."""
        return None

    def error(self, layer: str, cell: Cell) -> str | None:
        """Return the name of ∂E/∂(that number)."""
        return None

    def parameter(self, name: str, index: Index) -> str | None:
        """Return the name of a weight or bias; `name` is as conv1.weights."""
        return None

    def gradient(self, name: str, index: Index) -> str | None:
        """Return the name of ∂E/∂(that weight)."""
        return None

    def share(self, above: tuple[str, Cell], below: tuple[str, Cell]) -> str | None:
        """Return the name of one output's contribution to the error of an input."""
        return None


class Tutorial(Symbols):
    """The tutorial's names (source S0); it counts maps from 1."""

    legend = (
        "Names as in the tutorial: w1, b1, w2, b2, w3, b3 are the weights and biases of conv1, "
        "conv2, dense1; dk, db, dkk, dbb, dkkk, dbbb their gradients; FF the error of conv1's maps "
        "before the sigmoid, δ² that of conv2's, δ³ that of dense1's units. The tutorial counts "
        "maps from 1, so FF1, dk1 belong to map 0; positions in brackets count from 0."
    )

    def error(self, layer: str, cell: Cell) -> str | None:
        """Return FF1[8,12] for ∂E/∂conv1[0,8,12], and δ², δ³ for the other two."""
        if layer == "conv1":
            return f"FF{cell[0] + 1}{brackets(cell[1:])}"
        names = {"conv2": f"δ²{brackets(cell)}", "dense1": f"δ³{brackets(cell[:1])}"}
        return names.get(layer)

    def parameter(self, name: str, index: Index) -> str | None:
        """Return w1[0,0,2,2] for conv1.weights[0,0,2,2], b1[0] for conv1.bias[0]."""
        layer, _, part = name.partition(".")
        return f"{WEIGHTS[layer][part == 'bias']}{brackets(index)}"

    def gradient(self, name: str, index: Index) -> str | None:
        """Return dk1[0,2,2] for ∂E/∂conv1.weights[0,0,2,2], dkkk[7,100] and db1 likewise."""
        layer, _, part = name.partition(".")
        symbol = GRADIENTS[layer][part == "bias"]
        if layer == "dense1":
            return f"{symbol}{brackets(index)}"
        return f"{symbol}{index[0] + 1}{brackets(index[1:])}"


class Mazur(Symbols):
    """The names of M. Mazur's worked example (source S2): i, h and o for units, w1, w2, ..."""

    legend = (
        "Names as in M. Mazur's example: inputs i1, i2; hidden units h1, h2; outputs o1, o2; net "
        "is a unit's sum, out its activation, δ = ∂E/∂net; the weights w are counted row by row."
    )

    def __init__(self, inputs: int, hidden: int) -> None:
        """Take the sizes that the numbering of the weights depends on."""
        self.inputs, self.hidden = inputs, hidden

    def output(self, layer: str, cell: Cell) -> str | None:
        """Return i1, net_h1, out_h1, net_o1, out_o1."""
        return f"{UNITS[layer]}{cell[0] + 1}"

    def error(self, layer: str, cell: Cell) -> str | None:
        """Return δ_h1 for ∂E/∂net_h1, and ∂E/∂out_h1."""
        name = f"{UNITS[layer]}{cell[0] + 1}"
        return name.replace("net_", "δ_") if name.startswith("net_") else f"∂E/∂{name}"

    def parameter(self, name: str, index: Index) -> str | None:
        """Return w1 for dense1.weights[0,0] and so on; a layer's biases have one name."""
        if name.endswith("bias"):
            return {"dense1.bias": "b1", "dense2.bias": "b2"}[name]
        if name == "dense1.weights":
            return f"w{index[0] * self.inputs + index[1] + 1}"
        return f"w{(self.inputs + index[0]) * self.hidden + index[1] + 1}"

    def gradient(self, name: str, index: Index) -> str | None:
        """Return ∂E/∂w1 and so on."""
        return f"∂E/∂{self.parameter(name, index)}"

    def share(self, above: tuple[str, Cell], below: tuple[str, Cell]) -> str | None:
        """Return ∂E_o1/∂out_h1 for what comes through o1."""
        if above[0] != "dense2":
            return None
        return f"∂E_o{above[1][0] + 1}/∂{self.output(*below)}"


def symbols_for(network: Network) -> Symbols:
    """Return the names of the text that has this network."""
    kinds = [name.rstrip("0123456789") for name in network.names[1:]]
    if kinds == TUTORIAL:
        return Tutorial()
    if kinds == MAZUR and is_small(network):
        return Mazur(
            len(network.parameters["dense1.weights"].value[0]), network.layers[1].out_shape[0]
        )
    return Symbols()


def is_small(network: Network) -> bool:
    """Return whether all numbers of a network can be shown."""
    parameters = sum(parameter.value.size for parameter in network.parameters.values())
    largest = max(math.prod(layer.out_shape) for layer in network.layers)
    return max(parameters, largest) <= SMALL


def brackets(index: Index) -> str:
    """Return [0,8,12]; nothing for no positions."""
    return f"[{','.join(map(str, index))}]" if index else ""
