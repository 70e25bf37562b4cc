import numpy as np
import pytest

from cnntrain.data.sources.digits import shrink


@pytest.mark.parametrize("side", [14, 7, 4])
def test_a_smaller_image_is_the_mean_of_blocks(side: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 2, 28, 28)).astype(np.uint8)
    small = shrink(images, side)
    block = 28 // side
    assert small.shape == (3, 2, side, side)
    assert small.dtype == np.float32
    for n, c, i, j in np.ndindex(small.shape):
        cells = images[n, c, i * block : (i + 1) * block, j * block : (j + 1) * block]
        assert small[n, c, i, j] == pytest.approx(cells.mean() / 255, rel=1e-6)


def test_black_is_0_and_white_is_1() -> None:
    assert shrink(np.full((1, 1, 28, 28), 255, np.uint8), 14).max() == 1
    assert shrink(np.zeros((1, 1, 28, 28), np.uint8), 14).max() == 0


def test_an_image_of_that_size_is_returned_as_it_is() -> None:
    images = np.ones((1, 1, 28, 28), np.uint8)
    assert shrink(images, 28) is images
