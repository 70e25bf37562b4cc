"""The loss of a run in one line of text."""

from pathlib import Path

import numpy as np

from cnntrain.runs.folder import BATCHES
from cnntrain.show.records import thinned

BARS = "▁▂▃▄▅▆▇█"
LONGEST = 40  # characters


def of_run(folder: Path) -> str | None:
    """Return the loss of a run from its first mini-batch to its last, None for fewer than two.

    A character stands for the middle of the smallest and the largest loss of a stretch, on a
    logarithmic scale unless a loss is 0.
    """
    batches = thinned(folder / BATCHES, "step", ("mse",), stretches=LONGEST)
    if batches is None:
        return None
    losses = batches.y["mse"]
    if len(losses) > LONGEST:  # of each stretch there are two
        losses = losses.reshape(-1, 2).mean(axis=1)
    losses = losses[np.isfinite(losses)]
    if len(losses) < 2:
        return None
    return f"{sparkline(losses)}  {losses[0]:.4g} to {losses[-1]:.4g}"


def sparkline(values: np.ndarray) -> str:
    """Return a bar of one character for each value; the smallest and largest get the end ones."""
    heights = np.log(values) if values.min() > 0 else values
    low, high = heights.min(), heights.max()
    shares = (heights - low) / ((high - low) or 1)
    return "".join(BARS[level] for level in np.rint(shares * (len(BARS) - 1)).astype(int))
