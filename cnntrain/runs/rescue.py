"""A run folder that is removed or renamed while a run is trained in it: save what there is elsewhere."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cnntrain.errors import OutputError, UsageError
from cnntrain.runs.about import write_about
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import ABOUT
from cnntrain.runs.new_folder import new_run
from cnntrain.runs.records import Records
from cnntrain.system.run_files import CONFIG
from cnntrain.system.shell import command


def is_gone(folder: Path) -> bool:
    """Return whether a run folder has been removed: two files that are written at its beginning."""
    return not any((folder / name).is_file() for name in (CONFIG, ABOUT))


def rescued(
    experiment: Experiment, records: Records, about: dict[str, Any], folder: Path
) -> OutputError:
    """Save a run whose folder is gone to a new one; return the error that says so.

    That is beside the old one or, where this is not possible, in the working directory or that for
    temporary files. Nothing but `curves.png` and `best.npz` is lost.
    """
    for place in _places(folder):
        with suppress(OSError, OutputError, UsageError):
            made = new_run(experiment.config, place, experiment.save)
            records.copy_to(made)
            write_about(made, about)
            return OutputError(
                f"{folder}: was removed or renamed while it was being trained; what was learnt is "
                f"saved in {made}. Go on with `{command('cnntrain', 'train', '--resume', made)}`"
            )
    return OutputError(
        f"{folder}: was removed or renamed while it was being trained; what was learnt could not be "
        "saved anywhere else"
    )


def _places(folder: Path) -> Iterator[Path]:
    """Yield where to save: a new folder in each place that exists."""
    parents = [folder.parent, Path(tempfile.gettempdir())]
    with suppress(OSError):
        parents.insert(1, Path.cwd())
    for parent in parents:
        if parent.is_dir():
            names = (f"{folder.name}-rescued{n}" for n in itertools.chain([""], range(2, 1000)))
            new = (parent / name for name in names if not (parent / name).exists())
            with suppress(StopIteration):
                yield next(new)
