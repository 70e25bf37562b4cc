"""Who computes an image does not matter: neither for what is drawn for it, nor for the result."""

import pickle
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.augment.augmentation import Augmentation, augmented
from cnntrain.data.augment.geometry import Rotation, Shear
from cnntrain.errors import DivergedError
from cnntrain.training.parallel.pool import workers
from tests.small import finish, interrupt, resumed, started

ALL = f"train.augment={{{', '.join(f'{name}: ' for name in DISTORTIONS)}}}"
SHAPE = (1, 12, 11)


def everything() -> Augmentation:
    return Augmentation([kind() for kind in DISTORTIONS.values()], SHAPE, np.dtype(np.float32))


def images(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, *SHAPE), np.uint8)


def drawn(batchsize: int, seed: int = 0, epoch: int = 1, skip: int = 0) -> np.ndarray:
    return next(everything().batches(batchsize, seed=seed, epoch=epoch, skip=skip))


@pytest.mark.parametrize("batchsize", [1, 50, 5000])
@pytest.mark.parametrize("skip", [0, 1, 81, 82, 100])
def test_batches_can_be_left_out(batchsize: int, skip: int) -> None:
    numbers = everything().batches(batchsize, seed=2, epoch=3)
    [expected] = islice(numbers, skip, skip + 1)
    np.testing.assert_array_equal(drawn(batchsize, 2, 3, skip), expected)


def test_every_batch_epoch_and_seed_has_numbers_of_its_own() -> None:
    starts = [(seed, epoch, skip) for seed in (0, 1) for epoch in (1, 2) for skip in (0, 1, 100)]
    assert len({drawn(50, *start).tobytes() for start in starts}) == len(starts)


def test_an_image_does_not_depend_on_those_beside_it() -> None:
    numbers = drawn(40)
    whole = everything()(images(40), numbers).copy()
    in_parts = everything()
    for first, last in ((30, 40), (0, 13), (13, 30)):
        part = in_parts(images(40)[first:last], numbers[first:last])
        np.testing.assert_allclose(part, whole[first:last], atol=1e-6)


def test_an_image_of_very_many_is_the_same_as_alone() -> None:
    count = 1 + 2**16 // (SHAPE[1] * SHAPE[2])  # more pixels than a short number counts
    some = images(count)
    augmentation = Augmentation([Rotation(), Shear()], SHAPE, np.dtype(np.float32))
    numbers = next(augmentation.batches(count, seed=3, epoch=1))
    together = augmentation(some, numbers).copy()
    for one in (0, count // 2, count - 1):
        alone = augmentation(some[one : one + 1], numbers[one : one + 1])
        np.testing.assert_array_equal(together[one], alone[0])


def test_a_copy_in_another_process_has_no_working_memory() -> None:
    augmentation = everything()
    expected = augmentation(images(5), drawn(5)).copy()
    size = len(pickle.dumps(everything()))
    copy = pickle.loads(pickle.dumps(augmentation))
    assert len(pickle.dumps(augmentation)) == size
    assert copy(images(5), drawn(5)).tobytes() == expected.tobytes()


def test_augmented_returns_pixels_that_depend_on_the_seed_and_the_epoch() -> None:
    kinds = [kind() for kind in DISTORTIONS.values()]
    given_images = images(70)
    first = augmented(given_images, kinds, seed=1)
    assert first.dtype == np.uint8
    assert first.shape == given_images.shape
    assert augmented(given_images, kinds, seed=1).tobytes() == first.tobytes()
    assert augmented(given_images, kinds, seed=2).tobytes() != first.tobytes()
    assert augmented(given_images, kinds, seed=1, epoch=2).tobytes() != first.tobytes()
    assert augmented(given_images[:0], kinds, seed=1).shape == (0, *SHAPE)


# In training


def weights(folder: Path, threads: int, *overrides: str) -> str:
    experiment = started("train.batchsize=40", "train.epochs=1", *overrides)
    with workers(experiment.network, threads, batch=40, wait=True) as executor:
        finish(experiment, folder / str(threads), executor=executor)
    return experiment.weights_sha256()


def test_the_number_of_processes_does_not_change_a_bit(tmp_path: Path) -> None:
    found = {weights(tmp_path, threads, ALL) for threads in (1, 3)}
    assert len(found) == 1
    assert found != {weights(tmp_path / "without", 1)}


def test_distortions_without_strength_train_the_same_weights(tmp_path: Path) -> None:
    nothing = "train.augment={shift: 0, elastic: 0, blur: 0}"
    assert weights(tmp_path / "a", 1, nothing) == weights(tmp_path / "b", 1)


@pytest.mark.parametrize("after", [2, 5])
def test_a_run_goes_on_with_the_same_images_from_any_batch(tmp_path: Path, after: int) -> None:
    whole = started(ALL)
    finish(whole, tmp_path / "whole")
    interrupt(started(ALL), tmp_path / "run", after=after)
    experiment = resumed(tmp_path / "run" / "last.npz")
    finish(experiment, tmp_path / "run")
    assert experiment.weights_sha256() == whole.weights_sha256()


class Undefined(Augmentation):
    """Makes every image undefined."""

    def __call__(self, images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        return np.full(images.shape, np.nan, self.dtype)


def test_a_batch_that_diverged_is_looked_at_with_the_images_that_it_had(tmp_path: Path) -> None:
    experiment = started()
    experiment.network.distortion = Undefined([], (1, 28, 28), np.dtype(np.float32))
    with pytest.raises(DivergedError, match="first in the outputs of input"):
        finish(experiment, tmp_path / "run")
