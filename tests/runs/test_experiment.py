"""Stopped anywhere and continued, a run is the same as one that was not stopped."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cnntrain.errors import CheckpointError, ConfigError, DataError, DivergedError, OutputError
from cnntrain.model.checkpoint import load_checkpoint
from cnntrain.nn.execution.executor import in_turn
from cnntrain.runs.experiment import Experiment, begin
from cnntrain.runs.records import Records
from cnntrain.system.interrupt import Stop
from tests.small import finish, interrupt, resumed, small, started

EVENTS = 8  # of the small run: 2 epochs of 3 batches, and their ends


def records(folder: Path) -> tuple[bytes, list[list[str]]]:
    """Return batches.csv, and epochs.csv without its columns of times."""
    with (folder / "epochs.csv").open(newline="") as file:
        rows = [row[:-2] for row in csv.reader(file)]
    return (folder / "batches.csv").read_bytes(), rows


def same_run(experiment: Experiment, folder: Path, other: Experiment, its_folder: Path) -> None:
    assert experiment.weights_sha256() == other.weights_sha256()
    assert records(folder) == records(its_folder)
    for name in ("last.npz", "best.npz"):
        mine, its = (load_checkpoint(path / name) for path in (folder, its_folder))
        for key, value in mine.parameters.items():
            np.testing.assert_array_equal(value, its.parameters[key])
        assert mine.random_state == its.random_state
        assert (mine.progress.step, mine.progress.best) == (its.progress.step, its.progress.best)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, Path]:
    folder = tmp_path_factory.mktemp("whole") / "run"
    experiment = started()
    assert len(finish(experiment, folder)) == EVENTS
    return experiment, folder


@pytest.mark.parametrize("after", range(1, EVENTS + 1))
def test_interrupted_after_any_event_and_resumed_equals_uninterrupted(
    tmp_path: Path, after: int, whole: tuple[Experiment, Path]
) -> None:
    folder = tmp_path / "run"
    first = interrupt(started(), folder, after=after)
    experiment = resumed(folder / "last.npz")
    rest = finish(experiment, folder)
    assert len(first) + len(rest) == EVENTS
    same_run(experiment, folder, *whole)


def test_running_statistics_continue_where_they_were(tmp_path: Path) -> None:
    folders = tmp_path / "cut", tmp_path / "whole"
    interrupt(started("network[1]=batch_norm"), folders[0], after=2)
    cut, whole = resumed(folders[0] / "last.npz"), started("network[1]=batch_norm")
    for experiment, folder in zip((cut, whole), folders, strict=True):
        finish(experiment, folder)
    assert "batch_norm1.running_variance" in load_checkpoint(folders[0] / "last.npz").parameters
    same_run(cut, folders[0], whole, folders[1])


def test_interrupted_after_every_event_equals_uninterrupted(
    tmp_path: Path, whole: tuple[Experiment, Path]
) -> None:
    folder = tmp_path / "run"
    experiment = started()
    while not experiment.finished:
        interrupt(experiment, folder, after=1)
        experiment = resumed(folder / "last.npz")
    same_run(experiment, folder, *whole)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_what_a_killed_run_had_written_after_its_checkpoint_is_dropped(
    tmp_path: Path, lost: int, whole: tuple[Experiment, Path]
) -> None:
    folder = tmp_path / "run"
    interrupt(started(), folder, after=3)  # the last batch of epoch 1; its end is yet to come
    saved = (folder / "last.npz").read_bytes()
    interrupt(resumed(folder / "last.npz"), folder, after=lost)
    (folder / "last.npz").write_bytes(saved)
    with (folder / "batches.csv").open("a") as file:
        file.write("2,2,5,0.1")  # cut short
    experiment = resumed(folder / "last.npz")
    finish(experiment, folder)
    same_run(experiment, folder, *whole)


def test_more_epochs_than_before_equal_as_many_at_once(tmp_path: Path) -> None:
    folder, other = tmp_path / "run", tmp_path / "other"
    finish(started(), folder)
    longer = resumed(folder / "last.npz", epochs=4)
    finish(longer, folder)
    at_once = started("train.epochs=4")
    finish(at_once, other)
    same_run(longer, folder, at_once, other)


def test_a_finished_run_resumed_does_nothing(tmp_path: Path) -> None:
    finish(started(), tmp_path / "run")
    experiment = resumed(tmp_path / "run" / "last.npz")
    assert experiment.finished
    assert finish(experiment, tmp_path / "run") == []


def test_a_limit_is_kept_when_resuming(tmp_path: Path) -> None:
    events = interrupt(started(limit=30), tmp_path / "run", after=1)
    experiment = resumed(tmp_path / "run" / "last.npz")
    assert len(events) == 1
    assert (experiment.limit, len(experiment.splits.train)) == (30, 30)


def test_a_limit_shortens_the_epochs_too() -> None:
    assert started("train.batches=100").batches_per_epoch == 100
    assert started("train.batches=100", limit=30).batches_per_epoch == 2


def test_other_images_than_before_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    experiment = started()
    experiment.data_sha256 = "0" * 64
    experiment.save(path)
    complaint = r"last\.npz: was trained on other images than these \(SHA-256 000000000000, found "
    with pytest.raises(CheckpointError, match=complaint):
        resumed(path)


def test_the_best_checkpoint_is_the_epoch_that_validation_chooses(tmp_path: Path) -> None:
    experiment = started("train.epochs=6", "dataset.synthetic.train=400", "train.validation=100")
    finish(experiment, tmp_path / "run")
    with (tmp_path / "run" / "epochs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    accuracies = [float(row["validation_accuracy"]) for row in rows]
    best = load_checkpoint(tmp_path / "run" / "best.npz").progress
    assert best.best == max(accuracies)
    assert best.epoch - 1 == accuracies.index(max(accuracies)) + 1  # the first of equals


def test_without_validation_there_is_no_best_checkpoint(tmp_path: Path) -> None:
    finish(started("train.validation=0"), tmp_path / "run")
    assert not (tmp_path / "run" / "best.npz").exists()


def test_a_diverged_run_keeps_its_last_good_weights(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    experiment = started("train.epochs=1")
    finish(experiment, folder)
    again = resumed(folder / "last.npz", epochs=9)
    parameters = again.network.parameters
    again.rule = again.rule.on(parameters, [1e30] * len(parameters))
    before = again.weights_sha256()
    with pytest.raises(DivergedError, match="epoch 2, batch 1: .* first in"):
        finish(again, folder)
    kept = resumed(folder / "last.npz")
    assert kept.weights_sha256() == before
    assert (kept.progress.epoch, kept.progress.batch) == (2, 0)


def test_what_was_reached_is_saved_when_nobody_reads_the_progress(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    experiment = started()

    def show(event: object) -> None:
        if experiment.progress.step == 2:
            raise BrokenPipeError

    folder.mkdir()
    files = (folder / "batches.csv", folder / "epochs.csv")
    with Records(*files, experiment.progress) as written, pytest.raises(BrokenPipeError):
        experiment.run(folder, executor=in_turn, records=written, show=show, stop=Stop())
    assert load_checkpoint(folder / "last.npz").progress.step == 2


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written: .*; choose a folder that you may"):
        started().save(tmp_path / "file" / "last.npz")


@pytest.mark.parametrize(
    ("override", "error", "complaint"),
    [
        ("network[4]={dense: 7}", ConfigError, "--set network[4]: network[4]: found 7 outputs, ex"),
        (
            "train.validation=60",
            ConfigError,
            "--set train.validation: train.validation: found 60, ",
        ),
        ("train.alpha3=1", ConfigError, "small.yaml:9: train.alpha2 is missing: the rate of dense"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_training(
    override: str, error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error) as caught:
        started(override)
    assert str(caught.value).startswith(complaint)


def test_data_that_cannot_be_fetched_leaves_nothing_behind() -> None:
    def fetch(*_: object) -> None:
        raise DataError("no network")

    with pytest.raises(DataError, match="no network"):
        begin(small(), data_dir=None, fetch=fetch)
