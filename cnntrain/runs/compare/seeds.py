"""Two configurations, each trained with several seeds: compared seed by seed.

Two runs of one configuration differ by chance. Whether a configuration is better, and not just one
of its runs, shows over several seeds; pairs of runs with the same seed share what the seed decides,
such as the validation images and the order of the others.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from cnntrain.runs.compare.contenders import Contender
from cnntrain.runs.compare.paired import CHANCE
from cnntrain.runs.compare.statistics import student_95, student_p


@dataclass(frozen=True)
class OverSeeds:
    """The accuracies of two configurations by seed; `p` is that of Student's paired t-test."""

    first: list[str]  # the letters of the runs of each configuration, by seed
    second: list[str]
    seeds: list[int]
    first_accuracies: list[float]
    second_accuracies: list[float]
    left_out: list[str]  # letters of runs without a counterpart of the same seed
    images: int  # that each run was judged on

    @property
    def differences(self) -> list[float]:
        """Return the accuracy of the second minus that of the first, for each seed."""
        both = zip(self.first_accuracies, self.second_accuracies, strict=True)
        return [second - first for first, second in both]

    @property
    def difference(self) -> float:
        """Return the mean difference."""
        return statistics.mean(self.differences)

    @property
    def standard_error(self) -> float:
        """Return the standard deviation of the mean difference.

        Differences come in steps of one image, which alone makes each uncertain by 1/√12 of a step:
        that two seeds differ by as many images does not mean that all others would.
        """
        rounding = 1 / self.images / math.sqrt(12)
        spread = max(statistics.stdev(self.differences), rounding)
        return spread / math.sqrt(len(self.seeds))

    @property
    def difference_ci95(self) -> tuple[float, float]:
        """Return the 95 % interval of the mean difference."""
        half = student_95(len(self.seeds) - 1) * self.standard_error
        return self.difference - half, self.difference + half

    @property
    def p(self) -> float:
        """Return how often the mean of so many differences is as far from 0 by chance alone."""
        return student_p(self.difference / self.standard_error, len(self.seeds) - 1)

    @property
    def better(self) -> list[str] | None:
        """Return the runs of the better one; None if chance may have made the difference."""
        if self.p >= CHANCE:
            return None
        return self.second if self.difference > 0 else self.first


def over_seeds(networks: Sequence[Contender]) -> OverSeeds | None:
    """Return the comparison of two configurations; None unless both have two seeds in common.

    Of several runs of one configuration and seed, the first is taken.
    """
    groups: dict[str, dict[int, Contender]] = {}
    for network in networks:
        groups.setdefault(network.without_seed, {}).setdefault(network.config.seed, network)
    if len(groups) != 2:
        return None
    first, second = groups.values()
    seeds = sorted(first.keys() & second.keys())
    if len(seeds) < 2:
        return None
    letters = [[group[seed].letter for seed in seeds] for group in (first, second)]
    used = [letter for group in letters for letter in group]
    return OverSeeds(
        first=letters[0],
        second=letters[1],
        seeds=seeds,
        first_accuracies=[first[seed].accuracy for seed in seeds],
        second_accuracies=[second[seed].accuracy for seed in seeds],
        left_out=[network.letter for network in networks if network.letter not in used],
        images=len(networks[0].examples),
    )
