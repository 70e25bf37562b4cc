"""The runs of a folder, as a table and as a JSON object."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cnntrain.runs.listing import Listed
from cnntrain.show.summary import NOTHING, percent
from cnntrain.show.table import Column, table
from cnntrain.system.text import joined, shown

MOST_SHOWN = 4  # differences of a run, in the table

COLUMNS = [
    Column("run", "<", 16, 0),
    Column("configuration", "<", 13, 6, 2),
    Column("accuracy", ">", 8, 0, 2),
    Column("95% interval", ">", 16, 3, 2),
    Column("epochs", ">", 7, 1, 2),
    Column("seed", ">", 4, 1, 2),
    Column("seconds", ">", 7, 4, 2),
    Column("started", "<", 16, 5, 2),
    Column("differs in", "<", 24, 2, 2),
]


def as_object(folder: str, runs: Sequence[Listed]) -> dict[str, Any]:
    """Return the list as `runs --json` prints it."""
    return {
        "folder": folder,
        "runs": [
            {
                "run": str(run.folder),
                "config": run.config,
                "state": run.state,
                "epochs": run.epochs,
                "planned_epochs": run.planned,
                "test_accuracy": run.accuracy,
                "test_accuracy_ci95": run.accuracy_ci95,
                "seed": run.seed,
                "seconds": run.seconds,
                "started": run.started,
                "weights_sha256": run.weights_sha256,
                "differs": dict(run.differs),
            }
            for run in runs
        ],
    }


def as_text(runs: Sequence[Listed], columns: int | None) -> str:
    """Return the table; what is not known of a run is a dash."""
    rows = [_row(run) for run in runs]
    sizes = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    fitting = [
        Column(c.title, c.align, max(size, len(c.title)), c.rank, c.before, c.note)
        for c, size in zip(COLUMNS, sizes, strict=True)
    ]
    lines, notes = table(fitting, rows, [False] * len(rows), columns)
    return joined([*(line.removeprefix("  ") for line in lines), *notes])


def _row(run: Listed) -> list[str]:
    interval = NOTHING
    if run.accuracy_ci95:
        interval = "{:.2%} to {:.2%}".format(*run.accuracy_ci95)
    epochs = str(run.epochs)
    if run.state != "done":
        epochs += f" of {run.planned}, {run.state}" if run.planned else f", {run.state}"
    cells = [
        run.folder.name,
        run.config,
        percent(run.accuracy),
        interval,
        epochs,
        NOTHING if run.seed is None else str(run.seed),
        NOTHING if run.seconds is None else f"{run.seconds:.1f}",
        _local(run.started),
        differences(run.differs),
    ]
    return [shown(cell) for cell in cells]


def differences(differs: Mapping[str, Any]) -> str:
    """Return options as on the command line, of many the first few."""
    shown = [f"{key}={value}" for key, value in list(differs.items())[:MOST_SHOWN]]
    more = len(differs) - len(shown)
    return ", ".join([*shown, *([f"and {more} more"] if more > 0 else [])])


def _local(started: str | None) -> str:
    """Return a time of ISO 8601 as the clock on the wall showed it."""
    try:
        return datetime.fromisoformat(started or "").astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return NOTHING
