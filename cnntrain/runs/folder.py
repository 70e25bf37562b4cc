"""The run directory: its name and the files in it."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.config import Config
from cnntrain.errors import OutputError, UsageError
from cnntrain.model.find import RUNS
from cnntrain.system.files import replacing
from cnntrain.system.run_files import CONFIG, LAST

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers

ABOUT = "run.json"
ORIGINAL = "original.yaml"  # the configuration as the user wrote it, with its comments
BATCHES = "batches.csv"
EPOCHS = "epochs.csv"
CURVES = "curves.png"


def refuse_to_overwrite(out: Path | None) -> None:
    """Raise UsageError if `out` has anything in it."""
    # os.path: see model/find.py
    if out is not None and os.path.isdir(out) and os.listdir(out):
        resumable = (out / LAST).is_file() and (out / CONFIG).is_file()
        advice = f", or continue that run with --resume {out}" if resumable else ""
        raise UsageError(
            f"{out}: the run directory exists and is not empty; nothing was overwritten. "
            f"Give another --out{advice}"
        )


def new_run(config: Config, out: Path | None) -> Path:
    """Make and return the folder of a new run, with its configuration: effective, and as written.

    That is `out`, or the next free runs/<config>-<n>. Raises UsageError and OutputError.
    """
    refuse_to_overwrite(out)
    try:
        folder = out or _next_free(config.name)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{out or RUNS}: cannot make the run directory: {error.strerror or error}; "
            "choose a folder that you may write to with --out"
        ) from error
    write_config(folder, config)
    with replacing(folder / ORIGINAL) as file:
        file.write(config.places.text.encode())
    return folder


def write_config(folder: Path, config: Config) -> None:
    """Write the effective configuration of a run into its folder. Raises OutputError."""
    with replacing(folder / CONFIG) as file:
        file.write(config.text.encode())


def read_about(folder: Path) -> dict[str, Any]:
    """Return run.json's content, or an empty dictionary if it is missing or cannot be read."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def refuse_other_layers(folder: Path, own: "OwnLayers | None") -> None:
    """Raise UsageError unless a run is continued with the user's layers that it was begun with.

    run.json names their file. It is not run for that: the user has to name it too.
    """
    before, given = read_about(folder).get("with"), own.record if own and own.kinds else None
    if not isinstance(before, dict):
        if given:
            raise UsageError(
                f"--with {given['file']}: found a run, {folder}, that was trained without layers of "
                "your own; leave --with out"
            )
    elif given is None:
        raise UsageError(
            f"{folder}: was trained with the layers of {before.get('file')}; expected that file "
            f"again; add --with {before.get('file')}"
        )
    elif given["sha256"] != before.get("sha256"):
        raise UsageError(
            f"--with {given['file']}: is not as it was when {folder} was trained with it (SHA-256 "
            f"{given['sha256'][:12]}, expected {str(before.get('sha256'))[:12]}); name that file, or "
            "train again"
        )


def _next_free(config_name: str) -> Path:
    RUNS.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]", "_", config_name)
    numbers = [
        int(match[1])
        for path in RUNS.iterdir()
        if (match := re.fullmatch(re.escape(name) + r"-(\d+)", path.name))
    ]
    number = max(numbers, default=0) + 1
    while True:
        path = RUNS / f"{name}-{number}"
        try:
            path.mkdir()
        except FileExistsError:  # another process was faster
            number += 1
        else:
            return path
