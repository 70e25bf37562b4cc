"""Servers that lie: the next mirror delivers, soon and in little memory."""

import functools
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from injected import CALLS, at_call
from trial import Trial, cnntrain

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where tests are

from cnntrain.cli import download
from cnntrain.data.download.limits import Limits
from cnntrain.data.download.lock import lock_file
from cnntrain.data.idx.datasets import DATASETS
from tests.data.download.lying_server import LIES, Lie, lying
from tests.data.idx_files import dataset
from tests.data.mirror import running
from tests.data.user import FILES

KILLED = 5  # one of so many downloads
LONGEST = 60.0  # seconds: three tries and a slow machine
ROOM = 400 << 20  # bytes of address space beside those that are taken at the start


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials without end: every behaviour, in random order, again and again."""
    while True:
        for number, name in enumerate(rng.sample(list(LIES), len(LIES))):
            yield Trial("a server that lies, then a good one", partial(_download, name, LIES[name]))
            if number % KILLED == 0:
                own = random.Random(rng.random())
                yield Trial("SIGKILL while downloading, then again", partial(_killed, own))


def _download(name: str, lie: Lie, folder: Path) -> None:
    began = time.monotonic()
    with lying(lie, FILES) as liar, running(dict(FILES)) as good:
        prepare = partial(_prepare, liar.url, good.url)
        done = cnntrain(folder, "download", "mnist", "--data-dir", "data", prepare=prepare)
    took = time.monotonic() - began
    assert done.code == 0, f"{name}: {done}"
    found = {path.name: path.read_bytes() for path in (folder / "data" / "tiny").glob("*.gz")}
    assert found == FILES, f"{name}: other files: {sorted(found)}"
    assert all(len(line) < 300 for line in done.err.splitlines()), f"{name}: {done}"
    assert took < LONGEST, f"{name}: took {took:.1f} s"


def _killed(rng: random.Random, folder: Path) -> None:
    call, count, after = rng.choice(CALLS), rng.randint(1, 12), rng.random() < 0.5
    kill = at_call(call, count, lambda: os.kill(os.getpid(), signal.SIGKILL), after=after)
    words = ("download", "mnist", "--data-dir", "data")
    with running(dict(FILES)) as good:

        def prepare() -> None:
            _prepare(good.url)
            kill()

        done = cnntrain(folder, *words, prepare=prepare)
        assert done.code in (0, -signal.SIGKILL), done
        again = cnntrain(folder, *words, prepare=partial(_prepare, good.url))
    assert again.code == 0, again
    found = {path.name: path.read_bytes() for path in (folder / "data" / "tiny").iterdir()}
    found.pop(lock_file(Path("tiny")).name, None)
    assert found == FILES, f"at {call} {count}: other files: {sorted(found)}"


def _prepare(*mirrors: str) -> None:
    """Let mnist be a small data set of these mirrors, and wait for less time, in little memory."""
    DATASETS["mnist"] = dataset(*mirrors)
    waits = functools.partial(Limits, connect=5, silence=3, period=2)
    setattr(download, "Limits", waits)  # noqa: B010  # a type, for mypy
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
