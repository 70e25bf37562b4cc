"""Rules for the values that weights start from. Biases start at 0."""

import math
from collections.abc import Callable

import numpy as np

Rule = Callable[[np.random.Generator, tuple[int, ...], int, int], np.ndarray]


def toolbox(
    rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> np.ndarray:
    """Draw from U(−a, a), a = √(6 / (fan_in + fan_out)).

    DeepLearnToolbox (Palm 2012), `cnnsetup.m`; the same as Glorot & Bengio (2010), eq. 16.
    """
    a = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-a, a, shape)


def xavier(
    rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> np.ndarray:
    """Draw from N(0, 2 / (fan_in + fan_out)): Glorot & Bengio (2010), eq. 12."""
    return rng.normal(0, math.sqrt(2 / (fan_in + fan_out)), shape)


def he(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
    """Draw from N(0, 2 / fan_in), made for ReLU: He et al. (2015), eq. 10."""
    return rng.normal(0, math.sqrt(2 / fan_in), shape)


RULES: dict[str, Rule] = {"toolbox": toolbox, "xavier": xavier, "he": he}
