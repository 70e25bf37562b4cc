import time
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.header import IdxError
from cnntrain.data.idx.verify import load_file, load_idx
from cnntrain.errors import DataError
from tests.data.idx_files import CLASSES, contents, dataset, idx, images, labels, write, zipped

ROW = dataset()


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATASETS, "tiny", ROW)
    monkeypatch.setitem(DATASETS, "other", dataset(seed=7, name="other"))


def test_each_split_is_loaded_with_its_labels_and_classes(tmp_path: Path) -> None:
    write(tmp_path / "tiny", zipped(contents()))
    test = load_idx("tiny", "test", tmp_path)
    np.testing.assert_array_equal(test.images, images(6, seed=1)[:, None])
    np.testing.assert_array_equal(test.labels, labels(6))
    assert test.classes == CLASSES
    assert len(load_idx("tiny", "train", tmp_path)) == 12


def test_a_missing_file_is_named_with_the_places_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        load_idx("tiny", "train", tmp_path)
    assert str(raised.value) == (
        f"Tiny's train-images-idx3-ubyte.gz is neither in {tmp_path}/tiny nor in {tmp_path}; "
        f"run `cnntrain download tiny --data-dir {tmp_path}`, "
        "or name the folder that holds it with --data-dir"
    )


def test_a_file_of_another_data_set_is_recognised(tmp_path: Path) -> None:
    write(tmp_path, zipped(contents(seed=7)))
    with pytest.raises(
        IdxError, match=r"\.gz: is Other's train-images.*, expected Tiny's train-images"
    ) as raised:
        load_idx("tiny", "train", tmp_path)
    assert f"again with `cnntrain download tiny --data-dir {tmp_path}`" in str(raised.value)


def test_a_file_of_another_data_set_is_recognised_without_an_own_checksum(tmp_path: Path) -> None:
    row = dataset(checksums=False)
    write(tmp_path, contents(seed=7))
    path = tmp_path / row.train.images.stem
    with pytest.raises(IdxError, match="is Other's"):
        load_file(path, row, row.train.images)
    write(tmp_path, contents(seed=3))
    assert len(load_file(path, row, row.train.images)) == 12


def test_content_with_another_checksum_is_refused(tmp_path: Path) -> None:
    write(tmp_path, contents(seed=3))
    expected = f"expected Tiny's train-images-idx3-ubyte, which has {ROW.train.images.sha256};"
    with pytest.raises(IdxError, match=rf"has content of SHA-256 \w+, {expected}"):
        load_idx("tiny", "train", tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        (ROW.train.images, idx(images(11)), "holds 11×5×4 elements, expected 12×5×4"),
        (ROW.train.labels, idx(labels(13)), "holds 13 elements, expected 12"),
        (ROW.train.labels, idx(np.full(12, 3, np.uint8)), "label 3 at position 0, expected 0 to 2"),
    ],
)
def test_counts_and_labels_are_checked_before_the_checksum(
    tmp_path: Path, file: object, content: bytes, problem: str
) -> None:
    write(tmp_path, {**contents(), file.stem: content})  # type: ignore[attr-defined]
    with pytest.raises(IdxError) as raised:
        load_idx("tiny", "train", tmp_path)
    assert raised.value.problem == problem


@pytest.mark.mnist
def test_real_mnist_is_loaded_and_verified_in_a_second(mnist_root: Path) -> None:
    before = time.process_time()  # not the clock on the wall: machines are shared
    train, test = (load_idx("mnist", split, mnist_root) for split in ("train", "test"))
    assert time.process_time() - before < 1
    assert train.images.shape == (60_000, 1, 28, 28)
    assert test.images.shape == (10_000, 1, 28, 28)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


@pytest.mark.mnist
def test_real_mnist_is_not_taken_for_its_relatives(mnist_root: Path, tmp_path: Path) -> None:
    for path in mnist_root.glob("**/*.gz"):
        (tmp_path / path.name).symlink_to(path)
    for name in ("fashion-mnist", "kmnist"):
        with pytest.raises(IdxError, match="is MNIST's t10k-images.*, expected .*-MNIST's"):
            load_idx(name, "test", tmp_path)
