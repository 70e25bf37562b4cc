import numpy as np
import pytest

from cnntrain.data.examples import Examples
from cnntrain.errors import ConfigError, DataError
from cnntrain.training.splits import fingerprint, load_split, load_splits
from tests.small import small


def test_validation_images_are_the_end_of_the_training_set_and_in_no_other() -> None:
    whole = small().dataset.load("train", None)
    splits = load_splits(small(), None)
    assert splits.validation is not None
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (45, 15, 30)
    np.testing.assert_array_equal(splits.train.images, whole.images[:45])
    np.testing.assert_array_equal(splits.validation.images, whole.images[45:])
    np.testing.assert_array_equal(splits.validation.labels, whole.labels[45:])


def test_without_validation_all_images_are_trained_on() -> None:
    splits = load_splits(small("train.validation=0"), None)
    assert (len(splits.train), splits.validation) == (60, None)


@pytest.mark.parametrize(("limit", "train", "test"), [(1, 1, 1), (40, 40, 30), (999, 45, 30)])
def test_a_limit_keeps_the_first_images_of_training_and_test(
    limit: int, train: int, test: int
) -> None:
    splits = load_splits(small(), None, limit=limit)
    assert splits.validation is not None
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (train, 15, test)


@pytest.mark.parametrize(("split", "count"), [("train", 45), ("validation", 15), ("test", 30)])
def test_one_split_is_the_same_as_among_all(split: str, count: int) -> None:
    examples = load_split(small(), split, None)  # type: ignore[arg-type]  # a parameter
    assert len(examples) == count
    assert fingerprint(examples) == fingerprint(getattr(load_splits(small(), None), split))


@pytest.mark.parametrize("held_back", [60, 61])
def test_holding_back_everything_is_refused(held_back: int) -> None:
    with pytest.raises(ConfigError) as caught:
        load_splits(small(f"train.validation={held_back}"), None)
    assert str(caught.value) == (
        f"--set train.validation: found {held_back}, expected fewer than the 60 training images"
    )


def test_a_validation_split_that_was_not_held_back_is_refused() -> None:
    with pytest.raises(DataError, match="^small: found no validation images: train.validation is"):
        load_split(small("train.validation=0"), "validation", None)


def test_the_fingerprint_changes_with_every_image_and_every_label() -> None:
    images = np.arange(8, dtype=np.uint8).reshape(2, 1, 2, 2)
    labels = np.array([0, 1])
    classes = ("a", "b")
    same = fingerprint(Examples(images, labels, classes))
    assert fingerprint(Examples(images.copy(), labels.astype(np.int32), classes)) == same
    assert fingerprint(Examples(images[::-1], labels, classes)) != same
    assert fingerprint(Examples(images, labels[::-1], classes)) != same
