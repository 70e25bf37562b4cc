"""Follow one weight and one output unit through a forward pass, a backward pass and an update."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnntrain.explain.trace.builder import Builder
from cnntrain.explain.trace.example import Example, Opened, Pass, run_pass, shard_of
from cnntrain.explain.trace.formulas import Rule
from cnntrain.explain.trace.lines import Cell, Line, Phase, Section, Trace
from cnntrain.explain.trace.links import formulas_of, is_explained, links_below
from cnntrain.explain.trace.losses import loss_section
from cnntrain.explain.trace.path import check_unit, find_path, unit_of
from cnntrain.explain.trace.spot import Spot, default_spot, parse_spot
from cnntrain.explain.trace.symbols import is_small, symbols_for
from cnntrain.explain.trace.update import after_one_step, published_loss, update_of
from cnntrain.nn.schedules import Constant


def trace(
    opened: Opened, example: Example, weight: str | None = None, unit: int | None = None
) -> Trace:
    """Return one forward and backward pass, and the update that would follow.

    `weight` is written as for `--weight`, `unit` counts from 0; both have defaults. Raises
    UsageError if the network has no such weight or unit.
    """
    network, symbols = opened.network, symbols_for(opened.network)
    done = run_pass(network, shard_of(network), example, seed=opened.config.seed)
    check_unit(done, unit)
    target = example.label or 0
    if weight is None:
        spot = default_spot(network, done.gradients, target if unit is None else unit)
    else:
        spot = parse_spot(network, symbols, weight)
    unit = unit_of(done, spot, unit, target)
    walk = Walk(Builder(done, symbols), find_path(done, spot, unit), spot, is_small(network))
    after, loss_after = after_one_step(opened, example)
    schedule = opened.config.train.schedule
    return Trace(
        config=opened.config.name,
        model=opened.trained,
        image=example.about,
        note=example.note,
        weight=str(spot),
        unit=unit,
        everything=walk.everything,
        path=walk.path_table(),
        legend=symbols.legend,
        forward=list(walk.forward()),
        loss=loss_section(walk.builder, opened.config.loss),
        backward=list(walk.backward()),
        rule=opened.rule.sentence,
        rule_formula=opened.rule.formula,
        schedule=None if schedule == Constant() else schedule.whole_sentence,
        updates=[update_of(s, done, after, opened, symbols) for s in walk.spots()],
        loss_after=loss_after,
        published=published_loss(opened, example),
    )


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
            lines = [self.builder.forward(at, cell, along) for cell in self.cells(at)]
            yield from self.section("forward", at, formulas_of(self.done.layers[at]).forward, lines)

    def backward(self) -> Iterator[Section]:
        """Yield how the error gets down to the weight, and each layer's gradients on the way."""
        lowest = self.lowest()
        for at in range(len(self.done.names) - 1, lowest - 1, -1):
            formulas = formulas_of(self.done.layers[at])
            for part, rule in formulas.gradients.items():
                found = [spot for spot in self.spots_at(at) if spot.part == part]
                shown = [spot for spot in found if spot == self.spot or not self.frozen(spot)]
                lines = [self.builder.gradient(spot) for spot in shown]
                yield from self.section("gradient", at, rule, lines)
            if at > lowest:
                along = self.path[at]
                lines = [self.builder.backward(at, cell, along) for cell in self.cells(at - 1)]
                yield from self.section("backward", at, formulas.backward, lines)

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
        if not is_explained(self.done.layers[at]):
            return found + self.steepest_at(at, besides=[spot.part for spot in found])
        if not any(spot.part == "weights" for spot in found):
            links = [link for link in links_below(self.done, at, above) if link.cell == below]
            weights = [link.weight for link in links if link.weight is not None]
            found += [Spot(at, "weights", index, f"{name}.weights") for index in weights[:1]]
        if "bias" in parameters and not any(spot.part == "bias" for spot in found):
            found.append(Spot(at, "bias", above[:1], f"{name}.bias"))
        return found

    def steepest_at(self, at: int, besides: list[str]) -> list[Spot]:
        """Return, of each other parameter of a layer, the element with the largest gradient."""
        found = []
        for part in self.done.layers[at].parameters:
            name = f"{self.done.names[at]}.{part}"
            sizes = np.abs(self.done.gradients[name])
            index = tuple(map(int, np.unravel_index(int(sizes.argmax()), sizes.shape)))
            if part not in besides:
                found.append(Spot(at, part, index, name))
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

    def frozen(self, spot: Spot) -> bool:
        """Return whether a weight is never updated: its gradient is shown only if asked for."""
        return self.done.layers[spot.layer].parameters[spot.part].frozen

    def section(self, phase: Phase, at: int, rule: Rule, lines: list[Line]) -> Iterator[Section]:
        """Yield the section, if there is anything in it."""
        layer = self.done.layers[at]
        if lines:
            yield Section(
                phase=phase,
                layer=self.done.names[at],
                shapes=(layer.in_shape, layer.out_shape),
                sentence=rule.sentence,
                formula=rule.formula,
                lines=lines,
            )
