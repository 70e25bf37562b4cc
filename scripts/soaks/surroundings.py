"""Systems that lack or limit something else: the same result, or a message and nothing lost."""

import contextlib
import errno
import fcntl
import locale
import os
import random
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from filesystem import saved_or_said
from small import with_small_networks
from trial import Trial, Whole, assert_same, cnntrain, resumed

UNKNOWN_USER = 54321
LOCALES = ("C", "POSIX", "C.UTF-8", "tr_TR.UTF-8", "ja_JP.EUC-JP", "no_such")


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials, some for each of endlessly many configurations."""
    return with_small_networks(rng, _trial)


def _trial(rng: random.Random, whole: Callable[[Path], Whole]) -> Trial:
    ways: dict[str, Callable[[Path], None]] = {
        "little memory": lambda f: _little_memory(f, whole(f), rng),
        "no shared memory": lambda f: _alone(f, whole(f)),
        "no locks": lambda f: _as_usual(f, whole(f), _no_locks),
        "no HOME, no user of that number": lambda f: _as_usual(f, whole(f), _nobody(f)),
        "another locale": lambda f: _as_usual(f, whole(f), _locale(rng)),
        "no terminal, closed streams": lambda f: _closed(f, whole(f), rng),
        "one processor": lambda f: _as_usual(f, whole(f), _one_processor),
    }
    if os.geteuid() != 0:
        del ways["no HOME, no user of that number"]
    kind = rng.choice(sorted(ways))
    return Trial(kind, ways[kind])


def _little_memory(folder: Path, whole: Whole, rng: random.Random) -> None:
    def prepare() -> None:
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        limit = used + int(2 ** rng.uniform(16, 26))
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", "run", prepare=prepare)
    saved_or_said(folder, done, whole)


def _as_usual(folder: Path, whole: Whole, prepare: Callable[[], None]) -> None:
    done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", "run", prepare=prepare)
    assert_same(folder / "run", done, whole)


def _alone(folder: Path, whole: Whole) -> None:
    """With two processes wanted, and no memory for them to share."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def prepare() -> None:
        os.posix_fallocate = full

    words = ("train", "soak.yaml", "--json", "--out", "run")
    done = cnntrain(folder, *words, prepare=prepare, threads=2)
    assert_same(folder / "run", done, whole)


def _no_locks() -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    fcntl.flock = refuse


def _nobody(folder: Path) -> Callable[[], None]:
    def prepare() -> None:
        for name in ("HOME", "USER", "LOGNAME", "XDG_CACHE_HOME", "CNNTRAIN_DATA"):
            os.environ.pop(name, None)
        folder.chmod(0o777)
        folder.parent.chmod(0o755)
        os.setgid(UNKNOWN_USER)
        os.setuid(UNKNOWN_USER)

    return prepare


def _locale(rng: random.Random) -> Callable[[], None]:
    chosen = rng.choice(LOCALES)

    def prepare() -> None:
        os.environ["LC_ALL"] = chosen
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, "")

    return prepare


def _closed(folder: Path, whole: Whole, rng: random.Random) -> None:
    which = rng.sample([0, 1, 2], rng.randint(1, 3))
    full = rng.random() < 0.3

    def prepare() -> None:
        os.setsid()
        for number in which:
            if full and number:
                os.dup2(os.open("/dev/full", os.O_WRONLY), number)
                continue
            os.close(number)
            setattr(sys, ("stdin", "stdout", "stderr")[number], None)

    done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", "run", prepare=prepare)
    assert done.code == (1 in which), done
    resumed(folder, whole)


def _one_processor() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
