"""Find the checkpoint that a user means: a file, a run folder, or the newest run.

Names given by the user are checked with `os.path`, which returns False for an impossible name,
such as one that is too long, where `pathlib` raises.
"""

import os
from contextlib import suppress
from pathlib import Path

from cnntrain.errors import CheckpointError
from cnntrain.system.run_files import BEST, CONFIG, LAST, LOCK
from cnntrain.system.shell import command
from cnntrain.system.shipped import shipped_model

RUNS = Path("runs")


def find_checkpoint(model: Path | None, *, or_shipped: bool = False) -> Path:
    """Return the checkpoint of `model`, a run folder or a file; None stands for the newest run.

    With `or_shipped`, that is the network that comes with the program where there is no run.

    In a folder, best.npz, which exists if the run had validation images, is preferred to last.npz.
    Raises CheckpointError.
    """
    if model is None:
        newest = _newest()
        if newest is not None:
            return newest
        if or_shipped:
            return shipped_model() / LAST
        raise CheckpointError(
            f"{RUNS}/: found no trained network here; train one with `cnntrain train`, "
            "or name a run folder or checkpoint file"
        )
    if os.path.isdir(model):
        for name in (BEST, LAST):
            if os.path.isfile(model / name):
                return model / name
        raise CheckpointError(
            f"{model}: found no {LAST} in this folder; expected a run folder that "
            "`cnntrain train` wrote"
        )
    if model.suffix in (".yaml", ".yml"):
        raise CheckpointError(
            f"{model}: is a configuration, expected a trained network; train one with `cnntrain "
            f"train {model}`, and name its run folder"
        )
    if not os.path.exists(model):
        raise CheckpointError(
            f"{model}: no such file or folder; give a run folder, such as runs/lenet-1, "
            "or a checkpoint file"
        )
    return model


def find_last(run: Path) -> Path:
    """Return the checkpoint from which a run, given as a folder or a file, is resumed.

    Raises CheckpointError, also if the run's other files are not beside it: training would write
    new ones there.
    """
    last = run / LAST
    if os.path.isfile(run / CONFIG) and not any(os.path.isfile(run / n) for n in (LAST, BEST)):
        raise CheckpointError(
            f"{run}: found no {LAST} beside {CONFIG}: it was ended before anything was saved, or the "
            f"file was removed; begin again with `{command('cnntrain', 'train', '--config', run / CONFIG)}`"
        )
    path = last if os.path.isfile(last) else find_checkpoint(run)
    if not any(os.path.isfile(path.parent / name) for name in (CONFIG, LOCK)):
        raise CheckpointError(
            f"{path}: found no {CONFIG} beside it; expected the checkpoint to be in the run folder "
            "that `cnntrain train` made, because its records are continued too"
        )
    return path


def _newest() -> Path | None:
    """Return the checkpoint of the newest run in this folder, None without any."""
    found: dict[Path, int] = {}  # checkpoint: when it was written
    with suppress(OSError):
        for folder in RUNS.iterdir():
            with suppress(OSError):  # somebody else's private folder, or one just removed
                path = folder / LAST
                if os.path.isfile(path) and os.access(path, os.R_OK):
                    found[path] = path.stat().st_mtime_ns
    if not found:
        return None
    return find_checkpoint(max(found, key=found.__getitem__).parent)
