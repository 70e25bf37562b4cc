"""Stopped anywhere and continued, a run is the same as one that was not stopped."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnntrain.errors import CheckpointError, ConfigError, DataError, DivergedError, OutputError
from cnntrain.model.checkpoint import load_checkpoint, save_checkpoint
from cnntrain.nn.execution.shard import TrainingJob
from cnntrain.nn.execution.workspace import in_turn
from cnntrain.nn.losses import smoothed
from cnntrain.nn.updates import UPDATES
from cnntrain.runs.begin import begin
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.records import Records
from cnntrain.training.evaluation import evaluate
from cnntrain.training.parallel.pool import workers
from tests.nn.updates.cases import CASES, overrides_of
from tests.small import epochs, finish, interrupt, resumed, small, started

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
        assert mine.update.keys() == its.update.keys()
        for key, value in mine.update.items():
            np.testing.assert_array_equal(value, its.update[key])
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


@pytest.mark.parametrize("name", UPDATES)
def test_with_every_update_rule_stops_anywhere_and_two_processes_change_nothing(
    tmp_path: Path, name: str
) -> None:
    rng = np.random.default_rng(len(name))
    options = ["train.alpha=0.01", *overrides_of(CASES[name][-1])]
    whole, broken, shared = (tmp_path / each for each in ("whole", "broken", "shared"))
    once = started(*options)
    finish(once, whole)
    experiment = started(*options)
    while not experiment.finished:
        interrupt(experiment, broken, after=int(rng.integers(1, 4)))
        experiment = resumed(broken / "last.npz")
    same_run(experiment, broken, once, whole)
    parallel = started(*options)
    with workers(parallel.network, 2, batch=20, wait=True) as executor:
        finish(parallel, shared, executor=executor)
    same_run(parallel, shared, once, whole)


def test_a_run_whose_rule_was_called_momentum_is_resumed(tmp_path: Path) -> None:
    whole, older = tmp_path / "whole", tmp_path / "older"
    once = started("train.momentum=0.5")
    finish(once, whole)
    interrupt(started("train.momentum=0.5"), older, after=2)
    saved = load_checkpoint(older / "last.npz")
    lines = saved.config_text.splitlines()
    names = ("weight_decay", "clip_norm")  # options that came later
    text = "\n".join(line for line in lines if not line.strip().startswith(names))
    assert "update: sgd" in text
    text = text.replace("update: sgd", "update: momentum")
    save_checkpoint(older / "last.npz", replace(saved, config_text=text))
    experiment = resumed(older / "last.npz")
    finish(experiment, older)
    same_run(experiment, older, once, whole)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("t", np.array([-1.0]), "t: found -1.0, expected 0 or more; the file was changed, tra"),
        ("t", np.zeros(2), "t: found 2 numbers, expected 1 numbers; the file was changed, train"),
        ("v/dense1.bias", np.full(10, -1.0), "v/dense1.bias: found -1.0, expected 0 or more; the"),
    ],
)
def test_a_changed_state_of_the_update_rule_is_refused(
    tmp_path: Path, name: str, value: np.ndarray, complaint: str
) -> None:
    path = tmp_path / "last.npz"
    started("train.update=adam").save(path)
    saved = load_checkpoint(path)
    save_checkpoint(path, replace(saved, update={**saved.update, name: value}))
    with pytest.raises(CheckpointError) as caught:
        resumed(path)
    assert str(caught.value).startswith(f"{path}: {complaint}")


@pytest.mark.parametrize("at", [1, 3, 4, 5])
def test_an_interrupt_in_the_middle_of_a_mini_batch_saves_what_was_learnt_before_it(
    tmp_path: Path, at: int, whole: tuple[Experiment, Path]
) -> None:
    folder = tmp_path / "run"
    calls = iter(range(1, 1000))

    def pressed(job: Any, shards: Any) -> Any:
        if isinstance(job, TrainingJob) and next(calls) == at:
            raise KeyboardInterrupt
        return in_turn(job, shards)

    with pytest.raises(KeyboardInterrupt):
        finish(started(), folder, executor=pressed)
    experiment = resumed(folder / "last.npz")
    assert experiment.progress.step == at - 1
    finish(experiment, folder)
    same_run(experiment, folder, *whole)


def test_an_interrupt_in_the_middle_of_an_update_leaves_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: tuple[Experiment, Path]
) -> None:
    folder = tmp_path / "run"
    interrupt(started(), folder, after=2)
    before = (folder / "last.npz").read_bytes()
    experiment = resumed(folder / "last.npz")
    update = experiment.rule.update

    def pressed() -> None:
        update()
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment.rule, "update", pressed)
    with pytest.raises(KeyboardInterrupt):
        finish(experiment, folder)
    assert (folder / "last.npz").read_bytes() == before
    again = resumed(folder / "last.npz")
    finish(again, folder)
    same_run(again, folder, *whole)


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


LEARNT_BEYOND_THE_TUTORIAL = (
    "train.schedule={one_cycle: {warmup: 0.4}}",
    "train.label_smoothing=0.1",
    "train.ema=0.9",
    "train.epochs=3",
)


@pytest.mark.parametrize("after", [1, 3, 4, 6, 10])
def test_schedule_smoothing_and_average_go_on_where_they_were(tmp_path: Path, after: int) -> None:
    whole = started(*LEARNT_BEYOND_THE_TUTORIAL)
    finish(whole, tmp_path / "whole")
    folder = tmp_path / "run"
    interrupt(started(*LEARNT_BEYOND_THE_TUTORIAL), folder, after=after)
    experiment = resumed(folder / "last.npz")
    finish(experiment, folder)
    same_run(experiment, folder, whole, tmp_path / "whole")


@pytest.mark.parametrize("threads", [2, 3])
def test_they_do_not_depend_on_the_number_of_threads(tmp_path: Path, threads: int) -> None:
    def trained(threads: int) -> str:
        experiment = started(*LEARNT_BEYOND_THE_TUTORIAL)
        with workers(experiment.network, threads, batch=20, wait=True) as executor:
            finish(experiment, tmp_path / str(threads), executor=executor)
        return experiment.weights_sha256()

    assert trained(threads) == trained(1)


def test_the_rate_of_every_update_is_recorded(tmp_path: Path) -> None:
    finish(started("train.schedule={step: {every: 1, gamma: 0.5}}"), tmp_path / "run")
    with (tmp_path / "run" / "batches.csv").open(newline="") as file:
        rates = [float(row["rate"]) for row in csv.DictReader(file)]
    assert rates == [0.5, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_the_averaged_weights_are_tested_and_kept_and_training_goes_on_from_its_own(
    tmp_path: Path,
) -> None:
    experiment = started("train.ema=0.9")
    events = epochs(finish(experiment, tmp_path / "run"))
    checkpoint = load_checkpoint(tmp_path / "run" / "last.npz")
    own = experiment.network.state()
    assert experiment.average is not None
    for name, value in experiment.average.values.items():
        np.testing.assert_array_equal(checkpoint.parameters[name], value)
        np.testing.assert_array_equal(checkpoint.training[name], own[name])
        assert not np.array_equal(value, own[name])
    experiment.network.load_state(checkpoint.parameters)
    assert evaluate(experiment.network, experiment.splits.test).loss == events[-1].test.loss


def test_smoothed_targets_are_what_is_learnt_from(tmp_path: Path) -> None:
    targets = np.eye(4, dtype=np.float32)[[2]]
    np.testing.assert_allclose(smoothed(targets, 0.2), [[0.05, 0.05, 0.85, 0.05]], rtol=1e-6)
    assert smoothed(targets, 0.0) is targets
    plain, smooth = (
        started("train.epochs=1"),
        started("train.epochs=1", "train.label_smoothing=0.5"),
    )
    finish(plain, tmp_path / "plain")
    finish(smooth, tmp_path / "smooth")
    assert plain.weights_sha256() != smooth.weights_sha256()


def test_patience_ends_training_and_a_resumed_run_stays_ended(tmp_path: Path) -> None:
    options = ("train.epochs=50", "train.patience=2", "train.alpha=0")  # nothing ever gets better
    events = epochs(finish(started(*options), tmp_path / "run"))
    assert [event.best for event in events] == [True, False, False]
    again = resumed(tmp_path / "run" / "last.npz")
    assert again.finished
    assert finish(again, tmp_path / "run") == []


def test_patience_counts_on_after_an_interruption(tmp_path: Path) -> None:
    options = ("train.epochs=50", "train.patience=2", "train.alpha=0")
    interrupt(started(*options), tmp_path / "run", after=9)  # in the third of three epochs
    assert len(epochs(finish(resumed(tmp_path / "run" / "last.npz"), tmp_path / "run"))) == 1


def test_patience_without_validation_images_is_refused() -> None:
    with pytest.raises(ConfigError, match="patience: found no validation images to judge by; set"):
        started("train.patience=3", "train.validation=0")


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

    folder.mkdir()
    files = (folder / "batches.csv", folder / "epochs.csv")

    def watch() -> None:
        with Records(*files, experiment.progress) as written:
            for _ in experiment.events(folder, executor=in_turn, records=written):
                if experiment.progress.step == 2:
                    raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        watch()
    assert load_checkpoint(folder / "last.npz").progress.step == 2


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written: .*; choose a folder that you may"):
        started().save(tmp_path / "file" / "last.npz")


@pytest.mark.parametrize(
    ("override", "error", "complaint"),
    [
        ("network[4]={dense: 7}", ConfigError, "--set network[4]: found 7 outputs, expected 10"),
        (
            "train.validation=60",
            ConfigError,
            "--set train.validation: found 60, ",
        ),
        (
            "train.alpha3=1",
            ConfigError,
            "--set train.alpha3=1: does not go with small.yaml:9: train.al",
        ),
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


def test_the_best_epoch_is_kept_though_it_could_not_be_written_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, save = started("train.epochs=1"), Experiment.save
    failed: list[Path] = []

    def once(self: Experiment, path: Path) -> None:
        if path.name == "best.npz" and not failed:
            failed.append(path)
            raise OutputError(f"{path}: the disk is full")
        save(self, path)

    monkeypatch.setattr(Experiment, "save", once)
    with pytest.raises(OutputError):
        finish(experiment, tmp_path / "run")
    assert (tmp_path / "run" / "best.npz").read_bytes() == (
        tmp_path / "run" / "last.npz"
    ).read_bytes()
