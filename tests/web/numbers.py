"""Comparing the numbers of a page with those of the engine."""

import numpy as np


def assert_same(
    found: list[float], expected: np.ndarray, tolerance: float, what: str, *, least: float = 1.0
) -> None:
    """Compare numbers in the order of memory, relative to the largest of them, or to `least`."""
    scale = max(least, float(np.abs(expected).max(initial=0)))
    difference = np.abs(np.array(found) - expected.ravel()).max(initial=0)
    assert difference <= tolerance * scale, f"{what}: differs by {difference:g} of {scale:g}"
