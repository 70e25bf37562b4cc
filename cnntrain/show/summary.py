"""The summary of a run, as `train` prints it."""

from collections.abc import Sequence
from typing import Any

NOTHING = "–"  # in place of a figure that is not defined


def percent(share: float | None) -> str:
    """Return a share of 1 in percent, or a dash where it is not defined."""
    return NOTHING if share is None else f"{share:.2%}"


def error_as_text(error: float | None, interval: Sequence[float] | None) -> str:
    """Return an error with its 95 % interval, or a dash with the reason why there is none."""
    if error is None or interval is None:
        return f"{NOTHING} (there are no classes to tell apart)"
    low, high = interval
    return f"{error:.2%} (95% interval {low:.2%} to {high:.2%})"


def as_text(result: dict[str, Any], loss: str) -> str:
    """Return the summary; its last line is the test accuracy."""
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
    lines["weights sha256"] = result["weights_sha256"]
    lines["test error"] = error_as_text(result["test_error"], result["test_error_ci95"])
    lines["test accuracy"] = percent(result["test_accuracy"])
    text = [f"{name:<15}{value}" for name, value in lines.items()]
    if "published" in result:
        from cnntrain.runs.published import Figure, table

        text[-2:-2] = ["", *table([Figure(**figure) for figure in result["published"]]), ""]
    return "\n".join(text)
