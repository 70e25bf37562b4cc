from pathlib import Path

import platformdirs
import pytest

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.locate import (
    data_root,
    download_command,
    find_file,
    missing_files,
    spellings,
)
from cnntrain.errors import UsageError
from tests.data.idx_files import contents, dataset, write, zipped

ROW = dataset()
FILE = ROW.train.images


def test_the_data_folder_is_the_given_one_then_the_variable_then_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNTRAIN_DATA", "~/digits")
    assert data_root(tmp_path) == tmp_path
    assert data_root() == Path.home() / "digits"
    monkeypatch.setenv("CNNTRAIN_DATA", "")
    assert data_root().name == "cnntrain"


@pytest.mark.parametrize("named", ["~nosuchuser/data", ""])
def test_without_a_home_folder_it_says_so_and_a_given_folder_still_works(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.setenv("CNNTRAIN_DATA", named)
    with pytest.raises(UsageError, match="whose home folder is unknown; expected a folder; write"):
        data_root()
    assert data_root(tmp_path) == tmp_path
    assert download_command(Path("/data"), ROW) == "cnntrain download tiny --data-dir /data"


def test_a_platformdirs_that_finds_no_home_folder_gives_the_same_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless(*_: object, **options: object) -> str:  # as version 4.14 does it
        raise RuntimeError("could not determine the home directory for '~/.cache'")

    monkeypatch.setattr(platformdirs, "user_cache_dir", homeless)
    monkeypatch.setenv("CNNTRAIN_DATA", "")
    complaint = "the default data folder: found '~', whose home folder is unknown; expected a fol"
    with pytest.raises(UsageError, match=complaint):
        data_root()
    assert data_root(tmp_path) == tmp_path
    assert download_command(Path("/data"), ROW) == "cnntrain download tiny --data-dir /data"


@pytest.mark.parametrize("folder", ["", "tiny"])
@pytest.mark.parametrize("name", spellings(FILE.stem))
def test_a_file_is_found_in_either_folder_under_each_name(
    tmp_path: Path, folder: str, name: str
) -> None:
    write(tmp_path / folder, {name: b"..."})
    assert find_file(tmp_path, ROW, FILE) == tmp_path / folder / name


def test_the_names_are_with_and_without_gz_and_dot_and_those_of_a_second_copy() -> None:
    assert spellings("train-images-idx3-ubyte") == (
        "train-images-idx3-ubyte.gz",
        "train-images-idx3-ubyte",
        "train-images.idx3-ubyte.gz",
        "train-images.idx3-ubyte",
        "train-images-idx3-ubyte (1).gz",
        "train-images-idx3-ubyte(1).gz",
        "train-images-idx3-ubyte (1)",
        "train-images-idx3-ubyte(1)",
    )


def test_torchvisions_folders_are_known(tmp_path: Path) -> None:
    mnist = DATASETS["mnist"]
    images = mnist.train.images
    write(tmp_path / "MNIST" / "raw", {images.stem: b"..."})
    assert find_file(tmp_path, mnist, images) == tmp_path / "MNIST" / "raw" / images.stem
    assert find_file(tmp_path / "MNIST", mnist, images) is not None
    assert find_file(tmp_path, DATASETS["kmnist"], images) is None


def test_the_own_folder_of_a_data_set_comes_first(tmp_path: Path) -> None:
    write(tmp_path, {FILE.gz_name: b"..."})
    write(tmp_path / "tiny", {FILE.stem: b"..."})
    assert find_file(tmp_path, ROW, FILE) == tmp_path / "tiny" / FILE.stem


def test_a_folder_under_the_name_of_a_file_is_not_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE.stem).mkdir()
    assert find_file(tmp_path, ROW, FILE) is None


def test_missing_files_are_listed(tmp_path: Path) -> None:
    files = zipped(contents())
    del files["t10k-images-idx3-ubyte.gz"]
    write(tmp_path, files)
    assert missing_files(tmp_path, ROW) == ["t10k-images-idx3-ubyte.gz"]


def test_the_download_command_names_the_folder_unless_it_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNTRAIN_DATA", str(tmp_path))
    assert download_command(tmp_path, ROW) == "cnntrain download tiny"
    assert download_command(Path("/my data"), ROW) == (
        "cnntrain download tiny --data-dir '/my data'"
    )
