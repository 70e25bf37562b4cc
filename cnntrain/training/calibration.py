"""How far a network can be believed: whether it is right as often as it is sure.

Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2.
"""

from dataclasses import dataclass

import numpy as np

BINS = 15  # Guo et al.'s number


@dataclass(frozen=True)
class Calibration:
    """Answers in B bins of equal width by how sure the network was of them, from 0 to 1.

    Bin b holds the answers with a confidence above b/B, up to (b + 1)/B.
    """

    counts: np.ndarray  # (B,) answers
    right: np.ndarray  # (B,) right ones among them
    confidence: np.ndarray  # (B,) mean confidence, 0 in an empty bin

    @property
    def accuracy(self) -> np.ndarray:
        """Return the share of right answers in each bin, (B,), 0 in an empty one."""
        shares: np.ndarray = self.right / np.maximum(self.counts, 1)
        return shares

    @property
    def mean_confidence(self) -> float:
        """Return how sure the network is on average."""
        return float(self.counts @ self.confidence / self.counts.sum())

    @property
    def ece(self) -> float:
        """Return the expected calibration error: the mean of |accuracy − confidence| over the answers.

        Guo et al. 2017, equation 3.
        """
        gaps = np.abs(self.accuracy - self.confidence)
        return float(self.counts @ gaps / self.counts.sum())


def calibration(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> Calibration:
    """Return the calibration of n answers: how sure the network was, and whether each is right."""
    upper = np.linspace(0, 1, bins + 1)[1:-1]
    place = np.searchsorted(upper, confidence)  # a confidence of exactly b/B lies in the bin below
    counts = np.bincount(place, minlength=bins)
    return Calibration(
        counts=counts,
        right=np.bincount(place[right], minlength=bins),
        confidence=np.bincount(place, confidence, bins) / np.maximum(counts, 1),
    )
