"""`cnntrain check`: see that backpropagation is right."""

import math
import sys
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import options
from cnntrain.cli.output import print_result
from cnntrain.errors import UsageError
from cnntrain.system.streams import columns
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.nn.network import Network


@click.command(
    epilog=options.examples(
        "cnntrain check lenet.yaml",
        "cnntrain check lenet.yaml --set 'network[1]=relu'",
    ),
)
@options.subject
@click.option(
    "--tolerance",
    type=click.FloatRange(0, min_open=True),
    default=1e-6,
    metavar="X",
    help="Exit with 1 if a relative error is above X.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Seed of the images, and of dropout's masks.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Check all numbers also where that takes long, as with batch_norm; else a sample of them.",
)
@options.own_layers
@options.overrides
@options.plain
@options.as_json
def check(
    subject: str,
    tolerance: float,
    seed: int,
    every: bool,
    own: "OwnLayers",
    overrides: tuple[str, ...],
    plain: bool,
    as_json: bool,
) -> None:
    """Compare every derivative that backpropagation computes with a difference of the loss.

    The network of a configuration, or of a trained MODEL (a run folder or checkpoint file), is
    checked in float64 on two random images: no data set is needed. Where a small change crosses a
    kink of ReLU or max pooling, a nearby point is used.

    Layers of your own, from the file --with names, are judged one by one first: what is wrong, and
    why where the numbers tell.
    """
    from cnntrain.explain.check import check_gradients, random_example
    from cnntrain.model.build import check_outputs
    from cnntrain.model.open import open_subject
    from cnntrain.show.gradient_check import as_object, as_text
    from cnntrain.system.bars import open_bar
    from cnntrain.training.parallel.pool import one_thread

    _refuse_unusable(tolerance)
    opened = open_subject(subject, overrides, own.kinds)
    config, network = opened.config, opened.network(dtype="float64", plain=plain)
    check_outputs(config, network, config.dataset.known_classes)
    facts: dict[str, Any] = {"config": config.name, "seed": seed, "tolerance": tolerance}
    if own.kinds:
        _judge(own, network, facts, as_json=as_json)
    example = random_example(network, seed)
    total = example.images.size + sum(p.value.size for p in network.parameters.values())
    with one_thread(), open_bar("check", total, unit="it", leave=False) as bar:
        result = check_gradients(network, example, seed=seed, every=every, progress=bar.update)
    facts["loss"] = result.loss
    if as_json:
        print_result(json_text(as_object(facts, result, tolerance)))
    else:
        print_result(as_text(config.name, result, tolerance, columns(sys.stdout)))
    if result.above(tolerance):
        raise click.exceptions.Exit(1)


def _judge(own: "OwnLayers", network: "Network", facts: dict[str, Any], *, as_json: bool) -> None:
    """Say how the user's own layers do, and add it to `facts`; exit with 1 if any is wrong."""
    from cnntrain.explain.exercise import judged
    from cnntrain.show.exercise import as_objects, as_text

    findings = judged(network, own, seed=facts["seed"], tolerance=facts["tolerance"])
    right = all(finding.right for finding in findings)
    facts["with"] = {**(own.record or {}), "arrays": as_objects(findings)}
    if not as_json:
        end = "\n" if right else ""
        print_result(as_text(own.sentence, findings, columns(sys.stdout)) + end)
    elif not right:
        print_result(json_text({**facts, "passed": False}))
    if not right:
        raise click.exceptions.Exit(1)


def _refuse_unusable(tolerance: float) -> None:
    """Reject NaN and infinity, which click's range check accepts."""
    if not math.isfinite(tolerance):
        raise UsageError(
            f"--tolerance {tolerance:g}: expected a number above 0, such as 1e-6; choose one"
        )
