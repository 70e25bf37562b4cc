"""The order of very many images: a permutation that is computed position by position."""

from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnntrain.data import batches
from cnntrain.data.batches import epoch_batches
from cnntrain.data.permutation import Permutation


def order(n: int, seed: int = 0) -> Permutation:
    return Permutation(n, np.random.default_rng(seed))


@settings(deadline=None)  # machines are shared
@given(n=st.integers(1, 3000), seed=st.integers(0, 5))
def test_every_number_occurs_once(n: int, seed: int) -> None:
    assert sorted(order(n, seed).at(0, n)) == list(range(n))


@settings(deadline=None)  # machines are shared
@given(cuts=st.lists(st.integers(0, 1000), max_size=5))
def test_any_part_is_that_of_the_whole(cuts: list[int]) -> None:
    whole = order(1000).at(0, 1000)
    places = [0, *sorted(cuts), 1000]
    parts = [order(1000).at(a, b) for a, b in pairwise(places)]
    assert np.concatenate(parts).tolist() == whole.tolist()


def test_seeds_give_orders_that_have_no_more_in_common_than_chance() -> None:
    n = 100_000
    first, second = order(n, 0).at(0, n), order(n, 1).at(0, n)
    assert (first == second).sum() < 10  # 1 expected
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.015  # 4.7 standard deviations
    assert abs(np.corrcoef(first, np.arange(n))[0, 1]) < 0.015


def test_each_part_of_the_order_has_images_of_all_parts() -> None:
    n, cells = 400_000, 20
    found = order(n).at(0, n)
    counts = np.zeros((cells, cells))
    np.add.at(counts, (np.arange(n) * cells // n, found * cells // n), 1)
    expected = n / cells**2
    chi2 = ((counts - expected) ** 2 / expected).sum()
    freedom = (cells - 1) ** 2
    assert abs(chi2 - freedom) < 5 * np.sqrt(2 * freedom)


def test_neighbours_in_the_data_are_no_neighbours_in_the_order() -> None:
    steps = np.diff(order(1 << 20).at(0, 1 << 16))
    assert len(np.unique(steps)) > 0.9 * len(steps)


@pytest.fixture
def _computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LARGEST_STORED", 10)
    monkeypatch.setattr(batches, "AT_ONCE", 16)


def epoch(
    images: int, batchsize: int, count: int | None, *, seed: int = 1, epoch: int = 2, skip: int = 0
) -> list[list[int]]:
    found = epoch_batches(images, batchsize, count, seed=seed, epoch=epoch, skip=skip)
    return [batch.tolist() for batch in found]


@pytest.mark.usefixtures("_computed")
@pytest.mark.parametrize("batchsize", [1, 4, 7, 50, 103])
def test_a_computed_epoch_uses_every_image_once(batchsize: int) -> None:
    found = epoch(103, batchsize, None)
    assert sorted(chain(*found)) == list(range(103))
    assert [len(batch) for batch in found[:-1]] == [batchsize] * (len(found) - 1)


@pytest.mark.usefixtures("_computed")
def test_more_batches_than_images_begin_another_order() -> None:
    together = [*chain(*epoch(30, 8, 15))]
    assert len(together) == 120
    passes = [together[i : i + 30] for i in range(0, 120, 30)]
    assert all(sorted(each) == list(range(30)) for each in passes)
    assert len({tuple(each) for each in passes}) == 4


@pytest.mark.usefixtures("_computed")
@pytest.mark.parametrize("count", [None, 40])
def test_a_computed_epoch_can_be_resumed_after_any_batch(count: int | None) -> None:
    whole = epoch(103, 7, count)
    for skip in (0, 1, 2, 5, len(whole) - 1, len(whole)):
        assert epoch(103, 7, count, skip=skip) == whole[skip:]


@pytest.mark.usefixtures("_computed")
def test_seed_and_epoch_change_the_computed_order() -> None:
    found = [epoch(103, 50, None, seed=s, epoch=e) for s, e in [(1, 2), (1, 3), (2, 2)]]
    assert found[0] != found[1] != found[2] != found[0]
