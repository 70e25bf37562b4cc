import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest

from cnntrain.config import Config
from cnntrain.errors import OutputError, UsageError
from cnntrain.runs.lock import training_in
from cnntrain.runs.new_folder import new_run, refuse_to_overwrite
from tests.run_folders import trained
from tests.small import small


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def config() -> Config:
    return small()


@pytest.fixture
def _no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save the time that a busy disk takes."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


# New runs


def test_runs_are_numbered_and_hold_the_effective_configuration(config: Config) -> None:
    assert [str(new_run(config, None)) for _ in range(3)] == [f"runs/small-{n}" for n in (1, 2, 3)]
    assert Path("runs/small-3/config.yaml").read_text() == config.text
    assert Path("runs/small-3/original.yaml").read_text() == config.places.text


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


# At the same time, and killed in between


@pytest.mark.usefixtures("_no_sync")
def test_many_starts_at_once_share_no_folder(config: Config) -> None:
    with ThreadPoolExecutor(30) as starts:
        folders = list(starts.map(lambda _: new_run(config, None), range(150)))
    assert len(set(folders)) == 150
    assert {path.name for path in Path("runs").iterdir()} == {path.name for path in folders}
    assert all((folder / "config.yaml").read_text() == config.text for folder in folders)


@pytest.mark.usefixtures("_no_sync")
@pytest.mark.parametrize("exists", [True, False])
def test_of_many_starts_with_one_out_one_gets_it(config: Config, exists: bool) -> None:
    out = Path("a/b")
    if exists:
        out.mkdir(parents=True)

    def start(_: int) -> bool:
        try:
            return new_run(config, out) == out
        except UsageError:
            return False

    with ThreadPoolExecutor(20) as starts:
        assert sum(starts.map(start, range(40))) == 1
    assert {path.name for path in out.iterdir()} == {"original.yaml", "config.yaml", ".lock"}


def test_a_folder_is_there_with_its_first_checkpoint_or_not_at_all(config: Config) -> None:
    seen: list[bool] = []

    def save(path: Path) -> None:
        seen.append(Path("runs/small-1").exists())
        path.write_bytes(b"checkpoint")

    assert new_run(config, None, save) == Path("runs/small-1")
    assert seen == [False]
    assert Path("runs/small-1/last.npz").read_bytes() == b"checkpoint"
    assert [path.name for path in Path("runs").iterdir()] == ["small-1"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EXDEV, errno.ENOSYS])
def test_where_folders_cannot_be_renamed_they_are_filled_in_their_place(
    config: Config, number: int
) -> None:
    Path("runs/small-1").mkdir(parents=True)
    with mock.patch.object(os, "rename", side_effect=OSError(number, "refused")):
        assert new_run(config, None) == Path("runs/small-2")
        assert new_run(config, Path("out")) == Path("out")
    assert Path("out/config.yaml").read_text() == config.text
    assert sorted(path.name for path in Path("runs").iterdir()) == ["small-1", "small-2"]


def test_what_was_left_by_a_process_killed_at_the_beginning_is_removed(config: Config) -> None:
    left, at_work, others = (Path("runs") / f".new-run-{n * 8}" for n in "0a_")
    for folder in (left, at_work, others):
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text("half")
        (folder / ".last.npz.abcdefgh").write_text("half")
        os.utime(folder, (1e9, 1e9))
    with training_in(at_work):
        os.utime(at_work, (1e9, 1e9))
        new_run(config, None)
    assert not left.exists()
    assert (at_work / "config.yaml").exists()
    assert (others / "config.yaml").exists()


def test_a_folder_in_which_a_start_was_killed_counts_as_empty(config: Config) -> None:
    Path("a").mkdir()
    for name in (".lock", ".last.npz.abcdefgh"):
        Path("a", name).write_text("")
    assert new_run(config, Path("a")) == Path("a")
    assert {path.name for path in Path("a").iterdir()} == {".lock", "original.yaml", "config.yaml"}
