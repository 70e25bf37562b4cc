"""Answers of a network that are no numbers: they are refused wherever they would be used."""

import numpy as np

from cnntrain.errors import CheckpointError


def refuse_infinite(answers: np.ndarray) -> None:
    """Raise CheckpointError for outputs or probabilities (N, K) that are not finite."""
    wrong = int(np.count_nonzero(~np.isfinite(answers).all(axis=1)))
    if wrong:
        raise CheckpointError(
            f"found answers that are infinite or undefined, to {wrong:,} of {len(answers):,} images, "
            "expected finite ones: weights of the network are too large; its file was changed, or "
            "its training diverged: train again"
        )
