"""The walk along a path: up through the layers, and down again to the weight."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnntrain.explain.trace.arrays import Cell, Pass
from cnntrain.explain.trace.builder import Builder
from cnntrain.explain.trace.explain import explainer_of
from cnntrain.explain.trace.formulas import Formulas, Rule
from cnntrain.explain.trace.path import links_below
from cnntrain.explain.trace.spot import Spot
from cnntrain.explain.trace.steps import Line, Phase, Section


@dataclass(frozen=True)
class Walk:
    """Goes along a path, up and down; with `everything`, through all cells of all layers."""

    builder: Builder
    path: list[Cell | None]
    spot: Spot
    everything: bool

    @property
    def done(self) -> Pass:
        """Return the pass."""
        return self.builder.done

    def path_table(self) -> list[tuple[str, tuple[int, ...], Cell | None]]:
        """Return each layer's name, the shape of its output, and the cell on the path."""
        shapes = [layer.out_shape for layer in self.done.layers]
        return list(zip(self.done.names, shapes, self.path, strict=True))

    def forward(self) -> Iterator[Section]:
        """Yield what each layer does, from the image to the output."""
        for at in range(1, len(self.done.names)):
            along = self.path[at - 1]
            steps = [self.builder.forward(at, cell, along) for cell in self.cells(at)]
            yield from self.section("forward", at, self.formulas(at).forward, steps)

    def backward(self) -> Iterator[Section]:
        """Yield how the error gets down to the weight, and each layer's gradients on the way."""
        lowest = self.lowest()
        for at in range(len(self.done.names) - 1, lowest - 1, -1):
            formulas = self.formulas(at)
            for part, rule in (("weights", formulas.weights), ("bias", formulas.bias)):
                found = [spot for spot in self.spots_at(at) if spot.part == part]
                shown = [spot for spot in found if spot == self.spot or not self.frozen(spot)]
                steps = [self.builder.gradient(spot) for spot in shown]
                yield from self.section("gradient", at, rule, steps)
            if at > lowest:
                along = self.path[at]
                steps = [self.builder.backward(at, cell, along) for cell in self.cells(at - 1)]
                yield from self.section("backward", at, formulas.backward, steps)

    def spots(self) -> list[Spot]:
        """Return the weights whose update is shown, in forward order: one layer after the other."""
        layers = range(self.lowest(), len(self.done.names))
        return [spot for at in layers for spot in self.spots_at(at)]

    def spots_at(self, at: int) -> list[Spot]:
        """Return the weights of a layer to show: all, or the path's weight and the bias it meets."""
        name, parameters = self.done.names[at], self.done.layers[at].parameters
        if self.everything:
            return [
                Spot(at, part, index, f"{name}.{part}")
                for part, parameter in parameters.items()
                for index in np.ndindex(parameter.value.shape)
            ]
        found = [self.spot] if at == self.spot.layer else []
        above, below = self.path[at], self.path[at - 1]
        if above is None or not parameters:
            return found
        if not any(spot.part == "weights" for spot in found):
            links = [link for link in links_below(self.done, at, above) if link.cell == below]
            weights = [link.weight for link in links if link.weight is not None]
            found += [Spot(at, "weights", index, f"{name}.weights") for index in weights[:1]]
        if "bias" in parameters and not any(spot.part == "bias" for spot in found):
            found.append(Spot(at, "bias", above[:1], f"{name}.bias"))
        return found

    def lowest(self) -> int:
        """Return the layer where the way down ends: the weight's, or the first that has any."""
        if not self.everything:
            return self.spot.layer
        return next(at for at, layer in enumerate(self.done.layers) if layer.parameters)

    def cells(self, at: int) -> list[Cell]:
        """Return the cells of a layer's output to show."""
        if self.everything:
            return [(c, i, j) for c, i, j in np.ndindex(self.done.layers[at].out_shape)]
        cell = self.path[at]
        return [] if cell is None else [cell]

    def formulas(self, at: int) -> Formulas:
        """Return the formulas of a layer."""
        return explainer_of(self.done.names[at]).formulas(self.done.layers[at])

    def frozen(self, spot: Spot) -> bool:
        """Return whether a weight is never updated: its gradient is shown only if asked for."""
        return self.done.layers[spot.layer].parameters[spot.part].frozen

    def section(
        self, phase: Phase, at: int, rule: Rule | None, steps: list[Line]
    ) -> Iterator[Section]:
        """Yield the section, if there is anything in it."""
        layer = self.done.layers[at]
        if steps and rule is not None:
            shapes = (layer.in_shape, layer.out_shape)
            yield Section(phase, self.done.names[at], shapes, rule.sentence, rule.formula, steps)
