import csv
import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from PIL import Image

from cnntrain.runs.curves import Refresher
from cnntrain.training.loop import BatchDone, EpochDone, Event
from tests.cli.conftest import HANGS, Cnntrain, command, environment

KEYS = [
    *("run", "config", "epochs", "steps", "train_mse", "weighted_mse", "test_accuracy"),
    *("test_error", "test_error_ci95", "seconds", "images_per_second", "weights_sha256"),
]


def test_results_go_to_stdout_and_progress_to_stderr(process: Cnntrain, here: Path) -> None:
    done = process("train", "--config", "tiny.yaml")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "run            runs/tiny-1"
    assert re.fullmatch(r"test accuracy  \d+\.\d\d%", lines[-1])
    first, *progress, last = done.stderr.splitlines()
    assert first == (
        "tiny: 5,338 parameters; synthetic: 300 training, 50 test; mini-batches of 20; "
        f"{first.split('; ')[-2]}; runs/tiny-1"
    )
    assert re.search(r"; [12] process(es)?; ", first)
    assert [line[:9] for line in progress] == ["epoch 1/2", "epoch 2/2"]
    assert last == (
        "next: `cnntrain eval runs/tiny-1` tests it, `cnntrain predict PICTURE --model runs/tiny-1` "
        "reads a picture (model: last.npz, from the last epoch)"
    )
    assert "\r" not in done.stderr
    with (here / "runs" / "tiny-1" / "batches.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 30


def test_json_is_one_object_with_the_keys_that_callers_rely_on(cnntrain: Cnntrain) -> None:
    result = json.loads(cnntrain("train", "--config", "tiny", "--json").stdout)
    assert list(result) == KEYS
    assert (result["run"], result["config"]) == ("runs/tiny-1", "tiny")
    assert (result["epochs"], result["steps"]) == (2, 30)


def test_the_second_run_gets_the_next_number_and_the_same_bytes(cnntrain: Cnntrain) -> None:
    first, second = (
        json.loads(cnntrain("train", "--config", "tiny", "--json", "--threads", threads).stdout)
        for threads in ("1", "2")
    )
    assert second["run"] == "runs/tiny-2"
    assert second["weights_sha256"] == first["weights_sha256"]


def test_the_plain_formulas_train_the_same_network_and_are_kept_on_resume(
    cnntrain: Cnntrain, here: Path
) -> None:
    fast, plain, first = (
        json.loads(cnntrain("train", "--config", "tiny", *flags, "--json").stdout)
        for flags in ([], ["--plain"], ["--plain", "--epochs", "1", "--out", "half"])
    )
    assert plain["train_mse"] == pytest.approx(fast["train_mse"], rel=1e-4)
    assert plain["weights_sha256"] != fast["weights_sha256"]  # other rounding: it did run
    cnntrain("train", "--resume", "half", "--epochs", "2")
    resumed = json.loads((here / "half" / "run.json").read_text())["result"]
    assert first["epochs"] == 1
    assert resumed["weights_sha256"] == plain["weights_sha256"]


def test_flags_override_the_file_and_are_saved(cnntrain: Cnntrain, here: Path) -> None:
    flags = ["--epochs", "1", "--seed", "5", "--limit", "40", "--set", "train.batchsize=10"]
    result = json.loads(cnntrain("train", "--config", "tiny", *flags, "--json").stdout)
    assert (result["epochs"], result["steps"]) == (1, 4)
    saved = (here / "runs" / "tiny-1" / "config.yaml").read_text()
    assert "seed: 5" in saved
    assert "batchsize: 10" in saved
    assert json.loads((here / "runs" / "tiny-1" / "run.json").read_text())["limit"] == 40


def test_the_saved_configuration_repeats_the_run(cnntrain: Cnntrain, here: Path) -> None:
    first = json.loads(cnntrain("train", "--config", "tiny", "--seed", "7", "--json").stdout)
    again = json.loads(
        cnntrain("train", "--config", f"{first['run']}/config.yaml", "--json").stdout
    )
    assert again["weights_sha256"] == first["weights_sha256"]
    assert again["run"] == "runs/config-1"


def test_a_flag_beats_a_set_of_the_same_value(cnntrain: Cnntrain) -> None:
    done = cnntrain(
        "train", "--config", "tiny", "--epochs", "1", "--set", "train.epochs=9", "--json"
    )
    assert json.loads(done.stdout)["epochs"] == 1


def test_another_data_set_can_be_named(cnntrain: Cnntrain) -> None:
    dataset = "{synthetic: {train: 60, test: 20}}"
    done = cnntrain("train", "--config", "lenet", "--dataset", dataset, "--limit", "60", "--json")
    assert json.loads(done.stdout)["steps"] == 20


def test_no_epochs_are_allowed_and_leave_a_model(cnntrain: Cnntrain) -> None:
    done = cnntrain("train", "--config", "tiny", "--epochs", "0")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == "epochs         0 (0 mini-batches)"
    assert cnntrain("eval").returncode == 0


@pytest.mark.parametrize(
    ("required", "code", "message"),
    [
        ("0", 0, ""),
        ("1", 1, "Error: runs/tiny-1: test accuracy 0."),
    ],
)
def test_a_required_accuracy_decides_the_exit_code_after_the_result(
    cnntrain: Cnntrain, required: str, code: int, message: str
) -> None:
    done = cnntrain("train", "--config", "tiny", "--require-accuracy", required)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1].startswith("test accuracy")
    assert message in done.stderr


def test_a_diverging_run_exits_with_1_and_keeps_its_weights(cnntrain: Cnntrain) -> None:
    done = cnntrain("train", "--config", "tiny", "--set", "train.alpha=1e30")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        r"tiny: .*\nError: epoch 1, batch \d+: the numbers became infinite or undefined, first in .*; expected finite ones, so this batch changes nothing and the "
        r"weights from before it are kept\. Lower train\.alpha, the rate of all layers \(found 1e\+30\), "
        r"to 1e\+29 or less; `cnntrain train --find-rate` measures which suit\n",
        done.stderr,
    )
    assert cnntrain("eval").returncode == 0


def test_what_the_coach_says_is_one_line_on_stderr(
    cnntrain: Cnntrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnntrain.training.coach.is_time_to_look", lambda step: True)
    done = cnntrain("train", "--config", "tiny", "--set", "train.alpha=1e-9")
    assert done.returncode == 0
    assert [line[:5] for line in done.stderr.splitlines()] == [
        *("tiny:", "hint:", "epoch", "epoch", "next:")
    ]


@pytest.mark.parametrize("name", ["größe 数字", "it's; $(x)"])
def test_any_folder_name_works(cnntrain: Cnntrain, here: Path, name: str) -> None:
    (here / f"{name}.yaml").write_text((here / "tiny.yaml").read_text())
    done = cnntrain("train", "--config", name, "--out", f"{name}/run", "--epochs", "1")
    assert done.returncode == 0
    assert done.stdout.startswith(f"run            {name}/run\n")
    done = cnntrain("eval", f"{name}/run", "--json")
    assert json.loads(done.stdout)["model"] == f"{name}/run/last.npz"


def test_resume_goes_on_to_more_epochs(cnntrain: Cnntrain, here: Path) -> None:
    cnntrain("train", "--config", "tiny", "--epochs", "1", "--out", "a")
    first = json.loads((here / "a" / "run.json").read_text())
    longer = json.loads(cnntrain("train", "--resume", "a", "--epochs", "3", "--json").stdout)
    about = json.loads((here / "a" / "run.json").read_text())
    assert (about["command"], about["started"]) == (first["command"], first["started"])
    assert len(about["resumed"]) == 1
    at_once = json.loads(
        cnntrain("train", "--config", "tiny", "--epochs", "3", "--out", "b", "--json").stdout
    )
    assert longer["weights_sha256"] == at_once["weights_sha256"]
    assert (here / "a" / "config.yaml").read_text() == (here / "b" / "config.yaml").read_text()
    assert (here / "a" / "batches.csv").read_bytes() == (here / "b" / "batches.csv").read_bytes()


def test_resuming_a_finished_run_says_its_result_again(cnntrain: Cnntrain) -> None:
    first = json.loads(cnntrain("train", "--config", "tiny", "--json").stdout)
    again = json.loads(cnntrain("train", "--resume", "runs/tiny-1", "--json").stdout)
    for key in ("epochs", "steps", "test_accuracy", "weights_sha256"):
        assert again[key] == first[key]


def test_of_a_finished_run_only_what_was_being_written_is_removed(
    cnntrain: Cnntrain, here: Path
) -> None:
    cnntrain("train", "--config", "tiny")
    run = here / "runs" / "tiny-1"
    before = {path.name for path in run.iterdir()}
    (run / ".curves.png._oempazn").write_bytes(b"half a picture")
    (run / ".curves.png.mine").write_bytes(b"of the user's")
    assert cnntrain("train", "--resume", str(run)).returncode == 0
    assert {path.name for path in run.iterdir()} == before | {".curves.png.mine"}


@pytest.mark.usefixtures("_real_curves")
def test_a_finished_run_is_left_as_it_is(cnntrain: Cnntrain, here: Path) -> None:
    cnntrain("train", "--config", "tiny", "--out", "a", "--epochs", "2")
    before = {path.name: path.read_bytes() for path in (here / "a").iterdir()}
    del before["curves.png"]
    again = cnntrain("train", "--resume", "a")
    assert again.stderr == ("a: all 2 epochs were done before; to go on, give --epochs with more\n")
    shorter = cnntrain("train", "--resume", "a", "--epochs", "1")
    assert shorter.returncode == 2
    assert "--epochs 1: a has come to epoch 2; expected 2 or more; give" in shorter.stderr
    for name, content in before.items():
        assert (here / "a" / name).read_bytes() == content


def test_a_run_whose_end_is_not_recorded_is_judged_again(cnntrain: Cnntrain, here: Path) -> None:
    first = json.loads(cnntrain("train", "--config", "tiny", "--out", "a", "--json").stdout)
    for content in ("", "3", '{"command": 1, "started": 2, "resumed": null, "result": {}}'):
        (here / "a" / "run.json").write_text(content)
        again = json.loads(cnntrain("train", "--resume", "a", "--json").stdout)
        assert again["test_accuracy"] == first["test_accuracy"]


def test_every_event_may_draw_the_curves_again(
    cnntrain: Cnntrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    class Recording(Refresher):
        def __call__(self, event: Event) -> None:
            calls.append(event)

        def close(self) -> None:
            calls.append("closed")

    monkeypatch.setattr("cnntrain.runs.curves.Refresher", Recording)
    assert cnntrain("train", "--config", "tiny").returncode == 0
    assert [type(call) for call in calls] == [*([BatchDone] * 15 + [EpochDone]) * 2, str]


@pytest.mark.slow
def test_curves_are_drawn_while_a_run_goes_on_until_ctrl_c(here: Path) -> None:
    pytest.importorskip("matplotlib")
    with subprocess.Popen(
        command("train", "--config", "tiny", "--epochs", "1000000", "--threads", "1"),
        cwd=here,
        env=environment(here),
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            curves, end = here / "runs" / "tiny-1" / "curves.png", time.monotonic() + HANGS
            while not curves.exists():
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
            with Image.open(curves) as picture:
                picture.load()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(HANGS)
    assert process.returncode == 130
    assert not list(curves.parent.glob(".*.png.*"))


@pytest.mark.usefixtures("_real_curves")
def test_curves_that_cannot_be_drawn_are_no_failure(cnntrain: Cnntrain, here: Path) -> None:
    pytest.importorskip("matplotlib")
    cnntrain("train", "--config", "tiny", "--out", "a", "--epochs", "1")
    (here / "a" / "curves.png").unlink()
    (here / "a" / "curves.png").mkdir()
    (here / "a" / "curves.png" / "x").touch()
    done = cnntrain("train", "--resume", "a", "--epochs", "2")
    assert done.returncode == 0
    assert "test accuracy" in done.stdout
    assert "The curves were not drawn: a/curves.png: cannot be written" in done.stderr


@pytest.mark.parametrize("arguments", [["train", "--help"], ["train", "--config", "tiny"]])
def test_a_reader_that_goes_away_causes_no_traceback(here: Path, arguments: list[str]) -> None:
    with subprocess.Popen(
        command(*arguments),
        cwd=here,
        env=environment(here),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_a_run_whose_result_cannot_be_printed_is_finished_all_the_same(here: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&- 2>&-', "sh", *command("train", "--config", "tiny")],
        cwd=here,
        env=environment(here),
        timeout=HANGS,
        check=False,
    )
    assert done.returncode == 1
    result = json.loads((here / "runs" / "tiny-1" / "run.json").read_text())["result"]
    assert result["epochs"] == 2


XOR = """\
dataset:
  inline:
    inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
    targets: [[0], [1], [1], [0]]
network: [{dense: 1}, sigmoid]
train: {batchsize: 4, epochs: 3, alpha: 2}
"""


def test_one_output_has_no_accuracy_anywhere(cnntrain: Cnntrain, here: Path) -> None:
    (here / "xor.yaml").write_text(XOR)
    done = cnntrain("train", "--config", "xor")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "test accuracy  –"
    assert "100.00%" not in done.stdout + done.stderr
    about = json.loads((here / "runs" / "xor-1" / "run.json").read_text())
    assert [about["result"][key] for key in ("test_accuracy", "test_error")] == [None, None]
    with (here / "runs" / "xor-1" / "epochs.csv").open(newline="") as file:
        assert {row["train_accuracy"] + row["test_accuracy"] for row in csv.DictReader(file)} == {
            ""
        }
    tested = json.loads(cnntrain("eval", "--json").stdout)
    assert (tested["accuracy"], tested["correct"], tested["confusion"]) == (None, None, None)
    assert cnntrain("eval").stdout.splitlines()[-1].split() == ["accuracy", "–"]


def test_no_accuracy_can_be_required_where_none_is_defined(cnntrain: Cnntrain, here: Path) -> None:
    (here / "xor.yaml").write_text(XOR)
    done = cnntrain("train", "--config", "xor", "--require-accuracy", "0.9")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: --require-accuracy 0.9: found targets that are no classes" in done.stderr
    assert not list((here / "runs").glob("*"))


def test_more_images_in_a_mini_batch_than_there_are_is_a_usage_error(cnntrain: Cnntrain) -> None:
    flags = ["--set", "train.batchsize=1000000"]
    done = cnntrain("train", "--config", "tiny", *flags)
    assert done.returncode == 2
    assert (
        "train.batchsize: found 1000000, expected at most the 300 training images; lower "
        "train.batchsize\n"
    ) in done.stderr
    done = cnntrain("train", "--config", "tiny", "--limit", "100", "--set", "train.batchsize=300")
    assert "found 300, expected at most the 100 training images; lower" in done.stderr
    assert done.stderr.endswith("or raise --limit\n")


def test_the_end_says_which_checkpoint_is_used_from_now_on(cnntrain: Cnntrain) -> None:
    done = cnntrain("train", "--config", "tiny", "--set", "train.validation=50")
    assert done.stderr.endswith(
        "(model: best.npz, the best on the validation images; the figures above are those of "
        "last.npz)\n"
    )
    assert cnntrain("eval").stderr.startswith(
        "model: runs/tiny-1/best.npz (newest run, best on the validation images), epoch "
    )


def test_pictures_of_a_training_folder_that_are_not_read_are_counted_once(
    cnntrain: Cnntrain, here: Path
) -> None:
    for name in ("a", "b"):
        (here / "shapes" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("L", (28, 28), 50 * number).save(here / "shapes" / name / f"{number}.png")
        (here / "shapes" / name / "x.svg").write_text("<svg/>")
    options = ("--set", "network[3].dense=2", "--set", "train.batchsize=2", "--epochs", "1")
    done = cnntrain("train", "--config", "tiny", "--dataset", "folder: shapes", *options)
    assert done.returncode == 0
    note = "shapes: 2 files were not read (.svg); save as PNG or JPEG\n"
    assert done.stderr.count("not read") == done.stderr.count(note) == 1


def test_a_run_that_patience_ended_says_so_then_and_when_it_is_resumed(cnntrain: Cnntrain) -> None:
    options = ["train.validation=50", "train.patience=1", "train.alpha=0"]
    flags = [part for option in options for part in ("--set", option)]
    done = cnntrain("train", "--config", "tiny", *flags, "--epochs", "9")
    reason = (
        "ended after epoch 2 of 9: no better result on the validation images than that of epoch 1, "
        "whose weights are in best.npz (train.patience: 1)\n"
    )
    assert reason in done.stderr
    again = cnntrain("train", "--resume", "runs/tiny-1")
    assert (again.returncode, again.stderr) == (0, f"runs/tiny-1: {reason}")
