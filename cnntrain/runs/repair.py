"""What a run that is resumed lacks, besides rows of its records, and its config.yaml brought up to date."""

import re
from collections.abc import Iterator
from pathlib import Path

from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import ABOUT, read_about, write_config
from cnntrain.system.run_files import BEST, CONFIG, LAST


def repaired(experiment: Experiment, folder: Path) -> Iterator[str]:
    """Bring config.yaml up to date, and yield what a run that is resumed lacks."""
    path, origin = folder / CONFIG, experiment.origin
    if experiment.progress.step and not (folder / LAST).is_file():
        found_in = origin.path.name if origin is not None else "memory"
        yield f"{folder / LAST}: is missing; the run goes on from {found_in}"
    found = path.read_bytes() if path.is_file() else None
    if found != experiment.config.text.encode():
        write_config(folder, experiment.config)  # the number of epochs may have changed
        before = origin.config_text if origin is not None else ""
        if found is None:
            if experiment.progress.step:  # else the run was killed as its folder was filled
                yield f"{path}: was missing; it is written anew, from the checkpoint"
        elif _without_epochs(found) != _without_epochs(before.encode()):
            yield (
                f"{path}: was changed since the run was begun; a run that is resumed keeps its "
                "configuration, and the file is written anew from the checkpoint"
            )
    if experiment.progress.step and not read_about(folder):
        yield (
            f"{folder / ABOUT}: is missing or damaged: by what command and when this run was "
            "begun is not known any more"
        )
    if experiment.progress.best is not None and not (folder / BEST).is_file():
        yield (
            f"{folder / BEST}: is missing; there will be one again when an epoch is better than "
            "the best so far"
        )


def _without_epochs(config: bytes) -> list[bytes]:
    """Return the lines but for the number of epochs, which --resume with --epochs changes."""
    return [line for line in config.splitlines() if not re.fullmatch(rb"\s*epochs: \d+", line)]
