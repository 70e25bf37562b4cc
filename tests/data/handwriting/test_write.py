import os

import numpy as np
import pytest

from cnntrain.data.handwriting import write
from cnntrain.data.handwriting.curve import Curve, curve_of
from cnntrain.data.handwriting.skeletons import HANDS, Hand
from cnntrain.data.handwriting.write import synthetic


def masses(images: np.ndarray) -> np.ndarray:
    """Return the centre of mass of each image (N, 1, 28, 28): (N, 2), y and x."""
    y, x = np.mgrid[:28, :28]
    total = images.sum(axis=(1, 2, 3), dtype=float)
    return np.stack([(images * at).sum(axis=(1, 2, 3)) / total for at in (y, x)], axis=1)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Return the images (1000, 1, 28, 28) of many digits."""
    return synthetic("train", count=1000).images


def test_digits_have_the_shapes_and_types_of_mnist() -> None:
    few = synthetic("train", count=30)
    assert few.images.shape == (30, 1, 28, 28)
    assert few.images.dtype == np.uint8
    assert few.labels.shape == (30,)
    assert few.classes == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


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


@pytest.mark.parametrize("first", [1, 40, 300, 999])
def test_the_first_digits_are_those_of_the_whole_set(first: int) -> None:
    whole = synthetic("train", count=300, seed=5)
    few = synthetic("train", count=300, seed=5, first=first)
    assert few.images.tobytes() == whole.images[:first].tobytes()
    assert few.labels.tobytes() == whole.labels[:first].tobytes()


def test_what_does_not_belong_to_the_first_digits_is_not_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []

    def counted(curve: Curve, count: int, rng: np.random.Generator) -> np.ndarray:
        drawn.append(count)
        return np.zeros((count, 28, 28), np.uint8)

    monkeypatch.setattr(write, "write_hand", counted)
    synthetic("train", count=20_000)
    assert sum(drawn) == 20_000
    drawn.clear()
    synthetic("train", count=20_000, first=10)
    assert 10 <= sum(drawn) <= 10 * write.CHUNK


def test_another_seed_or_split_gives_other_digits() -> None:
    base = synthetic("train", count=100, seed=1).images
    assert not np.array_equal(base, synthetic("train", count=100, seed=2).images)
    assert not np.array_equal(base, synthetic("test", count=100, seed=1).images)


def test_no_test_digit_is_a_training_digit() -> None:
    train = {image.tobytes() for image in synthetic("train", count=500).images}
    assert len(train) == 500
    assert not any(image.tobytes() in train for image in synthetic("test", count=500).images)


@pytest.mark.parametrize("processors", [1, 3])
def test_the_number_of_processors_does_not_change_a_byte(
    monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    expected = synthetic("train", count=400).images.tobytes()
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert synthetic("train", count=400).images.tobytes() == expected


def test_every_hand_writes_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[Hand, int] = {}

    def draw_nothing(curve: Hand, count: int, rng: np.random.Generator) -> np.ndarray:
        written[curve] = written.get(curve, 0) + count
        return np.zeros((count, 28, 28), np.uint8)

    monkeypatch.setattr(write, "curve_of", lambda hand: hand)
    monkeypatch.setattr(write, "write_hand", draw_nothing)
    synthetic("train", count=50_000)
    for hands in HANDS.values():
        shares = np.array([hand.share for hand in hands])
        expected = 5000 * shares / shares.sum()
        counts = np.array([written[hand] for hand in hands])
        assert np.all(np.abs(counts - expected) < 5 * np.sqrt(expected))


@pytest.mark.parametrize("digit", HANDS)
def test_a_digit_has_several_hands_and_none_writes_half_of_it(digit: str) -> None:
    shares = [hand.share for hand in HANDS[digit]]
    assert len(shares) >= 10
    assert max(shares) < sum(shares) / 2


@pytest.mark.parametrize(("digit", "low", "high"), [("1", 40, 90), ("7", -90, 22)])
def test_however_it_is_turned_a_1_is_told_from_a_7_by_how_its_first_stroke_rises(
    monkeypatch: pytest.MonkeyPatch, digit: str, low: float, high: float
) -> None:
    rises: list[np.ndarray] = []

    def measured(
        paths: tuple[np.ndarray, np.ndarray], _: object, __: object, ___: object
    ) -> np.ndarray:
        way = paths[1][:, curve.end - 1] - paths[0][:, 0]
        rises.append(np.degrees(np.arctan2(-way[:, 1], way[:, 0])))
        return np.zeros((len(way), 28, 28), np.uint8)

    monkeypatch.setattr(write, "draw", measured)
    for hand in HANDS[digit]:
        if hand.rise is not None:
            curve = curve_of(hand)
            write.write_hand(curve, 300, np.random.default_rng(0))
    rise = np.concatenate(rises)
    assert len(rise) >= 1200
    assert np.all((low - 0.01 < rise) & (rise < high + 0.01))
    bound = low if digit == "1" else high
    assert 0.02 < np.mean(np.abs(rise - bound) < 0.01) < 0.5  # so many would have passed it


def test_ink_is_light_on_a_dark_background_and_as_plentiful_as_in_mnist(digits: np.ndarray) -> None:
    assert np.all(digits.max(axis=(1, 2, 3)) > 180)
    assert 28 < digits.mean() < 40  # MNIST: 33.3
    assert np.all(digits[:, :, [0, -1], :].mean(axis=(1, 2, 3)) < 128)


def test_strokes_are_as_wide_as_those_of_mnist() -> None:
    train = synthetic("train", count=2000)
    ones = train.images[train.labels == 1, 0]  # most of them are a single stroke
    middle = ones[:, 9:19].sum(axis=2).mean(axis=1) / 255  # pixels of ink in a row
    assert 2.2 < np.median(middle) < 3.6
    assert np.ptp(np.quantile(middle, [0.1, 0.9])) > 1


def test_digits_have_grey_edges_and_bright_strokes(digits: np.ndarray) -> None:
    inked = digits[digits > 0]
    assert 0.25 < np.mean(inked < 200) < 0.65  # MNIST: 0.44


def test_the_longer_side_of_a_digit_is_20_pixels(digits: np.ndarray) -> None:
    sides = []
    for image in digits[:, 0]:
        rows, columns = np.nonzero(image)
        sides.append(max(np.ptp(rows), np.ptp(columns)) + 1)
    assert np.mean(np.array(sides) == 20) > 0.95
    assert min(sides) >= 19
    assert max(sides) <= 22


def test_the_centre_of_mass_is_the_centre_of_pixel_14_within_half_a_pixel(
    digits: np.ndarray,
) -> None:
    offsets = masses(digits) - 14
    assert np.mean(abs(offsets) < 0.51) > 0.99  # a 7 whose foot would leave the picture
    assert abs(offsets).max() < 2
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
    assert np.mean(train.labels[nearest] == test.labels) > 0.75
