import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.data.batches import batches_in_epoch, batches_of, epoch_order

SIZES = st.integers(1, 60)


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
def test_batches_are_the_order_in_pieces_with_the_first_left_out(
    images: int, batchsize: int, batches: int | None, skip: int
) -> None:
    order = epoch_order(images, batchsize, batches, seed=0, epoch=1)
    pieces = list(batches_of(order, batchsize))
    assert len(pieces) == batches_in_epoch(images, batchsize, batches)
    np.testing.assert_array_equal(np.concatenate(pieces), order)
    rest = list(batches_of(order, batchsize, skip=skip))
    assert [list(piece) for piece in rest] == [list(piece) for piece in pieces[skip:]]


@pytest.mark.parametrize(("images", "sizes"), [(100, [50, 50]), (110, [50, 50, 10]), (7, [7])])
def test_the_last_batch_is_smaller_where_the_size_does_not_divide(
    images: int, sizes: list[int]
) -> None:
    order = epoch_order(images, 50, None, seed=0, epoch=1)
    assert [len(piece) for piece in batches_of(order, 50)] == sizes


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = {
        tuple(epoch_order(20, 5, None, seed=seed, epoch=epoch))
        for seed in range(3)
        for epoch in range(1, 4)
    }
    assert len(orders) == 9
    assert tuple(epoch_order(20, 5, None, seed=1, epoch=2)) in orders
