from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnntrain.config import Config, parse_config
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources import SOURCES
from cnntrain.data.sources.base import Source
from cnntrain.errors import ConfigError, DataError, PictureError


def config(dataset: str) -> Config:
    return parse_config(f"dataset: {dataset}\nnetwork: [dense: 2]\ntrain: {{alpha: 1}}\n", "x.yaml")


def source(dataset: str) -> Source:
    return config(dataset).dataset


def test_every_downloadable_data_set_is_a_source() -> None:
    assert set(DATASETS) < set(SOURCES)


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_of_files_is_missing_until_its_files_are_there(
    name: str, tmp_path: Path
) -> None:
    data = source(name)
    assert data.missing(tmp_path)
    with pytest.raises(DataError, match=rf"run `cnntrain download {name} --data-dir"):
        data.load("train", tmp_path)
    for file in DATASETS[name].files:
        (tmp_path / file.gz_name).write_bytes(b"")
    assert not data.missing(tmp_path)


# Synthetic digits


def test_synthetic_digits_are_never_missing_and_have_the_sizes_asked_for(tmp_path: Path) -> None:
    data = source("{synthetic: {train: 30, test: 20}}")
    assert not data.missing(tmp_path)
    train, test = data.load("train", tmp_path), data.load("test", tmp_path)
    assert train.images.shape == (30, 1, 28, 28)
    assert train.images.dtype == np.uint8
    assert test.images.shape == (20, 1, 28, 28)
    assert train.classes == test.classes == tuple("0123456789")
    assert list(tmp_path.iterdir()) == []


def test_a_seed_gives_the_same_digits_and_another_gives_others() -> None:
    first, again, other = (
        source(f"{{synthetic: {{train: 5, seed: {seed}}}}}").load("train", None).images
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_training_and_test_digits_differ() -> None:
    data = source("{synthetic: {train: 5, test: 5}}")
    assert not np.array_equal(data.load("train", None).images, data.load("test", None).images)


@pytest.mark.parametrize("side", [28, 14, 7, 4])
def test_images_are_resized_for_training_and_for_predicting_alike(
    side: int, tmp_path: Path
) -> None:
    data = source(f"{{synthetic: {{train: 3, resize: {side}}}}}")
    Image.fromarray(np.tril(np.full((40, 40), 255, np.uint8))).save(tmp_path / "x.png")
    reading = data.read(tmp_path / "x.png", "auto")
    images = data.load("train", None).images
    assert data.shape == images.shape[1:] == reading.images.shape[1:] == (1, side, side)
    assert images.dtype == reading.images.dtype == (np.uint8 if side == 28 else np.float32)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="No such file"):
        source("synthetic").read(tmp_path / "x.png", "auto")


# Inline numbers


def test_inline_numbers_are_examples_of_their_own() -> None:
    data = source("{inline: {inputs: [[0.05, 0.1], [1, 0]], targets: [[0.01, 0.99], [1, 0]]}}")
    for split in ("train", "test"):
        examples = data.load(split, None)
        np.testing.assert_array_equal(examples.images.reshape(2, 2), [[0.05, 0.1], [1, 0]])
        np.testing.assert_array_equal(examples.targets(np.dtype(float)), [[0.01, 0.99], [1.0, 0.0]])
        assert examples.labels.tolist() == [1, 0]
    assert data.shape == (2, 1, 1)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("inputs: [], targets: []", "inline.targets: found 0, but of inputs 0; expected equa"),
        (
            "inputs: [[1]], targets: [[1], [2]]",
            "inline.targets: found 2, but of inputs 1; expected equa",
        ),
        ("inputs: [[1], [1, 2]], targets: [[1], [2]]", "inputs: found lists of 1 and 2 numbers"),
        ("inputs: [[1]], targets: [[]]", "targets: found lists of 0 numbers, expected one lengt"),
        ("inputs: [[.nan]], targets: [[1]]", "inputs[0]: found [nan], expected finite numbers"),
        ("inputs: [[1]], targets: [[1e400]]", "targets[0]: found [inf], expected finite numbers"),
        (
            "inputs: [1], targets: [[1]]",
            "dataset.inline.inputs[0]: found 1, expected a list of numbers",
        ),
        (
            "inputs: [[a]], targets: [[1]]",
            "dataset.inline.inputs[0][0]: found the text 'a', expected a num",
        ),
        (
            "inputs: [[1]]",
            "dataset.inline: 'targets' is missing; write `inline: {inputs: ..., targets: ...}`",
        ),
    ],
)
def test_inline_numbers_that_do_not_belong_together_are_refused(
    options: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        source(f"{{inline: {{{options}}}}}")
    assert str(caught.value).startswith("x.yaml:1: dataset.inline")
    assert complaint in str(caught.value)


def test_every_source_says_its_shape_and_fails_clearly_without_its_data(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "inline": "{inputs: [[1]], targets: [[1]]}",
        **dict.fromkeys(("folder", "idx", "npz", "csv"), "{path: nowhere}"),
    }
    for name in SOURCES:
        data = source(f"{{{name}: {options.get(name, '{}')}}}")
        channels, rows, columns = data.shape
        assert min(channels, rows, columns) >= 1
        if name not in ("synthetic", "inline"):
            with pytest.raises(DataError):
                data.load("train", tmp_path)
