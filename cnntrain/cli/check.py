"""`cnntrain check`: see that backpropagation is right."""

import json
import math
import sys
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import options
from cnntrain.errors import UsageError

if TYPE_CHECKING:
    from cnntrain.explain.check import ArrayCheck, GradientCheck


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
@options.overrides
@options.plain
@options.as_json
def check(
    subject: str,
    tolerance: float,
    seed: int,
    overrides: tuple[str, ...],
    plain: bool,
    as_json: bool,
) -> None:
    """Compare every derivative that backpropagation computes with a difference of the loss.

    The network of a configuration, or of a trained MODEL (a run folder or checkpoint file), is
    checked in float64 on two random images: no data set is needed. Changes that carry a ReLU or
    a maximum over its kink are tried again nearby.
    """
    from tqdm import tqdm

    from cnntrain.explain.check import check_gradients, random_example
    from cnntrain.model.build import check_outputs
    from cnntrain.model.open import open_subject
    from cnntrain.parallel.pool import one_thread

    _refuse_unusable(tolerance)
    opened = open_subject(subject, overrides)
    config, network = opened.config, opened.network(dtype="float64", plain=plain)
    check_outputs(config, network, config.dataset.known_classes)
    example = random_example(network, seed)
    total = example.images.size + sum(p.value.size for p in network.parameters.values())
    bar = tqdm(
        desc="check", total=total, unit_scale=True, leave=False, file=sys.stderr, disable=None
    )
    with one_thread(), bar:
        result = check_gradients(network, example, seed=seed, progress=bar.update)
    facts = {"config": config.name, "seed": seed, "tolerance": tolerance, "loss": result.loss}
    if as_json:
        click.echo(json.dumps(_as_object(facts, result, tolerance)))
    else:
        click.echo("\n".join(_as_lines(config.name, result, tolerance)))
    if result.above(tolerance):
        raise click.exceptions.Exit(1)


def _refuse_unusable(tolerance: float) -> None:
    """Refuse what the range of the option lets through: NaN, and infinity, which any error meets."""
    if not math.isfinite(tolerance):
        raise UsageError(
            f"--tolerance {tolerance:g}: expected a number above 0, such as 1e-6; choose one"
        )


HEADER = ("array", "numbers", "worst error", "at", "analytic", "numeric", "moved")
ROW = "{mark} {:<16}{:>9}  {:>11}  {:<17}{:>13}{:>13}{:>7}"

NOTES = """\
worst error: |analytic - numeric| / the larger of them, or 1e-4 where both are smaller
moved:       checked at a point nearby, away from a kink of ReLU or max pooling"""

VANISHING = "all gradients are 0: on these images the network learns nothing"


def _as_lines(name: str, result: "GradientCheck", tolerance: float) -> list[str]:
    """Return a row for each array, and the verdict as the last line."""
    lines = [f"{name}: ∂loss/∂array in float64, backpropagated and as central differences", ""]
    lines.append(ROW.format(*HEADER, mark=" "))
    for array in result.arrays:
        mark = ">" if array.above(tolerance) else " "
        lines.append(ROW.format(*_cells(array), mark=mark))
    lines += ["", NOTES, ""]
    if result.vanishing:
        lines.append(VANISHING)
    return [*lines, _verdict(result, tolerance)]


def _cells(array: "ArrayCheck") -> tuple[str, ...]:
    at = array.where
    return (
        array.name,
        f"{array.count:,}",
        f"{array.worst:.1e}",
        array.label.removeprefix(array.name),
        f"{array.analytic[at]:.4e}",
        f"{array.numeric[at]:.4e}",
        f"{array.moved:,}",
    )


def _verdict(result: "GradientCheck", tolerance: float) -> str:
    worst, wrong = result.worst, result.above(tolerance) - result.unchecked
    at = f"worst {worst.worst:.1e} at {worst.label}"
    if wrong > 0:
        return f"failed: {wrong:,} of {result.count:,} numbers are off by more than {tolerance:g}, {at}"
    if result.unchecked:
        return (
            f"failed: {result.unchecked:,} of {result.count:,} numbers could not be checked: "
            "something crosses a kink wherever they are; try another --seed"
        )
    return f"passed: {result.count:,} numbers checked, {at} (tolerance {tolerance:g})"


def _as_object(facts: dict[str, Any], result: "GradientCheck", tolerance: float) -> dict[str, Any]:
    return {
        **facts,
        "passed": not result.above(tolerance),
        "numbers": result.count,
        "above": result.above(tolerance),
        "moved": result.moved,
        "unchecked": result.unchecked,
        "worst": _finite(result.worst.worst),
        "at": result.worst.label,
        "arrays": [
            {
                "name": array.name,
                "shape": array.errors.shape,
                "worst": _finite(array.worst),
                "at": array.where,
                "analytic": _finite(array.analytic[array.where]),
                "numeric": _finite(array.numeric[array.where]),
                "above": array.above(tolerance),
                "moved": array.moved,
                "unchecked": array.unchecked,
            }
            for array in result.arrays
        ],
    }


def _finite(number: float) -> float | None:
    """Return a number as JSON has them; None for infinity and NaN."""
    return float(number) if math.isfinite(number) else None
