"""The Python interface: what `import cnntrain` offers, and that it does what the commands do."""

import json
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import cnntrain
from cnntrain.cli import main
from cnntrain.errors import CheckpointError, ConfigError, DataError, PictureError, UsageError
from cnntrain.explain.describe import describe
from cnntrain.runs.curves import Refresher
from cnntrain.runs.records import Records
from cnntrain.training.loop import BatchDone, EpochDone
from tests.readme import FRONT, block
from tests.small import SMALL

EVENTS = 8  # of the small run: 2 epochs of 3 batches, and their ends


def command(*arguments: str | Path) -> str:
    """Run a command to its end and return what it prints."""
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with small.yaml, and in `run` what the command line trained by it."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "small.yaml").write_text(SMALL)
    out = folder / "run"
    command("train", "--config", folder / "small.yaml", "--out", out, "--threads", "1")
    return folder


@pytest.fixture
def model(home: Path) -> cnntrain.Model:
    return cnntrain.load(home / "run")


@pytest.fixture
def _no_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save the time that drawing takes."""
    monkeypatch.setattr("cnntrain.show.curves.draw_curves", lambda folder: None)


@pytest.fixture
def new(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _no_curves: None
) -> cnntrain.Run:
    """Return a new run of small.yaml in a folder `run`, without a picture of its curves."""
    monkeypatch.chdir(tmp_path)
    return cnntrain.train(home / "small.yaml", "run", threads=1)


def result_of(folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return about["result"] or {}


def same_files(folder: Path, other: Path) -> None:
    """Compare two run folders, but for times and what they were started by."""
    names = {path.name for path in folder.iterdir()}
    assert names | {"curves.png"} == {path.name for path in other.iterdir()}
    for name in names - {"run.json", "epochs.csv"}:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name
    key = "weights_sha256"
    assert result_of(folder)[key] == result_of(other)[key]


# The package


def test_the_interface_is_what_is_listed(tmp_path: Path) -> None:
    names = [
        *("BatchDone", "CnntrainError", "Config", "EpochDone", "Evaluation", "Examples", "Model"),
        *("Prediction", "Run", "load", "load_config", "resume", "train"),
    ]
    (tmp_path / "all.py").write_text("from cnntrain import *")
    found = runpy.run_path(str(tmp_path / "all.py"))
    assert [name for name in found if not name.startswith("__")] == names == cnntrain.__all__
    assert dir(cnntrain) == sorted(["__version__", *names])
    assert all(thing.__doc__ for name, thing in found.items() if not name.startswith("__"))
    with pytest.raises(AttributeError, match="module 'cnntrain' has no attribute 'trian'"):
        cnntrain.trian  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import cnntrain; print(set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "{'cnntrain'}\n"


@pytest.mark.usefixtures("_no_curves")
def test_the_readmes_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    example = block(FRONT, "python: example")
    smaller = '"quickstart.yaml", ["dataset={synthetic: {train: 60, test: 20}}", "train.epochs=1", "train.batches=2"]'
    assert example.count('"quickstart.yaml"') == 1
    Path("example.py").write_text(example.replace('"quickstart.yaml"', smaller))
    runpy.run_path("example.py")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("epoch 1: test error ")
    assert lines[-1] == "(6, 1, 5, 5)"


# Training


def test_a_run_to_the_end_writes_the_files_of_the_command(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    new = cnntrain.train(home / "small.yaml", "run", threads=1)
    assert (new.folder, len(new), new.result) == (Path("run"), EVENTS, None)
    events = list(new)
    assert [type(event) for event in events] == 2 * [*3 * [BatchDone], EpochDone]
    same_files(new.folder, home / "run")
    assert (new.folder / "curves.png").is_file()
    assert new.result is not None
    assert new.result["weights_sha256"] == result_of(home / "run")["weights_sha256"]
    assert (len(new), list(new)) == (0, [])
    assert repr(new) == "<Run small: run, all epochs done>"


def left_by_break(run: cnntrain.Run, after: int) -> None:
    for number, _ in enumerate(run, start=1):
        if number == after:
            break


def left_by_an_error(run: cnntrain.Run, after: int) -> None:
    def fail() -> None:
        for number, _ in enumerate(run, start=1):
            if number == after:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()


def left_by_closing(run: cnntrain.Run, after: int) -> None:
    events = iter(run)
    for _ in range(after):
        next(events)
    events.close()


@pytest.mark.parametrize(
    ("leave", "after"), [(left_by_break, 2), (left_by_an_error, 4), (left_by_closing, 5)]
)
def test_a_loop_that_is_left_early_saves_and_the_resumed_run_is_the_uninterrupted_one(
    home: Path, new: cnntrain.Run, leave: Any, after: int
) -> None:
    leave(new, after)
    assert (new.result, result_of(new.folder)) == (None, {})
    again = cnntrain.resume("run", threads=1)
    assert len(new) == len(again) == EVENTS - after
    assert len(list(again)) == EVENTS - after
    same_files(again.folder, home / "run")


def test_a_second_loop_goes_on_with_the_run(home: Path, new: cnntrain.Run) -> None:
    left_by_break(new, 3)
    assert len(list(new)) == EVENTS - 3
    same_files(new.folder, home / "run")


def test_every_event_may_draw_the_curves_again_until_the_loop_is_left(
    new: cnntrain.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    class Recording(Refresher):
        def __call__(self, event: cnntrain.BatchDone | cnntrain.EpochDone) -> None:
            calls.append(event)

        def close(self) -> None:
            calls.append("closed")

    monkeypatch.setattr("cnntrain.runs.run.Refresher", Recording)
    left_by_break(new, 3)
    assert len(calls) == 4
    assert calls[-1] == "closed"
    assert len(list(new)) == EVENTS - 3
    assert len(calls) == EVENTS + 2
    assert calls[-1] == "closed"


def test_ctrl_c_waits_for_the_mini_batch(
    home: Path, new: cnntrain.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Records.__call__

    def press(
        records: Records, event: cnntrain.BatchDone | cnntrain.EpochDone, shares: dict[str, float]
    ) -> None:
        record(records, event, shares)
        if event.step == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Records, "__call__", press)
    seen: list[object] = []
    with pytest.raises(KeyboardInterrupt):
        seen.extend(new)
    assert len(seen) == 1  # the second was learnt and saved; then the wish was granted
    again = cnntrain.resume("run", threads=1)
    assert len(list(again)) == EVENTS - 2
    same_files(again.folder, home / "run")


def test_the_network_in_training_is_a_copy_of_the_moment(new: cnntrain.Run) -> None:
    models = [new.model for _ in new]
    first, last = models[0], models[-1]
    assert (first.progress.step, last.progress.step) == (1, 6)
    assert not np.array_equal(first.weights["conv1.weights"], last.weights["conv1.weights"])
    kept = cnntrain.load("run/last.npz")
    for name, value in kept.weights.items():
        np.testing.assert_array_equal(value, last.weights[name])


@pytest.mark.usefixtures("_no_curves")
def test_the_network_in_training_has_the_averaged_weights_that_are_kept(
    home: Path, tmp_path: Path
) -> None:
    config = cnntrain.load_config(str(home / "small.yaml"), ["train.ema=0.5"])
    run = cnntrain.train(config, tmp_path / "run", threads=1)
    list(run)
    kept = cnntrain.load(tmp_path / "run" / "last.npz").weights
    for name, value in run.model.weights.items():
        np.testing.assert_array_equal(value, kept[name])


@pytest.mark.usefixtures("_no_curves")
def test_a_run_that_patience_has_ended_has_no_more_events(home: Path, tmp_path: Path) -> None:
    options = ["train.epochs=9", "train.patience=1", "train.alpha=0"]
    run = cnntrain.train(
        cnntrain.load_config(str(home / "small.yaml"), options), tmp_path / "run", threads=1
    )
    assert len(run) == 36
    assert (len(list(run)), len(run)) == (8, 0)


def test_a_run_that_is_done_has_its_result_and_goes_on_with_more_epochs(
    home: Path, new: cnntrain.Run
) -> None:
    list(new)
    done = cnntrain.resume("run")
    assert (json.loads(json.dumps(done.result)), list(done)) == (
        result_of(home / "run")
        | {key: result_of(Path("run"))[key] for key in ("run", "seconds", "images_per_second")},
        [],
    )
    assert len(cnntrain.resume("run", epochs=3)) == 4
    with pytest.raises(UsageError, match="--epochs 1: run has come to epoch 2; expected 2 or more"):
        cnntrain.resume("run", epochs=1)


def test_a_run_works_without_a_terminal_in_any_thread(
    home: Path, new: cnntrain.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", None)  # as in a program without a console
    events: list[object] = []
    thread = threading.Thread(target=lambda: events.extend(new))
    thread.start()
    thread.join()
    assert len(events) == EVENTS
    same_files(new.folder, home / "run")


def test_a_script_that_trains_is_not_run_again_by_the_workers(home: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, cnntrain\n"
        "import cnntrain.show.curves\n"
        "cnntrain.show.curves.draw_curves = lambda folder: None\n"
        "print('begins')\n"
        "config = cnntrain.load_config(sys.argv[1], ['dataset.synthetic.train=200'])\n"
        "run = cnntrain.train(config, 'run', threads=2)\n"
        "print(sum(1 for _ in run))\n"
    )
    done = subprocess.run(
        [sys.executable, script, home / "small.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("begins\n22\n", "")


def test_what_is_wrong_is_said_before_anything_is_made(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"lent: no such configuration.*lenet\.yaml"):
        cnntrain.train("lent")
    with pytest.raises(UsageError, match="run: the run directory exists and is not empty"):
        cnntrain.train(home / "small.yaml", home / "run")
    with pytest.raises(CheckpointError, match="nowhere: no such file or folder"):
        cnntrain.resume("nowhere")
    assert list(tmp_path.iterdir()) == []


# Models


@pytest.fixture
def digits(model: cnntrain.Model) -> Iterator[np.ndarray]:
    """Return the test images, (30, 1, 28, 28) uint8."""
    images = model.config.dataset.load("test", None).images
    before = images.copy()
    yield images
    np.testing.assert_array_equal(images, before)


def shares(predictions: list[cnntrain.Prediction]) -> np.ndarray:
    return np.array([prediction.probabilities for prediction in predictions])


def test_a_model_is_opened_by_its_folder_or_its_file(
    home: Path, model: cnntrain.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model.path == home / "run" / "best.npz"
    assert cnntrain.load(str(home / "run" / "last.npz")).path == home / "run" / "last.npz"
    assert model.classes == tuple("0123456789")
    assert repr(model).startswith(f"<Model small: {model.path}, epoch ")
    monkeypatch.chdir(home)
    with pytest.raises(CheckpointError, match="runs/: found no trained network here"):
        cnntrain.load()


def test_arrays_of_every_form_get_the_same_answer(
    model: cnntrain.Model, digits: np.ndarray
) -> None:
    expected = shares(model.predict(digits))
    assert expected.shape == (30, 10)
    np.testing.assert_array_equal(
        expected, [model.network.loss.probabilities(y) for y in model.network.outputs(digits)]
    )
    for same in (
        digits[:, 0],
        digits.astype(int),
        digits / 255,
        (digits / 255).astype(np.float32),
        digits[:, 0].tolist(),
    ):
        np.testing.assert_allclose(shares(model.predict(same)), expected, rtol=1e-5)
    for one in (digits[3], digits[3, 0], digits[3:4]):
        np.testing.assert_allclose(shares(model.predict(one)), expected[3:4], rtol=1e-5)
    black_and_white = digits[3, 0] > 127
    assert model.predict(black_and_white)[0].seen.max() == 255
    assert model.predict(digits[:0]) == []


def test_the_label_is_the_likeliest_class(model: cnntrain.Model, digits: np.ndarray) -> None:
    [answer] = model.predict(digits[3])
    assert answer.label == model.classes[answer.probabilities.argmax()]
    assert answer.probability == answer.probabilities.max()
    assert (answer.file, answer.warnings) == (None, ())


@pytest.mark.parametrize(
    ("array", "complaint"),
    [
        (
            np.zeros((28, 28, 1)),
            r"found an array of shape \(28, 28, 1\), expected 28x28 or Nx28x28, 1x28x28 or Nx1x",
        ),
        (np.zeros(784), r"found an array of shape \(784,\), expected"),
        (np.full((28, 28), 255.0), "found floats from 255 to 255, expected 0 to 1; divide pixels"),
        (np.full((28, 28), -0.5), "found floats from -0.5 to -0.5, expected 0 to 1"),
        (np.full((28, 28), np.nan), "found values that are infinite or not a number"),
        (np.full((28, 28), 256), "found integers from 256 to 256, expected 0 to 255; scale them"),
        (np.full((28, 28), -1), "found integers from -1 to -1, expected 0 to 255"),
        (np.eye(28, dtype=np.uint8), "found no integers but 0 and 1, which can be black and white"),
        (np.full((28, 28), 1j), "found values of type complex128, expected integers 0 to 255 or"),
        (np.full((28, 28), "7"), "found values of type <U1, expected integers"),
    ],
)
def test_arrays_that_cannot_be_told_are_refused(
    model: cnntrain.Model, array: np.ndarray, complaint: str
) -> None:
    with pytest.raises(DataError, match=f"^images: {complaint}"):
        model.predict(array)


def test_files_get_the_answer_of_the_command(
    home: Path, model: cnntrain.Model, digits: np.ndarray, tmp_path: Path
) -> None:
    for number in (2, 1):
        picture = Image.fromarray(255 - digits[number, 0]).resize((112, 112))
        picture.save(tmp_path / f"{number}.png")
    output = command("predict", tmp_path, "--model", home / "run", "--json")
    expected = [json.loads(line) for line in output.splitlines()]
    names = [tmp_path / "1.png", tmp_path / "2.png"]
    for given in (tmp_path, str(tmp_path), names, [*map(str, names)]):
        answers = model.predict(given)
        assert [answer.file for answer in answers] == names
        assert [answer.label for answer in answers] == [line["label"] for line in expected]
        scores = [list(line["scores"].values()) for line in expected]
        np.testing.assert_array_equal(shares(answers).round(6), scores)
    with pytest.raises(PictureError, match="missing.png: No such file or directory"):
        model.predict("missing.png")


def test_evaluate_is_the_command_eval(home: Path, model: cnntrain.Model) -> None:
    expected = json.loads(command("eval", home / "run", "--json"))
    other = "{synthetic: {train: 1, test: 7, seed: 1}}"
    expected_on_other = json.loads(command("eval", home / "run", "--dataset", other, "--json"))
    examples = model.config.dataset.load("test", None)
    for found in (
        model.evaluate(),
        model.evaluate(examples),
        model.evaluate("{synthetic: {train: 60, test: 30}}"),
    ):
        assert (found.n, found.accuracy, found.loss) == (30, expected["accuracy"], expected["mse"])
    found = model.evaluate(other)
    assert (found.n, found.loss) == (7, expected_on_other["mse"])
    assert model.evaluate(split="validation").n == 15
    with pytest.raises(
        ConfigError, match="--dataset: minst: unknown data set; did you mean 'mnist'"
    ):
        model.evaluate("minst")


def test_maps_are_the_outputs_of_every_layer(model: cnntrain.Model, digits: np.ndarray) -> None:
    maps = model.maps(digits[0])
    shapes = {row.name: row.shape for row in describe(model.config).rows}
    assert {name: y.shape for name, y in maps.items()} == shapes
    np.testing.assert_array_equal(maps["input"], digits[0] / np.float32(255))
    np.testing.assert_array_equal(maps["dropout1"], maps["max_pool1"])  # as in prediction
    np.testing.assert_array_equal(maps["relu1"], maps["conv1"].clip(0))
    outputs = model.network.outputs(digits[:1])[0]
    np.testing.assert_allclose(maps["dense1"][:, 0, 0], outputs, rtol=1e-5)
    with pytest.raises(UsageError, match="maps: found 30 images, expected one"):
        model.maps(digits)


def test_maps_of_a_file_are_those_of_what_the_network_sees(
    model: cnntrain.Model, digits: np.ndarray, tmp_path: Path
) -> None:
    Image.fromarray(digits[0, 0]).save(tmp_path / "x.png")
    [answer] = model.predict(tmp_path / "x.png")
    maps, expected = model.maps(tmp_path / "x.png"), model.maps(answer.seen)
    for name, y in expected.items():
        np.testing.assert_array_equal(maps[name], y)


def test_weights_are_copies_in_the_usual_layout(model: cnntrain.Model) -> None:
    weights = model.weights
    assert {name: value.shape for name, value in weights.items()} == {
        "conv1.weights": (2, 1, 5, 5),
        "conv1.bias": (2,),
        "dense1.weights": (10, 72),
        "dense1.bias": (10,),
    }
    weights["dense1.bias"] += 1
    assert not np.array_equal(model.weights["dense1.bias"], weights["dense1.bias"])


@pytest.mark.usefixtures("_no_curves")
def test_a_network_of_numbers_takes_any_numbers(tmp_path: Path) -> None:
    (tmp_path / "mini.yaml").write_text(
        "dataset: {inline: {inputs: [[2, -3]], targets: [[1, 0]]}}\n"
        "network: [dense: 2]\ntrain: {alpha: 0.1}\n"
    )
    run = cnntrain.train(tmp_path / "mini.yaml", tmp_path / "run", threads=1)
    list(run)
    numbers = np.array([2, -3])
    for same in (numbers, numbers[None], numbers.reshape(2, 1, 1)):
        np.testing.assert_array_equal(run.model.maps(same)["input"].ravel(), [2, -3])
        assert len(run.model.predict(same)) == 1
