"""Time what a user waits for before anything happens, and measure the memory of training.

`starts.py`; MNIST is looked for in $CNNTRAIN_DATA, and left out where it is not.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw

ROUNDS = 7
CNNTRAIN = (sys.executable, "-m", "cnntrain")
LOAD = """
import time
from cnntrain.config import load_config
from cnntrain.training.splits import load_splits
config = load_config("lenet")
started = time.perf_counter()
load_splits(config, None)
print(time.perf_counter() - started)
"""


def output(*command: str | Path) -> str:
    """Run a command to its end and return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def seconds(*command: str | Path) -> float:
    """Return the median time of a command."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        output(*command)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def peak_memory(*command: str) -> float:
    """Return the largest memory in use, in MB, by a command and all processes that it starts."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(resident, family(process.pid))))
        time.sleep(0.005)
    return peak / 1e6


def family(process: int) -> list[int]:
    """Return a process and those below it (Linux)."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        children = []
    return [process, *(one for child in children for one in family(int(child)))]


def resident(process: int) -> int:
    """Return the bytes that a process has in memory (Linux)."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        run, picture = str(Path(folder) / "run"), str(Path(folder) / "one.png")
        image = Image.new("L", (200, 200), "white")
        ImageDraw.Draw(image).line([(100, 30), (100, 170)], fill="black", width=16)
        image.save(picture)
        output(*CNNTRAIN, "train", "--config", "quickstart", "--epochs", "1", "--out", run)
        python = seconds(sys.executable, "-c", "pass")
        print(
            f"cnntrain --help, above Python's own start  {seconds(*CNNTRAIN, '--help') - python:.3f} s"
        )
        print(
            f"cnntrain predict, one image, cold          {seconds(*CNNTRAIN, 'predict', picture, '--model', run):.3f} s"
        )
        if not os.environ.get("CNNTRAIN_DATA"):
            print("MNIST: set CNNTRAIN_DATA to measure loading it, and the memory of training")
            return
        loads = [float(output(sys.executable, "-c", LOAD)) for _ in range(ROUNDS)]
        print(f"MNIST loaded and verified                  {statistics.median(loads):.3f} s")
        train = [*CNNTRAIN, "train", "--config", "lenet", "--epochs", "2", "--out", f"{run}2"]
        print(f"cnntrain train, lenet, peak memory         {peak_memory(*train):.0f} MB")


main()
