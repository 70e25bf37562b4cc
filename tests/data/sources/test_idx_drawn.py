"""MNIST's training images, and digits that cnntrain draws itself, as one data set."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnntrain.config import parse_config
from cnntrain.data.examples import NO_CLASS, Examples
from cnntrain.data.handwriting.kept import kept
from cnntrain.data.handwriting.others.write import others
from cnntrain.data.handwriting.write import synthetic
from cnntrain.data.sources.digits import shrink
from cnntrain.errors import ConfigError

TEXT = "dataset: {%s}\nnetwork: [dense: 10]\ntrain: {alpha: 1}\n"


@pytest.mark.mnist
def test_drawn_digits_follow_the_training_images_alone(mnist_root: Path) -> None:
    plain = parse_config(TEXT % "mnist: {}", "x.yaml").dataset
    mixed = parse_config(TEXT % "mnist: {drawn: 30, resize: 14}", "x.yaml").dataset
    train, test = (mixed.load(split, mnist_root) for split in ("train", "test"))
    assert (len(train), len(test)) == (60_030, 10_000)
    np.testing.assert_array_equal(train.labels[:60_000], plain.load("train", mnist_root).labels)
    np.testing.assert_array_equal(train.labels[60_000:], synthetic("train", count=30).labels)
    assert train.images.shape == (60_030, 1, 14, 14)


@pytest.mark.mnist
@pytest.mark.parametrize(
    ("count", "asked"), [(50, None), (60_000, None), (60_012, 12), (99_999, 39_999)]
)
def test_of_the_first_images_no_more_are_drawn_than_needed(
    count: int, asked: int | None, mnist_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int | None] = []

    def counted(*args: Any, first: int | None = None, **options: Any) -> Examples:
        calls.append(first)
        return kept(*args, first=first, **options)

    monkeypatch.setattr("cnntrain.data.handwriting.kept.kept", counted)
    mixed = parse_config(TEXT % "mnist: {drawn: 30, others: 5, resize: 4}", "x.yaml").dataset
    some = mixed.load_first("train", mnist_root, count)
    assert calls == ([] if asked is None else [asked])
    whole = mixed.load("train", mnist_root).part(0, count)
    np.testing.assert_array_equal(some.images, whole.images)
    np.testing.assert_array_equal(some.labels, whole.labels)


@pytest.mark.mnist
def test_what_is_no_digit_follows_without_a_class(mnist_root: Path) -> None:
    mixed = parse_config(TEXT % "mnist: {others: 30, resize: 14}", "x.yaml").dataset
    assert mixed.has_others
    train, test = (mixed.load(split, mnist_root) for split in ("train", "test"))
    assert (len(train), len(test)) == (60_030, 10_000)
    assert (train.labels[60_000:] == NO_CLASS).all()
    assert train.labels[:60_000].min() == test.labels.min() == 0
    np.testing.assert_array_equal(train.images[60_000:], shrink(others(30), 14))


@pytest.mark.parametrize(
    ("dataset", "complaint"),
    [
        ("mnist: {drawn: -1}", "dataset.mnist.drawn: found -1, expected 0 or more"),
        ("mnist: {others: -1}", "dataset.mnist.others: found -1, expected 0 or more"),
        ("kmnist: {drawn: 5}", "dataset.kmnist.drawn: unknown option"),
    ],
)
def test_drawn_digits_are_refused_where_they_do_not_fit(dataset: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(TEXT % dataset, "x.yaml")
    assert complaint in str(caught.value)
