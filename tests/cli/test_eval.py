import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Cnntrain

KEYS = [
    *(
        "model",
        "model_epoch",
        "model_test_accuracy",
        "model_chosen",
        "dataset",
        "split",
        "n",
        "correct",
        "accuracy",
        "accuracy_ci95",
        "error",
        "error_ci95",
        "mse",
    ),
    *("confusion", "per_class", "scores", "macro", "ece", "calibration", "worst"),
    *("seconds", "images_per_second"),
]


def test_the_result_goes_to_stdout_and_its_last_line_is_the_accuracy(
    process: Cnntrain, trained: Path
) -> None:
    done = process("eval", trained)
    assert done.returncode == 0
    assert re.fullmatch(
        r"model: \S+/last\.npz \(the last of its run\), epoch 5 of 5, test accuracy 9\d\.\d\d%\n",
        done.stderr,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == f"model        {trained}/last.npz"
    assert lines[-1].startswith("accuracy     9")
    assert lines[-1].endswith("of 200)")
    matrix = [line for line in lines if re.fullmatch(r" +\d( +[\d·]+){10} +\d+\.\d\d%", line)]
    assert len(matrix) == 10


def test_json_is_one_object_with_the_keys_that_callers_rely_on(
    cnntrain: Cnntrain, trained: Path
) -> None:
    result = json.loads(cnntrain("eval", trained, "--json").stdout)
    assert list(result) == KEYS
    assert (result["dataset"], result["split"], result["n"]) == ("synthetic", "test", 200)
    assert result["correct"] / result["n"] == result["accuracy"] == 1 - result["error"]
    assert sum(map(sum, result["confusion"])) == 200
    assert sum(row[i] for i, row in enumerate(result["confusion"])) == result["correct"]
    assert len(result["per_class"]) == 10
    low, high = result["error_ci95"]
    assert 0 <= low < result["error"] < high < 0.2


def test_a_run_a_file_and_the_newest_run_are_the_same_model(
    cnntrain: Cnntrain, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trained.parent.parent)
    models = [(), (trained,), (trained / "last.npz",), ("runs/digits-1",)]
    results = [json.loads(cnntrain("eval", *model, "--json").stdout) for model in models]
    assert len({result["mse"] for result in results}) == 1


def test_it_agrees_with_what_training_said(cnntrain: Cnntrain, trained: Path) -> None:
    said = json.loads((trained / "run.json").read_text())["result"]
    result = json.loads(cnntrain("eval", trained, "--json").stdout)
    assert result["accuracy"] == said["test_accuracy"]


@pytest.mark.parametrize(("split", "count"), [("train", 250), ("validation", 50), ("test", 50)])
def test_each_split_can_be_tested_on(cnntrain: Cnntrain, split: str, count: int) -> None:
    cnntrain("train", "--config", "tiny", "--epochs", "1", "--set", "train.validation=50")
    result = json.loads(cnntrain("eval", "--split", split, "--json").stdout)
    assert (result["split"], result["n"]) == (split, count)
    assert result["model"] == "runs/tiny-1/best.npz"


def test_another_data_set_can_be_named(cnntrain: Cnntrain, trained: Path) -> None:
    dataset = "{synthetic: {test: 77, seed: 5}}"
    assert json.loads(cnntrain("eval", trained, "--dataset", dataset, "--json").stdout)["n"] == 77


def test_threads_do_not_change_the_result(cnntrain: Cnntrain, trained: Path) -> None:
    one, two = (
        json.loads(cnntrain("eval", trained, "--json", "--threads", n).stdout) for n in ("1", "2")
    )
    for result in (one, two):
        assert result.pop("images_per_second") == pytest.approx(200 / result.pop("seconds"), 0.01)
    assert one == two


def test_predictions_are_a_row_for_each_image_from_which_all_figures_follow(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    done = cnntrain("eval", trained, "--predictions", "answers.csv", "--json")
    result, rows = (
        json.loads(done.stdout),
        list(csv.DictReader((here / "answers.csv").read_text().splitlines())),
    )
    assert done.stderr.endswith("wrote answers.csv\n")
    assert [int(row["index"]) for row in rows] == list(range(200))
    assert sum(row["label"] == row["answer"] for row in rows) == result["correct"]
    for row in rows:
        shares = {name: float(row[f"p({name})"]) for name in "0123456789"}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert max(shares, key=shares.__getitem__) == row["answer"]
    for mistake in result["worst"]:
        row = rows[mistake["index"]]
        assert (row["label"], row["answer"]) == (mistake["label"], mistake["answer"])
        assert float(row[f"p({row['answer']})"]) == pytest.approx(mistake["probability"], abs=1e-5)
    sure = [mistake["probability"] for mistake in result["worst"]]
    assert sure == sorted(sure, reverse=True)
    assert len(sure) == min(10, 200 - result["correct"]) > 0


def test_scores_and_bins_belong_to_the_confusion_matrix(cnntrain: Cnntrain, trained: Path) -> None:
    result = json.loads(cnntrain("eval", trained, "--json").stdout)
    assert [score["recall"] for score in result["scores"].values()] == result["per_class"]
    assert sum(score["images"] for score in result["scores"].values()) == 200
    bins = result["calibration"]
    assert sum(entry["answers"] for entry in bins) == 200
    assert sum(entry["answers"] * entry["accuracy"] for entry in bins) == pytest.approx(
        result["correct"]
    )
    assert all(entry["above"] < entry["confidence"] <= entry["up_to"] for entry in bins)


def test_an_accuracy_that_is_required_decides_the_exit_code(
    cnntrain: Cnntrain, trained: Path
) -> None:
    assert cnntrain("eval", trained, "--require-accuracy", "0.85").returncode == 0
    done = cnntrain("eval", trained, "--require-accuracy", "0.999")
    assert done.returncode == 1
    assert "accuracy     9" in done.stdout
    assert re.search(r"last\.npz: test accuracy 0\.9\d\d0, required 0\.999; train", done.stderr)


def test_of_targets_that_are_numbers_there_is_a_loss_and_nothing_more(
    cnntrain: Cnntrain, here: Path
) -> None:
    (here / "line.yaml").write_text(
        "dataset: {inline: {inputs: [[1], [2]], targets: [[0.2], [0.4]]}}\n"
        "network: [dense: 1]\ntrain: {alpha: 0.1}\n"
    )
    assert cnntrain("train", "line").returncode == 0
    result = json.loads(cnntrain("eval", "--json").stdout)
    assert result["mse"] > 0
    assert {result[key] for key in ("accuracy", "scores", "macro", "ece", "calibration")} == {None}
    assert result["worst"] == []
    assert "speed" in cnntrain("eval").stdout
    done = cnntrain("eval", "--require-accuracy", "0.5")
    assert done.returncode == 2
    assert "--require-accuracy 0.5: found targets that are no classes" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--split", "validation"], 1, "digits: found no validation images: train.validation is 0"),
        (["--split", "all"], 2, "'all' is not one of 'test', 'validation', 'train'"),
        (["--dataset", "{synthetic: {resize: 14}}"], 2, "its images are 1x14x14, but the network"),
        (
            ["--dataset", "minst"],
            2,
            "Error: --dataset: minst: unknown data set; did you mean 'mnist'?",
        ),
        (
            ["--dataset", "{inline: {inputs: [[1]], targets: [[1]]}}"],
            2,
            "its images are 1x1x1, but the network",
        ),
        (["--threads", "0"], 2, "0 is not in the range x>=1"),
        (["--errors", "e.txt"], 2, "e.txt: found the ending '.txt', expected that of an image"),
        (["--errors", "."], 2, "File '.' is a directory; expected a file; correct the path"),
    ],
)
def test_what_cannot_be_tested_is_refused(
    cnntrain: Cnntrain, trained: Path, arguments: list[str], code: int, complaint: str
) -> None:
    done = cnntrain("eval", trained, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr


def test_other_classes_than_trained_on_are_refused(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    three = "[[0.0]], targets: [[1, 0, 0]]"
    (here / "mini.yaml").write_text(
        f"dataset: {{inline: {{inputs: {three}}}}}\nnetwork: [dense: 3]\ntrain: {{alpha: 1}}\n"
    )
    assert cnntrain("train", "--config", "mini").returncode == 0
    done = cnntrain("eval", "--dataset", "{inline: {inputs: [[1]], targets: [[1, 0]]}}")
    assert done.returncode == 2
    assert "this network has 3 outputs, but the examples of inline have 2 classes" in done.stderr


@pytest.mark.parametrize("name", ["last.npz", "epochs.csv", "config.yaml"])
def test_predictions_never_take_the_place_of_a_runs_file(
    cnntrain: Cnntrain, trained: Path, name: str
) -> None:
    shutil.copytree(trained, "mine")
    target = Path("mine", name)
    before = target.read_bytes()
    done = cnntrain("eval", "mine", "--predictions", target)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--predictions {target}: is a file of a run, and was left as it is" in done.stderr
    assert target.read_bytes() == before
