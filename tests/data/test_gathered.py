"""Images that stay in a file: gathered ahead of the training, in a thread."""

import mmap
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import cnntrain
from cnntrain.config import parse_config
from cnntrain.data import batches, examples, gathered
from cnntrain.data.examples import Examples
from cnntrain.data.gathered import Gathered, mapped
from cnntrain.data.idx import content
from cnntrain.runs.begin import begin
from cnntrain.training.splits import fingerprint, load_splits
from tests.data.idx_files import contents, idx, images, labels, write

PIXELS = images(3000)[:, None]


@pytest.fixture
def in_file(tmp_path: Path) -> np.ndarray:
    """Return the same images in a file."""
    path = tmp_path / "pixels"
    path.write_bytes(b"0123456789abcdef" + PIXELS.tobytes())
    with path.open("rb") as file:
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(mapping, np.uint8, offset=16).reshape(PIXELS.shape)


def positions() -> Iterator[np.ndarray]:
    order = np.random.default_rng(0).permutation(len(PIXELS))
    return iter(np.split(order, range(50, len(PIXELS), 50)))


@pytest.mark.parametrize("slow", [0.0, 1.0])
def test_batches_are_the_same_from_a_file_as_from_memory(
    in_file: np.ndarray, monkeypatch: pytest.MonkeyPatch, slow: float
) -> None:
    monkeypatch.setattr(gathered, "SLOW", slow)  # 0: all is taken for coming from the disk
    found = list(gathered.gathered(in_file, positions()))
    assert len(found) == 60
    for (chosen, pixels), expected in zip(found, positions(), strict=True):
        assert chosen.tolist() == expected.tolist()
        np.testing.assert_array_equal(pixels, PIXELS[expected])


def test_the_thread_ends_with_the_loop(in_file: np.ndarray) -> None:
    before = threading.active_count()
    for _ in gathered.gathered(in_file, positions()):
        break
    assert threading.active_count() == before


def test_what_goes_wrong_in_the_thread_is_raised(in_file: np.ndarray) -> None:
    def failing() -> Iterator[np.ndarray]:
        yield np.arange(3)
        raise MemoryError("too much")

    with pytest.raises(MemoryError, match="too much"):
        list(gathered.gathered(in_file, failing()))


def test_some_images_of_a_file_are_used_like_an_array(in_file: np.ndarray) -> None:
    some = Gathered(in_file, np.arange(0, 3000, 3))
    assert some.shape == (1000, 1, 5, 4)
    assert some.dtype == np.uint8
    assert mapped(some) is mapped(in_file) is not None
    assert mapped(PIXELS) is None
    for key in (5, slice(2, 9), np.array([7, 3])):
        np.testing.assert_array_equal(some[key], PIXELS[::3][key])


def test_many_chosen_images_stay_in_their_file(
    in_file: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "FEW", 100)
    whole = Examples(in_file, np.zeros(3000, int), ("a", "b"), identity="file")
    many, few = whole.chosen(np.arange(200), "half"), whole.chosen(np.arange(50))
    assert isinstance(many.images, Gathered)
    assert isinstance(few.images, np.ndarray)
    assert (many.identity, few.identity) == ("file half", None)
    assert fingerprint(few) == fingerprint(Examples(PIXELS[:50], np.zeros(50, int), ("a", "b")))


@pytest.fixture
def _all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "LARGE", 100)
    monkeypatch.setattr(batches, "LARGEST_STORED", 10)
    monkeypatch.setattr(examples, "FEW", 5)


@pytest.mark.usefixtures("_all_large")
def test_training_from_files_is_resumed_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNTRAIN_DATA", str(tmp_path / "data"))
    files = {"train-images-idx3-ubyte": idx(images(60)), "train-labels-idx1-ubyte": idx(labels(60))}
    write(tmp_path / "idx", contents() | files)
    text = (
        f"dataset: {{idx: {{path: {tmp_path}/idx, size: [5, 4]}}}}\nnetwork: [dense: 3]\n"
        "train: {batchsize: 7, batches: 11, alpha: 0.5, epochs: 2, validation: 12}\n"
    )
    config = parse_config(text, "x.yaml")
    splits = load_splits(config, None)
    assert mapped(splits.train.images) is not None
    whole = cnntrain.train(config, tmp_path / "whole")
    [*_] = whole
    broken = cnntrain.train(config, tmp_path / "broken")
    for count, _ in enumerate(broken, 1):
        if count == 16:  # in the second epoch
            break
    resumed = cnntrain.resume(tmp_path / "broken")
    [*_] = resumed
    assert resumed.result is not None
    assert whole.result is not None
    assert resumed.result["weights_sha256"] == whole.result["weights_sha256"]


@pytest.mark.usefixtures("_all_large")
def test_the_checksum_of_a_large_file_is_remembered_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNTRAIN_DATA", str(tmp_path / "data"))
    write(tmp_path / "idx", contents())
    text = (
        f"dataset: {{idx: {{path: {tmp_path}/idx, size: [5, 4]}}}}\nnetwork: [dense: 3]\n"
        "train: {alpha: 1}\n"
    )
    config = parse_config(text, "x.yaml")

    def checksum() -> str:
        return begin(config, data_dir=None, fetch=lambda *_: None).data_sha256

    first = checksum()
    assert first == fingerprint(Examples(images(12)[:, None], labels(12).astype(int), ()))
    monkeypatch.setattr("cnntrain.training.splits._fingerprint", lambda _: "computed anew")
    assert checksum() == first
    write(tmp_path / "idx", {"train-images-idx3-ubyte": idx(images(12, seed=9))})
    assert checksum() == "computed anew"
