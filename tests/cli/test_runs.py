import json
import os
from pathlib import Path

import pytest

from cnntrain.runs.listing import ORDERS, Listed, told_apart
from cnntrain.show.runs import differences
from cnntrain.system.locks import locked
from tests.cli.conftest import Cnntrain


@pytest.fixture
def two(cnntrain: Cnntrain) -> list[str]:
    """Make two runs, of one configuration but for a rate, and another number of images."""
    alone = ("--threads", "1")  # a second process takes longer to start than these need to train
    cnntrain("train", "tiny", "--seed", "3", "--epochs", "1", *alone)
    cnntrain("train", "tiny", "--set", "train.alpha=0.2", "--limit", "100", *alone)
    return ["runs/tiny-1", "runs/tiny-2"]


def test_the_list_has_every_run_with_its_result_and_what_tells_it_apart(
    cnntrain: Cnntrain, two: list[str]
) -> None:
    listed = json.loads(cnntrain("runs", "--sort", "name", "--json").stdout)
    assert listed["folder"] == "runs"
    first, second = listed["runs"]
    assert [first["run"], second["run"]] == two
    for run in (first, second):
        result = json.loads(Path(run["run"], "run.json").read_text())["result"]
        assert (run["state"], run["config"]) == ("done", "tiny")
        assert run["test_accuracy"] == result["test_accuracy"]
        assert run["weights_sha256"] == result["weights_sha256"]
        low, high = run["test_accuracy_ci95"]
        assert low < run["test_accuracy"] < high
    assert (first["seed"], first["epochs"], second["seed"], second["epochs"]) == (3, 1, 0, 2)
    assert first["differs"] == {"train.alpha": 0.1}
    assert second["differs"] == {"train.alpha": 0.2, "--limit": 100}


def test_the_table_is_sorted_as_asked_for(cnntrain: Cnntrain, two: list[str]) -> None:
    def names(*arguments: str) -> list[str]:
        lines = cnntrain("runs", *arguments).stdout.splitlines()
        assert lines[0].startswith("run ")
        return [line.split()[0] for line in lines[1:] if not line.startswith("left out ")]

    assert names("--sort", "epochs") == ["tiny-2", "tiny-1"]
    assert names("--sort", "epochs", "--reverse") == ["tiny-1", "tiny-2"]
    assert names("--sort", "name") == ["tiny-1", "tiny-2"]
    assert names("--sort", "seed") == ["tiny-2", "tiny-1"]
    assert "train.alpha=0.2, --limit=100" in cnntrain("runs").stdout


def test_a_run_that_was_stopped_is_listed_with_what_it_reached(
    cnntrain: Cnntrain, two: list[str]
) -> None:
    about = Path(two[1], "run.json")
    told = json.loads(about.read_text()) | {"result": None}
    about.write_text(json.dumps(told))
    [run] = [r for r in json.loads(cnntrain("runs", "--json").stdout)["runs"] if r["run"] == two[1]]
    assert (run["state"], run["epochs"], run["planned_epochs"]) == ("stopped", 2, 2)
    assert run["test_accuracy"] is not None
    assert run["test_accuracy_ci95"] is None
    assert "2 of 2, stopped" in cnntrain("runs").stdout


def test_without_runs_it_says_so_and_damaged_ones_are_listed_as_far_as_they_can_be_read(
    cnntrain: Cnntrain, here: Path
) -> None:
    done = cnntrain("runs")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "runs/: no runs yet; `cnntrain train` makes one\n"
    (here / "runs" / "odd").mkdir(parents=True)
    (here / "runs" / "notes").mkdir()
    (here / "runs" / "odd" / "config.yaml").write_text("train: [")
    (here / "runs" / "odd" / "run.json").write_text("{")
    (here / "runs" / "odd" / "epochs.csv").write_text("epoch,test_accuracy,seconds\n1,x,1\n")
    [run] = json.loads(cnntrain("runs", "--json").stdout)["runs"]
    assert (run["run"], run["epochs"], run["test_accuracy"]) == ("runs/odd", 0, None)
    assert cnntrain("runs").returncode == 0


def test_a_changed_run_json_spoils_neither_the_list_nor_what_is_exported(
    cnntrain: Cnntrain, two: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = Path(two[1], "run.json")
    about = json.loads(path.read_text())
    about["result"].update(seconds=[], epochs="x", test_error_ci95=[1])
    about.update(config="a\n\x1b[2J", started="2026\nseed: 5", cpu=None)
    path.write_text(json.dumps(about))
    lines = cnntrain("runs", "--sort", "seconds").stdout.splitlines()
    head, *both, left = (line.split()[0] for line in lines)
    assert (head, sorted(both), left) == ("run", ["tiny-1", "tiny-2"], "left")  # either is faster
    assert "\x1b" not in "".join(lines)
    cnntrain("runs", "export", two[1], "-o", "again.yaml")
    text = Path("again.yaml").read_text()
    assert "# started: 2026\\nseed: 5\n" in text
    assert "\nseed: 5" not in text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_in_a_run_folder_keeps_nobody_waiting(cnntrain: Cnntrain, two: list[str]) -> None:
    for name in ("epochs.csv", "batches.csv", "run.json", "original.yaml"):
        path = Path(two[0], name)
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    assert len(json.loads(cnntrain("runs", "--json").stdout)["runs"]) == 2
    cnntrain("eval", two[0])
    cnntrain("report", two[0], "-o", "page.html")


def test_what_is_exported_repeats_the_run(cnntrain: Cnntrain, two: list[str]) -> None:
    done = cnntrain("runs", "export", two[1])
    assert (done.returncode, done.stdout) == (0, "tiny-2.yaml\n")
    lines = Path("tiny-2.yaml").read_text().splitlines()
    assert lines[1] == "#   cnntrain train --config tiny-2.yaml --limit 100"
    again = json.loads(cnntrain(*lines[1].split()[2:], "--json").stdout)
    before = json.loads(Path(two[1], "run.json").read_text())["result"]
    assert again["weights_sha256"] == before["weights_sha256"]
    assert f"# weights: SHA-256 {before['weights_sha256']}" in lines
    refused = cnntrain("runs", "export", two[1])
    assert refused.returncode == 2
    assert "tiny-2.yaml: exists, and was left as it is" in refused.stderr


def test_a_removed_run_is_gone_and_what_it_did_not_write_stays(
    cnntrain: Cnntrain, two: list[str]
) -> None:
    Path(two[1], "notes.txt").write_text("mine")
    Path(two[1], ".last.npz.half").write_bytes(b"")
    done = cnntrain("runs", "rm", *two)
    assert done.returncode == 0
    assert done.stdout == (
        "removed runs/tiny-1\nremoved runs/tiny-2; what is not the run's stays: notes.txt\n"
    )
    assert not Path(two[0]).exists()
    assert os.listdir(two[1]) == ["notes.txt"]


def test_a_run_that_is_being_trained_is_not_removed_nor_any_other_with_it(
    cnntrain: Cnntrain, two: list[str]
) -> None:
    with locked(Path(two[1], ".lock")):
        done = cnntrain("runs", "rm", *two)
    assert (done.returncode, done.stdout) == (1, "")
    assert "runs/tiny-2: is being trained by another program" in done.stderr
    assert all(Path(run, "last.npz").is_file() for run in two)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["rm", "nowhere"], 2, "'nowhere' does not exist"),
        (["rm", "."], 2, ".: is not the folder of a run; nothing was removed"),
        (["rm", "link"], 2, "link: is a link, expected the folder of a run"),
        (["export", "nowhere"], 1, "nowhere: no such file or folder"),
        (["export"], 1, "runs/: found no trained network here"),
        (["--sort", "size"], 2, "'size' is not one of 'date', 'accuracy'"),
        (["exprot"], 2, "No such command 'exprot'"),
    ],
)
def test_what_cannot_be_done_is_refused(
    cnntrain: Cnntrain, here: Path, arguments: list[str], code: int, complaint: str
) -> None:
    (here / "link").symlink_to(here)
    done = cnntrain("runs", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr


def listed(config: str, **options: object) -> Listed:
    known = (0, 1, 1, 0.9, None, 1.0, None, "done", None)
    return Listed(Path(config), config, *known, options, {})


def test_only_runs_of_one_name_are_told_apart_and_columns_of_their_own_are_not_repeated() -> None:
    runs = [
        listed("a", seed=0, alpha=1.0, loss="mse"),
        listed("a", seed=1, alpha=2.0, loss="mse", ema=0.9),
        listed("b", seed=2, alpha=3.0, loss="mse"),
    ]
    found = [dict(run.differs) for run in told_apart(runs)]
    assert found == [{"alpha": 1.0}, {"alpha": 2.0, "ema": 0.9}, {}]


def test_many_differences_are_counted() -> None:
    assert differences({f"k{n}": n for n in range(6)}) == "k0=0, k1=1, k2=2, k3=3, and 2 more"


def test_the_command_offers_the_orders_that_there_are() -> None:
    from cnntrain.cli import runs

    assert set(runs.ORDERS) == set(ORDERS)
