import json
import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from cnntrain.cli import main
from cnntrain.system.shipped import shipped_model
from tests.cli.conftest import Cnntrain

STROKES = {  # pen paths in a box of 100 x 100
    "0": [
        [(50, 10), (25, 25), (20, 50), (25, 75), (50, 90), (75, 75), (80, 50), (75, 25), (50, 10)]
    ],
    "1": [[(50, 10), (50, 90)]],
    "4": [[(60, 90), (60, 10), (20, 60), (80, 60)]],
    "7": [[(22, 15), (78, 15), (42, 90)]],
}


def draw(path: Path, digit: str, *, ink: int = 0, paper: int = 255) -> Path:
    """Draw a digit as with a felt-tip pen."""
    image = Image.new("L", (200, 200), paper)
    pen = ImageDraw.Draw(image)
    for stroke in STROKES[digit]:
        points = [(50 + x, 50 + y) for x, y in stroke]
        pen.line(points, fill=ink, width=11, joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=ink)
    image.save(path)
    return path


KEYS = [
    *("file", "label", "probability", "doubtful", "scores", "warnings", "digits", "preparation"),
    *("model", "model_epoch", "model_test_accuracy", "model_chosen"),
]


def doubts(stderr: str) -> str:
    """Return what stderr says after its first line, which names the model."""
    first, _, rest = stderr.partition("\n")
    assert re.fullmatch(r"model: .+\.npz \(.+\), epoch \d of \d, test accuracy \d\d\.\d\d%", first)
    return rest


@pytest.fixture
def seven(here: Path) -> Path:
    return draw(here / "seven.png", "7")


def test_a_clean_drawing_is_read_in_one_line(process: Cnntrain, seven: Path, trained: Path) -> None:
    done = process("predict", "seven.png", "--model", trained)
    assert (done.returncode, doubts(done.stderr)) == (0, "")
    assert done.stdout.startswith("seven.png: 7  ")
    assert done.stdout.endswith("%\n")
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_a_name_cannot_forge_a_line(cnntrain: Cnntrain, seven: Path, trained: Path) -> None:
    forged = seven.with_name("a.png: 9\nb.png")
    forged.write_bytes(seven.read_bytes())
    broken = seven.with_name("c\nd.png")
    broken.write_bytes(b"no picture")
    done = cnntrain("predict", str(forged), str(broken), "--model", str(trained))
    [answer] = done.stdout.splitlines()
    assert "a.png: 9\\nb.png: 7" in answer
    assert "c\\nd.png: not an image" in done.stderr


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 220)])
def test_digits_are_read_dark_on_light_and_light_on_dark(
    cnntrain: Cnntrain, here: Path, trained: Path, digit: str, ink: int, paper: int
) -> None:
    path = draw(here / "x.png", digit, ink=ink, paper=paper)
    result = json.loads(cnntrain("predict", path, "--model", trained, "--json").stdout)
    assert result["label"] == digit
    assert result["warnings"] == []


def test_json_is_one_object_per_line(cnntrain: Cnntrain, here: Path, trained: Path) -> None:
    files = [draw(here / f"{digit}.png", digit) for digit in "71"]
    done = cnntrain("predict", *files, "--model", trained, "--json")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["file"] for result in results] == [str(path) for path in files]
    for result in results:
        assert list(result) == KEYS
        assert result["probability"] == max(result["scores"].values())
        assert sum(result["scores"].values()) == pytest.approx(1, abs=1e-4)
        assert list(result["scores"]) == list("0123456789")


def test_top_lists_the_likeliest(cnntrain: Cnntrain, seven: Path, trained: Path) -> None:
    lines = cnntrain("predict", seven, "--model", trained, "--top", "3").stdout.splitlines()
    assert lines[0] == f"{seven}:"
    assert lines[1].startswith("  7  ")
    shares = [float(line.split()[1].rstrip("%")) for line in lines[1:]]
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)


def test_top_may_ask_for_more_than_there_are(
    cnntrain: Cnntrain, seven: Path, trained: Path
) -> None:
    done = cnntrain("predict", seven, "--model", trained, "--top", "99")
    assert len(done.stdout.splitlines()) == 11


def test_show_draws_what_the_network_saw(cnntrain: Cnntrain, seven: Path, trained: Path) -> None:
    lines = cnntrain("predict", seven, "--model", trained, "--show").stdout.splitlines()
    assert lines[0].startswith(f"{seven}: 7")
    picture = lines[1:]
    assert len(picture) >= 14
    assert max(len(line) for line in picture) >= 28
    assert set("".join(picture)) & set("█#@")


def test_a_bad_file_does_not_keep_the_others_from_being_read(
    cnntrain: Cnntrain, here: Path, trained: Path, seven: Path
) -> None:
    (here / "bad.png").write_text("no image")
    (here / "empty").mkdir()
    files = ["bad.png", "missing.png", "empty", "x" * 300, "seven.png"]
    done = cnntrain("predict", *files, "--model", trained)
    assert done.returncode == 1
    assert done.stdout.startswith("seven.png: 7")
    assert done.stdout.count("\n") == 1
    errors = doubts(done.stderr).splitlines()
    assert [error.split(":")[:2] for error in errors] == [
        ["Error", f" {file}"] for file in files[:4]
    ]
    assert "not an image that Pillow can read" in errors[0]
    assert "No such file or directory" in errors[1]
    assert errors[2].endswith("found no image files in this folder; name a file or folder")


def test_a_folder_stands_for_its_images_in_order(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    (here / "pictures").mkdir()
    for name, digit in (("b.PNG", "7"), ("a.png", "1")):
        draw(here / "pictures" / name, digit)
    (here / "pictures" / "notes.txt").write_text("not a picture")
    done = cnntrain("predict", "pictures", "--model", trained, "--json")
    assert done.returncode == 0
    labels = {r["file"]: r["label"] for r in map(json.loads, done.stdout.splitlines())}
    assert labels == {"pictures/a.png": "1", "pictures/b.PNG": "7"}
    assert list(labels) == sorted(labels)


def test_what_is_no_picture_in_a_folder_is_left_out_and_the_unread_are_counted(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    (here / "pictures" / "sub.png").mkdir(parents=True)
    draw(here / "pictures" / "4.png", "4")
    (here / "pictures" / "._4.png").write_text("a Mac's notes")
    shutil.copy(draw(here / "7.jpg", "7"), here / "pictures" / "7.jfif")
    for name in ("a.heic", "b.HEIC"):
        (here / "pictures" / name).write_text("")
    done = cnntrain("predict", "pictures", "--model", trained)
    assert done.returncode == 0
    assert [line.split("  ")[0] for line in done.stdout.splitlines()] == [
        "pictures/4.png: 4",
        "pictures/7.jfif: 7",
    ]
    assert doubts(done.stderr) == (
        "pictures: 2 files were not read (.heic); save as PNG or JPEG, or install the extra "
        "that reads HEIC: pip install 'cnntrain[heic]'\n"
    )


def test_a_pattern_that_the_shell_left_alone_stands_for_its_files(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    for digit in "71":
        draw(here / f"x{digit}.png", digit)
    done = cnntrain("predict", "x*.png", "--model", trained)
    assert [line.split("  ")[0] for line in done.stdout.splitlines()] == ["x1.png: 1", "x7.png: 7"]


@pytest.mark.parametrize("damaged", [False, True])
def test_a_dash_reads_the_picture_from_stdin(seven: Path, trained: Path, damaged: bool) -> None:
    content = b"no image" if damaged else seven.read_bytes()
    done = CliRunner().invoke(main, ["predict", "-", "--model", str(trained)], input=content)
    if damaged:
        assert done.exit_code == 1
        assert doubts(done.stderr).startswith(
            "Error: -: not an image that Pillow can read; expected"
        )
    else:
        assert done.exit_code == 0
        assert done.stdout.startswith("-: 7  ")


def test_doubts_are_told_on_stderr(cnntrain: Cnntrain, here: Path, trained: Path) -> None:
    Image.new("L", (50, 50), 255).save(here / "blank.png")
    done = cnntrain("predict", "blank.png", "--model", trained)
    assert done.returncode == 1
    assert done.stdout == "blank.png: no digit found\n"
    assert doubts(done.stderr) == "blank.png: warning: the picture looks blank\n"


def test_inverting_can_be_forced(cnntrain: Cnntrain, seven: Path, trained: Path) -> None:
    auto, yes, no = (
        json.loads(
            cnntrain("predict", seven, "--model", trained, "--json", "--invert", how).stdout
        )["scores"]
        for how in ("auto", "yes", "no")
    )
    assert auto == yes
    assert no != yes


def test_any_file_name_can_be_read(cnntrain: Cnntrain, seven: Path, trained: Path) -> None:
    shutil.copy(seven, seven.with_name("größe 数字.png"))
    done = cnntrain("predict", "größe 数字.png", "--model", trained)
    assert done.stdout.startswith("größe 数字.png: 7")


def test_a_file_name_that_is_no_text_is_escaped_in_json(
    process: Cnntrain, seven: Path, trained: Path
) -> None:
    shutil.copy(seven, seven.with_name("a\udcff.png"))
    done = process("predict", "a\udcff.png", "--model", trained, "--json")
    assert json.loads(done.stdout)["file"] == "a\udcff.png"


def test_a_network_of_numbers_takes_no_pictures(
    cnntrain: Cnntrain, here: Path, seven: Path
) -> None:
    (here / "mini.yaml").write_text(
        "dataset: {inline: {inputs: [[1]], targets: [[1]]}}\n"
        "network: [dense: 1]\ntrain: {alpha: 1}\n"
    )
    assert cnntrain("train", "--config", "mini").returncode == 0
    done = cnntrain("predict", seven)
    assert done.returncode == 1
    assert "the network takes the numbers of its configuration, not pictures" in done.stderr


def test_where_there_is_no_run_the_network_that_comes_with_cnntrain_answers(
    cnntrain: Cnntrain, here: Path
) -> None:
    done = cnntrain("predict", draw(here / "four.png", "4"))
    assert (done.returncode, done.stdout.split()[1]) == (0, "4")
    assert (
        "last.npz (comes with cnntrain; there is no run in this folder), epoch 20 of 20"
        in done.stderr
    )
    named = cnntrain("predict", here / "four.png", "--model", shipped_model())
    assert "last.npz (comes with cnntrain), epoch 20 of 20" in named.stderr
