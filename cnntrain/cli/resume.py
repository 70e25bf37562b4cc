"""`cnntrain train --resume`: what may be given with it, and the run that it goes on with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.cli import options
from cnntrain.cli.output import say
from cnntrain.errors import UsageError

if TYPE_CHECKING:
    from cnntrain.runs.experiment import Experiment


def refuse_with_resume(**flags: object) -> None:
    """Refuse what would make a continued run another run."""
    for name, value in flags.items():
        if value not in (None, ()):
            raise UsageError(
                f"--resume: found --{name} too; a resumed run keeps its configuration, except for "
                "--epochs. Leave one of the two out"
            )


def resumed(resume: Path, data_dir: Path | None, epochs: int | None) -> "tuple[Experiment, Path]":
    """Return the run that a checkpoint was taken of, and its folder. Raises UsageError."""
    from cnntrain.model.find import find_last
    from cnntrain.runs.experiment import resume as continue_run
    from cnntrain.runs.folder import write_config

    path = find_last(resume)
    experiment = continue_run(path, data_dir=data_dir, fetch=options.fetch, epochs=epochs)
    least = experiment.progress.epoch - (experiment.progress.batch == 0)
    if epochs is not None and epochs < least:
        raise UsageError(
            f"--epochs {epochs}: {path.parent} has come to epoch {least}; expected more than it "
            "has done, or leave --epochs out"
        )
    if not experiment.finished:
        write_config(path.parent, experiment.config)  # --epochs may have changed it
    return experiment, path.parent


def result_before(experiment: "Experiment", folder: Path) -> dict[str, Any] | None:
    """Return the result of a run that needs no more training, None if there is none."""
    if not experiment.finished:
        return None
    from cnntrain.runs.about import earlier_result

    result = earlier_result(experiment, folder)
    if result is not None:
        done = experiment.progress.epoch - 1
        say(f"{folder}: all {done} epochs were done before; to go on, give --epochs with more")
    return result
