"""A search on a real cluster, of which one worker is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cnntrain.config import load_config
from cnntrain.runs.tune.executors import Dask
from cnntrain.runs.tune.prepare import prepare
from cnntrain.runs.tune.seed import SeedJob, run_seed, run_seeds
from cnntrain.runs.tune.trial import run_trial
from tests.cli.conftest import HANGS, TINY, command, environment

pytestmark = pytest.mark.slow  # a scheduler and two workers take half a minute to start
TRIALS = 6
EPOCHS = 30


def started(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start one of Dask's programs; what it says goes to a file of its own."""
    number = len(list(folder.glob("*.said")))
    with (folder / f"{number}.said").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
            cwd=folder,
            env=environment(folder) | {"PYTHONWARNINGS": "default"},
            stdout=said,
            stderr=said,
            text=True,
        )


@pytest.fixture
def cluster(tmp_path: Path) -> "Iterator[tuple[str, list[subprocess.Popen[str]]]]":
    """Yield the address of a scheduler, and its two workers."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    local = ("--host", "127.0.0.1")
    scheduler = started(
        tmp_path,
        "dask_scheduler",
        *local,
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(file),
    )
    processes = [scheduler]
    try:
        deadline = time.monotonic() + HANGS
        while not file.is_file():
            assert scheduler.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        options = ("--nthreads", "1", "--no-dashboard", "--no-nanny", *local)
        workers = [started(tmp_path, "dask_worker", address, *options) for _ in range(2)]
        processes += workers
        yield address, workers
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def test_every_trial_is_the_same_bytes_although_a_worker_dies(
    tmp_path: Path, cluster: "tuple[str, list[subprocess.Popen[str]]]"
) -> None:
    address, workers = cluster
    (tmp_path / "tiny.yaml").write_text(TINY)
    vary = "train.alpha=log:0.01:1"
    options = ["--trials", TRIALS, "--epochs", EPOCHS, "--prune", "none", "--dask", address]
    search = subprocess.Popen(
        command("tune", "tiny", "--vary", vary, *map(str, options), "--json"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert search.stderr is not None
    said = ""
    while "trial 1: " not in said:  # both workers are at work on later trials
        line = search.stderr.readline()
        assert line, said
        said += line
    workers[0].send_signal(signal.SIGKILL)
    stdout, stderr = search.communicate(timeout=HANGS)
    assert search.returncode == 0, said + stderr
    trials = json.loads(stdout)["trials"]
    assert [trial["state"] for trial in trials] == ["complete"] * TRIALS
    assert str(workers[1].pid) in {trial["where"].rpartition(":")[2] for trial in trials[-2:]}

    config = load_config(str(tmp_path / "tiny.yaml"), [f"--epochs={EPOCHS}"])
    ready = prepare(config, [vary], seeds=1, data_dir=None, limit=None, fetch=lambda *_: None)
    for trial in trials:
        override = f"train.alpha={trial['values']['train.alpha']}"
        alone = run_trial(replace(ready.job, overrides=(override,)))
        assert trial["weights_sha256"] == alone.weights_sha256
    assert os.path.isfile(tmp_path / "runs" / "tiny-tune-1" / "best.yaml")


def test_seeds_are_trained_on_the_cluster_to_the_same_bytes(
    cluster: "tuple[str, list[subprocess.Popen[str]]]",
) -> None:
    address, processes = cluster
    jobs = [SeedJob("tiny.yaml", TINY, (), seed) for seed in range(3)]
    workers = Dask(address)
    try:
        found = dict(run_seeds(jobs, workers, print))
    finally:
        workers.close()
    assert [found[job].weights_sha256 for job in jobs] == [
        run_seed(job).weights_sha256 for job in jobs
    ]
    assert all(process.poll() is None for process in processes)
