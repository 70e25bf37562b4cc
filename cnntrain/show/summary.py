"""What `train` says about a run: a line at the start, the summary, and what to do next."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.show.terminal import columns, shows
from cnntrain.system.shell import command
from cnntrain.system.text import joined

if TYPE_CHECKING:
    from cnntrain.runs.experiment import Experiment

NOTHING = "–"  # in place of a figure that is not defined


def percent(share: float | None) -> str:
    """Return a share of 1 in percent, or a dash where it is not defined."""
    return NOTHING if share is None else f"{share:.2%}"


def error_as_text(error: float | None, interval: Sequence[float] | None) -> str:
    """Return an error with its 95 % interval, or a dash and the reason for it."""
    if error is None or interval is None:
        return f"{NOTHING} (there are no classes to tell apart)"
    low, high = interval
    return f"{error:.2%} (95% interval {low:.2%} to {high:.2%})"


def as_text(result: dict[str, Any], loss: str) -> str:
    """Return the summary; its last line is the test accuracy."""
    from cnntrain.show import sparkline  # slow: it reads numbers with NumPy

    batches = "mini-batch" if result["steps"] == 1 else "mini-batches"
    lines = {
        "run": result["run"],
        "epochs": f"{result['epochs']} ({result['steps']:,} {batches})",
    }
    if result["train_mse"] is not None:
        speed = f"{result['seconds']:.1f} s, {result['images_per_second']:,} images/s"
        lines["time"] = speed
        name = "mse" if loss == "mse" else "loss"
        lines[name] = f"{result['train_mse']:.5f} (average of the last epoch)"
        lines[f"weighted {name}"] = f"{result['weighted_mse']:.5f}"
        curve = sparkline.of_run(Path(result["run"]))
        if curve is not None and shows(sys.stdout, sparkline.BARS):
            lines[f"{name} curve"] = curve
    lines["weights sha256"] = result["weights_sha256"]
    lines["test error"] = error_as_text(result["test_error"], result["test_error_ci95"])
    lines["test accuracy"] = percent(result["test_accuracy"])
    text = [f"{name:<15}{value}" for name, value in lines.items()]
    if "published" in result:
        from cnntrain.runs.published import Figure, table

        figures = [Figure(**figure) for figure in result["published"]]
        text[-2:-2] = ["", *table(figures, columns()), ""]
    return joined(text)


def at_the_start(experiment: "Experiment", folder: Path, workers: int) -> str:
    """Return a line with the network, its data, the number of processes, and the run folder."""
    config, splits = experiment.config, experiment.splits
    parameters = experiment.network.gradient.size
    images = f"{len(splits.train):,} training"
    if splits.validation is not None:
        images += f", {len(splits.validation):,} validation"
    return (
        f"{config.name}: {parameters:,} parameters; {config.dataset.name}: {images}, "
        f"{len(splits.test):,} test; mini-batches of {experiment.plan.batchsize}; "
        f"{workers} {'process' if workers == 1 else 'processes'}; {folder}"
    )


def what_next(experiment: "Experiment", folder: Path, data_dir: Path | None) -> str:
    """Return a line with the commands that use the run, and the checkpoint that they will use."""
    from cnntrain.system.run_files import BEST, LAST

    chosen = f"{LAST}, from the last epoch"
    if (folder / BEST).is_file():
        chosen = f"{BEST}, the best on the validation images; the figures above are those of {LAST}"
    line = f"next: `{_command('eval', experiment, folder, data_dir)}` tests it"
    if experiment.splits.train.values is None:
        predict = _command("predict PICTURE --model", experiment, folder, None)
        line += f", `{predict}` reads a picture"
    return f"{line} (model: {chosen})"


def ended_early(experiment: "Experiment") -> str | None:
    """Return why training ended before its last epoch, None if it did not."""
    progress, train = experiment.progress, experiment.config.train
    if progress.epoch > train.epochs or not experiment.finished:
        return None
    done = progress.epoch - 1
    return (
        f"ended after epoch {done} of {train.epochs}: no better result on the validation images than "
        f"that of epoch {done - progress.epochs_since_best}, whose weights are in best.npz "
        f"(train.patience: {train.patience})"
    )


def how_to_go_on(experiment: "Experiment", folder: Path, data_dir: Path | None) -> tuple[str, str]:
    """Return what was saved of a run that was stopped, and the command that continues it."""
    progress = experiment.progress
    return (
        f"Stopped in epoch {progress.epoch} after batch {progress.batch}; all is saved. Go on with:",
        f"  {_command('train --resume', experiment, folder, data_dir)}",
    )


def _command(words: str, experiment: "Experiment", folder: Path, data_dir: Path | None) -> str:
    """Return a command on a run, for a shell, with the user's layers and data folder if given."""
    line: list[str | Path] = ["cnntrain", *words.split(), folder]
    if experiment.own:
        line += ["--with", Path(experiment.own["file"])]
    if data_dir is not None:
        line += ["--data-dir", data_dir]
    return command(*line)
