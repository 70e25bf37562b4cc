import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from cnntrain.cli import complete
from cnntrain.show.plots.pictures import ALL, PICTURES
from tests.cli.conftest import Cnntrain
from tests.cli.test_help import completions

pytestmark = pytest.mark.usefixtures("_real_curves")


def test_a_picture_is_written_here_under_the_name_of_its_run(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    done = cnntrain("plot", trained, "filters", "errors")
    assert (done.returncode, done.stdout) == (0, "digits-1-filters.png\ndigits-1-errors.png\n")
    with Image.open(here / "digits-1-filters.png") as image:
        assert image.format == "PNG"


def test_all_pictures_that_there_are_go_into_a_folder(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    done = cnntrain("plot", "all", trained, "-o", "new/", "--json", "--threads", "1")
    files = {entry["picture"]: entry["file"] for entry in json.loads(done.stdout)["files"]}
    assert files == {name: f"new/digits-1-{name}.png" for name in PICTURES}
    assert all((here / file).stat().st_size > 1000 for file in files.values())


def test_curves_of_several_runs_are_one_picture(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    done = cnntrain("plot", "curves", trained, trained, "-o", "both.svg")
    assert (done.returncode, done.stdout) == (0, "both.svg\n")
    assert (here / "both.svg").read_text().count("digits-1, digits.yaml, seed 0, test error") == 2


def test_text_needs_no_file(cnntrain: Cnntrain, here: Path, trained: Path) -> None:
    done = cnntrain("plot", trained, "filters", "confusion", "--text")
    assert done.returncode == 0
    assert "conv1: 8 filters of 5x5 on 1 map" in done.stdout
    assert "taken for" in done.stdout
    assert not list(here.glob("*.png"))


def test_samples_of_a_configuration_need_no_training(cnntrain: Cnntrain, here: Path) -> None:
    done = cnntrain("plot", "tiny.yaml", "samples", "network")
    assert (done.returncode, done.stdout) == (0, "tiny-samples.png\ntiny-network.png\n")


def test_of_a_run_on_numbers_all_is_what_can_be_drawn(cnntrain: Cnntrain) -> None:
    cnntrain("train", "--config", "mazur", "--set", "train.batches=20", "--set", "published=[]")
    done = cnntrain("plot", "all", "-o", "out", "--json", "--threads", "1")
    drawn = [entry["picture"] for entry in json.loads(done.stdout)["files"]]
    assert drawn == ["curves", "confusion", "reliability", "network", "rates", "saturation"]
    assert "no filters: runs/mazur-1/last.npz: found no convolution" in done.stderr
    assert "no maps: plot maps: runs/mazur-1: found a data set of numbers (inline)" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["RUN", "filtres"], 2, "called 'filtres'; did you mean 'filters'? Pictures are curves, "),
        (["RUN", "-o", "c.jpg"], 2, "--out c.jpg: found the ending '.jpg', expected .png or .svg"),
        (["RUN", "-o", "c"], 2, "found the ending '', expected .png or .svg, or the name of a"),
        (["RUN", "all", "-o", "c.png"], 2, "for several pictures, expected a folder; write c/"),
        (["RUN", "RUN", "filters"], 2, "plot filters: found 2 runs ("),
        (["RUN", "samples", "--augmented"], 2, "found no distortions in train.augment"),
        (["RUN", "maps", "--index", "200"], 2, "synthetic has 200 images; expected 0 to 199"),
        (["RUN", "maps", "--index", "1", "--image", "x.png"], 2, "--index 1: found the image file"),
        (["RUN", "maps", "--image", "x.png"], 1, "x.png: "),
        (["RUN", "curves", "--text"], 2, "--text: found the picture 'curves', expected filters or"),
        (["RUN", "filters", "--text", "--json"], 2, "--text: found --json too"),
        (["runs/lenet-7", "errors"], 1, "runs/lenet-7: no such file or folder; give a run folder"),
        ([], 1, "runs/: found no trained network here"),
        (["tiny.yaml", "filters"], 2, "plot filters: tiny.yaml: found no run folder, expected"),
        ([".", "curves"], 1, ".: found no last.npz in this folder"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    cnntrain: Cnntrain, trained: Path, arguments: list[str], code: int, complaint: str
) -> None:
    words = [str(trained) if word == "RUN" else word for word in arguments]
    done = cnntrain("plot", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr


def test_without_matplotlib_the_extra_is_named(
    cnntrain: Cnntrain, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    done = cnntrain("plot", trained)
    assert done.returncode == 2
    assert "matplotlib is missing; `pip install 'cnntrain[plot]'` adds it" in done.stderr
    assert cnntrain("plot", trained, "filters").returncode == 0


def test_pictures_and_runs_are_completed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    assert (*PICTURES, ALL) == complete.PICTURES
    assert completions("plot", "co") == ["confusion"]


def test_names_are_no_formulas_and_may_have_letters_that_the_font_lacks(
    cnntrain: Cnntrain, trained: Path
) -> None:
    odd = "$a^$ \N{CJK UNIFIED IDEOGRAPH-65E5}"  # between two $, Matplotlib would see a formula
    shutil.copytree(trained, odd)
    done = cnntrain("plot", odd, "all", "-o", "pictures/")
    assert (done.returncode, done.stderr) == (0, "")
    several = cnntrain("plot", odd, trained, "curves", "-o", "several.png")
    assert (several.returncode, several.stderr) == (0, "")
