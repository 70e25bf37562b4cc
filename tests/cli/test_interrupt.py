"""Ctrl-C and its likes: the batch is finished, all is saved, and the run can be continued."""

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.cli.conftest import HANGS, command, environment, run_in


def rows(run: Path) -> int:
    path = run / "batches.csv"
    return len(path.read_text().splitlines()) if path.exists() else 0


def stopped(
    here: Path, *arguments: str, by: signal.Signals = signal.SIGINT, times: int = 1
) -> subprocess.CompletedProcess[str]:
    """Start the program, send it a signal once it trains, and wait for its end."""
    with subprocess.Popen(
        command(*arguments),
        cwd=here,
        env=environment(here),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and not list(here.rglob("batches.csv")):
            time.sleep(0.01)
        time.sleep(0.05)  # some batches
        for _ in range(times):
            process.send_signal(by)
        stdout, stderr = process.communicate(timeout=HANGS)
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


@pytest.fixture
def endless(here: Path) -> list[str]:
    """Return arguments of a training that lasts until it is stopped."""
    return ["train", "--config", "tiny", "--set", "train.batches=1000000", "--epochs", "1"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_says_how_to_go_on(
    here: Path, endless: list[str], by: signal.Signals
) -> None:
    done = stopped(here, *endless, by=by)
    assert (done.returncode, done.stdout) == (130, "")
    found = re.fullmatch(
        r"tiny: .*; runs/tiny-1\nStopped in epoch 1 after batch (\d+); all is saved. Go on with:\n"
        r"  cnntrain train --resume runs/tiny-1\n",
        done.stderr,
    )
    assert found
    assert rows(here / "runs" / "tiny-1") == int(found[1]) + 1
    assert json.loads((here / "runs" / "tiny-1" / "run.json").read_text())["result"] is None
    assert json.loads(run_in(here, "eval", "--json").stdout)["n"] == 50


def test_the_printed_command_names_the_data_folder(here: Path, endless: list[str]) -> None:
    done = stopped(here, *endless, "--out", "a", "--data-dir", "my data")
    assert done.stderr.endswith("\n  cnntrain train --resume a --data-dir 'my data'\n")


def test_the_printed_command_continues_to_the_same_result(here: Path) -> None:
    arguments = ["train", "--config", "tiny", "--set", "train.batches=500", "--epochs", "1"]
    done = stopped(here, *arguments, "--out", "my run")
    assert done.returncode == 130
    words = shlex.split(done.stderr.splitlines()[-1])
    assert words == ["cnntrain", "train", "--resume", "my run"]
    before = rows(here / "my run")
    assert 1 < before < 501
    continued = json.loads(run_in(here, *words[1:], "--threads", "1", "--json").stdout)
    alone = ("--threads", "1", "--out", "whole", "--json")
    whole = json.loads(run_in(here, *arguments, *alone).stdout)
    assert continued["weights_sha256"] == whole["weights_sha256"]
    assert rows(here / "my run") == 501
    for name in ("batches.csv", "config.yaml"):
        assert (here / "my run" / name).read_bytes() == (here / "whole" / name).read_bytes()


def test_after_a_kill_the_last_checkpoint_is_whole(here: Path, endless: list[str]) -> None:
    assert stopped(here, *endless, by=signal.SIGKILL).returncode == -signal.SIGKILL
    assert run_in(here, "eval").returncode == 0


def test_a_second_interrupt_stops_at_once_without_a_traceback(
    here: Path, endless: list[str]
) -> None:
    done = stopped(here, *endless, times=3)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[1].startswith(("Stopped in", "Interrupted"))


def test_a_terminal_shows_a_bar_and_it_is_gone_at_the_end(here: Path) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    subprocess.run(
        command("train", "--config", "tiny"),
        cwd=here,
        env=environment(here),
        stdout=subprocess.DEVNULL,
        stderr=slave,
        timeout=HANGS,
        check=True,
    )
    os.close(slave)
    shown = b""
    while chunk := _read(master):
        shown += chunk
    os.close(master)
    assert b"\repoch 1/2 " in shown
    assert b"/15 " in shown
    last = shown.decode().rstrip().splitlines()[-2].rpartition("\r")[2]
    assert last.startswith("epoch 2/2  ")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other side is closed
        return b""


def soon_nobody_is_left(group: int) -> bool:
    deadline = time.monotonic() + HANGS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    "after", [0.1, *(pytest.param(each, marks=pytest.mark.slow) for each in (0.0, 0.3))]
)
def test_ctrl_c_of_a_terminal_while_processes_start_is_quiet(here: Path, after: float) -> None:
    # Python's `open` leaves a file to the garbage collector where a signal comes within it.
    warnings = {"PYTHONWARNINGS": "error,ignore::ResourceWarning"}
    with subprocess.Popen(
        command("train", "--config", "tiny", "--epochs", "100"),
        cwd=here,
        env=environment(here) | warnings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while process.poll() is None and not (here / "runs").exists():
            time.sleep(0.005)
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)  # to the program and all that it started
        stdout, stderr = process.communicate(timeout=HANGS)
    assert (process.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr
    assert stderr.endswith(("Interrupted\n", "cnntrain train --resume runs/tiny-1\n"))
    assert soon_nobody_is_left(process.pid)


def test_ctrl_c_leaves_a_whole_run_folder_or_none(here: Path) -> None:
    with subprocess.Popen(
        command("train", "--config", "tiny", "--epochs", "100"),
        cwd=here,
        env=environment(here) | {"PYTHONWARNINGS": "default"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and not list(here.glob("runs/.new-run-*")):
            pass
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=HANGS)
    assert (process.returncode, "Traceback" in stderr) == (130, False)
    (run,) = (here / "runs").iterdir()
    assert run.name == "tiny-1"
    assert {"last.npz", "config.yaml", "original.yaml"} <= {path.name for path in run.iterdir()}
    done = run_in(here, "train", "--resume", "runs/tiny-1", "--epochs", "1")
    assert done.returncode == 0


def test_files_in_the_working_directory_are_not_taken_for_modules(here: Path) -> None:
    for name in ("signal", "struct", "types", "numpy", "click"):
        (here / f"{name}.py").write_text("raise SystemExit('this is not the module')")
    done = subprocess.run(
        [Path(sys.executable).with_name("cnntrain"), "train", "--config", "tiny"],
        cwd=here,
        env=environment(here),
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert done.returncode == 0
    assert [line[:5] for line in done.stderr.splitlines()] == [
        *("tiny:", "epoch", "epoch", "next:")
    ]


SLOW = "import time\nopen('importing', 'w').close()\ntime.sleep(600)\n"


def test_drawing_is_heard_to_be_unwanted_while_matplotlib_is_imported(here: Path) -> None:
    (here / "slow" / "matplotlib").mkdir(parents=True)
    (here / "slow" / "matplotlib" / "__init__.py").write_text(SLOW)
    path = os.pathsep.join([str(here / "slow"), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        command("train", "--config", "tiny", "--threads", "1"),
        cwd=here,
        env=environment(here) | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and not (here / "importing").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=HANGS)
    assert process.returncode == 0
    assert stderr.splitlines()[-2] == "curves.png was not drawn, as you asked to stop"
    assert stderr.splitlines()[-1].startswith("next: ")


def test_a_second_ctrl_c_within_a_large_mini_batch_ends_it_and_loses_nothing(here: Path) -> None:
    # A signal is heard between two calls of NumPy: each takes a small part of such a mini-batch.
    network = 6 * "conv: {filters: 8, kernel: 3, padding: 1}, relu, " + "mean_pool: 2, dense: 10"
    large = ("--set", f"network=[{network}]", "--set", "train.batchsize=3000")
    more = ("--set", "dataset.synthetic.train=3000", "--epochs", "1000", "--threads", "1")
    for _ in range(6):  # on a busy machine the mini-batch may end before the second signal is heard
        shutil.rmtree(here / "runs", ignore_errors=True)
        with subprocess.Popen(
            command("train", "--config", "tiny", *large, *more),
            cwd=here,
            env=environment(here),
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            ended = []
            for count in (2, 3):
                while process.poll() is None and rows(here / "runs" / "tiny-1") < count:
                    time.sleep(0.01)
                ended.append(time.monotonic())
            process.send_signal(signal.SIGINT)
            time.sleep(0.3 * (ended[1] - ended[0]))  # the next mini-batch takes about as long
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=HANGS)
        assert process.returncode == 130
        found = re.search(
            r"\nStopped in epoch (\d+) after batch 0; all is saved. Go on with:\n", stderr
        )
        if found:
            break
    assert found
    assert rows(here / "runs" / "tiny-1") == int(found[1])


def test_ctrl_c_within_clicks_own_code_ends_with_130(here: Path) -> None:
    script = (
        "import os, signal, sys, click\n"
        "from cnntrain.__main__ import main\n"
        "click.Context.exit = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['cnntrain', 'configs']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=here,
        env=environment(here),
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (130, False)
