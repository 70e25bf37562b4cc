"""Percentiles and distinct values, computed here so that a start is quick.

NumPy's own `percentile`, `median` and `unique` import `numpy.ma` first, which takes 20 ms, and check
much that is known here; on small pictures that takes longer than the work.
"""

import numpy as np


def percentiles(values: np.ndarray, *shares: float) -> list[np.ndarray]:
    """Return percentiles along the last axis, interpolated between neighbours as NumPy does."""
    last = values.shape[-1] - 1
    places = [last * share / 100 for share in shares]
    lower = [int(place) for place in places]
    wanted = sorted({*lower, *(min(low + 1, last) for low in lower)})
    ranked = np.partition(values, wanted, axis=-1)
    found = []
    for place, low in zip(places, lower, strict=True):
        below, above = ranked[..., low], ranked[..., min(low + 1, last)]
        found.append(below + (place - low) * (above - below))
    return found


def percentile(values: np.ndarray, share: float) -> float:
    """Return one percentile of all values, of which there are some."""
    return float(percentiles(values.ravel(), share)[0])


def median(values: np.ndarray) -> float:
    """Return the median of all values, of which there are some."""
    return percentile(values, 50)


def distinct(values: np.ndarray) -> np.ndarray:
    """Return each value once, in ascending order: (n,)."""
    ranked = np.sort(values, axis=None)
    first = np.ones(ranked.shape, bool)
    first[1:] = ranked[1:] != ranked[:-1]
    return ranked[first]


def numbered(values: np.ndarray) -> np.ndarray:
    """Return integers from 0 on in place of the distinct values, which are integers from 0 on."""
    occurs = np.zeros(int(values.max(initial=-1)) + 1, np.intp)
    occurs[values] = 1
    numbers: np.ndarray = (np.cumsum(occurs) - 1)[values]
    return numbers
