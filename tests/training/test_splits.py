import numpy as np
import pytest

from cnntrain.config import parse_config
from cnntrain.data.examples import NO_CLASS, Examples
from cnntrain.data.sources.synthetic import Synthetic
from cnntrain.errors import ConfigError, DataError
from cnntrain.training.splits import fingerprint, load_split, load_splits
from tests.small import small

NUMBERS = """\
dataset: {inline: {inputs: [[0.1], [0.2], [0.3]], targets: [[0.2], [0.4], [0.6]]}}
network: [dense: 1]
train: {batchsize: 1, alpha: 0.1}
"""


def test_validation_images_are_drawn_by_class_and_are_in_no_other_split() -> None:
    whole = small().dataset.load("train", None)
    splits = load_splits(small(), None)
    assert splits.validation is not None
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (45, 15, 30)
    both = np.concatenate([splits.train.images, splits.validation.images])
    assert sorted(image.tobytes() for image in both) == sorted(i.tobytes() for i in whole.images)
    share = np.bincount(whole.labels, minlength=10) * 15 / 60
    found = np.bincount(splits.validation.labels, minlength=10)
    assert (np.abs(found - share) < 1).all()


def test_what_is_not_set_aside_stays_in_order() -> None:
    images = [image.tobytes() for image in small().dataset.load("train", None).images]
    splits = load_splits(small(), None)
    assert splits.validation is not None
    for part in (splits.train, splits.validation):
        places = [images.index(image.tobytes()) for image in part.images]
        assert places == sorted(places)


def test_the_seed_draws_the_validation_images() -> None:
    def drawn(seed: int) -> str:
        validation = load_splits(small(f"seed={seed}"), None).validation
        assert validation is not None
        return fingerprint(validation)

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


@pytest.mark.parametrize("count", [1, 7, 10, 59])
def test_any_number_of_images_can_be_set_aside(count: int) -> None:
    splits = load_splits(small(f"train.validation={count}"), None)
    assert splits.validation is not None
    assert (len(splits.train), len(splits.validation)) == (60 - count, count)


def test_numbers_that_are_no_classes_are_set_aside_at_random() -> None:
    config = parse_config(NUMBERS, "numbers.yaml", ["train.validation=1"])
    splits = load_splits(config, None)
    assert splits.validation is not None
    assert (len(splits.train), len(splits.validation)) == (2, 1)


def test_smoothing_targets_that_are_no_classes_is_refused() -> None:
    config = parse_config(NUMBERS, "numbers.yaml", ["train.label_smoothing=0.1"])
    with pytest.raises(ConfigError, match="train.label_smoothing: found 0.1, but the targets of"):
        load_splits(config, None)


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


def test_a_limit_loads_no_more_than_it_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_splits(small("train.validation=0"), None)
    monkeypatch.setattr(Synthetic, "load", None)
    some = load_splits(small("train.validation=0"), None, limit=20)
    assert fingerprint(some.train) == fingerprint(whole.train.part(0, 20))
    assert fingerprint(some.test) == fingerprint(whole.test.part(0, 20))


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


def test_images_of_no_class_are_trained_on_but_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    config = small()
    whole = config.dataset.load("train", None)
    labels = np.where(np.arange(len(whole)) % 3 == 0, NO_CLASS, whole.labels)
    mixed = Examples(whole.images, labels, whole.classes)
    monkeypatch.setattr(type(config.dataset), "load", lambda *_: mixed)
    splits = load_splits(config, None)
    assert splits.validation is not None
    assert (splits.train.labels == NO_CLASS).sum() == 20
    assert splits.validation.labels.min() >= 0
    assert load_split(config, "train", None).labels.min() >= 0
    targets = splits.train.targets(np.dtype(float))
    assert (targets[splits.train.labels == NO_CLASS] == 0.1).all()
    assert targets.sum(axis=1) == pytest.approx(1)
    assert targets.max() == 1
