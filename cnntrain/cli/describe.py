"""`cnntrain describe`: the layers of a network, with what each of them costs."""

import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import options
from cnntrain.errors import ConfigError

if TYPE_CHECKING:
    from cnntrain.explain.describe import Description, LayerRow


@click.command(
    short_help="Show each layer's shape, parameters, cost and rate.",
    epilog=options.examples(
        "cnntrain describe lenet.yaml",
        "cnntrain describe lenet.yaml --set 'network[0].conv.filters=12'",
    ),
)
@options.subject
@options.overrides
@options.as_json
def describe(subject: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show the network of a configuration layer by layer: shapes, parameters, costs, rates.

    CONFIG is a YAML file or the name of a shipped one, MODEL a run folder or checkpoint file. If
    the layers do not fit, the table ends with the one that does not, and says what would.
    """
    from cnntrain.explain import describe as description
    from cnntrain.model.open import open_subject

    found = description.describe(open_subject(subject, overrides).config)
    click.echo(json.dumps(_as_object(found)) if as_json else "\n".join(_as_lines(found)))
    if found.problem is not None:
        raise ConfigError(found.problem)


HEADER = ("layer", "output", "parameters", "multiply-adds", "sees", "memory", "rate")
ROW = "{mark} {:<14}{:<11}{:>11}{:>15}  {:<8}{:>10}  {}"
WIDTH = 90
INDENT = " " * 4  # of the reason below a layer that does not fit
NOTES = """\
multiply-adds: of one image's forward pass
sees:          receptive field, the rows x columns of the image that one output can see
memory:        output and its gradient for a batch of {batch}, parameters and theirs, as {dtype}"""


def _as_lines(found: "Description") -> list[str]:
    """Return a row for each layer, the totals, and what the columns mean."""
    config = found.config
    data = f"{config.dataset.name} in mini-batches of {config.train.batchsize}"
    lines = [f"{config.name}: {data}, loss {config.loss}", "", ROW.format(*HEADER, mark=" ")]
    for row in found.rows:
        lines.append(ROW.format(*_cells(row), mark=">" if row.name == found.bad else " "))
    if found.reason is not None:
        lines.append(
            textwrap.fill(
                f"does not fit: {found.reason}",
                WIDTH,
                initial_indent=INDENT,
                subsequent_indent=INDENT,
            )
        )
    else:
        sums = f"{found.parameters:,}", f"{found.multiply_adds:,}"
        lines.append(ROW.format("total", "", *sums, "", _bytes(found.memory), "", mark=" "))
    notes = NOTES.format(batch=config.train.batchsize, dtype=config.dtype)
    return [*(line.rstrip() for line in lines), "", notes]


def _cells(row: "LayerRow") -> tuple[str, ...]:
    return (
        row.name,
        _times(row.shape),
        f"{row.parameters:,}" if row.parameters else "",
        f"{row.multiply_adds:,}" if row.multiply_adds else "",
        _times(row.field),
        _bytes(row.memory) if row.memory else "",
        _rate(row),
    )


def _rate(row: "LayerRow") -> str:
    """Return the rate, and which parameters it does not move."""
    if not row.parameters:
        return ""
    rate = "missing" if row.rate is None else f"{row.rate:g}"
    return f"{rate}, {' and '.join(row.frozen)} frozen" if row.frozen else rate


def _times(sizes: tuple[int, ...] | None) -> str:
    """Return 6x24x24 for (6, 24, 24)."""
    return "x".join(map(str, sizes or ()))


def _bytes(count: int) -> str:
    """Return a number of bytes with a unit, in powers of 1,000."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"


def _as_object(found: "Description") -> dict[str, Any]:
    config = found.config
    return {
        "config": config.name,
        "dataset": config.dataset.name,
        "loss": config.loss,
        "dtype": config.dtype,
        "batchsize": config.train.batchsize,
        "layers": [
            {
                "name": row.name,
                "output": row.shape,
                "parameters": row.parameters,
                "multiply_adds": row.multiply_adds,
                "receptive_field": row.field,
                "memory_bytes": row.memory,
                "rate": row.rate,
                "frozen": row.frozen,
            }
            for row in found.rows
        ],
        "parameters": found.parameters,
        "multiply_adds": found.multiply_adds,
        "memory_bytes": found.memory,
        "bad": found.bad,
        "problem": found.problem,
    }
