import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import HANGS, TINY, Cnntrain, command, environment, run_in

RATES = ("--vary", "train.alpha=log:0.01:1")
FEW = (*RATES, "--trials", "3", "--jobs", "1", "--epochs", "1")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a search of three trials was carried out as a process."""
    folder = tmp_path_factory.mktemp("searched")
    (folder / "tiny.yaml").write_text(TINY)
    done = run_in(folder, "tune", "tiny", *FEW, "--json")
    assert done.returncode == 0, done.stderr
    (folder / "said.json").write_text(done.stdout)
    (folder / "stderr.txt").write_text(done.stderr)
    return folder


def test_a_search_says_what_it_does_and_ends_with_files(searched: Path) -> None:
    said = (searched / "stderr.txt").read_text().splitlines()
    assert said[0] == (
        "tiny: 3 trials of 1 epoch, 1 at a time; judged on 30 of the training images; "
        "runs/tiny-tune-1"
    )
    assert said[1] == "varied: train.alpha=log:0.01:1"
    assert [line.split(":")[0] for line in said[2:5]] == ["trial 0", "trial 1", "trial 2"]
    assert said[5:] == [
        "next: `cnntrain train --config runs/tiny-tune-1/best.yaml` trains the best"
    ]
    written = {path.name for path in (searched / "runs" / "tiny-tune-1").iterdir()}
    assert {"best.yaml", "trials.csv", "study.db", "history.png", "slices.png"} <= written


def test_json_and_the_table_have_every_trial(searched: Path) -> None:
    result = json.loads((searched / "said.json").read_text())
    text = (searched / "runs/tiny-tune-1/trials.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len(result["trials"]) == 3
    for row, trial in zip(rows, result["trials"], strict=True):
        assert float(row["train.alpha"]) == trial["values"]["train.alpha"]
        assert row["weights_sha256"] == trial["weights_sha256"][0]
    assert result["best"]["score"] == max(trial["score"] for trial in result["trials"])
    assert (result["measure"], result["epochs"]) == ("validation accuracy", 3)


def test_the_best_configuration_trains_to_the_weights_of_its_trial(
    searched: Path, cnntrain: Cnntrain
) -> None:
    result = json.loads((searched / "said.json").read_text())
    best = searched / result["best_config"]
    done = cnntrain("train", best, "--set", "train.validation=30", "--json")
    assert json.loads(done.stdout)["weights_sha256"] == result["best"]["weights_sha256"][0]
    assert f"train.alpha = {result['best']['values']['train.alpha']}" in best.read_text()


def test_the_weights_of_a_trial_with_few_images_are_repeated_as_the_best_configuration_says(
    cnntrain: Cnntrain,
) -> None:
    done = cnntrain("tune", "tiny", *FEW, "--limit", "100", "--out", "few", "--json")
    told = Path("few/best.yaml").read_text()
    assert "With validation: 30 in `train`, and `--limit 100` on the command line, the" in told
    again = ("few/best.yaml", "--set", "train.validation=30", "--limit", "100", "--json")
    weights = json.loads(cnntrain("train", *again).stdout)["weights_sha256"]
    assert [weights] == json.loads(done.stdout)["best"]["weights_sha256"]


def test_the_same_command_goes_on_and_another_is_refused(
    searched: Path, cnntrain: Cnntrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(searched)
    out = ("--out", "runs/tiny-tune-1")
    more = cnntrain("tune", "tiny", *FEW, *out)
    assert more.returncode == 0
    assert "3 of the trials were done before" in more.stderr
    assert "3 trials: 3 trained to the end" in more.stdout
    other = cnntrain("tune", "tiny", *FEW, *out, "--seeds", "2")
    assert other.returncode == 2
    assert "has trials of another search" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "tune: found nothing to vary; give --vary 'train.alpha=log:0.1:30'"),
        ([*RATES, "--for", "soon"], "'soon' is no time; expected one such as 90s, 10m or 2h"),
        ([*RATES, "--search", "grid"], "--search grid: found the range train.alpha=log:0.01:1"),
        ([*RATES, "--dask", "tcp://x:1", "--jobs", "2"], "found --jobs 2 too; its workers decide"),
        ([*RATES, "--storage", "nonsense"], "--storage nonsense: cannot be used"),
        ([*RATES, "--storage", "no://me:pw@host/x"], "--storage no://***@host/x: cannot be used: "),
        ([*RATES, "--out", "."], ".: the run directory exists and is not empty"),
        (["--vary", "train.alhpa=1,2"], "did you mean 'alpha'?"),
        (["--vary", "train.alpha=-1,2"], "train.alpha=-1,2: -1 cannot be tried"),
    ],
)
def test_what_cannot_be_searched_is_refused_and_leaves_nothing(
    cnntrain: Cnntrain, here: Path, arguments: list[str], complaint: str
) -> None:
    done = cnntrain("tune", "tiny", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert not (here / "runs").exists()


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        ("optuna", [], "tune: optuna is missing; `pip install 'cnntrain[tune]'` adds it"),
        (
            "distributed",
            ["--dask", "tcp://127.0.0.1:9"],
            "--dask: distributed is missing; `pip install 'cnntrain[dask]'` adds it",
        ),
    ],
)
def test_a_missing_extra_is_named_and_leaves_nothing(
    cnntrain: Cnntrain,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    done = cnntrain("tune", "tiny", *RATES, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert not (here / "runs").exists()


def test_without_time_there_is_no_best_and_that_is_a_failure(cnntrain: Cnntrain) -> None:
    done = cnntrain("tune", "tiny", *FEW, "--for", "0")
    assert done.returncode == 1
    assert "no trial was trained to the end: none has ended; vary less" in done.stderr


def test_ctrl_c_keeps_what_has_ended_and_says_how_to_go_on(here: Path) -> None:
    search = subprocess.Popen(
        command("tune", "tiny", *RATES, "--trials", "500", "--jobs", "1", "--epochs", "1"),
        cwd=here,
        env=environment(here),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert search.stderr is not None
    said = ""
    while "trial 0: " not in said:
        line = search.stderr.readline()
        assert line, said
        said += line
    search.send_signal(signal.SIGINT)
    stdout, rest = search.communicate(timeout=HANGS)
    assert (search.returncode, stdout) == (130, "")
    assert re.search(
        r"Stopped; \d+ of 500 trials are done and kept. Go on with:\n  cnntrain tune tiny --vary "
        r"train.alpha=log:0.01:1 --trials 500 --jobs 1 --epochs 1 --out runs/tiny-tune-1\n$",
        rest,
    )
