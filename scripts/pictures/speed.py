"""How fast `cnntrain predict` reads a folder of small pictures, all included."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from pictures.camera import Disguise
from pictures.disguises import DISGUISES
from pictures.measuring import SEED, Settings, saved, test_digits

SMALL = (160, 120)  # pixels
FOLDS = 10  # times the count of other tables: starting the processes has its share in a folder


def _small_photo(digit: np.ndarray, rng: np.random.Generator) -> Image.Image:
    return DISGUISES["plain"](digit, rng).resize(SMALL, Image.Resampling.BOX)


KINDS: dict[str, Disguise] = {"28x28": DISGUISES["raw"], "photos of 160x120": _small_photo}


def speed(settings: Settings) -> Iterator[str]:
    """Measure how long the command takes for a folder, by kind; processor time is of all processes."""
    images = test_digits(settings).images[: FOLDS * settings.count, 0]
    yield "| pictures | number | pictures/s | processor time of one, ms |\n| --- | --- | --- | --- |"
    for name, make in KINDS.items():
        rng = np.random.default_rng(SEED)
        with tempfile.TemporaryDirectory() as folder:
            paths = saved(Path(folder), (make(digit, rng) for digit in images))
            wall, processor = _timed(Path(folder), settings.processes)
        number = len(paths)
        yield f"| {name} | {number:,} | {number / wall:.0f} | {1e3 * processor / number:.1f} |"


def _timed(folder: Path, processes: int) -> tuple[float, float]:
    """Return seconds, and seconds of processor time, of reading a folder."""
    import resource  # not on Windows

    command = [sys.executable, "-m", "cnntrain", "predict", str(folder), f"--threads={processes}"]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
