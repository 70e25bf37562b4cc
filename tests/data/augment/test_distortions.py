"""Each distortion against its naive twin; what is not distorted stays the same bytes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.augment.augmentation import Augmentation, augmented
from cnntrain.data.augment.base import Distortion
from cnntrain.data.augment.elastic import Elastic
from cnntrain.data.augment.geometry import Rotation, Scale, Shear, Shift
from cnntrain.data.augment.pixels import Blur, Erasing, Noise, StrokeWidth
from tests.data.augment import naive
from tests.tables import assert_rows

FLOAT64 = np.dtype(np.float64)
Twin = Callable[[Any, np.ndarray, np.ndarray], np.ndarray]  # distortion, image (C, H, W), u


@dataclass(frozen=True)
class Case:
    """A distortion to compare, the same of strength zero, and its twin."""

    distortion: Distortion
    none: Distortion
    twin: Twin


def affine(name: str, strength: str) -> Twin:
    def twin(distortion: Any, image: np.ndarray, u: np.ndarray) -> np.ndarray:
        most = getattr(distortion, strength)
        source = naive.Source(name, tuple(most * (2 * number - 1) for number in u))
        return np.stack([naive.moved(channel, source) for channel in image])

    return twin


def elastic(distortion: Any, image: np.ndarray, u: np.ndarray) -> np.ndarray:
    height, width = image.shape[1:]
    d = naive.displacement(u[0], distortion.alpha, distortion.sigma, (height, width))
    new = np.zeros(image.shape)
    for c, i, j in np.ndindex(image.shape):
        new[c, i, j] = naive.value_at(image[c], j + d[0, i, j], i + d[1, i, j])
    return new


def stroke(distortion: Any, image: np.ndarray, u: np.ndarray) -> np.ndarray:
    t = distortion.pixels * (2 * u[0] - 1)
    return np.stack([naive.stroke(channel, t) for channel in image])


def blur(distortion: Any, image: np.ndarray, u: np.ndarray) -> np.ndarray:
    return np.stack([naive.blurred(channel, distortion.sigma * u[0]) for channel in image])


def noise(distortion: Any, image: np.ndarray, u: np.ndarray) -> np.ndarray:
    z = np.array(naive.noise(u[1], image.size)).reshape(image.shape)
    new: np.ndarray = image + distortion.sd * u[0] * z
    return new


def erase(distortion: Any, image: np.ndarray, u: np.ndarray) -> np.ndarray:
    if u[0] >= distortion.probability:
        return image
    options = distortion.smallest, distortion.largest, distortion.aspect
    top, rows, left, columns = naive.rectangle(u, image.shape[1:], options)
    key = int(u[5] * 2**32)
    new = image.copy()
    for number, (c, i, j) in enumerate(np.ndindex(image.shape)):
        if top <= i < top + rows and left <= j < left + columns:
            random = (naive.word(key, number) >> 8) / 2**24
            new[c, i, j] = 0 if distortion.fill == "black" else random
    return new


CASES = {
    "shift": Case(Shift(2.0), Shift(0.0), affine("shift", "pixels")),
    "rotate": Case(Rotation(150.0), Rotation(0.0), affine("rotate", "degrees")),
    "scale": Case(Scale(0.5), Scale(0.0), affine("scale", "by")),
    "shear": Case(Shear(0.6), Shear(0.0), affine("shear", "by")),
    "elastic": Case(Elastic(6.0, 1.5), Elastic(0.0), elastic),
    "stroke": Case(StrokeWidth(1.0), StrokeWidth(0.0), stroke),
    "blur": Case(Blur(1.5), Blur(0.0), blur),
    "noise": Case(Noise(0.3), Noise(0.0), noise),
    "erase": Case(Erasing(0.8, 0.1, 0.5, fill="noise"), Erasing(0.0), erase),
}


def test_every_distortion_has_a_case_with_a_naive_twin() -> None:
    assert_rows("tests/data/augment/test_distortions.py: CASES", CASES, DISTORTIONS)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = CASES[request.param]
    assert type(found.distortion) is DISTORTIONS[request.param]
    return found


def pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("shape", [(4, 1, 7, 9), (3, 3, 6, 5)])
@pytest.mark.parametrize("floats", [False, True])
def test_a_distortion_agrees_with_its_naive_twin(
    case: Case, shape: tuple[int, ...], floats: bool
) -> None:
    images = pixels(*shape)
    values = images / 255
    augmentation = Augmentation([case.distortion], shape[1:], FLOAT64)  # type: ignore[arg-type]
    numbers = next(augmentation.batches(len(images), seed=5, epoch=1))
    found = augmentation(values if floats else images, numbers)
    draws = numbers[:, -case.distortion.draws :]
    for image, u, new in zip(values, draws, found, strict=True):
        expected = case.twin(case.distortion, image, u)
        # a place on the edge between two sixteenths of a pixel may be rounded to either
        wrong = np.abs(new - expected) > 1e-6
        assert wrong.mean() < 0.02
        assert np.abs(new - image).max() > 0.01 or (expected == image).all()


def test_without_strength_the_bytes_stay_the_same(case: Case) -> None:
    for dtype in map(np.dtype, ("float32", "float64")):
        images = pixels(3, 3, 9, 8)
        augmentation = Augmentation([case.none], (3, 9, 8), dtype)
        numbers = next(augmentation.batches(3, seed=1, epoch=1))
        expected = images / dtype.type(255)
        assert augmentation(images, numbers).tobytes() == expected.tobytes()
        assert augmentation(expected, numbers).tobytes() == expected.tobytes()
    assert augmented(images, [case.none], seed=1).tobytes() == images.tobytes()


def test_every_option_is_checked(case: Case) -> None:
    for name, value in vars(case.distortion).items():
        if name != "fill":
            for wrong in (-1.0, float("nan"), 1e6):
                with pytest.raises(ValueError, match=rf"^{name}: found \S+, expected a number fr"):
                    replace(case.distortion, **{name: wrong})
        assert value == getattr(replace(case.distortion, **{name: value}), name)


@pytest.mark.parametrize(("x", "y"), [(2, 0), (0, -2), (-1, 2)])
def test_a_shift_by_whole_pixels_only_moves_them(x: int, y: int) -> None:
    images = pixels(40, 1, 10, 12)
    augmentation = Augmentation([Shift(2.0)], (1, 10, 12), np.dtype(np.float32))
    u = np.tile([(x / 2 + 1) / 2, (y / 2 + 1) / 2], (40, 1))
    padded = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)), mode="edge")
    expected = padded[:, :, 2 - y : 12 - y, 2 - x : 14 - x] / np.float32(255)
    np.testing.assert_array_equal(augmentation(images, augmentation.with_maps(u)), expected)


def test_distortions_of_the_geometry_follow_each_other_in_their_order() -> None:
    images = pixels(20, 1, 9, 9)
    for order in ([Shift(2.0), Rotation(90.0)], [Rotation(90.0), Shift(2.0)]):
        augmentation = Augmentation(order, (1, 9, 9), FLOAT64)
        u = np.ones((20, 3))  # 2 pixels right and down, a quarter of a turn
        turned = np.rot90(images, -1, axes=(2, 3))
        first_turned = isinstance(order[0], Rotation)
        start = turned if first_turned else images
        padded = np.pad(start, ((0, 0), (0, 0), (2, 0), (2, 0)), mode="edge")[:, :, :9, :9]
        expected = padded if first_turned else np.rot90(padded, -1, axes=(2, 3))
        found = augmentation(images, augmentation.with_maps(u))
        np.testing.assert_allclose(found[:, :, 3:-3, 3:-3], expected[:, :, 3:-3, 3:-3] / 255)


def test_the_mean_of_digits_stays_within_some_percent() -> None:
    image = np.zeros((300, 1, 28, 28), np.uint8)
    image[:, :, 6:22, 12:16] = 255
    for name, kind in DISTORTIONS.items():
        augmentation = Augmentation([kind()], (1, 28, 28), np.dtype(np.float32))
        numbers = next(augmentation.batches(300, seed=0, epoch=1))
        ratio = augmentation(image, numbers).mean() / (image.mean() / 255)
        assert ratio == pytest.approx(1, abs=0.1 if name == "erase" else 0.03), name
