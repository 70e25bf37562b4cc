import math
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.examples import NO_CLASS, Examples, Split
from cnntrain.data.sources.synthetic import Synthetic
from cnntrain.errors import ConfigError, DivergedError
from cnntrain.runs.experiment import Experiment
from cnntrain.training.parallel.pool import workers
from tests.small import batches, epochs, finish, started


def test_every_batch_and_every_epoch_is_an_event(tmp_path: Path) -> None:
    events = finish(started(), tmp_path / "run")
    assert [(e.epoch, e.batch, e.step, e.images) for e in batches(events)] == [
        *((1, 1, 1, 20), (1, 2, 2, 20), (1, 3, 3, 5)),
        *((2, 1, 4, 20), (2, 2, 5, 20), (2, 3, 6, 5)),
    ]
    assert [(e.epoch, e.step) for e in epochs(events)] == [(1, 3), (2, 6)]


def test_with_a_number_of_batches_all_are_full_and_images_come_again(tmp_path: Path) -> None:
    events = finish(started("train.batches=4", "train.epochs=1"), tmp_path / "run")
    assert [event.images for event in batches(events)] == [20, 20, 20, 20]


def test_the_weighted_mse_starts_with_the_first_and_keeps_99_percent(tmp_path: Path) -> None:
    events = batches(finish(started(), tmp_path / "run"))
    weighted = events[0].mse
    for event in events:
        weighted = 0.99 * weighted + 0.01 * event.mse
        assert event.weighted_mse == pytest.approx(weighted, rel=1e-12)


def test_an_epoch_reports_the_average_of_its_batches(tmp_path: Path) -> None:
    events = finish(started(), tmp_path / "run")
    for epoch in epochs(events):
        losses = [event.mse for event in batches(events) if event.epoch == epoch.epoch]
        assert epoch.mse == pytest.approx(sum(losses) / 3, rel=1e-12)


def test_training_learns(tmp_path: Path) -> None:
    experiment = started("dataset={synthetic: {train: 1000, test: 100}}", "train.epochs=3")
    events = epochs(finish(experiment, tmp_path / "run"))
    assert (events[-1].test.accuracy or 0) > 0.35
    assert events[-1].mse < events[0].mse


def test_a_batch_of_the_default_size_is_all_of_a_smaller_data_set(tmp_path: Path) -> None:
    events = finish(started("train.batchsize=50"), tmp_path / "run")
    assert [event.images for event in batches(events)] == [45, 45]


def test_a_larger_batch_than_there_are_images_is_refused() -> None:
    with pytest.raises(ConfigError, match="found 1000, expected at most the 45 training images"):
        started("train.batchsize=1000")


def test_no_epochs_make_no_events_but_a_checkpoint_and_a_result(tmp_path: Path) -> None:
    experiment = started("train.epochs=0")
    assert finish(experiment, tmp_path / "run") == []
    assert (tmp_path / "run" / "last.npz").is_file()


# Equal bytes


def weights(tmp_path: Path, *overrides: str, threads: int = 1) -> str:
    experiment = started("train.batchsize=40", *overrides)  # 40 images make two shards
    with workers(experiment.network, threads, batch=40, wait=True) as executor:
        finish(experiment, tmp_path / f"run{threads}{len(overrides)}", executor=executor)
    return experiment.weights_sha256()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_number_of_threads_does_not_change_a_bit(tmp_path: Path, dtype: str) -> None:
    found = {weights(tmp_path, f"dtype={dtype}", threads=threads) for threads in (1, 2, 3)}
    assert len(found) == 1


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tmp_path: Path) -> None:
    first = weights(tmp_path / "a")
    assert weights(tmp_path / "b") == first
    assert weights(tmp_path / "c", "seed=4") != first


# Divergence


def diverged(experiment: Experiment, folder: Path) -> str:
    with pytest.raises(DivergedError) as caught:
        finish(experiment, folder)
    return str(caught.value)


def test_a_diverging_run_stops_before_the_update_and_names_the_first_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = started()
    before = experiment.network.state()
    experiment.network.parameters["dense1.weights"].value[0, 0] = np.nan
    message = diverged(experiment, tmp_path / "run")
    assert message == (
        "epoch 1, batch 1: the numbers became infinite or undefined, first in the outputs of dense1; "
        "expected finite ones, so this batch changes nothing and the weights from before it are "
        "kept. Lower train.alpha, the rate of all layers (found 0.5), to 0.05 or less; `cnntrain "
        "train --find-rate` measures which suit"
    )
    assert experiment.progress.step == 0
    for name in ("conv1.weights", "conv1.bias", "dense1.bias"):
        np.testing.assert_array_equal(experiment.network.state()[name], before[name])


@pytest.mark.parametrize("rate", ["1e21", "1e38", "1e39", "1e160", "1e300"])
def test_a_rate_that_would_overflow_the_weights_is_noticed_before_they_are_spoilt(
    tmp_path: Path, rate: str
) -> None:
    experiment = started(f"train.alpha={rate}")
    assert "first in" in diverged(experiment, tmp_path / "run")
    for value in experiment.network.state().values():
        assert np.isfinite(value).all()


def test_a_frozen_layer_may_have_any_gradient(tmp_path: Path) -> None:
    experiment = started("network[0].conv.freeze=all", "train.alpha=1e300", "train.alpha2=0.1")
    before = experiment.network.state()["conv1.weights"]
    finish(experiment, tmp_path / "run")
    np.testing.assert_array_equal(experiment.network.state()["conv1.weights"], before)


def test_a_zero_rate_changes_nothing(tmp_path: Path) -> None:
    experiment = started("train.alpha=0")
    before = experiment.weights_sha256()
    events = finish(experiment, tmp_path / "run")
    assert experiment.weights_sha256() == before
    assert all(math.isfinite(event.mse) for event in batches(events))


def test_images_of_no_class_do_not_count_for_the_training_accuracy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = ("train.validation=0", "train.alpha=1e-9", "train.epochs=1", "network[3]=relu")
    before = epochs(finish(started(*still), tmp_path / "plain"))[0].train_accuracy
    load = Synthetic.load

    def mixed(source: Synthetic, split: Split, root: Path | None) -> Examples:
        plain = load(source, split, root)
        images = np.concatenate([plain.images, plain.images])
        labels = np.concatenate([plain.labels, np.full(len(plain), NO_CLASS)])
        return Examples(images, labels, plain.classes) if split == "train" else plain

    monkeypatch.setattr(Synthetic, "load", mixed)
    [after] = epochs(finish(started(*still), tmp_path / "mixed"))
    assert after.step == 6
    assert after.train_accuracy == pytest.approx(before)
