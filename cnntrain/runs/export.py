"""One file with all that is needed to repeat a run: a configuration that opens with its story."""

from pathlib import Path
from typing import Any

from cnntrain.model.checkpoint import Checkpoint, load_checkpoint
from cnntrain.model.find import find_last
from cnntrain.runs.folder import read_about
from cnntrain.system.shell import command
from cnntrain.system.text import shown

LONGEST_LINE = 2_000  # characters of a comment


def exported(run: Path, file: Path) -> str:
    """Return a YAML file that `cnntrain train` repeats a run with; `file` is what it will be called.

    Comments say how, on what it ran, and what came out. Raises CheckpointError.
    """
    path = find_last(run)
    checkpoint, about = load_checkpoint(path), read_about(path.parent)
    lines = [
        f"{path.parent.resolve().name}: a run of {checkpoint.config_name}.yaml. Repeat it with",
        f"  {_command(checkpoint, about, file)}",
        "On the same type of machine and with the same versions, the weights are the same bytes.",
        *_story(about),
        *_result(checkpoint, about),
        f"training images: SHA-256 {checkpoint.data_sha256}",
    ]
    return "".join(f"# {shown(line, LONGEST_LINE)}\n" for line in lines) + checkpoint.config_text


def own_layers(run: Path) -> str | None:
    """Return the user's file of layers that a run needs besides; None if it needs none."""
    own = read_about(find_last(run).parent).get("with")
    return None if own is None else str(own["file"])


def _command(checkpoint: Checkpoint, about: dict[str, Any], file: Path) -> str:
    words: list[str | Path] = ["cnntrain", "train", "--config", file]
    if checkpoint.limit is not None:
        words += ["--limit", str(checkpoint.limit)]
    own = about.get("with")
    if own is not None:  # such layers are computed plainly in any case
        words += ["--with", Path(own["file"])]
    elif checkpoint.plain:
        words.append("--plain")
    return command(*words)


def _story(about: dict[str, Any]) -> list[str]:
    """Return what the run ran on, as far as run.json says."""
    versions = {"cnntrain": about.get("cnntrain"), "Python": about.get("python")}
    versions |= about.get("libraries", {})
    told = {
        "started": about.get("started"),
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items() if number),
        "machine": ", ".join(str(about[key]) for key in ("platform", "cpu") if key in about),
    }
    own = about.get("with")
    if own is not None:
        told["layers"] = f"{own['file']}, SHA-256 {own['sha256']}: keep it with this file"
    return [f"{name}: {value}" for name, value in told.items() if value]


def _result(checkpoint: Checkpoint, about: dict[str, Any]) -> list[str]:
    result = about.get("result")
    if result is None:
        done = checkpoint.progress.epoch - 1
        return [f"It was stopped after epoch {done}; repeated, it goes on to its last epoch."]
    accuracy = result.get("test_accuracy")
    return [
        *([f"test accuracy: {accuracy}"] if accuracy is not None else []),
        f"epochs: {result.get('epochs')}",
        f"weights: SHA-256 {result.get('weights_sha256')}",
    ]
