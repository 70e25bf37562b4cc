"""What a run records about itself: run.json and the summary."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

import cnntrain
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import ABOUT, read_about
from cnntrain.runs.published import Figure
from cnntrain.runs.recorded import RESULT
from cnntrain.system.files import replacing
from cnntrain.system.processors import processor_name
from cnntrain.system.text import json_text
from cnntrain.training.evaluation import Evaluation

# Of a result: all of these are known, or none.
KNOWN_TOGETHER = (
    ("train_mse", "weighted_mse", "images_per_second"),
    ("test_accuracy", "test_error", "test_error_ci95"),
)
LIBRARIES = ("numpy", "threadpoolctl")  # those whose version can change a result


def describe_run(experiment: Experiment, threads: int, command: Sequence[str]) -> dict[str, Any]:
    """Return the content of run.json: how to repeat the run, and what it ran on."""
    return {
        "cnntrain": cnntrain.__version__,
        "command": list(command),
        "config": experiment.config.name,
        "seed": experiment.config.seed,
        "limit": experiment.limit,
        **({"with": experiment.own} if experiment.own else {}),
        "data_sha256": experiment.data_sha256,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "cpu": processor_name(),
        "threads": threads,
        "host": platform.node(),
        "pid": os.getpid(),
        "started": _now(),
    }


def continued(folder: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Return run.json's content; if the run is resumed, with its original command and start."""
    before = read_about(folder)
    if "command" not in before or "started" not in before:
        return about
    again = {"command": about["command"], "started": about["started"]}
    return {
        **about,
        "command": before["command"],
        "started": before["started"],
        "resumed": [*before.get("resumed", []), again],
    }


def write_about(folder: Path, about: dict[str, Any]) -> None:
    """Write run.json. Raises OutputError."""
    with replacing(folder / ABOUT, parents=False) as file:
        file.write((json_text(about, indent=2, ascii=False) + "\n").encode())


def finished(about: dict[str, Any], result: dict[str, Any] | None) -> dict[str, Any]:
    """Return run.json's content with the end of the run; no result if it was interrupted."""
    return {**about, "ended": _now(), "result": result}


def summary(experiment: Experiment, folder: Path, test: Evaluation) -> dict[str, Any]:
    """Return the result of a run, as `train --json` prints it."""
    epoch = experiment.last_epoch
    seconds = experiment.seconds
    return {
        "run": str(folder),
        "config": experiment.config.name,
        "epochs": experiment.progress.epoch - 1,
        "steps": experiment.progress.step,
        "train_mse": epoch.mse if epoch else None,
        "weighted_mse": experiment.progress.weighted,
        "test_accuracy": test.accuracy,
        "test_error": test.error,
        "test_error_ci95": test.error_ci95,
        "seconds": round(seconds, 3),
        "images_per_second": round(experiment.images / seconds) if seconds else None,
        "weights_sha256": experiment.weights_sha256(),
    }


def earlier_result(experiment: Experiment, folder: Path) -> dict[str, Any] | None:
    """Return the result in run.json if it is whole, and belongs to exactly these weights."""
    result = read_about(folder).get("result")
    if result is None or not result.keys() >= RESULT:
        return None
    if any(len({result[name] is None for name in names}) > 1 for names in KNOWN_TOGETHER):
        return None
    if result["weights_sha256"] != experiment.weights_sha256():
        return None
    figures = msgspec.convert(result.get("published", []), list[Figure])
    published = {"published": [asdict(figure) for figure in figures]} if figures else {}
    known = {name: value for name, value in result.items() if name in RESULT}
    return {**known, **published, "run": str(folder)}  # which may have been moved


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
