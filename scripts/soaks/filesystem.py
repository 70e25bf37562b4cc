"""File systems that fail or are full: the same result, or a message and nothing lost."""

import contextlib
import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from injected import CALLS, failing
from small import with_small_networks
from trial import Ended, Program, Trial, Whole, assert_same, cnntrain, resumed

ERRORS = (
    *("ENOSPC", "EROFS", "EIO", "EACCES", "EDQUOT", "EPERM", "ENOSYS", "EINVAL", "EBUSY"),
    *("EOPNOTSUPP", "EMFILE", "ESTALE", "ENOENT", "ETXTBSY"),
)
HARMLESS = {"chmod", "unlink"}  # what may fail always without a consequence


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials, some for each of endlessly many configurations."""
    return with_small_networks(rng, _trial)


def _trial(rng: random.Random, whole: Callable[[Path], Whole]) -> Trial:
    ways: dict[str, Callable[[Path], None]] = {
        "a call of the file system fails once": lambda f: _fails(f, whole(f), rng, lasting=False),
        "a call of the file system fails from then on": lambda f: _fails(
            f, whole(f), rng, lasting=True
        ),
        "files may not grow": lambda f: _limited(f, whole(f), rng, resource.RLIMIT_FSIZE, 12),
        "few files may be open": lambda f: _limited(f, whole(f), rng, resource.RLIMIT_NOFILE, 4),
        "the folder is removed": lambda f: _removed(f, whole(f), rng),
        "a full disk": lambda f: _full(f, whole(f), rng),
    }
    if os.geteuid() != 0:
        del ways["a full disk"]
    kind = rng.choice([*ways, *[name for name in ways if "call" in name] * 4])
    return Trial(kind, ways[kind])


def saved_or_said(folder: Path, done: Ended, whole: Whole) -> None:
    """Accept the same result, or a message; and then resume without the fault."""
    if done.code == 0:
        assert_same(folder / "run", done, whole)
    else:
        assert done.code == 1, done
        assert done.err.splitlines()[-1].startswith("Error: "), done
    resumed(folder, whole)


def _fails(folder: Path, whole: Whole, rng: random.Random, *, lasting: bool) -> None:
    call = rng.choice(CALLS)
    number = getattr(errno, rng.choice(ERRORS))
    first = rng.choice([rng.randint(1, 6), rng.randint(1, 40)])
    fault = failing(call, first, 10**9 if lasting else first, number)

    def prepare() -> None:
        from cnntrain.system import files

        files.PAUSES_BEFORE_RENAMING_AGAIN = (0.0,) * 5
        fault()

    done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", "run", prepare=prepare)
    if call in HARMLESS:
        assert done.code == 0, done
    if call == "unlink":  # so that something stays behind, until the next run
        resumed(folder, whole)
        return
    saved_or_said(folder, done, whole)


def _limited(folder: Path, whole: Whole, rng: random.Random, what: int, least: int) -> None:
    limit = least + int(2 ** rng.uniform(0, 17 if what == resource.RLIMIT_FSIZE else 5))

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(what, (limit, limit))

    done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", "run", prepare=prepare)
    if done.code and what == resource.RLIMIT_FSIZE and not done.err.endswith("\n"):
        resumed(folder, whole)  # the message was longer than a file may be
        return
    saved_or_said(folder, done, whole)


def _removed(folder: Path, whole: Whole, rng: random.Random) -> None:
    """Remove the run folder in the middle of training."""
    program = Program(folder, "train", "soak.yaml", "--json", "--out", "run")
    time.sleep(rng.uniform(0.0, whole.seconds))
    gone = (folder / "run").is_dir()
    with contextlib.suppress(OSError):
        (folder / "run").rename(folder / "old") if rng.random() < 0.5 else shutil.rmtree(
            folder / "run"
        )
    still_there = (folder / "run").exists()
    done = program.ended()
    if not gone or still_there or done.code == 0:
        return
    assert done.code == 1, done
    rescued = folder / "run-rescued"
    if rescued.exists():
        again = cnntrain(folder, "train", "--resume", "run-rescued", "--json")
        assert_same(rescued, again, whole)


def _full(folder: Path, whole: Whole, rng: random.Random) -> None:
    """Train on a disk that is too small."""
    disk = folder / "disk"
    disk.mkdir()
    size = int(2 ** rng.uniform(14, 18))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "soak", disk], check=True)
    try:
        words = ("train", "soak.yaml", "--json", "--out", "disk/run")
        done = cnntrain(folder, *words)
        if done.code == 0:
            assert_same(disk / "run", done, whole)
        else:
            assert "Error: " in done.err, done
            subprocess.run(["mount", "-o", "remount,size=100m", disk], check=True)
            if (disk / "run" / "last.npz").exists():
                done = cnntrain(folder, "train", "--resume", "disk/run", "--json")
                assert_same(disk / "run", done, whole)
    finally:
        subprocess.run(["umount", disk], check=False)
