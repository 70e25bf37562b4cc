"""Connected components of a mask: which pixels hang together."""

import numpy as np


def components(mask: np.ndarray) -> np.ndarray:
    """Number the 8-connected components of a mask (H, W): 0 elsewhere, 1..n in order of reading.

    Every pixel starts as its own group; groups that touch adopt the lower number, and chains of
    adoptions are followed to their end, until nothing changes: a few rounds, all in NumPy.
    """
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(np.count_nonzero(mask))
    pairs = [
        (number[:, :-1], number[:, 1:]),  # to the right
        (number[:-1], number[1:]),  # below
        (number[:-1, :-1], number[1:, 1:]),  # below right
        (number[:-1, 1:], number[1:, :-1]),  # below left
    ]
    first = np.concatenate([a[(a >= 0) & (b >= 0)] for a, b in pairs])
    second = np.concatenate([b[(a >= 0) & (b >= 0)] for a, b in pairs])
    root = np.arange(np.count_nonzero(mask))
    while np.any(root[first] != root[second]):
        low = np.minimum(root[first], root[second])
        high = np.maximum(root[first], root[second])
        np.minimum.at(root, high, low)
        while np.any(root[root] != root):
            root = root[root]
    labels = np.zeros(mask.shape, np.intp)
    labels[mask] = np.unique(root, return_inverse=True)[1] + 1
    return labels
