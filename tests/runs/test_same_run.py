"""A checkpoint and records of different runs in one folder: refused, and nothing is changed."""

import json
import os
import shutil
from pathlib import Path

import pytest

from cnntrain.errors import CheckpointError
from cnntrain.runs.about import describe_run, write_about
from cnntrain.runs.run import reopen
from tests.small import interrupt, resumed, started

EPOCHS = "train.epochs=3"  # of 3 mini-batches


def stopped(folder: Path, *overrides: str, limit: int | None = None, after: int = 8) -> Path:
    """Return a run that was stopped after so many events: 8 are two epochs of 3 mini-batches."""
    experiment = started(EPOCHS, *overrides, limit=limit)
    interrupt(experiment, folder, after=after)
    write_about(folder, describe_run(experiment, 1, ["cnntrain", "train"]))
    return folder


@pytest.fixture(autouse=True)
def _no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return stopped(tmp_path / "run")


def refused(folder: Path) -> str:
    """Return the message of the refusal, and see that no file of the folder has changed."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CheckpointError) as caught:
        reopen(folder, data_dir=None, fetch=lambda *_: None, epochs=4)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return str(caught.value)


def goes_on(folder: Path) -> int:
    """Return the step that a run is resumed from."""
    return reopen(folder, data_dir=None, fetch=lambda *_: None)[0].progress.step


def weighted(folder: Path, name: str, line: int = -1) -> str:
    row = (folder / name).read_text().splitlines()[line].split(",")
    return row[3 if name == "epochs.csv" else 4]


def test_a_checkpoint_of_other_data_is_refused(run: Path, tmp_path: Path) -> None:
    other = stopped(tmp_path / "other", limit=30, after=3)
    shutil.copy(other / "last.npz", run)
    its, ours = (json.loads((r / "run.json").read_text())["data_sha256"] for r in (other, run))
    assert refused(run) == (
        f"{run}/last.npz: found data {its[:9]}…{its[-3:]}, expected {ours[:9]}…{ours[-3:]} as in "
        f"{run}/run.json: one of these files is another run's; nothing was changed. Put the right one "
        "back, or move run.json away to go on without it"
    )


def test_a_checkpoint_of_another_seed_is_refused_before_its_first_update_too(
    run: Path, tmp_path: Path
) -> None:
    other = started(EPOCHS, "seed=4")
    other.save(run / "last.npz")
    (run / "best.npz").unlink()
    assert f"{run}/last.npz: found seed 4, expected 3 as in {run}/run.json: one of" in refused(run)


@pytest.mark.parametrize("name", ["last.npz", "batches.csv"])
def test_files_of_a_run_that_differs_in_a_value_alone_are_refused(
    run: Path, tmp_path: Path, name: str
) -> None:
    other = stopped(tmp_path / "other", "train.alpha=0.4")
    mine, its = weighted(run, "batches.csv"), weighted(other, "batches.csv")
    found, expected = (its, mine) if name == "last.npz" else (mine, its)
    shutil.copy(other / name, run)
    message = refused(run)
    assert message.startswith(
        f"{run}/last.npz: found after mini-batch 6 the weighted MSE {found}, expected {expected} as in "
        f"{run}/batches.csv: one of"
    )
    assert message.endswith("or move batches.csv away to go on without it")


def test_without_the_row_of_the_mini_batch_that_of_the_epoch_tells(
    run: Path, tmp_path: Path
) -> None:
    other = stopped(tmp_path / "other", "train.alpha=0.4")
    shutil.copy(other / "last.npz", run)
    (run / "batches.csv").unlink()
    assert f"expected {weighted(run, 'epochs.csv')} as in {run}/epochs.csv: one of" in refused(run)


# What is resumed as before


def test_a_run_that_was_killed_after_its_last_checkpoint_goes_on(run: Path, tmp_path: Path) -> None:
    early = stopped(tmp_path / "early", after=6)
    shutil.copy(early / "last.npz", run)  # the same run, further back
    assert goes_on(run) == 5


def test_a_moved_run_and_one_whose_best_checkpoint_is_taken_go_on(
    run: Path, tmp_path: Path
) -> None:
    moved = run.rename(tmp_path / "moved")
    assert goes_on(moved) == 6
    assert goes_on(moved / "best.npz") == resumed(moved / "best.npz").progress.step


@pytest.mark.parametrize("names", [["run.json"], ["batches.csv"], ["batches.csv", "epochs.csv"]])
def test_what_is_missing_refuses_nothing(run: Path, names: list[str]) -> None:
    for name in names:
        (run / name).unlink()
    assert goes_on(run) == 6


@pytest.mark.parametrize("new", ["9", "x", "\0", "é", ",", "\n"])
@pytest.mark.parametrize("column", [3, 4])
def test_a_damaged_row_refuses_nothing(run: Path, new: str, column: int) -> None:
    *before, last = (run / "batches.csv").read_text().splitlines()
    cells = last.split(",")
    old = cells[column]
    cells[column] = old[:3] + ("8" if old[3] == new else new) + old[4:]
    (run / "batches.csv").write_text("\n".join([*before, ",".join(cells), ""]))
    assert goes_on(run) == 6


def test_records_of_an_older_version_without_these_columns_refuse_nothing(run: Path) -> None:
    for name in ("batches.csv", "epochs.csv"):
        text = (run / name).read_text()
        (run / name).write_text(text.replace("weighted_mse", "average"))
    assert goes_on(run) == 6
