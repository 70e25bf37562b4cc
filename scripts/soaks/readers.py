"""Changed files: read, or refused with an error of cnntrain's own, in bounded time and memory."""

import random
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from apart import apart
from trial import Trial

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where tests are

from tests.fuzzing.reader import Reader
from tests.fuzzing.readers import READERS

AT_A_TIME = {  # files of the kinds that are read fastest
    "IDX and gzip": 2_000,
    "names of classes": 2_000,
    "records of mini-batches": 2_000,
    "tune.json": 2_000,
    "run.json": 600,
    "records of mini-batches, resumed": 500,
    "records of epochs, resumed": 500,
}
FEWER = 200  # files of other kinds: they take less than a second together
SLOWEST = 5.0  # seconds of processor time for a file of up to 64 kB
LONGEST = 120.0  # seconds in all, in which it may have waited on a busy machine
MOST = 400 << 10  # kB that a process may grow by


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials without end: some files of each kind."""
    with tempfile.TemporaryDirectory() as folder:  # what the readers keep is made once
        for reader in READERS.values():
            reader.attempt(random.Random(0), Path(folder))
    while True:
        for name, reader in READERS.items():
            count = AT_A_TIME.get(name, FEWER)
            own = random.Random(rng.random())
            yield Trial(f"{name}, changed", partial(_read, reader, count, own), count)


def _read(reader: Reader, count: int, rng: random.Random, folder: Path) -> None:
    used = apart(folder, lambda: _try(reader, count, rng, folder))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert used.ru_maxrss < before + MOST, f"took {used.ru_maxrss:,} kB"


def _try(reader: Reader, count: int, rng: random.Random, folder: Path) -> None:
    warnings.simplefilter("error")  # a warning would be printed
    for _ in range(count):
        seed = rng.random()
        began, worked = time.monotonic(), time.process_time()
        try:
            reader.attempt(random.Random(seed), folder)
        except Exception as error:
            raise AssertionError(f"random.Random({seed!r}): {error!r}") from error
        took, worked = time.monotonic() - began, time.process_time() - worked
        said = f"random.Random({seed!r}): took {took:.1f} s, {worked:.1f} s of them at work"
        assert worked < SLOWEST, said
        assert took < LONGEST, said
