"""Remove runs: the files that they wrote, and nothing else."""

import os
from contextlib import suppress
from pathlib import Path

from cnntrain.errors import OutputError, UsageError
from cnntrain.runs.find_rate import CURVE, RECORD
from cnntrain.runs.folder import ABOUT, BATCHES, CURVES, EPOCHS, ORIGINAL
from cnntrain.runs.listing import is_run_folder
from cnntrain.runs.lock import training_in
from cnntrain.system.run_files import BEST, CONFIG, LAST, LOCK

# config.yaml goes last but for the lock: what is left of a removal that failed is still a run.
WRITTEN = (BATCHES, EPOCHS, CURVES, RECORD, CURVE, BEST, LAST, ORIGINAL, ABOUT, CONFIG, LOCK)


def refuse_no_run(folder: Path) -> None:
    """Raise UsageError unless the folder is that of a run."""
    if os.path.islink(folder):
        raise UsageError(f"{folder}: is a link, expected the folder of a run; name that folder")
    if not is_run_folder(folder):
        raise UsageError(
            f"{folder}: is not the folder of a run; nothing was removed. `cnntrain runs` lists those "
            "in runs/"
        )


def remove_run(folder: Path) -> list[Path]:
    """Remove what a run has written, and the folder if nothing else is in it; return what stays.

    Raises UsageError for another folder, BusyError while a program trains there, and OutputError.
    """
    refuse_no_run(folder)
    try:
        with training_in(folder):
            for name in WRITTEN:
                for path in (folder / name, *folder.glob(f".{name}.*")):  # half-written ones, too
                    if name != LOCK:
                        path.unlink(missing_ok=True)
        (folder / LOCK).unlink(missing_ok=True)
        with suppress(OSError):  # something else is in it
            folder.rmdir()
        return sorted(folder.iterdir()) if folder.exists() else []
    except OSError as error:
        advice = "see that the folder is yours to change"
        raise OutputError(
            f"{folder}: cannot be removed: {error.strerror or error}; {advice}"
        ) from error
