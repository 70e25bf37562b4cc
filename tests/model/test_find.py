import os
from pathlib import Path
from typing import Any

import pytest

from cnntrain.errors import CheckpointError
from cnntrain.model.find import find_checkpoint, find_last
from tests.run_folders import trained


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_newest_run_is_the_one_trained_last() -> None:
    trained("runs/a-2", age=30)
    trained("runs/a-1", age=10)
    trained("runs/b-1", age=20)
    trained("runs/c-1", "config.yaml")  # not trained yet
    trained("runs", "notes.txt")
    assert find_checkpoint(None) == Path("runs/a-1/last.npz")


def test_a_run_that_may_not_be_looked_into_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    trained("runs/mine-1", age=30)
    trained("runs/private-1", age=10)
    real = os.stat

    def stat(path: str | Path, **options: Any) -> os.stat_result:
        if "private" in os.fspath(path):
            raise PermissionError(13, "Permission denied")
        return real(path, **options)

    monkeypatch.setattr(os, "stat", stat)
    assert find_checkpoint(None) == Path("runs/mine-1/last.npz")


def test_of_a_run_the_best_is_used_and_the_last_continued() -> None:
    folder = trained("a", "config.yaml", "last.npz", "best.npz")
    assert find_checkpoint(folder) == Path("a/best.npz")
    assert find_last(folder) == Path("a/last.npz")
    assert find_checkpoint(trained("b")) == Path("b/last.npz")


def test_a_checkpoint_file_is_taken_as_it_is() -> None:
    folder = trained("a", "config.yaml", "last.npz", "best.npz", "old copy")
    assert find_checkpoint(folder / "old copy") == Path("a/old copy")
    assert find_last(folder / "best.npz") == Path("a/best.npz")


@pytest.mark.parametrize("named", ["downloads", "downloads/last.npz"])
def test_a_lone_checkpoint_is_not_continued(named: str) -> None:
    trained("downloads", "last.npz", "batches.csv")
    with pytest.raises(
        CheckpointError, match=r"^downloads/last\.npz: found no config\.yaml beside"
    ):
        find_last(Path(named))


def test_a_checkpoint_in_a_folder_that_training_has_marked_is_continued() -> None:
    folder = trained("a", "last.npz", ".lock")
    assert find_last(folder) == Path("a/last.npz")


def test_a_run_without_a_checkpoint_is_begun_again_by_its_configuration() -> None:
    folder = trained("a", "config.yaml", "batches.csv")
    with pytest.raises(CheckpointError) as caught:
        find_last(folder)
    assert str(caught.value) == (
        "a: found no last.npz beside config.yaml: it was ended before anything was saved, or the file "
        "was removed; begin again with `cnntrain train --config a/config.yaml`"
    )


@pytest.mark.parametrize("runs", [[], ["runs/a-1/config.yaml"], ["runs"]])
def test_without_any_run_it_says_what_to_do(runs: list[str]) -> None:
    for name in runs:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("")
    with pytest.raises(CheckpointError) as caught:
        find_checkpoint(None)
    assert str(caught.value) == (
        "runs/: found no trained network here; train one with `cnntrain train`, "
        "or name a run folder or checkpoint file"
    )


@pytest.mark.parametrize("find", [find_checkpoint, find_last])
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("nowhere", "nowhere: no such file or folder; give a run folder, such as runs/lenet-1, or"),
        ("empty", "empty: found no last.npz in this folder; expected a run folder that `cnntrain"),
        ("x" * 5000, "xxx"),
        ("file/below", "file/below: no such file or folder"),
    ],
)
def test_what_is_no_run_is_refused(find: object, name: str, complaint: str) -> None:
    Path("empty").mkdir()
    Path("file").write_text("")
    assert callable(find)
    with pytest.raises(CheckpointError) as caught:
        find(Path(name))
    assert str(caught.value).startswith(complaint)
