"""`cnntrain check`: see that backpropagation is right."""

import json
import math
import sys

import click

from cnntrain.cli import options
from cnntrain.cli.output import open_bar, print_result
from cnntrain.errors import UsageError
from cnntrain.system.streams import columns


@click.command(
    short_help="Compare every derivative with a numerical one.",
    epilog=options.examples(
        "cnntrain check lenet.yaml", "cnntrain check lenet.yaml --set 'network[1]=relu'"
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
@options.overrides
@options.plain
@options.as_json
def check(
    subject: str,
    tolerance: float,
    seed: int,
    every: bool,
    overrides: tuple[str, ...],
    plain: bool,
    as_json: bool,
) -> None:
    """Compare every derivative that backpropagation computes with a difference of the loss.

    The network of a configuration, or of a trained MODEL (a run folder or checkpoint file), is
    checked in float64 on two random images: no data set is needed. Where a small change crosses a
    kink of ReLU or max pooling, a nearby point is used.
    """
    from cnntrain.explain.check import check_gradients, random_example
    from cnntrain.model.build import check_outputs
    from cnntrain.model.open import open_subject
    from cnntrain.parallel.pool import one_thread
    from cnntrain.show.gradient_check import as_object, as_text

    _refuse_unusable(tolerance)
    opened = open_subject(subject, overrides)
    config, network = opened.config, opened.network(dtype="float64", plain=plain)
    check_outputs(config, network, config.dataset.known_classes)
    example = random_example(network, seed)
    total = example.images.size + sum(p.value.size for p in network.parameters.values())
    with one_thread(), open_bar("check", total, unit="it", leave=False) as bar:
        result = check_gradients(network, example, seed=seed, every=every, progress=bar.update)
    facts = {"config": config.name, "seed": seed, "tolerance": tolerance, "loss": result.loss}
    if as_json:
        print_result(json.dumps(as_object(facts, result, tolerance)))
    else:
        print_result(as_text(config.name, result, tolerance, columns(sys.stdout)))
    if result.above(tolerance):
        raise click.exceptions.Exit(1)


def _refuse_unusable(tolerance: float) -> None:
    """Reject NaN and infinity, which click's range check accepts."""
    if not math.isfinite(tolerance):
        raise UsageError(
            f"--tolerance {tolerance:g}: expected a number above 0, such as 1e-6; choose one"
        )
