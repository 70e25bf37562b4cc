"""Processes that train: real ones, one of which is killed in the middle of its work."""

import gc
import multiprocessing
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from cnntrain.errors import UsageError
from cnntrain.runs.tune.executors import Dask, Processes, Workers
from tests.cli.conftest import HANGS


def work(file: Path) -> int:
    """Write down the process's number, and hang unless another was here before."""
    first = not file.exists()
    file.write_text(str(os.getpid()))
    while first:
        time.sleep(0.01)
    return os.getpid()


def test_a_killed_process_is_replaced_and_its_job_can_be_repeated(tmp_path: Path) -> None:
    workers: Workers = Processes(1)
    try:
        file = tmp_path / "pid"
        future = workers.submit(work, file)
        while not (file.exists() and file.read_text()):
            time.sleep(0.01)
        killed = int(file.read_text())
        os.kill(killed, signal.SIGKILL)
        error = future.exception(timeout=60)
        assert error is not None
        assert workers.died(error)
        assert not workers.died(ValueError())
        assert workers.submit(work, file).result(timeout=60) != killed
    finally:
        workers.close()


def test_only_processes_of_its_own_are_killed() -> None:
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(HANGS,))
    other.start()
    workers = Processes(1)
    try:
        workers.submit(time.sleep, HANGS)
        assert len(workers.started) == 1
        workers.close()
        assert not any(process.is_alive() for process in workers.started)
        assert other.is_alive()
    finally:
        other.kill()
        other.join()


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:9",
        "nonsense",
        "foo://x:1",
        "tcp://host:abc",
        "inproc://x",
        "tls://127.0.0.1:9",
    ],
)
def test_a_scheduler_that_is_not_there_is_named(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("cnntrain.runs.tune.executors.SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(UsageError, match=f"--dask {address}: found no scheduler there"):
        Dask(address)
    gc.collect()  # what is left of a client would complain, which pytest takes for an error


def test_a_program_that_says_nothing_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("cnntrain.runs.tune.executors.SECONDS_TO_CONNECT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=rf"--dask {address}: found .* \(no answer\); expect"):
            Dask(address)
