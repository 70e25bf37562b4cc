import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.data.pictures.components import components


def flooded(mask: np.ndarray) -> np.ndarray:
    """Number components the plain way: flood each from its first pixel."""
    labels = np.zeros(mask.shape, int)
    count = 0
    for start in zip(*np.nonzero(mask), strict=True):
        if labels[start]:
            continue
        count += 1
        waiting = [start]
        while waiting:
            y, x = waiting.pop()
            inside = 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]
            if inside and mask[y, x] and not labels[y, x]:
                labels[y, x] = count
                waiting += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return labels


@given(height=st.integers(1, 12), width=st.integers(1, 12), seed=st.integers(0, 1000))
def test_components_are_those_of_a_flood_fill(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.45
    np.testing.assert_array_equal(components(mask), flooded(mask))


def test_a_spiral_is_one_component() -> None:
    mask = np.zeros((41, 41), bool)
    for ring in range(0, 20, 2):
        mask[ring, max(ring - 2, 0) : 41 - ring] = mask[ring : 41 - ring, 40 - ring] = True
        mask[40 - ring, ring : 41 - ring] = mask[ring + 2 : 41 - ring, ring] = True
    assert components(mask).max() == 1


def test_an_empty_mask_has_no_components() -> None:
    assert components(np.zeros((3, 4), bool)).max() == 0
