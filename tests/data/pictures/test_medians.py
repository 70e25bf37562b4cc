import numpy as np
import pytest

from cnntrain.data.pictures.medians import median_places


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (13, 4), (20, 20), (24, 32)])
@pytest.mark.parametrize("reach", [0, 1, 8])
@pytest.mark.parametrize("levels", [2, 1000])
def test_medians_are_those_of_each_window_with_the_border_repeated(
    shape: tuple[int, int], reach: int, levels: int
) -> None:
    values = np.random.default_rng(0).integers(levels, size=shape).astype(np.float32)
    around = np.pad(values, reach, mode="edge")
    side = 2 * reach + 1
    expected = [
        [np.median(around[y : y + side, x : x + side]) for x in range(shape[1])]
        for y in range(shape[0])
    ]
    np.testing.assert_array_equal(values.ravel()[median_places(values, reach)], expected)
