"""--with: layers from a user's own file, in check, train and trace."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.cli.conftest import Cnntrain
from tests.explain.exercises import GAIN, MEAN_POOL, SIGMOID, SMALL

WRONG = SIGMOID.replace("y * (1 - y)", "x * (1 - x)")


@pytest.fixture
def folder(here: Path) -> Path:
    """Return the working folder, with the small network and right and wrong layers in it."""
    (here / "small.yaml").write_text(SMALL)
    (here / "mine.py").write_text(SIGMOID)
    (here / "wrong.py").write_text(WRONG)
    return here


@pytest.mark.usefixtures("folder")
def test_check_says_which_array_and_why_and_exits_with_1(cnntrain: Cnntrain) -> None:
    done = cnntrain("check", "small.yaml", "--with", "wrong.py")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "wrong.py: Sigmoid in the place of sigmoid"
    assert lines[4].startswith("> sigmoid1.dx")
    assert lines[6].startswith("wrong.py:8: sigmoid1.dx: ")
    assert lines[7].startswith("  likely cause: the derivative is taken at x instead of y")
    assert lines[-1] == "failed: 1 of 2 arrays are wrong"
    found = json.loads(cnntrain("check", "small.yaml", "--with", "wrong.py", "--json").stdout)
    assert (found["passed"], found["with"]["layers"]) == (False, ["sigmoid"])
    assert [array["passed"] for array in found["with"]["arrays"]] == [True, False]


@pytest.mark.usefixtures("folder")
def test_right_layers_are_followed_by_the_check_of_the_network(cnntrain: Cnntrain) -> None:
    small = ("--set", "network=[sigmoid, {mean_pool: 5}, {dense: 10}]")
    done = cnntrain("check", "small.yaml", "--with", "mine.py", *small)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nyour layers compute what they should\n\nsmall: ∂loss/∂array" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("passed: ")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("class Sigmoid(:\n", "bad.py:1: invalid syntax in `class Sigmoid(:`; correct the line"),
        ("x = 1\ny = z\n", "bad.py:2: NameError: name 'z' is not defined; the line is `y = z`"),
        ("import no_such_module\n", "bad.py:1: ModuleNotFoundError: No module named"),
        ("raise SystemExit\n", "bad.py:1: SystemExit; the line is"),
        ("x = 1\n", "bad.py: found no class of a layer in it; write one, such as `class Conv"),
        ("class Relu:\n    def f(self, x): ...\n", "bad.py:1: class Relu: is no Layer; expected"),
        (SIGMOID.partition("    def df")[0], "bad.py:4: class Sigmoid: found no df; write `def df("),
        (SIGMOID.replace("(self, x, y)", "(self, x)"), "found `def df(self, x):`, expected `def df(s"),
        (MEAN_POOL.replace(", *, train", ""), "found `def forward(self, x):`, expected `def forward("),
        (f"{SIGMOID}\n    def __init__(self): ...\n", "found an __init__, expected options as names"),
        (SIGMOID + SIGMOID.replace("d(Act", "d_(Act"), "found Sigmoid for 'sigmoid' before it"),
        (f"{SIGMOID}\n    a: int = 1\n    b: float\n", "non-default argument 'b' follows default"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_with_its_line(
    cnntrain: Cnntrain, folder: Path, source: str, message: str
) -> None:
    (folder / "bad.py").write_text(source)
    done = cnntrain("check", "small.yaml", "--with", "bad.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: bad.py:")
    assert message in done.stderr


@pytest.mark.parametrize("command", ["check", "train", "trace"])
def test_an_exception_in_a_layer_is_shown_by_its_own_line(
    cnntrain: Cnntrain, folder: Path, command: str
) -> None:
    (folder / "bad.py").write_text(SIGMOID.replace("1 / (1", "1 / (one"))
    done = cnntrain(command, "small.yaml", "--with", "bad.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Error: bad.py:6: in Sigmoid.f: NameError: name 'one' is not defined" in done.stderr
    assert not (folder / "runs").exists()


def test_an_exception_while_the_network_is_built_is_no_complaint_of_ours(
    cnntrain: Cnntrain, folder: Path
) -> None:
    (folder / "bad.py").write_text(GAIN.replace("rng.uniform(0.5, 1.5,", "rng.uniform(0.5, 1.5, -"))
    done = cnntrain("check", "small.yaml", "--with", "bad.py", "--set", "network[1]=gain")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: bad.py:11: in Gain.make_parameters: ValueError: ")


def test_a_run_is_trained_with_them_and_continued_with_the_same_file_only(
    cnntrain: Cnntrain, folder: Path
) -> None:
    (folder / "gain.py").write_text(GAIN)
    new = ("--set", "network=[{gain: 2}, {dense: 10}]", "--set", "train.alpha=0.01")
    done = cnntrain("train", "small.yaml", "--with", "gain.py", "--out", "run", *new)
    assert done.returncode == 0, done.stderr
    about = json.loads((folder / "run" / "run.json").read_text())
    assert (about["with"]["file"], about["with"]["layers"]) == ("gain.py", ["gain"])
    assert "  - gain:\n      start: 2.0\n" in (folder / "run" / "config.yaml").read_text()
    more = ("train", "--resume", "run", "--epochs", "2")
    without = cnntrain(*more)
    assert without.returncode == 2
    assert without.stderr == (
        "Error: run: was trained with the layers of gain.py; expected that file again; add --with "
        "gain.py\n"
    )
    assert cnntrain(*more, "--with", "gain.py").returncode == 0
    (folder / "gain.py").write_text(GAIN + "\n")
    changed = cnntrain("train", "--resume", "run", "--epochs", "3", "--with", "gain.py")
    assert changed.returncode == 2
    assert "Error: --with gain.py: is not as it was when run was trained with it" in changed.stderr


def test_a_run_with_a_kind_of_their_own_is_used_with_the_file(
    cnntrain: Cnntrain, folder: Path
) -> None:
    (folder / "gain.py").write_text(GAIN)
    digits = ("--set", "dataset={synthetic: {train: 50, test: 20}}")
    new = ("--set", "network=[{gain: 2}, {dense: 10}]", "--set", "train.alpha=0.01", *digits)
    done = cnntrain("train", "small.yaml", "--with", "gain.py", "--out", "run", *new)
    assert "next: `cnntrain eval run --with gain.py` tests it" in done.stderr
    without = cnntrain("eval", "run")
    assert without.returncode == 1
    assert "network[0].gain: unknown layer" in without.stderr
    assert "if it was trained with a layer of your own, add --with FILE" in without.stderr
    found = json.loads(cnntrain("eval", "run", "--with", "gain.py", "--json").stdout)
    assert f"test accuracy  {found['accuracy']:.2%}" in done.stdout
    picture = Image.new("L", (80, 80), 255)
    ImageDraw.Draw(picture).line([(40, 12), (40, 68)], fill=0, width=7)
    picture.save(folder / "one.png")
    for command in (
        ["plot", "run", "maps", "confusion", "network", "-o", "pictures/"],
        ["report", "run"],
        ["compare", "run", "run"],
        ["predict", "one.png", "--model", "run"],
    ):
        done = cnntrain(*command, "--with", "gain.py")
        assert done.returncode == 0, done.stderr


def test_the_same_formulas_train_to_the_same_weights(cnntrain: Cnntrain, folder: Path) -> None:
    ours = ("--set", "network=[{mean_pool: 2}, {dense: 10}, tanh]", "--json")
    (folder / "mine.py").write_text(MEAN_POOL)
    runs = [
        json.loads(cnntrain("train", "small.yaml", *ours, *flags).stdout)
        for flags in (["--plain"], ["--with", "mine.py"])
    ]
    assert runs[0]["train_mse"] == pytest.approx(runs[1]["train_mse"], rel=1e-6)
    assert "with" not in json.loads((folder / runs[0]["run"] / "run.json").read_text())


def test_a_run_that_had_none_is_not_continued_with_one(cnntrain: Cnntrain, folder: Path) -> None:
    linear = ("--set", "network=[{dense: 10}, sigmoid]")
    assert cnntrain("train", "small.yaml", "--out", "run", *linear).returncode == 0
    done = cnntrain("train", "--resume", "run", "--epochs", "2", "--with", "mine.py")
    assert done.returncode == 2
    assert "was trained without layers of your own; leave --with out" in done.stderr
    assert folder.is_dir()


def test_layers_that_return_the_wrong_shape_are_not_trained_with(
    cnntrain: Cnntrain, folder: Path
) -> None:
    (folder / "bad.py").write_text(SIGMOID.replace("np.exp(-x))", "np.exp(-x))[1:]"))
    done = cnntrain("train", "small.yaml", "--with", "bad.py")
    assert done.returncode == 1
    assert (
        "bad.py: Sigmoid: y has the shape 2x3x12x12, expected 3x3x12x12; correct it" in done.stderr
    )
    assert not (folder / "runs").exists()


@pytest.mark.usefixtures("folder")
def test_trace_follows_them(cnntrain: Cnntrain) -> None:
    small = ("--set", "network=[{mean_pool: 5}, sigmoid, {dense: 10}]")
    done = cnntrain("trace", "small.yaml", "--with", "mine.py", *small)
    assert done.returncode == 0, done.stderr
    assert "sigmoid1" in done.stdout


@pytest.mark.slow  # a search in processes of its own
def test_options_are_searched_with_them(cnntrain: Cnntrain, folder: Path) -> None:
    (folder / "gain.py").write_text(GAIN)
    digits = ("--set", "dataset={synthetic: {train: 50, test: 20}}")
    new = ("--set", "network=[{gain: 2}, {dense: 10}]", "--set", "train.alpha=0.01", *digits)
    search = ("tune", "small.yaml", "--vary", "network[0].gain.start=1,2", "--trials", "2")
    options = (*search, "--jobs", "1", "--search", "grid", "--out", "search", *new)
    done = cnntrain(*options, "--with", "gain.py", "--json")
    assert done.returncode == 0, done.stderr
    assert "next: `cnntrain train --config search/best.yaml --with gain.py` trains" in done.stderr
    assert json.loads((folder / "search/tune.json").read_text())["with"]["layers"] == ["gain"]
    best = json.loads(done.stdout)["best"]
    validation = ("--set", "train.validation=5", "--json")
    trained = cnntrain("train", "search/best.yaml", "--with", "gain.py", *validation)
    assert json.loads(trained.stdout)["weights_sha256"] == best["weights_sha256"][0]
    (folder / "gain.py").write_text(GAIN + "\n")
    changed = cnntrain(*options, "--with", "gain.py")
    assert changed.returncode == 2
    assert "has trials of another search" in changed.stderr
