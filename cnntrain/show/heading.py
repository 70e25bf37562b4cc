"""What stands above a picture: the run, its configuration, its seed and its result."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.config import Config
from cnntrain.runs.folder import EPOCHS, read_about
from cnntrain.show.records import thinned
from cnntrain.system.text import one_line

if TYPE_CHECKING:
    from cnntrain.runs.provenance import Provenance


def literal(text: str) -> str:
    """Return text as Matplotlib takes it for what it is: between two $ it would see a formula."""
    return text.replace("$", r"\$")


def of_run(folder: Path, config: Config) -> str:
    """Return a line for the records of a run; the result is that of its last epoch."""
    about = read_about(folder)
    epochs = thinned(folder / EPOCHS, "epoch", ("test_error", "mse"), stretches=1)
    parts = [folder.resolve().name, *_origin(about.get("config"), config)]
    if epochs is not None and math.isfinite(epochs.last["epoch"]):
        parts.append(
            _result(epochs.last["test_error"], epochs.last["mse"], int(epochs.last["epoch"]))
        )
    return _line(parts)


def of_model(source: "Provenance", config: Config) -> str:
    """Return a line for a trained network; the result is that of its own epoch."""
    folder = source.path.parent
    about = read_about(folder)
    parts = [folder.resolve().name, *_origin(about.get("config"), config)]
    if source.test_accuracy is not None:
        error = 1 - source.test_accuracy
        parts.append(f"test error {error:.2%} after epoch {source.epoch}")
    else:
        parts.append(f"epoch {source.epoch}")
    return _line(parts)


def of_config(config: Config) -> str:
    """Return a line for a network that has not been trained."""
    return _line([f"{config.name}.yaml", f"seed {config.seed}"])


def _line(parts: list[str]) -> str:
    """Return the parts as one line of text."""
    return one_line(", ".join(parts))


def _origin(name: str | None, config: Config) -> list[str]:
    """Return the configuration, which a run folder keeps under another name, and the seed."""
    return [*([f"{name}.yaml"] if name is not None else []), f"seed {config.seed}"]


def _result(error: float, loss: float, epoch: int) -> str:
    if math.isnan(error):  # the targets are not classes
        return f"loss {loss:.4g} after epoch {epoch}"
    return f"test error {error:.2%} after epoch {epoch}"
