"""What a data set holds."""

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.data.survey import survey
from tests.data.idx_files import images, labels

CLASSES = ("ant", "bee", "cat")


def examples(pixels: np.ndarray, numbers: np.ndarray) -> Examples:
    return Examples(pixels[:, None], numbers.astype(int), CLASSES)


def test_counts_mean_and_deviation_are_those_of_the_pixels() -> None:
    train, test = images(12), images(6, 1)
    found = survey(examples(train, labels(12)), examples(test, labels(6)))
    assert found.shape == (1, 5, 4)
    assert (found.train.images, found.train.per_class, found.test.per_class) == (
        12,
        [4] * 3,
        [2] * 3,
    )
    assert abs(found.train.mean - train.mean() / 255) < 1e-6
    assert abs(found.train.deviation - train.std() / 255) < 1e-6
    assert found.unusual == []


def test_floats_are_taken_as_they_are() -> None:
    pixels = images(9) / 255
    found = survey(examples(pixels, labels(9)), examples(images(3, 1) / 255, labels(3)))
    assert abs(found.train.mean - pixels.mean()) < 1e-6


def test_blank_repeated_and_shared_images_are_counted_with_their_places() -> None:
    train, test = images(12), images(6, 1)
    train[4] = 7
    train[9], train[10] = train[2], train[2]
    test[1], test[2], test[5] = train[3], train[8], train[3]
    found = survey(examples(train, labels(12)), examples(test, labels(6)))
    assert (found.train.blank, found.train.first_blank) == (1, [4])
    assert (found.train.repeated, found.train.first_repeated) == (2, [9, 10])
    assert (found.in_both, found.first_in_both) == (3, [(1, 3), (2, 8), (5, 3)])
    assert found.of_another_class == 2  # 1 is 0, and 5 is 0; 2 is 2
    assert found.unusual == [
        "training images of one value: 1 (4)",
        "training images that are the same as an earlier one: 2 (9, 10)",
        "test images that are the same as an earlier one: 1 (5)",
        "test images that are training images: 3, with another class there 2 (1 is 3, 2 is 8, 5 is 3)",
    ]


def test_classes_without_images_are_named() -> None:
    found = survey(examples(images(6), labels(6) % 2), examples(images(2, 1), np.array([0, 2])))
    assert found.unusual == ["no training image of cat", "no test image of bee"]
