"""`cnntrain train --resume`: what may be given with it, and a run that has nothing left to do."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.cli.output import say
from cnntrain.errors import UsageError
from cnntrain.show.summary import ended_early

if TYPE_CHECKING:
    from cnntrain.runs.experiment import Experiment


def refuse_with_resume(**flags: object) -> None:
    """Reject options that would change a resumed run."""
    for name, value in flags.items():
        if value not in (None, ()):
            raise UsageError(
                f"--resume: found --{name} too; a resumed run keeps its configuration, except for "
                "--epochs. Leave one of the two out"
            )


def result_before(experiment: "Experiment", folder: Path) -> dict[str, Any] | None:
    """Return the recorded result of a finished run, or None."""
    if not experiment.finished:
        return None
    from cnntrain.runs.about import earlier_result
    from cnntrain.runs.new_folder import remove_unfinished_files

    result = earlier_result(experiment, folder)
    if result is not None:
        remove_unfinished_files(folder)  # of a picture, after the end
        done = experiment.progress.epoch - 1
        reason = ended_early(experiment) or (
            f"all {done} epochs were done before; to go on, give --epochs with more"
        )
        say(f"{folder}: {reason}")
    return result
