from pathlib import Path

import pytest

from cnntrain.errors import OutputError
from cnntrain.runs.about import describe_run, summary, write_about
from cnntrain.runs.experiment import Experiment
from cnntrain.training.loop import EpochDone
from tests.small import epochs, finish, started


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, EpochDone]:
    experiment = started("train.epochs=1", "train.alpha=1e-6")
    return experiment, epochs(finish(experiment, tmp_path_factory.mktemp("trained") / "run"))[0]


def test_the_summary_has_the_keys_that_callers_rely_on(
    trained: tuple[Experiment, EpochDone],
) -> None:
    experiment, event = trained
    result = summary(experiment, Path("runs/x"), event.test)
    assert list(result) == [
        *("run", "config", "epochs", "steps", "train_mse", "weighted_mse", "test_accuracy"),
        *("test_error", "test_error_ci95", "seconds", "images_per_second", "weights_sha256"),
    ]
    assert (result["run"], result["config"]) == ("runs/x", "small")
    assert (result["epochs"], result["steps"]) == (1, 3)
    assert result["train_mse"] == event.mse
    assert result["test_accuracy"] + result["test_error"] == 1
    assert len(result["weights_sha256"]) == 64


def test_a_run_without_epochs_has_no_training_figures() -> None:
    experiment = started("train.epochs=0")
    from cnntrain.training.evaluation import evaluate

    result = summary(experiment, Path("x"), evaluate(experiment.network, experiment.splits.test))
    for key in ("train_mse", "weighted_mse", "images_per_second"):
        assert result[key] is None


def test_the_run_says_how_to_repeat_it() -> None:
    about = describe_run(started(), 2, ["cnntrain", "train"])
    assert about["command"] == ["cnntrain", "train"]
    assert (about["seed"], about["threads"], about["limit"]) == (3, 2, None)
    assert len(about["data_sha256"]) == 64
    assert set(about["libraries"]) == {"numpy", "threadpoolctl"}
    assert about["cpu"]
    assert about["started"].endswith("+00:00")


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/run\.json: cannot be written: "):
        write_about(tmp_path / "file", {})
