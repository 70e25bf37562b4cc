"""What killed processes leave half written is removed, and what others are writing is not."""

import os
import time
from pathlib import Path

import pytest

from cnntrain.data.cache import cache_folder
from cnntrain.system.files import replacing
from cnntrain.system.unfinished import YOUNG, held, remove_abandoned


def left(path: Path, age: float = YOUNG + 1) -> Path:
    path.write_bytes(b"half")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def test_what_was_to_become_a_file_is_removed_when_that_is_written_again(tmp_path: Path) -> None:
    target = tmp_path / "curves.png"
    left(tmp_path / ".curves.png.ab12_d34")
    others = {".other.png.ab12cd34", ".curves.png.backup", ".curves.png.AB12CD34", "curves.txt"}
    for name in others:
        left(tmp_path / name)
    with replacing(target) as file:
        file.write(b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"curves.png"} | others


def test_a_folder_of_our_own_is_rid_of_all_such_files(tmp_path: Path) -> None:
    left(tmp_path / ".old.pixels.ab12cd34")
    left(tmp_path / "old.pixels")
    remove_abandoned(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"old.pixels"}


def test_the_cache_is_rid_of_them_when_it_is_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    left(folder / ".old.pixels.ab12cd34")
    assert cache_folder(tmp_path) == folder
    assert not any(folder.iterdir())


def test_what_is_being_written_stays(tmp_path: Path) -> None:
    target, young = tmp_path / "a", left(tmp_path / ".a.abcdefgh", age=0)
    with replacing(target) as file:
        file.write(b"first")
        file.flush()
        for path in {*tmp_path.iterdir()} - {young}:
            os.utime(path, (0, 0))
        with replacing(target) as second:  # as another process would
            second.write(b"second")
        assert target.read_bytes() == b"second"
    assert target.read_bytes() == b"first"
    assert young.exists()


@pytest.mark.skipif(os.name != "posix", reason="other systems do not remove what is open")
def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    path = left(tmp_path / ".a.abcdefgh")
    with held(path):
        remove_abandoned(tmp_path, tmp_path / "a")
        assert path.exists()
    remove_abandoned(tmp_path, tmp_path / "a")
    assert not path.exists()


def test_a_folder_that_cannot_be_listed_is_left_alone(tmp_path: Path) -> None:
    remove_abandoned(tmp_path / "none")
