"""Two networks, image by image: who is right where the other is wrong."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnntrain.runs.compare.contenders import Contender
from cnntrain.runs.compare.statistics import binomial_p, holm, share_ci95

CHANCE = 0.05  # what happens by chance in fewer cases than this share counts as a difference


@dataclass(frozen=True)
class Pair:
    """How many images both, one or none of two networks classify correctly.

    `p` is that of McNemar's exact test: how often two equally good networks would differ as much.
    `p_of_several` is the same, raised if several pairs were compared (Holm).
    """

    first: str
    second: str
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    p: float
    p_of_several: float

    @property
    def n(self) -> int:
        """Return the number of images."""
        return self.both_right + self.only_first + self.only_second + self.both_wrong

    @property
    def difference(self) -> float:
        """Return the accuracy of the second minus that of the first."""
        return (self.only_second - self.only_first) / self.n

    @property
    def difference_ci95(self) -> tuple[float, float]:
        """Return the 95 % interval of the difference.

        It follows from the exact interval of the second's share of the images on which one alone is
        right, and so contains 0 if and only if p is above 5 %. If there is no such image, it is how
        many there may be of which none was seen.
        """
        alone = self.only_first + self.only_second
        if not alone:
            _, most = share_ci95(0, self.n)
            return -most, most
        low, high = share_ci95(self.only_second, alone)
        return (2 * low - 1) * alone / self.n, (2 * high - 1) * alone / self.n

    @property
    def better(self) -> str | None:
        """Return which of them is better; None if chance may have made the difference."""
        if self.p_of_several >= CHANCE:
            return None
        return self.second if self.difference > 0 else self.first


def pairs(networks: Sequence[Contender]) -> list[Pair]:
    """Return each pair of networks that were judged on the same images."""
    found = [_pair(*two) for two in itertools.combinations(networks, 2)]
    raised = holm([pair.p for pair in found])
    return [replace(pair, p_of_several=p) for pair, p in zip(found, raised, strict=True)]


def _pair(first: Contender, second: Contender) -> Pair:
    counts = pair_counts(first.judgement.right, second.judgement.right)
    p = binomial_p(counts[1], counts[1] + counts[2])
    return Pair(first.letter, second.letter, *counts, p, p)


def pair_counts(first: np.ndarray, second: np.ndarray) -> tuple[int, int, int, int]:
    """Return how often both, only the first, only the second and neither are right, of (n,) each."""
    kinds = (first & second, first & ~second, ~first & second, ~first & ~second)
    both, one, other, neither = (int(kind.sum()) for kind in kinds)
    return both, one, other, neither
