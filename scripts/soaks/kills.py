"""Training that is ended at any moment, in any way, and resumed: the result is always the same."""

import contextlib
import functools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import drawing
import making
from injected import CALLS, at_call
from small import configuration, with_small_networks
from trial import (
    Program,
    Trial,
    Whole,
    assert_same,
    cnntrain,
    resumed,
    write,
)


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials, some for each of endlessly many configurations."""
    made, drawn = (part.trials(random.Random(rng.random())) for part in (making, drawing))
    for trial in with_small_networks(rng, _trial):
        yield trial
        if rng.random() < 0.4:
            yield next(made)
        if rng.random() < 0.1:
            yield next(drawn)


def _trial(rng: random.Random, whole: Callable[[Path], Whole]) -> Trial:
    ways = {
        "SIGKILL at a random moment": lambda f: _signalled(f, whole(f), rng, signal.SIGKILL),
        "SIGKILL again and again": lambda f: _killed_often(f, whole(f), rng),
        "SIGTERM": lambda f: _signalled(f, whole(f), rng, signal.SIGTERM),
        "SIGHUP": lambda f: _signalled(f, whole(f), rng, signal.SIGHUP),
        "Ctrl-C": lambda f: _signalled(f, whole(f), rng, signal.SIGINT),
        "Ctrl-C twice": lambda f: _signalled(f, whole(f), rng, signal.SIGINT, again=True),
        "SIGKILL at a system call of saving": lambda f: _killed_at_call(f, whole(f), rng),
        "a second training in the folder": lambda f: _beside(f, whole(f), rng),
    }
    kind = rng.choice([*ways, "SIGKILL at a system call of saving"])
    if rng.random() < 0.05 and shutil.which("strace"):
        name = "SIGKILL by strace at any system call"
        return Trial(name, lambda f: _killed_by_strace(f, whole(f), rng))
    if rng.random() < 0.03:
        stop = rng.random() < 0.5
        number = signal.SIGSTOP if stop else signal.SIGKILL
        name = f"a worker process {'stopped' if stop else 'killed'}"
        return Trial(name, lambda f: _worker(f, whole(f), rng, number))
    return Trial(kind, ways[kind])


def _perhaps_made(folder: Path, rng: random.Random) -> None:
    """Make the run's folder, or leave it to the program, which goes about it in another way then."""
    if rng.random() < 0.3:
        (folder / "run").mkdir()


def _moment(whole: Whole, rng: random.Random) -> float:
    return rng.uniform(0.0, whole.seconds)


def _signalled(
    folder: Path, whole: Whole, rng: random.Random, number: signal.Signals, *, again: bool = False
) -> None:
    _perhaps_made(folder, rng)
    program = Program(folder, "train", "soak.yaml", "--out", "run")
    time.sleep(_moment(whole, rng))
    program.signal(number)
    if again:
        time.sleep(rng.uniform(0.0, 0.3))
        program.signal(number)
    done = program.ended()
    expected = {0, 130, -number} if number != signal.SIGKILL else {0, -number}
    assert done.code in expected, f"expected exit {expected}, found {done}"
    resumed(folder, whole)


def _killed_often(folder: Path, whole: Whole, rng: random.Random) -> None:
    where: tuple[str, ...] = ("soak.yaml", "--out", "run")
    for _ in range(5):
        program = Program(folder, "train", *where)
        time.sleep(_moment(whole, rng))
        program.signal(signal.SIGKILL)
        program.ended()
        if (folder / "run" / "last.npz").exists():
            where = ("--resume", "run")
    resumed(folder, whole)


def _killed_at_call(folder: Path, whole: Whole, rng: random.Random) -> None:
    _perhaps_made(folder, rng)
    call, after = rng.choice(CALLS), rng.random() < 0.5
    count = rng.choice([rng.randint(1, 6), rng.randint(1, 40)])
    kill = at_call(call, count, lambda: os.kill(os.getpid(), signal.SIGKILL), after=after)
    done = cnntrain(folder, "train", "soak.yaml", "--out", "run", prepare=kill)
    assert done.code in (0, -signal.SIGKILL), done
    if rng.random() < 0.3 and (folder / "run" / "last.npz").exists():
        cnntrain(folder, "train", "--resume", "run", prepare=kill)
    resumed(folder, whole)


@functools.cache
def _system_calls() -> Counter[str]:
    """Return how often a whole run makes each system call that has to do with files."""
    with tempfile.TemporaryDirectory() as place:
        write(Path(place), configuration(random.Random(0)))
        log = Path(place) / "log"
        _strace(Path(place), ("-o", str(log), "-e", "trace=%file,%desc"))
        return Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))


def _strace(folder: Path, options: Sequence[str]) -> int:
    command = ["strace", "-f", "-qq", *options, sys.executable, "-m", "cnntrain"]
    return subprocess.call(
        [*command, "train", "soak.yaml", "--out", "run", "--threads", "1"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _killed_by_strace(folder: Path, whole: Whole, rng: random.Random) -> None:
    """Kill it at a call, from the first of Python's start to the last before it ends."""
    calls = _system_calls()
    call = rng.choice(sorted(calls))
    inject = f"inject={call}:signal=SIGKILL:when={rng.randint(1, calls[call])}"
    code = _strace(folder, ("-o", os.devnull, "-e", f"trace={call}", "-e", inject))
    assert code in (0, 128 + signal.SIGKILL, -signal.SIGKILL), f"{inject}: exit {code}"
    resumed(folder, whole)


def _beside(folder: Path, whole: Whole, rng: random.Random) -> None:
    """Resume and test a run while it is trained, at any moment."""
    program = Program(folder, "train", "soak.yaml", "--json", "--out", "run")
    time.sleep(_moment(whole, rng))
    if not (folder / "run").is_dir():
        program.ended()
        return
    (folder / "beside").mkdir()
    for words in (("train", "--resume", "../run"), ("eval", "../run")):
        running = program.running()
        other = cnntrain(folder / "beside", *words)
        if running and program.running():
            assert other.code == (words[0] == "train"), other
            assert ("is being trained by another program" in other.err) == (words[0] == "train"), (
                other
            )
    done = program.ended()
    assert done.code == 0 or "another program" in done.err, done
    shutil.rmtree(folder / "beside")
    resumed(folder, whole)


def _worker(folder: Path, whole: Whole, rng: random.Random, number: int) -> None:
    """Kill or stop the one worker, which takes a while to start."""

    def impatient() -> None:
        from cnntrain.training.parallel import processes

        processes.SECONDS_STOPPED = 0.3

    program = Program(
        folder, "train", "soak.yaml", "--json", "--out", "run", prepare=impatient, threads=2
    )
    deadline = time.monotonic() + rng.uniform(0.2, 2.0)
    while time.monotonic() < deadline:
        time.sleep(0.01)
    for pid in _children(program.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    assert_same(folder / "run", program.ended(), whole)


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []
