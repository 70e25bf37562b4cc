"""From arrays to steps: each number with the arithmetic that leads to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnntrain.explain.trace.activations import as_text
from cnntrain.explain.trace.arrays import Cell, Pass
from cnntrain.explain.trace.explain import Link, explainer_of, winner_at
from cnntrain.explain.trace.patches import patch_above, patch_below
from cnntrain.explain.trace.path import links_above, links_below, uses_of
from cnntrain.explain.trace.spot import Spot
from cnntrain.explain.trace.steps import Line, Term
from cnntrain.explain.trace.sums import number
from cnntrain.explain.trace.symbols import Symbols, brackets
from cnntrain.nn.layers.pooling import MaxPooling


@dataclass(frozen=True)
class Builder:
    """Makes the steps of one pass, in the names of one text."""

    done: Pass
    symbols: Symbols

    def place(self, at: int, cell: Cell) -> str:
        """Return [0,8,12], or [7] where the maps are 1×1."""
        return brackets(cell[:1] if self.done.layers[at].out_shape[1:] == (1, 1) else cell)

    def output_name(self, at: int, cell: Cell) -> str:
        """Return the plain name of a number in the output of a layer."""
        return f"{self.done.names[at]}{self.place(at, cell)}"

    def output_label(self, at: int, cell: Cell) -> str:
        """Return the name of an output, in the text's words if it has some."""
        return self.symbols.output(self.done.names[at], cell) or self.output_name(at, cell)

    def x(self, at: int, cell: Cell) -> str:
        """Return the name of an output where it is the input of the next layer."""
        return self.symbols.output(self.done.names[at], cell) or f"x{self.place(at, cell)}"

    def dy(self, at: int, cell: Cell) -> str:
        """Return the name of ∂E/∂output where it is the error that a layer starts from."""
        return self.symbols.error(self.done.names[at], cell) or f"dy{self.place(at, cell)}"

    def factor(self, at: int, link: Link) -> str:
        """Return the name of ∂y/∂x."""
        if link.weight is None:
            return link.label
        name = self.symbols.parameter(f"{self.done.names[at]}.weights", link.weight)
        return name or f"W{brackets(link.weight)}"

    def forward(self, at: int, cell: Cell, along: Cell | None = None) -> Line:
        """Return how a layer makes one number of its output; the path comes `along` an input."""
        x, y = self.done.outputs[at - 1], float(self.done.outputs[at][cell])
        name = self.output_name(at, cell)
        symbol = self.symbols.output(self.done.names[at], cell)
        explainer, layer = explainer_of(self.done.names[at]), self.done.layers[at]
        links = links_below(self.done, at, cell)
        if explainer.function is not None:
            before = float(x[cell])
            text = as_text(explainer.function.apply_text, layer, number(before))
            total = explainer.function.apply(layer, before)
            return Line(name, symbol, y, total, notes=[f"{text} = {number(total)}"])
        terms = [
            Term(
                f"{self.factor(at, link)}·{self.x(at - 1, link.cell)}",
                link.factor,
                float(x[link.cell]),
                link.cell,
            )
            for link in links
        ]
        bias = self._bias(at, cell)
        total = sum(term.product for term in terms) + (bias[1] if bias else 0)
        patch = patch_below(self.done, at, cell, along) if along else None
        return Line(name, symbol, y, total, terms, bias, self._winner(at, [cell]), patch)

    def backward(self, at: int, cell: Cell, along: Cell | None = None) -> Line:
        """Return how the error gets back to one number of a layer's input; `along` an output."""
        name = f"∂E/∂{self.output_label(at - 1, cell)}"
        below, above = self.done.names[at - 1], self.done.names[at]
        links = links_above(self.done, at, cell)
        terms = [
            Term(
                f"{self.factor(at, link)}·{self.dy(at, link.cell)}",
                link.factor,
                float(self.done.errors[at][link.cell]),
                link.cell,
                self.symbols.share((above, link.cell), (below, cell)),
            )
            for link in links
        ]
        total = sum(term.product for term in terms)
        notes = self._slope(at, cell) + self._winner(at, [link.cell for link in links])
        symbol = self.symbols.error(below, cell)
        patch = patch_above(self.done, at, cell, along) if along else None
        value = float(self.done.errors[at - 1][cell])
        return Line(name, symbol, value, total, terms, None, notes, patch)

    def gradient(self, spot: Spot) -> Line:
        """Return how a weight or bias gets its gradient."""
        at = spot.layer
        terms = []
        for above, below in uses_of(self.done, spot):
            x = 1.0 if spot.part == "bias" else 0.0
            label = "1" if spot.part == "bias" else "padding"
            if below is not None:
                x, label = float(self.done.outputs[at - 1][below]), self.x(at - 1, below)
            error = float(self.done.errors[at][above])
            terms.append(Term(f"{self.dy(at, above)}·{label}", error, x, below or above))
        total = sum(term.product for term in terms)
        value = float(self.done.gradients[spot.parameter][spot.index])
        symbol = self.symbols.gradient(spot.parameter, spot.index)
        return Line(f"∂E/∂{spot}", symbol, value, total, terms)

    def _bias(self, at: int, cell: Cell) -> tuple[str, float] | None:
        name = f"{self.done.names[at]}.bias"
        if name not in self.done.values:
            return None
        label = self.symbols.parameter(name, cell[:1]) or f"b[{cell[0]}]"
        return label, float(self.done.values[name][cell[0]])

    def _slope(self, at: int, cell: Cell) -> list[str]:
        """Return the arithmetic of an activation's slope."""
        name, layer = self.done.names[at], self.done.layers[at]
        function = explainer_of(name).function
        if function is None:
            return []
        y = float(self.done.outputs[at][cell])
        after, before = (self.symbols.output(n, cell) for n in (name, self.done.names[at - 1]))
        label = f"∂{after}/∂{before}" if after and before else "y′"
        text = as_text(function.slope_text, layer, number(y))
        return [f"{label} = {text} = {number(function.slope(layer, y))}"]

    def _winner(self, at: int, cells: Sequence[Cell]) -> list[str]:
        """Return where max pooling found the largest number: the index formula of S3."""
        layer = self.done.layers[at]
        if not isinstance(layer, MaxPooling):
            return []
        notes = []
        for cell in cells:
            (dy, dx), (_, j, i), width = winner_at(layer, cell), cell, layer.in_shape[2]
            row, column = layer.s[0] * j + dy, layer.s[1] * i + dx
            index = f"({layer.s[0]}·{j}+{dy})·{width} + {layer.s[1]}·{i}+{dx}"
            notes += [
                f"{self.output_name(at, cell)} remembers the offset (dy,dx) = ({dy},{dx}):",
                f"  index {index} = {row * width + column}, that is row {row}, column {column}",
            ]
        return notes
