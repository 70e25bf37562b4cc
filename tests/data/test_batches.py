import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.data.batches import batches_in_epoch, epoch_batches

SIZES = st.integers(1, 60)


def epoch_order(
    images: int, batchsize: int, batches: int | None, *, seed: int, epoch: int
) -> np.ndarray:
    """Return the positions of all images of an epoch, one mini-batch after the other."""
    return np.concatenate(list(epoch_batches(images, batchsize, batches, seed=seed, epoch=epoch)))


@given(SIZES, SIZES, st.integers(0, 5), st.integers(1, 5))
def test_an_epoch_is_a_permutation(images: int, batchsize: int, seed: int, epoch: int) -> None:
    order = epoch_order(images, batchsize, None, seed=seed, epoch=epoch)
    assert sorted(order) == list(range(images))


@given(SIZES, SIZES, SIZES)
def test_a_given_number_of_batches_is_full_and_uses_all_images_equally(
    images: int, batchsize: int, batches: int
) -> None:
    order = epoch_order(images, batchsize, batches, seed=0, epoch=1)
    assert len(order) == batches * batchsize
    counts = np.bincount(order, minlength=images)
    assert counts.max() - counts.min() <= 1


@given(SIZES, SIZES, st.none() | st.integers(1, 5), st.integers(0, 70))
def test_the_first_batches_can_be_left_out(
    images: int, batchsize: int, batches: int | None, skip: int
) -> None:
    pieces = list(epoch_batches(images, batchsize, batches, seed=0, epoch=1))
    assert len(pieces) == batches_in_epoch(images, batchsize, batches)
    rest = epoch_batches(images, batchsize, batches, seed=0, epoch=1, skip=skip)
    assert [list(piece) for piece in rest] == [list(piece) for piece in pieces[skip:]]


@pytest.mark.parametrize(("images", "sizes"), [(100, [50, 50]), (110, [50, 50, 10]), (7, [7])])
def test_the_last_batch_is_smaller_where_the_size_does_not_divide(
    images: int, sizes: list[int]
) -> None:
    batches = epoch_batches(images, 50, None, seed=0, epoch=1)
    assert [len(batch) for batch in batches] == sizes


def test_an_endless_epoch_begins_at_once() -> None:
    batches = epoch_batches(100, 50, 10**12, seed=0, epoch=1)
    assert len(next(batches)) == 50


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = {
        tuple(epoch_order(20, 5, None, seed=seed, epoch=epoch))
        for seed in range(3)
        for epoch in range(1, 4)
    }
    assert len(orders) == 9
    assert tuple(epoch_order(20, 5, None, seed=1, epoch=2)) in orders
