"""A network comes with the program: small, with where it comes from, used where there is no run."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnntrain.config import load_config
from cnntrain.data.handwriting.curve import lines_of
from cnntrain.data.handwriting.others.write import others
from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.handwriting.write import synthetic
from cnntrain.model.checkpoint import load_checkpoint
from cnntrain.model.trained import load
from cnntrain.system.shipped import shipped_model

FOLDER = shipped_model()


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 500_000


def test_it_says_where_it_comes_from() -> None:
    about = json.loads((FOLDER / "run.json").read_text())
    checkpoint = load_checkpoint(FOLDER / "last.npz")
    assert about["command"] == ["cnntrain", "train", "--config", "photos.yaml"]
    assert about["data_sha256"] == checkpoint.data_sha256
    assert about["result"]["test_accuracy"] > 0.99
    assert (FOLDER / "config.yaml").read_text() == checkpoint.config_text
    assert checkpoint.config_text == load_config("photos.yaml").text


def test_it_reads_drawn_digits_it_has_not_seen() -> None:
    digits = synthetic("test", count=500, seed=1)
    model = load(FOLDER)
    labels = np.array([int(answer.label or -1) for answer in model.predict(digits.images)])
    assert (labels == digits.labels).mean() > 0.95


def test_it_doubts_what_is_no_digit() -> None:
    answers = load(FOLDER).predict(others(300, seed=1))
    assert np.mean([answer.doubtful for answer in answers]) > 0.9


@pytest.mark.mnist
def test_it_reads_mnists_test_images(mnist_root: Path) -> None:
    model = load(FOLDER)
    examples = model.config.dataset.load("test", mnist_root).part(0, 1000)
    assert (model.evaluate(examples).correct or 0) > 990


@pytest.mark.parametrize("side", [100, 300, 1200])
def test_it_reads_what_the_pencil_of_a_paint_program_draws(side: int, tmp_path: Path) -> None:
    paths = []
    for digit, hands in HANDS.items():
        image = Image.new("L", (side, side), 255)
        for line in lines_of(hands[0]):
            points = [(side * (0.2 + 0.6 * x), side * (0.2 + 0.6 * y)) for x, y in line]
            ImageDraw.Draw(image).line(points, 0, 1)  # one pixel wide
        paths.append(tmp_path / f"{digit}.png")
        image.save(paths[-1])
    answers = load(FOLDER).predict(paths)
    assert [answer.label for answer in answers] == [path.stem for path in paths]


PLUS = np.array([[(0.5, 0.25), (0.5, 0.75)], [(0.25, 0.5), (0.75, 0.5)]])
CROSS = np.array([[(0.1, 0.0), (0.9, 1.0)], [(0.9, 0.0), (0.1, 1.0)]])


@pytest.mark.parametrize(("between", "as_tall"), [(PLUS, False), (CROSS, True)])
def test_a_row_that_may_lack_a_digit_is_doubtful(
    between: np.ndarray, as_tall: bool, tmp_path: Path
) -> None:
    image = Image.new("L", (560, 200), 255)
    marks = [lines_of(HANDS["4"][0]), list(between), lines_of(HANDS["2"][0])]
    for place, lines in enumerate(marks):
        for line in lines:
            points = [(60 + 160 * place + 110 * x, 45 + 110 * y) for x, y in line]
            ImageDraw.Draw(image).line(points, 0, 9, joint="curve")
    image.save(tmp_path / "row.png")
    answer = load(FOLDER).predict_file(tmp_path / "row.png")
    assert answer.label == "4 2"
    assert [digit.doubtful for digit in answer.digits] == [as_tall, as_tall]
    left_out = "something as tall as the digits beside it does not look like one and was left out"
    assert answer.warnings == ((left_out,) if as_tall else ())
