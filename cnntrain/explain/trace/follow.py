"""Follow one weight and one output unit through a forward pass, a backward pass and an update."""

from cnntrain.explain.trace.arrays import run_pass, shard_of
from cnntrain.explain.trace.builder import Builder
from cnntrain.explain.trace.example import Example, Opened
from cnntrain.explain.trace.losses import loss_section
from cnntrain.explain.trace.path import check_unit, find_path, unit_of
from cnntrain.explain.trace.spot import default_spot, parse_spot
from cnntrain.explain.trace.steps import Trace
from cnntrain.explain.trace.symbols import is_small, symbols_for
from cnntrain.explain.trace.update import after_one_step, published_loss, update_of
from cnntrain.explain.trace.walk import Walk


def trace(
    opened: Opened, example: Example, weight: str | None = None, unit: int | None = None
) -> Trace:
    """Return one forward and backward pass, and the update that would follow.

    `weight` is as `--weight` has it; both choices have defaults. Raises UsageError.
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
        updates=[update_of(s, done, after, opened, symbols) for s in walk.spots()],
        loss_after=loss_after,
        published=published_loss(opened, example),
    )
