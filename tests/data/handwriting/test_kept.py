import os
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.examples import Examples, Split
from cnntrain.data.handwriting import kept as module
from cnntrain.data.handwriting.kept import kept
from cnntrain.data.handwriting.write import synthetic
from cnntrain.data.sources.synthetic import Synthetic


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let sets of 40 digits be worth keeping; return the sizes of the sets that are written."""
    counts: list[int] = []

    def write(split: Split, *, count: int, seed: int = 0, first: int | None = None) -> Examples:
        counts.append(count if first is None else first)
        return synthetic(split, count=count, seed=seed, first=first)

    module._fingerprint()  # which writes some, once
    monkeypatch.setattr(module, "WORTH_KEEPING", 40)
    monkeypatch.setattr(module, "synthetic", write)
    return counts


def the_file(root: Path) -> Path:
    [path] = (root / "synthetic").iterdir()
    return path


def test_a_large_set_is_written_once_and_read_from_then_on(
    tmp_path: Path, written: list[int]
) -> None:
    expected = synthetic("test", count=40, seed=3)
    for _ in range(3):
        digits = kept(tmp_path, "test", count=40, seed=3)
        np.testing.assert_array_equal(digits.images, expected.images)
        np.testing.assert_array_equal(digits.labels, expected.labels)
        assert digits.labels.dtype == expected.labels.dtype
        assert digits.classes == expected.classes
    assert written == [40]


def test_the_first_digits_of_a_large_set_are_read_or_written_alone(
    tmp_path: Path, written: list[int]
) -> None:
    expected = synthetic("test", count=40, seed=3)
    for whole in (False, True):
        digits = kept(tmp_path, "test", count=40, seed=3, first=7)
        np.testing.assert_array_equal(digits.images, expected.images[:7])
        np.testing.assert_array_equal(digits.labels, expected.labels[:7])
        assert (tmp_path / "synthetic").exists() == whole
        kept(tmp_path, "test", count=40, seed=3)
    assert written == [7, 40]


def test_other_arguments_have_other_files(tmp_path: Path, written: list[int]) -> None:
    for _ in range(2):
        kept(tmp_path, "test", count=40, seed=3)
        kept(tmp_path, "train", count=40, seed=3)
        kept(tmp_path, "test", count=41, seed=3)
        kept(tmp_path, "test", count=40, seed=4)
    assert written == [40, 40, 41, 40]


def test_digits_of_another_version_are_not_read(
    tmp_path: Path, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path, "test", count=40, seed=0)
    monkeypatch.setattr(module, "_fingerprint", lambda: "another")
    kept(tmp_path, "test", count=40, seed=0)
    assert written == [40, 40]


def test_only_the_newest_files_stay(
    tmp_path: Path, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    for seed in range(4):
        kept(tmp_path, "test", count=40, seed=seed)
        for path in (tmp_path / "synthetic").iterdir():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10))
    assert sorted(path.name[:9] for path in (tmp_path / "synthetic").iterdir()) == [
        "test-40-2",
        "test-40-3",
    ]


def test_small_sets_leave_no_file(tmp_path: Path, written: list[int]) -> None:
    kept(tmp_path, "test", count=39, seed=0)
    assert written == [39]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "a folder"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, written: list[int], damage: str) -> None:
    expected = kept(tmp_path, "test", count=40, seed=0).images
    path = the_file(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    else:
        length = {"empty": 0, "cut": 1000, "flipped": len(content)}[damage]
        path.write_bytes(content[:length])
    np.testing.assert_array_equal(kept(tmp_path, "test", count=40, seed=0).images, expected)
    assert written == [40, 40]


def test_a_damaged_file_is_replaced(tmp_path: Path, written: list[int]) -> None:
    kept(tmp_path, "test", count=40, seed=0)
    the_file(tmp_path).write_bytes(b"?")
    for _ in range(2):
        kept(tmp_path, "test", count=40, seed=0)
    assert written == [40, 40]


def test_a_data_folder_that_cannot_be_written_to_stops_nothing(
    tmp_path: Path, written: list[int]
) -> None:
    root = tmp_path / "a file"
    root.write_bytes(b"")
    assert len(kept(root, "test", count=40, seed=0)) == 40
    assert written == [40]


def test_a_data_folder_that_is_marked_as_read_only_stays_as_it_is(
    tmp_path: Path, written: list[int]
) -> None:
    root = tmp_path / "data"
    root.mkdir(mode=0o555)
    assert len(kept(root, "test", count=40, seed=0)) == 40
    assert written == [40]
    assert not list(root.iterdir())


def test_a_home_that_is_unknown_stops_nothing(
    written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNTRAIN_DATA", "~nobody-of-this-name/data")
    assert len(kept(None, "test", count=40, seed=0)) == 40
    assert written == [40]


def test_the_data_set_keeps_its_digits_in_the_data_folder(
    tmp_path: Path, written: list[int]
) -> None:
    source = Synthetic(name="synthetic", train=50, test=40, resize=14)
    for _ in range(2):
        assert source.load("train", tmp_path).images.shape == (50, 1, 14, 14)
    assert written == [50]
