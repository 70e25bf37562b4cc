"""The layers of a network as `describe` prints them, as text or as a JSON object."""

from dataclasses import replace
from typing import Any

from cnntrain.explain.describe import Description, LayerRow
from cnntrain.nn.layers.base import shape_text
from cnntrain.show.stages import stack
from cnntrain.show.table import Column, table, wrapped
from cnntrain.system.memory import in_bytes
from cnntrain.system.text import joined

COLUMNS = (
    Column("layer", "<", 14, rank=0),
    Column("output", "<", 11, rank=0),
    Column("parameters", ">", 11, rank=1),
    Column(*("multiply-adds", ">", 15), rank=3, note="of one image's forward pass"),
    Column(
        *("sees", "<", 8),
        rank=4,
        before=2,
        note="receptive field, the rows x columns of the image that one output can see",
    ),
    Column("memory", ">", 10, rank=5),
    Column("rate", "<", 0, rank=2, before=2),
)
MEMORY = "output and its gradient for a batch of {batch}, parameters and theirs, as {dtype}"
NOTE_WIDTH = 100  # of what training does beyond the tutorial's, at most
REASON_WIDTH = 90  # of the reason below a layer that does not fit, at most
INDENT = " " * 4


def as_text(found: Description, width: int | None = None, *, blocks: bool = True) -> str:
    """Return a row for each layer, the totals, and what the columns mean.

    Below the table stands the stack of shapes, drawn with # unless there are `blocks`. In a
    terminal of `width` columns, the least important ones are left out; None sets no limit.
    """
    config = found.config
    data = f"{config.dataset.name} in mini-batches of {config.train.batchsize}"
    rows = [cells(row) for row in found.rows]
    if found.reason is None:
        sums = f"{found.parameters:,}", f"{found.multiply_adds:,}"
        rows.append(("total", "", *sums, "", in_bytes(found.memory), ""))
    marked = [row.name == found.bad for row in found.rows] + [False] * (found.reason is None)
    memory = MEMORY.format(batch=config.train.batchsize, dtype=config.dtype)
    columns = [replace(c, note=memory) if c.title == "memory" else c for c in COLUMNS]
    lines, notes = table(columns, rows, marked, width)
    head = wrapped(f"{config.name}: {data}, loss {config.loss}", width)
    for option, text in found.training.items():
        most = min(width or NOTE_WIDTH, NOTE_WIDTH)
        notes += wrapped(f"{f'{option}:':<14} {text}", most, " " * 15)
    drawn = [] if found.reason is not None else ["", *stack(found.rows, width, blocks=blocks)]
    return joined([*head, "", *lines, *_reason(found, width), *drawn, "", *notes])


def _reason(found: Description, width: int | None) -> list[str]:
    """Return why the last layer does not fit, if that is so."""
    if found.reason is None:
        return []
    most = min(width or REASON_WIDTH, REASON_WIDTH)
    return wrapped(f"{INDENT}does not fit: {found.reason}", most, INDENT)


def cells(row: LayerRow) -> tuple[str, ...]:
    """Return what stands in each of COLUMNS for a layer."""
    return (
        row.name,
        _times(row.shape),
        f"{row.parameters:,}" if row.parameters else "",
        f"{row.multiply_adds:,}" if row.multiply_adds else "",
        _times(row.field),
        in_bytes(row.memory) if row.memory else "",
        _rate(row),
    )


def _rate(row: LayerRow) -> str:
    """Return the rate, and which parameters it does not move."""
    if not row.parameters:
        return ""
    rate = "missing" if row.rate is None else f"{row.rate:g}"
    return f"{rate}, {' and '.join(row.frozen)} frozen" if row.frozen else rate


def _times(sizes: tuple[int, ...] | None) -> str:
    """Return 6x24x24 for (6, 24, 24), nothing for None."""
    return "" if sizes is None else shape_text(sizes)


def as_object(found: Description) -> dict[str, Any]:
    """Return what `describe --json` prints."""
    config = found.config
    return {
        "config": config.name,
        "dataset": config.dataset.name,
        "loss": config.loss,
        "dtype": config.dtype,
        "batchsize": config.train.batchsize,
        "update": found.update,
        "training": found.training,
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
