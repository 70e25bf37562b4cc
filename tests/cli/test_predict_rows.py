"""Pictures of several digits or none, many pictures, and where the answers go."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cnntrain
from tests.cli.test_predict import doubts, draw


def picture(path: Path, *lines: str) -> Path:
    """Draw digits in lines, each in a square of 200 pixels."""
    sheet = Image.new("L", (200 * max(map(len, lines)), 200 * len(lines)), 255)
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            with Image.open(draw(path, digit)) as image:
                sheet.paste(image, (200 * column, 200 * row))
    sheet.save(path)
    return path


@pytest.fixture
def sheet(here: Path) -> Path:
    return picture(here / "sheet.png", "1740", "07")


def test_several_digits_are_read_line_by_line(
    cnntrain: Cnntrain, sheet: Path, trained: Path
) -> None:
    done = cnntrain("predict", "sheet.png", "--model", trained)
    assert (done.returncode, doubts(done.stderr)) == (0, "")
    assert done.stdout.startswith("sheet.png: 1 7 4 0 / 0 7  ")
    assert done.stdout.count("\n") == 1


def test_json_has_each_digit_with_its_place(cnntrain: Cnntrain, sheet: Path, trained: Path) -> None:
    result = json.loads(cnntrain("predict", sheet, "--model", trained, "--json").stdout)
    assert (result["label"], result["scores"]) == ("1 7 4 0 / 0 7", None)
    digits = result["digits"]
    assert [(digit["label"], digit["line"]) for digit in digits] == [
        *(("1", 1), ("7", 1), ("4", 1), ("0", 1), ("0", 2), ("7", 2)),
    ]
    share = np.prod([digit["probability"] for digit in digits])
    assert result["probability"] == pytest.approx(share, abs=1e-4)
    for digit, place in zip(digits, ["00", "10", "20", "30", "01", "11"], strict=True):
        left, top, right, bottom = digit["box"]
        assert (left // 200, right // 200, top // 200, bottom // 200) == tuple(
            map(int, (place[0], place[0], place[1], place[1]))
        )
        assert digit["probability"] == max(digit["scores"].values())
    assert result["preparation"]["size"] == [800, 400]


def test_csv_has_a_line_for_each_digit_and_for_pictures_without(
    cnntrain: Cnntrain, sheet: Path, here: Path, trained: Path
) -> None:
    Image.new("L", (50, 50), 255).save(here / "a, blank.png")
    done = cnntrain("predict", "a, blank.png", "sheet.png", "--model", trained, "--csv")
    assert done.returncode == 0
    header, blank, *rows = csv.reader(done.stdout.splitlines())
    names = "file line position label probability left top right bottom doubtful"
    assert header == names.split()
    assert blank == ["a, blank.png", *[""] * 9]
    assert ["".join(row[1:4]) for row in rows] == ["111", "127", "134", "140", "210", "227"]


def test_the_network_s_input_is_saved_and_several_digits_get_boxes(
    cnntrain: Cnntrain, sheet: Path, here: Path, trained: Path
) -> None:
    draw(here / "7.png", "7")
    done = cnntrain("predict", "7.png", "--model", trained, "--save-input", "seen.png")
    assert doubts(done.stderr) == "wrote seen.png\n"
    with Image.open(here / "seen.png") as seen:
        assert (seen.size, seen.mode, seen.getextrema()) == ((28, 28), "L", (0, 255))
    assert cnntrain("predict", sheet, "--model", trained, "--save-input", "b.png").returncode == 0
    with Image.open(here / "b.png") as boxes:
        red = np.asarray(boxes)[..., 0].astype(int) - np.asarray(boxes)[..., 1] > 100
    assert red.sum() > 6 * 200  # the edges of six boxes


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("7.png --save-input 7.png", "it is the picture to read, and would be overwritten"),
        ("7.png --save-input link.png", "it is the picture to read, and would be overwritten"),
        (
            "7.png --save-input seen",
            "found no name of a PNG file, expected FILE.png; call it seen.p",
        ),
        ("7.png 7.png --save-input b.png", "found 2 pictures to read, expected one"),
        ("7.png --csv --json", "found --csv and --json, expected one of them"),
        ("7.png --crop 1,2,3", "found 3 numbers; expected LEFT,TOP,RIGHT,BOTTOM"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    cnntrain: Cnntrain, here: Path, trained: Path, arguments: str, complaint: str
) -> None:
    before = draw(here / "7.png", "7").read_bytes()
    (here / "link.png").symlink_to("7.png")
    done = cnntrain("predict", *arguments.split(), "--model", trained)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert (here / "7.png").read_bytes() == before


def test_a_part_of_a_picture_is_read_where_there_is_one(
    cnntrain: Cnntrain, sheet: Path, here: Path, trained: Path
) -> None:
    draw(here / "4.png", "4")
    done = cnntrain("predict", sheet, "4.png", "--model", trained, "--crop", "400,0,600,200")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{sheet}: 4  ")
    assert "Error: 4.png: --crop 400,0,600,200: nothing is left of a picture" in done.stderr
    result = cnntrain("predict", sheet, "--model", trained, "--crop", "0,50%,50%,100%", "--json")
    [zero, seven] = json.loads(result.stdout)["digits"]
    assert (zero["label"], seven["label"]) == ("0", "7")
    assert zero["box"][1] > 200


def test_sub_folders_are_read_when_asked_for(cnntrain: Cnntrain, here: Path, trained: Path) -> None:
    (here / "scans" / "deep").mkdir(parents=True)
    draw(here / "scans" / "deep" / "7.png", "7")
    done = cnntrain("predict", "scans", "--model", trained)
    assert done.returncode == 1
    assert "name a file or folder, or have its sub-folders read too with -r" in done.stderr
    done = cnntrain("predict", "scans", "-r", "--model", trained)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{Path('scans/deep/7.png')}: 7  ")


def test_many_pictures_are_read_by_several_processes_in_order(
    process: Cnntrain, here: Path, trained: Path
) -> None:
    (here / "many").mkdir()
    for digit in "147":
        draw(here / f"{digit}.png", digit)
        for number in range(20):
            shutil.copy(here / f"{digit}.png", here / "many" / f"{number:02}-{digit}.png")
    (here / "many" / "10-2.png").write_text("no picture")
    one, two = (
        process("predict", "many", "--model", trained, "--threads", count) for count in "12"
    )
    assert (one.returncode, two.returncode) == (1, 1)
    assert one.stdout == two.stdout
    assert one.stderr == two.stderr
    lines = one.stdout.splitlines()
    assert [line.split("  ")[0][-8:] for line in lines] == [
        f"{digit}.png: {digit}" for _ in range(20) for digit in "147"
    ]
    assert doubts(two.stderr).startswith(f"Error: {Path('many/10-2.png')}: not an image")
