"""Which checkpoint is used: its file, epoch and test accuracy, and why it was chosen."""

from pathlib import Path
from typing import Any, Literal, NamedTuple

from cnntrain.model.trained import Model
from cnntrain.runs.folder import EPOCHS, read_about
from cnntrain.system.regular import open_text
from cnntrain.system.run_files import BEST, LOCK
from cnntrain.system.shell import command
from cnntrain.system.shipped import shipped_model

State = Literal["running", "stopped"]


class Provenance(NamedTuple):
    """Where a model comes from."""

    path: Path
    epoch: int  # epochs done
    batch: int  # mini-batches of the next epoch done
    epochs: int  # planned for its run
    test_accuracy: float | None  # None if it was not recorded
    chosen: str  # why this file of its folder
    training: State | None  # None once its run has ended

    def as_object(self) -> dict[str, Any]:
        """Return what `eval --json` and `predict --json` print about the model."""
        found = {
            "model": str(self.path),
            "model_epoch": self.epoch,
            "model_test_accuracy": self.test_accuracy,
            "model_chosen": self.chosen,
        }
        return found if self.training is None else {**found, "model_training": self.training}

    def as_text(self) -> str:
        """Return a line for stderr."""
        done = f"epoch {self.epoch} of {self.epochs}"
        if self.batch:
            done += f" and {self.batch:,} mini-batches of the next"
        text = f"model: {self.path} ({self.chosen}), {done}"
        if self.test_accuracy is not None:
            text += f", test accuracy {self.test_accuracy:.2%}"
        if self.training == "running":
            text += "; its training has not ended: a later answer may differ"
        elif self.training == "stopped":
            text += (
                "; its training was stopped, "
                f"`{command('cnntrain', 'train', '--resume', self.path.parent)}` goes on"
            )
        return text


def provenance(model: Model, named: Path | None) -> Provenance:
    """Return where a model comes from; `named` is the user's name for it, None for the newest run."""
    folder, progress = model.path.parent, model.progress
    epoch = progress.epoch - 1
    return Provenance(
        path=model.path,
        epoch=epoch,
        batch=progress.batch,
        epochs=model.trained_epochs,
        test_accuracy=None if progress.batch else _accuracy(folder / EPOCHS, epoch),
        chosen=_reason(model.path, named),
        training=state_of(folder),
    )


def _reason(path: Path, named: Path | None) -> str:
    if named == path:
        return "the file named"
    if path.parent == shipped_model():
        return "comes with cnntrain" + ("" if named else "; there is no run in this folder")
    why = "best on the validation images" if path.name == BEST else "the last of its run"
    return f"newest run, {why}" if named is None else why


def _accuracy(path: Path, epoch: int) -> float | None:
    """Return the test accuracy of an epoch from epochs.csv."""
    import csv

    try:
        with open_text(path) as file:
            for row in csv.DictReader(file):
                if row.get("epoch") == str(epoch) and row.get("test_accuracy"):
                    return float(row["test_accuracy"])
    except (OSError, ValueError, csv.Error):
        pass
    return None


def state_of(folder: Path) -> State | None:
    """Return whether a run is being trained now, or was stopped; None once it has ended.

    By run.json a run has ended if it has a result, and was stopped if it has an end alone. Without
    an end it is running, or was killed: then nobody holds its lock.
    """
    about = read_about(folder)
    if not about or about.get("result") is not None:
        return None
    if "ended" in about:
        return "stopped"
    from cnntrain.system.locks import is_held  # slow, and seldom needed

    return "stopped" if is_held(folder / LOCK) is False else "running"
