"""The run directory: the files in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.config import Config
from cnntrain.errors import UsageError
from cnntrain.runs.recorded import recorded
from cnntrain.system.files import replacing
from cnntrain.system.regular import open_file
from cnntrain.system.run_files import BEST, CONFIG, LAST
from cnntrain.system.text import from_json, shown

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers

ABOUT = "run.json"
LARGEST_ABOUT = 10_000_000  # bytes that are read of it
ORIGINAL = "original.yaml"  # the configuration as the user wrote it, with its comments
BATCHES = "batches.csv"
EPOCHS = "epochs.csv"
CURVES = "curves.png"
FILES = (CONFIG, ORIGINAL, LAST, BEST, ABOUT, BATCHES, EPOCHS, CURVES)


def write_config(folder: Path, config: Config) -> None:
    """Write the effective configuration of a run into its folder. Raises OutputError."""
    with replacing(folder / CONFIG, parents=False) as file:
        file.write(config.text.encode())


def read_about(folder: Path) -> dict[str, Any]:
    """Return what of run.json's content is as a run writes it; nothing if it cannot be read."""
    try:
        with open_file(folder / ABOUT) as file:
            return recorded(from_json(file.read(LARGEST_ABOUT)))
    except (OSError, ValueError):
        return {}


def refuse_other_layers(folder: Path, own: "OwnLayers | None") -> None:
    """Raise UsageError unless a run is continued with the user's layers that it was begun with.

    run.json names their file. It is not run for that: the user has to name it too.
    """
    before, given = read_about(folder).get("with"), own.record if own else None
    if before is None:
        if given:
            raise UsageError(
                f"--with {given['file']}: found a run, {folder}, that was trained without layers of "
                "your own; leave --with out"
            )
    elif given is None:
        raise UsageError(
            f"{folder}: was trained with the layers of {shown(before['file'])}; expected that "
            f"file again; add --with {shown(before['file'])}"
        )
    elif given["sha256"] != before["sha256"]:
        raise UsageError(
            f"--with {given['file']}: is not as it was when {folder} was trained with it (SHA-256 "
            f"{given['sha256'][:12]}, expected {shown(before['sha256'][:12])}); name that file, or "
            "train again"
        )


def refuse_to_replace(path: Path, option: str) -> None:
    """Raise UsageError for an output that would take the place of a run's file, or of a checkpoint."""
    of_run = path.name in FILES and (path.parent / CONFIG).is_file()
    if path.is_file() and (of_run or path.suffix == ".npz"):
        raise UsageError(
            f"{option} {path}: is a file of a run, and was left as it is; give the name of another"
        )
