import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Cnntrain

ALONE = ("--threads", "1")  # a second process takes longer to start than these need to train


@pytest.fixture
def two(cnntrain: Cnntrain) -> list[str]:
    """Return the folders of two runs of one configuration that differ in their seeds."""
    for seed in ("0", "1"):
        assert cnntrain("train", "tiny", "--seed", seed, *ALONE).returncode == 0
    return ["runs/tiny-1", "runs/tiny-2"]


def test_two_networks_are_compared_image_by_image(
    cnntrain: Cnntrain, here: Path, two: list[str]
) -> None:
    done = cnntrain("compare", *two, *ALONE, "--sheet", "sheet.png")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "50 test images of synthetic"
    assert "B right   B wrong" in done.stdout
    assert done.stderr.startswith("A: model: runs/tiny-1/last.npz (the last of its run), epoch 2")
    assert "To compare configurations, train each with several seeds" in done.stderr
    with Image.open(here / "sheet.png") as sheet:
        assert sheet.width > 300


def test_json_agrees_with_eval(cnntrain: Cnntrain, two: list[str]) -> None:
    result = json.loads(cnntrain("compare", *two, *ALONE, "--json").stdout)
    correct = [json.loads(cnntrain("eval", run, "--json").stdout)["correct"] for run in two]
    assert [model["correct"] for model in result["models"]] == correct
    [pair] = result["pairs"]
    counts = [pair[key] for key in ("both_right", "only_first", "only_second", "both_wrong")]
    assert (sum(counts), result["n"], result["over_seeds"]) == (50, 50, None)
    assert [counts[0] + counts[1], counts[0] + counts[2]] == correct
    assert pair["difference"] == pytest.approx((correct[1] - correct[0]) / 50)


def test_three_networks_are_three_pairs_and_two_configurations_are_compared_over_seeds(
    cnntrain: Cnntrain, two: list[str]
) -> None:
    for seed in ("0", "1", "5"):
        cnntrain("train", "tiny", "--seed", seed, "--set", "train.alpha=0.02", *ALONE)
    three = json.loads(cnntrain("compare", *two, *ALONE, "runs/tiny-3", "--json").stdout)
    assert [(p["first"], p["second"]) for p in three["pairs"]] == [
        ("A", "B"),
        ("A", "C"),
        ("B", "C"),
    ]
    assert all(pair["p_of_several"] >= pair["p"] for pair in three["pairs"])
    names = [*two, "runs/tiny-3", "runs/tiny-4", "runs/tiny-5"]
    five = json.loads(cnntrain("compare", *names, *ALONE, "--json").stdout)
    seeds, models = five["over_seeds"], {model["letter"]: model for model in five["models"]}
    assert (seeds["first"], seeds["second"], seeds["seeds"]) == (["A", "B"], ["C", "D"], [0, 1])
    assert (five["pairs"], seeds["left_out"]) == ([], ["E"])
    mean = sum(models[c]["accuracy"] for c in "CD") / 2
    assert seeds["difference"] == pytest.approx(mean - sum(models[c]["accuracy"] for c in "AB") / 2)
    text = cnntrain("compare", *names, *ALONE).stdout
    assert "without a counterpart of the same seed: E" in text
    assert "Student's paired t-test over 2 seeds" in text


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["RUN"], 2, "expected two or more; name another run folder"),
        (["RUN", "nowhere"], 1, "nowhere: no such file or folder"),
        (["RUN", "RUN", "RUN", "--sheet", "s.png"], 2, "found 3 networks, expected two: a sheet"),
        (["RUN", "RUN", "--sheet", "s.txt"], 2, "s.txt: found the ending '.txt'"),
        (
            ["RUN", "OTHER"],
            2,
            "compare: found other images for runs/tiny-1/last.npz (50 of synthetic) than for",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    cnntrain: Cnntrain, trained: Path, arguments: list[str], code: int, complaint: str
) -> None:
    if "OTHER" in arguments:
        cnntrain("train", "tiny", "--epochs", "0", *ALONE)
    names = {"RUN": str(trained), "OTHER": "runs/tiny-1/last.npz"}
    done = cnntrain("compare", *(names.get(word, word) for word in arguments))
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr


def test_networks_of_numbers_without_classes_are_refused(cnntrain: Cnntrain, here: Path) -> None:
    (here / "line.yaml").write_text(
        "dataset: {inline: {inputs: [[1]], targets: [[0.2]]}}\nnetwork: [dense: 1]\n"
        "train: {alpha: 0.1}\n"
    )
    cnntrain("train", "line", *ALONE)
    done = cnntrain("compare", "runs/line-1", "runs/line-1")
    assert done.returncode == 2
    assert "compare runs/line-1: found targets that are no classes" in done.stderr
