"""A random order of very many images, computed position by position instead of stored.

A Feistel network on pairs: write a number x < a·b as x = l·b + r, and in each round add a hash of one
half to the other, l ← (l + f(r)) mod a, then r ← (r + g(l)) mod b. Each round can be undone, so the
whole is a permutation of 0..a·b−1. With a·b a little more than n, a result of n or above is put in
again until it is below n, which leaves a permutation of 0..n−1.
Source: Black and Rogaway 2002, "Ciphers with arbitrary finite domains", sections 3 and 4.
"""

import math
from dataclasses import dataclass, field

import numpy as np

ROUNDS = 8  # of both halves

# Multipliers and shifts of a hash whose every output bit depends on every input bit.
# Source: Steele et al. 2014, "Fast splittable pseudorandom number generators", figure 17 (mix64).
MULTIPLY = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
SHIFT = (np.uint64(30), np.uint64(27), np.uint64(31))


@dataclass(frozen=True)
class Permutation:
    """A permutation of 0..n−1, chosen by the numbers of a generator."""

    n: int
    rng: np.random.Generator
    keys: np.ndarray = field(init=False)  # (ROUNDS, 2) uint64

    def __post_init__(self) -> None:
        """Draw the keys of the rounds."""
        keys = self.rng.integers(1 << 63, size=(ROUNDS, 2)).astype(np.uint64)
        object.__setattr__(self, "keys", keys)

    def at(self, first: int, last: int) -> np.ndarray:
        """Return the numbers at the positions first..last−1 of the order, int64."""
        numbers = np.arange(first, last, dtype=np.uint64)
        wide = np.uint64(math.isqrt(self.n - 1) + 1)  # b; a·b ≥ n
        high = np.uint64(-(-self.n // int(wide)))  # a
        walking = np.arange(len(numbers))
        while walking.size:
            numbers[walking] = self._rounds(numbers[walking], high, wide)
            walking = walking[numbers[walking] >= self.n]
        return numbers.astype(np.int64)

    def _rounds(self, x: np.ndarray, high: np.uint64, wide: np.uint64) -> np.ndarray:
        left: np.ndarray = x // wide
        right: np.ndarray = x % wide
        for of_left, of_right in self.keys:
            left = (left + _hashed(right, of_left) % high) % high
            right = (right + _hashed(left, of_right) % wide) % wide
        together: np.ndarray = left * wide + right
        return together


def _hashed(x: np.ndarray, key: np.uint64) -> np.ndarray:
    """Return 64 bits that look random for each number and key."""
    z: np.ndarray = x + key
    for shift, multiply in zip(SHIFT, MULTIPLY, strict=False):
        z = (z ^ (z >> shift)) * multiply
    mixed: np.ndarray = z ^ (z >> SHIFT[2])
    return mixed
