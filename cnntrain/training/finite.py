"""Answers of a network that are no numbers: they are refused wherever they would be used."""

import math

import numpy as np

from cnntrain.errors import CheckpointError


def refuse_infinite(answers: np.ndarray) -> None:
    """Raise CheckpointError for outputs or probabilities (N, K) that are not finite."""
    wrong = int(np.count_nonzero(~np.isfinite(answers).all(axis=1)))
    if wrong:
        raise _too_large(
            f"answers that are infinite or undefined, to {wrong:,} of {len(answers):,} images, "
            "expected finite ones"
        )


def refuse_infinite_loss(loss: float) -> None:
    """Raise CheckpointError for a loss that is not finite."""
    if not math.isfinite(loss):
        raise _too_large("a loss that is infinite or undefined, expected a finite one")


def _too_large(found: str) -> CheckpointError:
    return CheckpointError(
        f"found {found}: weights of the network are too large; its file was changed, or its training "
        "diverged: train again"
    )
