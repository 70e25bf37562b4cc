"""The summary of a run, as `train` prints it."""

from typing import Any


def as_text(result: dict[str, Any], loss: str) -> str:
    """Return the summary; its last line is the test accuracy."""
    low, high = result["test_error_ci95"]
    lines = {
        "run": result["run"],
        "epochs": f"{result['epochs']} ({result['steps']:,} mini-batches)",
    }
    if result["train_mse"] is not None:
        speed = f"{result['seconds']:.1f} s, {result['images_per_second']:,} images/s"
        lines["time"] = speed
        name = "mse" if loss == "mse" else "loss"
        lines[name] = f"{result['train_mse']:.5f} (average of the last epoch)"
        lines[f"weighted {name}"] = f"{result['weighted_mse']:.5f}"
    lines["weights sha256"] = result["weights_sha256"]
    lines["test error"] = f"{result['test_error']:.2%} (95% interval {low:.2%} to {high:.2%})"
    lines["test accuracy"] = f"{result['test_accuracy']:.2%}"
    text = [f"{name:<15}{value}" for name, value in lines.items()]
    if "published" in result:
        from cnntrain.runs.published import Figure, table

        text[-2:-2] = ["", *table([Figure(**figure) for figure in result["published"]]), ""]
    return "\n".join(text)
