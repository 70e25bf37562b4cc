from pathlib import Path

import pytest

from cnntrain.config import Config
from cnntrain.errors import OutputError, UsageError
from cnntrain.runs.folder import new_run, refuse_to_overwrite
from tests.run_folders import trained
from tests.small import small


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def config() -> Config:
    return small()


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
