"""The runs in a folder: what each is, how far it came, and what tells them apart."""

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnntrain.config.flat import flat
from cnntrain.errors import ConfigError, DataError
from cnntrain.runs.folder import ABOUT, EPOCHS, read_about
from cnntrain.runs.provenance import state_of
from cnntrain.system.regular import open_text
from cnntrain.system.run_files import CONFIG, LAST

# Not told among the differences: each has a column of its own.
OWN_COLUMNS = frozenset(("seed", "train.epochs"))


@dataclass(frozen=True)
class Listed:
    """A run; None for what is not known, as of one that was stopped."""

    folder: Path
    config: str
    seed: int | None
    epochs: int  # done
    planned: int | None
    accuracy: float | None
    accuracy_ci95: tuple[float, float] | None
    seconds: float | None
    started: str | None  # a time of ISO 8601
    state: str  # done, running, or stopped
    weights_sha256: str | None
    options: Mapping[str, Any]  # of the configuration, by path
    differs: Mapping[str, Any]  # the options in which runs of configurations of this name differ


def runs_in(folder: Path) -> list[Listed]:
    """Return the runs in a folder, the newest first. Raises DataError if it cannot be read."""
    try:
        entries = sorted(folder.iterdir()) if os.path.lexists(folder) else []
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read: {error.strerror or error}; name a folder with runs in it"
        ) from error
    found = [_listed(path) for path in entries if is_run_folder(path)]
    return sorted(told_apart(found), key=lambda run: run.started or "", reverse=True)


def is_run_folder(path: Path) -> bool:
    """Return whether `cnntrain train` made the folder."""
    return os.path.isfile(path / CONFIG) and any(
        os.path.isfile(path / name) for name in (ABOUT, LAST)
    )


def told_apart(runs: Sequence[Listed]) -> list[Listed]:
    """Return the runs with the options in which those of configurations of one name differ."""
    differing: dict[str, set[str]] = {}
    for name in {run.config for run in runs}:
        group = [run.options for run in runs if run.config == name]
        keys = {key for options in group for key in options} - OWN_COLUMNS
        differing[name] = {
            key for key in keys if any(options.get(key) != group[0].get(key) for options in group)
        }
    return [
        replace(
            run,
            differs={
                key: value for key, value in run.options.items() if key in differing[run.config]
            },
        )
        for run in runs
    ]


def _listed(folder: Path) -> Listed:
    about = read_about(folder)
    result = about.get("result")
    try:
        options = flat((folder / CONFIG).read_text("utf-8"), str(folder / CONFIG))
    except (OSError, UnicodeDecodeError, ConfigError):
        options = {}
    if about.get("limit") is not None:
        options["--limit"] = about["limit"]
    done = _result(result) if result and "epochs" in result else _records(folder)
    return Listed(
        folder=folder,
        config=about.get("config", folder.name),
        seed=options.get("seed"),
        planned=options.get("train.epochs"),
        started=about.get("started"),
        state=state_of(folder) or "done",
        options=options,
        differs={},
        **done,
    )


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a run that has come to its end."""
    error = result.get("test_error_ci95")
    return {
        "epochs": result["epochs"],
        "accuracy": result.get("test_accuracy"),
        "accuracy_ci95": (1 - error[1], 1 - error[0]) if error else None,
        "seconds": result.get("seconds"),
        "weights_sha256": result.get("weights_sha256"),
    }


def _records(folder: Path) -> dict[str, Any]:
    """Return the figures of a run that has not, as its records have them."""
    accuracy, seconds, epochs = None, 0.0, 0
    try:
        with open_text(folder / EPOCHS) as file:
            for row in csv.DictReader(file):
                accuracy = float(row["test_accuracy"]) if row["test_accuracy"] else None
                seconds += float(row["seconds"])
                epochs += 1
    except (OSError, ValueError, TypeError, KeyError, csv.Error):  # what can be read will do
        pass
    return {
        "epochs": epochs,
        "accuracy": accuracy,
        "accuracy_ci95": None,
        "seconds": round(seconds, 3) if epochs else None,
        "weights_sha256": None,
    }


ORDERS: dict[str, Callable[[Listed], Any]] = {
    "date": lambda run: run.started or "",
    "accuracy": lambda run: -1.0 if run.accuracy is None else run.accuracy,
    "epochs": lambda run: run.epochs,
    "seconds": lambda run: run.seconds or 0.0,
    "seed": lambda run: -1 if run.seed is None else -run.seed,
    "name": lambda run: run.folder.name,
}


def ordered(runs: Sequence[Listed], by: str, *, reverse: bool) -> list[Listed]:
    """Return the runs by one of ORDERS: the newest, best, longest first; names and seeds rising."""
    rising = by == "name"
    return sorted(runs, key=ORDERS[by], reverse=reverse if rising else not reverse)
