import os
from pathlib import Path

import pytest

from cnntrain.config import Config
from cnntrain.errors import CheckpointError, OutputError, UsageError
from cnntrain.runs import find_checkpoint, find_last, new_run, refuse_to_overwrite

from .small import small


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def config() -> Config:
    return small()


def trained(folder: str, *names: str, age: int = 0) -> Path:
    """Make a run folder with files last changed `age` seconds ago."""
    for name in names or ("config.yaml", "last.npz"):
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        os.utime(path, (1e9 - age, 1e9 - age))
    return Path(folder)


# New runs


def test_runs_are_numbered_and_hold_the_effective_configuration(config: Config) -> None:
    assert [str(new_run(config, None)) for _ in range(3)] == [f"runs/small-{n}" for n in (1, 2, 3)]
    assert Path("runs/small-3/config.yaml").read_text() == config.text


def test_a_number_is_not_used_again_for_a_run_in_between(config: Config) -> None:
    for name in ("small-2", "small-7", "smaller-9", "small-x", "small-3.old"):
        (Path("runs") / name).mkdir(parents=True)
    assert new_run(config, None) == Path("runs/small-8")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("my set-up.v2", "my_set-up.v2-1"),
        ("..", "..-1"),
        ("größe", "größe-1"),
        ("a\udcffb", "a_b-1"),
    ],
)
def test_any_name_of_a_configuration_makes_a_folder(
    name: str, folder: str, config: Config, here: Path
) -> None:
    object.__setattr__(config, "name", name)
    assert new_run(config, None) == Path("runs") / folder
    assert (here / "runs" / folder).is_dir()


def test_out_is_taken_as_it_is_also_when_it_exists_empty(config: Config) -> None:
    assert new_run(config, Path("a/b")) == Path("a/b")
    Path("empty").mkdir()
    assert new_run(config, Path("empty")) == Path("empty")
    assert Path("empty/config.yaml").is_file()


def test_an_existing_run_is_not_overwritten(config: Config) -> None:
    folder = trained("a", "last.npz")
    (folder / "config.yaml").touch()
    for refuse in (lambda: refuse_to_overwrite(folder), lambda: new_run(config, folder)):
        with pytest.raises(UsageError) as caught:
            refuse()
        assert str(caught.value) == (
            "a: the run directory exists and is not empty; nothing was overwritten. "
            "Give another --out, or continue that run with --resume a"
        )
    assert {path.name for path in folder.iterdir()} == {"last.npz", "config.yaml"}


def test_a_folder_that_is_no_run_is_not_said_to_be_one() -> None:
    with pytest.raises(UsageError, match=r"nothing was overwritten\. Give another --out$"):
        refuse_to_overwrite(trained("a", "other.txt"))


@pytest.mark.parametrize("out", ["file/run", "/proc/run", "a" * 300])
def test_a_folder_that_cannot_be_made_is_one_clear_error(out: str, config: Config) -> None:
    Path("file").write_text("")
    with pytest.raises(OutputError) as caught:
        new_run(config, Path(out))
    assert str(caught.value).startswith(f"{out}: cannot make the run directory: ")
    assert str(caught.value).endswith("choose a folder that you may write to with --out")


def test_a_file_called_runs_is_one_clear_error(config: Config) -> None:
    Path("runs").write_text("mine")
    with pytest.raises(OutputError, match="^runs: cannot make the run directory: File exists; ch"):
        new_run(config, None)
    assert Path("runs").read_text() == "mine"


# Finding them again


def test_the_newest_run_is_the_one_trained_last() -> None:
    trained("runs/a-2", age=30)
    trained("runs/a-1", age=10)
    trained("runs/b-1", age=20)
    trained("runs/c-1", "config.yaml")  # not trained yet
    trained("runs", "notes.txt")
    assert find_checkpoint(None) == Path("runs/a-1/last.npz")


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
