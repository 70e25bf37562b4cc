"""The folder of a search: what was asked, the study, and the result."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cnntrain
from cnntrain.config import Config
from cnntrain.errors import BusyError
from cnntrain.runs.new_folder import new_run, refuse_to_overwrite
from cnntrain.system.files import replacing
from cnntrain.system.locks import Held, locked
from cnntrain.system.run_files import LOCK
from cnntrain.system.text import from_json, json_text

ASKED = "tune.json"


def search_in(folder: Path | None) -> dict[str, Any] | None:
    """Return what a search was asked for that was begun in a folder; None for a new folder.

    Raises UsageError for a folder with anything else in it.
    """
    if folder is not None and (folder / ASKED).is_file():
        try:
            found = from_json((folder / ASKED).read_bytes())
        except (OSError, ValueError):
            found = None
        if isinstance(found, dict) and isinstance(found.get("owner"), str):
            return found
    refuse_to_overwrite(folder)
    return None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other programs from searching in the folder. Raises BusyError."""
    try:
        with locked(folder / LOCK):
            yield
    except Held as error:
        raise BusyError(
            f"{folder}: another program is searching there; wait for it, or give another --out. To "
            "search together, give each program its own --out, and both the same --storage"
        ) from error


def new_search(config: Config, out: Path | None, asked: dict[str, Any], owner: str) -> Path:
    """Return the folder of a new search; `owner` marks the trials begun there. Raises OutputError."""
    folder = new_run(replace(config, name=f"{config.name}-tune"), out)
    told = {"cnntrain": cnntrain.__version__, **asked, "owner": owner}
    with replacing(folder / ASKED) as file:
        file.write((json_text(told, indent=2) + "\n").encode())
    return folder
