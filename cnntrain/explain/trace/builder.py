"""From arrays to lines: each number with the arithmetic that leads to it."""

from dataclasses import dataclass

import numpy as np

from cnntrain.explain.trace.example import Pass
from cnntrain.explain.trace.explainers import EXPLAINERS, Link
from cnntrain.explain.trace.formulas import activation_text
from cnntrain.explain.trace.lines import Cell, Line, Term, number
from cnntrain.explain.trace.links import (
    is_explained,
    links_above,
    links_below,
    met_by_weights,
    own_arithmetic,
    patch_above,
    patch_below,
    slope_at,
    uses_of,
)
from cnntrain.explain.trace.spot import Spot
from cnntrain.explain.trace.symbols import Symbols, brackets
from cnntrain.nn.layers.activations import Activation


@dataclass(frozen=True)
class Builder:
    """Makes the lines of one pass, with the names that one text uses."""

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
        """Return how a layer computes one number of its output.

        The path comes `along` an input of it; a convolution's window is shown in that map.
        """
        layer, value = self.done.layers[at], float(self.done.outputs[at][cell])
        name = self.output_name(at, cell)
        symbol = self.symbols.output(self.done.names[at], cell)
        if isinstance(layer, Activation):
            return self._activation(layer, at, cell)
        if not is_explained(layer):
            return Line(name, symbol, value=value, total=value)
        x = self.done.outputs[at - 1]
        if own := own_arithmetic(layer):
            total, notes = own.forward(layer, x, cell)
            return Line(name, symbol, value=value, total=total, notes=notes)
        terms = [
            Term(
                label=f"{self.factor(at, link)}·{self.x(at - 1, link.cell)}",
                factor=link.factor,
                value=float(x[link.cell]),
                cell=link.cell,
            )
            for link in links_below(self.done, at, cell)
        ]
        bias = self._bias(at, cell)
        return Line(
            name,
            symbol,
            value=value,
            total=sum(term.product for term in terms) + (bias[1] if bias else 0),
            terms=terms,
            bias=bias,
            notes=self._notes(at, [cell]),
            patch=patch_below(self.done, at, cell, along) if along else None,
        )

    def _activation(self, layer: Activation, at: int, cell: Cell) -> Line:
        """Return how an activation computes one number, by its own formula."""
        x, y = float(self.done.outputs[at - 1][cell]), float(self.done.outputs[at][cell])
        total = float(layer.f(np.array([x]))[0])
        text = activation_text(layer, layer.f_text, number(x), number(y))
        return Line(
            self.output_name(at, cell),
            self.symbols.output(self.done.names[at], cell),
            value=y,
            total=total,
            notes=[f"{text} = {number(total)}"],
        )

    def backward(self, at: int, cell: Cell, along: Cell | None = None) -> Line:
        """Return how the error gets back to one number of a layer's input.

        The path goes `along` an output of it; a convolution's window is shown in that map.
        """
        below, above = self.done.names[at - 1], self.done.names[at]
        value = float(self.done.errors[at - 1][cell])
        name = f"∂E/∂{self.output_label(at - 1, cell)}"
        symbol = self.symbols.error(below, cell)
        layer = self.done.layers[at]
        if not is_explained(layer):
            return Line(name, symbol, value=value, total=value)
        if own := own_arithmetic(layer):
            x, dy = self.done.outputs[at - 1], self.done.errors[at]
            total, notes = own.backward(layer, x, dy, cell)
            return Line(name, symbol, value=value, total=total, notes=notes)
        links = links_above(self.done, at, cell)
        terms = [
            Term(
                label=f"{self.factor(at, link)}·{self.dy(at, link.cell)}",
                factor=link.factor,
                value=float(self.done.errors[at][link.cell]),
                cell=link.cell,
                name=self.symbols.share((above, link.cell), (below, cell)),
            )
            for link in links
        ]
        return Line(
            name,
            symbol,
            value=value,
            total=sum(term.product for term in terms),
            terms=terms,
            notes=self._slope(at, cell) + self._notes(at, [link.cell for link in links]),
            patch=patch_above(self.done, at, cell, along) if along else None,
        )

    def gradient(self, spot: Spot) -> Line:
        """Return how a weight or bias gets its gradient."""
        at = spot.layer
        value = float(self.done.gradients[spot.parameter][spot.index])
        name = f"∂E/∂{spot}"
        symbol = self.symbols.gradient(spot.parameter, spot.index)
        uses = uses_of(self.done, spot)
        if not uses:
            return Line(name, symbol, value=value, total=value)
        terms, met = [], met_by_weights(self.done, at)
        hat = "" if met is self.done.outputs[at - 1] else "x̂"
        for above, below in uses:
            x = 1.0 if spot.part == "bias" else 0.0
            label = "1" if spot.part == "bias" else "padding"
            if below is not None:
                x = float(met[below])
                label = f"{hat}{self.place(at, below)}" if hat else self.x(at - 1, below)
            error = float(self.done.errors[at][above])
            terms.append(Term(f"{self.dy(at, above)}·{label}", error, x, below or above))
        total = sum(term.product for term in terms)
        return Line(name, symbol, value=value, total=total, terms=terms)

    def _bias(self, at: int, cell: Cell) -> tuple[str, float] | None:
        name = f"{self.done.names[at]}.bias"
        if name not in self.done.values:
            return None
        label = self.symbols.parameter(name, cell[:1]) or f"b[{cell[0]}]"
        return label, float(self.done.values[name][cell[0]])

    def _slope(self, at: int, cell: Cell) -> list[str]:
        """Return the arithmetic of an activation's slope."""
        name, layer = self.done.names[at], self.done.layers[at]
        if not isinstance(layer, Activation):
            return []
        x, y = self.done.outputs[at - 1][cell], self.done.outputs[at][cell]
        after, before = (self.symbols.output(n, cell) for n in (name, self.done.names[at - 1]))
        label = f"∂{after}/∂{before}" if after and before else "y′"
        text = activation_text(layer, layer.df_text, number(float(x)), number(float(y)))
        return [f"{label} = {text} = {number(slope_at(self.done, at, cell))}"]

    def _notes(self, at: int, cells: list[Cell]) -> list[str]:
        """Return what a layer has to say about outputs besides their sums."""
        layer = self.done.layers[at]
        explainer = EXPLAINERS.get(type(layer))
        if explainer is None or explainer.notes is None:
            return []
        return [
            note
            for cell in cells
            for note in explainer.notes(layer, cell, self.output_name(at, cell))
        ]
