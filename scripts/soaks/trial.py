"""What the parts of `soak` share: a trial, cnntrain in a process of its own, a run to compare with.

A part is a file here with a function `trials(rng)` that yields them. A trial raises AssertionError
where a promise is broken. cnntrain is forked from the process that has loaded it already, so that a
start takes milliseconds.
"""

import codecs
import contextlib
import csv
import functools
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cnntrain as package
from cnntrain import __main__
from cnntrain.data.handwriting import kept
from cnntrain.data.handwriting import write as write_digits
from cnntrain.runs.folder import FILES
from cnntrain.system import interrupt

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HANGS = 120.0  # seconds after which a process is taken to wait for ever
KNOWN = {".lock", *FILES}  # the files of a run folder
EXPECTED = {"run", "whole", "soak.yaml", ".out", ".err", "made", "data"}  # in a trial's folder
TIMES = ("seconds", "images_per_second")  # columns of epochs.csv
SIZES, TEST = (120, 200), 20  # images to train on and to test with
Prepare = Callable[[], None]  # in the new process, before cnntrain starts


@dataclass(frozen=True)
class Trial:
    """One attempt to break a promise: what it is, and how it is made in an empty folder."""

    kind: str
    run: Callable[[Path], None]
    inputs: int = 1  # that it tries


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, or minus the signal; what it printed."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        """Return the exit code and the end of the messages."""
        return f"exit {self.code}: {self.err[-400:]!r}"


class Program:
    """cnntrain with some arguments, running in a folder."""

    def __init__(
        self, folder: Path, *arguments: str, prepare: Prepare = lambda: None, threads: int = 1
    ) -> None:
        """Start it."""
        self.out, self.err = folder / ".out", folder / ".err"
        words = [*arguments]
        if words[0] != "download":
            words += ["--threads", str(threads)]
        self.status: int | None = None
        self.started, self.took = time.monotonic(), 0.0
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # until it is cnntrain
        self.pid = os.fork()
        if self.pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        else:
            _become(folder, words, self.out, self.err, prepare)

    def signal(self, number: int) -> None:
        """Send it a signal, if it is still running."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def running(self) -> bool:
        """Return whether it has not ended."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status, self.took = status, time.monotonic() - self.started
        return self.status is None

    def ended(self) -> Ended:
        """Wait for its end. A process that hangs, or fails in a way of its own, breaks a promise."""
        deadline = time.monotonic() + HANGS
        while self.running():
            if time.monotonic() > deadline:
                self.signal(signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError(f"hangs: {self.err.read_text(errors='replace')[-400:]!r}")
            time.sleep(0.002)
        texts = [
            path.read_text(errors="replace") if path.exists() else ""
            for path in (self.out, self.err)
        ]
        assert self.status is not None
        found = Ended(os.waitstatus_to_exitcode(self.status), *texts)
        assert "Traceback" not in found.err, f"a traceback: {found}"
        return found


def _become(folder: Path, words: list[str], out: Path, err: Path, prepare: Prepare) -> None:
    """Turn this process into cnntrain."""
    try:
        os.chdir(folder)
        for number, path in ((1, out), (2, err)):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8") for n in (1, 2))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupt._interrupts.clear()
        from cnntrain.show import curves

        curves.draw_curves = lambda folder: None  # drawing takes longer than training
        sys.argv = ["cnntrain", *words]
        prepare()
        code: Any = 0
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            __main__.main()
        except SystemExit as ended:
            code = ended.code
        except BaseException as error:  # noqa: BLE001  # it is reported
            code = 130 if isinstance(error, KeyboardInterrupt) else 70  # before it was a program
            if code == 70:
                traceback.print_exc()
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)
    finally:
        os._exit(71)


def load_everything() -> None:
    """Import what cnntrain imports when it is needed, so that each process finds it loaded."""
    for name in ("filelock", "requests", "tqdm", "yaml"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, "cnntrain."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for encoding in ("utf-8-sig", "ascii", "latin-1", "idna"):
        codecs.lookup(encoding)  # another user may not be able to read Python's files
    digits = functools.cache(write_digits.synthetic)  # to draw them takes longer than training
    for size in SIZES:
        digits("train", count=size, seed=0)
        digits("test", count=TEST, seed=0)
    setattr(kept, "synthetic", digits)  # noqa: B010  # mypy knows only what a module exports


def cnntrain(
    folder: Path, *arguments: str, prepare: Prepare = lambda: None, threads: int = 1
) -> Ended:
    """Run cnntrain to its end."""
    return Program(folder, *arguments, prepare=prepare, threads=threads).ended()


@dataclass(frozen=True)
class Whole:
    """What an undisturbed run came to, and how long it took."""

    sha256: str
    batches: bytes
    epochs: list[dict[str, str]]  # without times
    seconds: float


def undisturbed(folder: Path, prepare: Prepare = lambda: None) -> Whole:
    """Train soak.yaml in the folder once, and remember what came of it."""
    words = ("train", "soak.yaml", "--json", "--out", "whole")
    program = Program(folder, *words, prepare=prepare)
    done = program.ended()
    assert done.code == 0, f"an undisturbed run failed: {done}"
    run, digest = folder / "whole", json.loads(done.out)["weights_sha256"]
    return Whole(digest, (run / "batches.csv").read_bytes(), _epochs(run), program.took)


def assert_same(folder: Path, done: Ended, whole: Whole) -> None:
    """Compare a run that was disturbed and resumed, in a folder of that name, with the whole one."""
    assert done.code == 0, f"the resumed run failed: {done}"
    digest = json.loads(done.out)["weights_sha256"]
    assert digest == whole.sha256, f"other weights: {digest[:12]}, not {whole.sha256[:12]}"
    assert (folder / "batches.csv").read_bytes() == whole.batches, "other rows in batches.csv"
    assert _epochs(folder) == whole.epochs, "other rows in epochs.csv"
    litter = {path.name for path in folder.iterdir()} - KNOWN
    assert not litter, f"left behind: {sorted(litter)}"


def resumed(folder: Path, whole: Whole, prepare: Prepare = lambda: None) -> None:
    """Resume the run in `folder`/run, or begin it if there is none, and compare it with the whole."""
    run = folder / "run"
    begun = (run / "last.npz").is_file()
    where = ("--resume", "run") if begun else ("soak.yaml", "--out", "run")
    done = cnntrain(folder, "train", *where, "--json", prepare=prepare)
    assert_same(run, done, whole)
    for word in ("missing", "damaged", "found no row", "does not follow"):
        assert word not in done.err, f"something is said to be lost: {done.err!r}"
    beside = {p.name for p in folder.iterdir()} - EXPECTED
    assert not {name for name in beside if not name.startswith(".new-run-")}, beside


def _epochs(folder: Path) -> list[dict[str, str]]:
    with (folder / "epochs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: row[name] for name in row if name not in TIMES} for row in rows]


def write(folder: Path, config: dict[str, Any]) -> None:
    """Write soak.yaml, as JSON, which is YAML."""
    (folder / "soak.yaml").write_text(json.dumps(config, indent=1) + "\n")
