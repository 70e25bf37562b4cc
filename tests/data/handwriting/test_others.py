"""Drawn things that are no digits: always the same, placed as digits are, of many kinds."""

import numpy as np
import pytest

from cnntrain.data.handwriting.others.letters import LETTERS
from cnntrain.data.handwriting.others.write import KINDS, others
from cnntrain.data.handwriting.pen import BOX, CENTRE


def test_the_same_arguments_draw_the_same_pictures() -> None:
    first, again, other = others(90), others(90), others(90, seed=1)
    assert first.shape == (90, 1, 28, 28)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_each_kind_is_placed_as_digits_are(kind: int) -> None:
    pictures = KINDS[kind][1](30, np.random.default_rng(1)).astype(float)
    assert pictures.shape == (30, 28, 28)
    assert (pictures.max(axis=(1, 2)) > 20).all()
    for axis in (1, 2):
        profile = pictures.sum(axis=axis)
        middle = profile @ (np.arange(28) + 0.5) / profile.sum(axis=1)
        assert np.abs(middle - CENTRE).mean() < 1
        assert ((profile > 0).sum(axis=1) <= BOX + 4).mean() > 0.9


def test_no_two_letters_are_the_same() -> None:
    assert len({hand.strokes for hand in LETTERS}) == len(LETTERS) > 50
