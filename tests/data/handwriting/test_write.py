import numpy as np
import pytest

from cnntrain.data.handwriting.strokes import HANDS
from cnntrain.data.handwriting.write import synthetic


def masses(images: np.ndarray) -> np.ndarray:
    """Return the centre of mass of each image (N, 1, 28, 28): (N, 2), y and x."""
    y, x = np.mgrid[:28, :28]
    total = images.sum(axis=(1, 2, 3), dtype=float)
    return np.stack([(images * at).sum(axis=(1, 2, 3)) / total for at in (y, x)], axis=1)


def test_digits_have_the_shapes_and_types_of_mnist() -> None:
    digits = synthetic("train", count=30)
    assert digits.images.shape == (30, 1, 28, 28)
    assert digits.images.dtype == np.uint8
    assert digits.labels.shape == (30,)
    assert digits.classes == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


@pytest.mark.parametrize("count", [0, 1, 10, 37])
def test_classes_are_balanced_within_one(count: int) -> None:
    counts = np.bincount(synthetic("train", count=count).labels, minlength=10)
    assert counts.sum() == count
    assert np.ptp(counts) <= 1


def test_labels_are_shuffled() -> None:
    labels = synthetic("train", count=200).labels
    assert np.count_nonzero(labels[:-1] <= labels[1:]) < 150


def test_the_same_arguments_give_the_same_bytes() -> None:
    first, second = (synthetic("train", count=300, seed=5) for _ in range(2))
    assert first.images.tobytes() == second.images.tobytes()
    assert first.labels.tobytes() == second.labels.tobytes()


def test_another_seed_or_split_gives_other_digits() -> None:
    base = synthetic("train", count=100, seed=1).images
    assert not np.array_equal(base, synthetic("train", count=100, seed=2).images)
    assert not np.array_equal(base, synthetic("test", count=100, seed=1).images)


def test_no_test_digit_is_a_training_digit() -> None:
    train = {image.tobytes() for image in synthetic("train", count=500).images}
    assert len(train) == 500
    assert not any(image.tobytes() in train for image in synthetic("test", count=500).images)


def test_ink_is_light_on_a_dark_background_and_as_plentiful_as_in_mnist() -> None:
    images = synthetic("train", count=1000).images
    assert np.all(images.max(axis=(1, 2, 3)) > 200)
    assert 28 < images.mean() < 40  # MNIST: 33.3
    assert np.all(images[:, :, [0, -1], :].mean(axis=(1, 2, 3)) < 128)


def test_the_longer_side_of_a_digit_is_about_20_pixels() -> None:
    for image in synthetic("train", count=200).images[:, 0]:
        rows, columns = np.nonzero(image > 100)
        assert 16 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22


def test_the_centre_of_mass_is_the_centre_of_pixel_14_within_half_a_pixel() -> None:
    offsets = masses(synthetic("train", count=1000).images) - 14
    assert abs(offsets).max() < 0.51
    np.testing.assert_allclose(offsets.mean(axis=0), 0, atol=0.05)


def test_every_hand_of_every_digit_is_drawn_inside_the_unit_height() -> None:
    for hands in HANDS.values():
        for hand in hands:
            points = np.array([point for stroke in hand.strokes for point in stroke])
            assert hand.share > 0
            assert all(len(stroke) >= 2 for stroke in hand.strokes)
            assert points[:, 1].min() >= 0
            assert points[:, 1].max() <= 100


def test_digits_are_told_apart_by_their_nearest_neighbours() -> None:
    train, test = synthetic("train", count=3000), synthetic("test", count=300)
    known = train.images.reshape(3000, -1).astype(np.float32)
    asked = test.images.reshape(300, -1).astype(np.float32)
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    nearest = np.argmax(asked @ known.T, axis=1)
    assert np.mean(train.labels[nearest] == test.labels) > 0.9
