import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.data.pictures.hulls import area_of, hull_of, smallest_rectangle


def wrapped(mask: np.ndarray) -> set[tuple[int, int]]:
    """Return the corners of a mask's convex outline the plain way: by walking around all pixels."""
    pixels = np.argwhere(mask)
    corners = sorted(
        {(x + dx, y + dy) for y, x in pixels.tolist() for dx in (0, 1) for dy in (0, 1)}
    )
    found = [corners[0]]
    while True:
        here = found[-1]
        ahead = next(corner for corner in corners if corner != here)
        for corner in corners:
            turn = (ahead[0] - here[0]) * (corner[1] - here[1])
            turn -= (ahead[1] - here[1]) * (corner[0] - here[0])
            distances = [np.hypot(p[0] - here[0], p[1] - here[1]) for p in (corner, ahead)]
            if turn < 0 or (turn == 0 and distances[0] > distances[1]):
                ahead = corner
        if ahead == found[0]:
            return set(found)
        found.append(ahead)


@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    share=st.sampled_from([0.05, 0.3, 1.0]),
    seed=st.integers(0, 1000),
)
def test_an_outline_has_the_corners_that_a_walk_around_all_pixels_finds(
    height: int, width: int, share: float, seed: int
) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    mask[seed % height, seed % width] = True
    hull = hull_of(mask)
    assert {(x, y) for x, y in hull.tolist()} == wrapped(mask)
    assert len(hull) == len(wrapped(mask))


@pytest.mark.parametrize("angle", [0, 20, 44, 60])
def test_the_smallest_rectangle_around_a_turned_one_is_that_one(angle: float) -> None:
    y, x = np.mgrid[:200, :200] - 99.5
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    hull = hull_of((abs(c * x + s * y) < 70) & (abs(c * y - s * x) < 40))
    found = smallest_rectangle(hull)
    assert sorted((found.width, found.height)) == pytest.approx([80, 140], abs=2.5)
    assert found.centre == pytest.approx((100, 100), abs=1)
    assert (found.angle - angle + 45) % 90 == pytest.approx(45, abs=1.5)
    assert area_of(found.corners) == pytest.approx(found.area)
    assert 0.95 < area_of(hull) / found.area <= 1
    inside = found.inside(hull)
    assert inside.min() > -1e-9
    assert inside.max() < 1 + 1e-9
