"""Refuse to go on from a checkpoint and records of different runs, as copying files may mix them."""

import math
from pathlib import Path

from cnntrain.errors import CheckpointError
from cnntrain.runs.earlier_rows import EarlierRows
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import ABOUT, BATCHES, EPOCHS, read_about
from cnntrain.runs.records import BATCH_COLUMNS, EPOCH_COLUMNS
from cnntrain.system.regular import open_text
from cnntrain.system.text import shown


def refuse_another_run(experiment: Experiment, checkpoint: Path) -> None:
    """Raise CheckpointError where what is beside a checkpoint is certainly of another run.

    run.json has another seed or other data, or the row of the checkpoint's last update has another
    weighted MSE. What is missing or damaged tells nothing. Later rows do not matter: a run that was
    killed has some.
    """
    folder, about = checkpoint.parent, read_about(checkpoint.parent)
    for name, key, mine in (
        ("seed", "seed", experiment.config.seed),
        ("data", "data_sha256", experiment.data_sha256),
    ):
        if about.get(key, mine) != mine:
            short = shown(mine, 12), shown(about[key], 12)
            raise _another(checkpoint, name, *short, folder / ABOUT)
    progress = experiment.progress
    if progress.weighted is None:
        return
    found = _weighted(folder / BATCHES, BATCH_COLUMNS, "step", progress.step)
    path = folder / BATCHES
    if found is None and progress.batch == 0:
        path = folder / EPOCHS
        found = _weighted(path, EPOCH_COLUMNS, "epoch", progress.epoch - 1)
    if found is not None and not math.isclose(found, progress.weighted):
        where = f"after mini-batch {progress.step:,} the weighted MSE"
        raise _another(checkpoint, where, str(progress.weighted), str(found), path)


def _another(checkpoint: Path, what: str, mine: str, other: str, beside: Path) -> CheckpointError:
    return CheckpointError(
        f"{checkpoint}: found {what} {mine}, expected {other} as in {beside}: one of these files is "
        "another run's; nothing was changed. Put the right one back, or move "
        f"{beside.name} away to go on without it"
    )


def _weighted(path: Path, columns: list[str], counter: str, last: int) -> float | None:
    """Return the weighted MSE in a record's row, None if there is none or a digit was changed."""
    try:
        with open_text(path) as file:
            header = file.readline()
            near = (f"{last - 1},", f"{last},")
            rows = "".join(line for line in file if any(number in line for number in near))
        earlier = EarlierRows(header + rows, columns, counter, last)
        cells = dict(zip(earlier.header, earlier.rows[last].split(","), strict=True))
        value = float(cells["weighted_mse"])
    except (OSError, ValueError, KeyError):
        return None
    return value if not earlier.changed() else None
