"""Train on data sets of several sizes: images per second, the first mini-batch, memory.

`data.py FOLDER COUNT...` writes the data sets to the folder where they are not there yet, with
`make_idx`. Each is trained on as it is and as gzip, from a page cache that holds the files and from
one that does not. The first start computes the checksum of the images, the second remembers it.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

SCRIPTS = Path(__file__).parents[1]
BATCHES, FEWER = 2_000, 50  # mini-batches that are timed; of less than FEW images
FEW = 1_000
TEXT = """
dataset: {idx: %s}
network: [conv: {filters: 6, kernel: 5}, sigmoid, mean_pool: 2, conv: {filters: 12, kernel: 5},
  sigmoid, mean_pool: 2, dense: 10, sigmoid]
train: {batchsize: 50, batches: %d, alpha: 1}
"""
# What is measured from within; the time of the start is given, as time.time().
TRAIN = """
import json, sys, time
import cnntrain
started, config, out, data_dir = float(sys.argv[1]), *sys.argv[2:]
if __name__ == "__main__":
    first = None
    for event in cnntrain.train(config, out, threads=1, data_dir=data_dir):
        now = time.time()
        if first is None:
            first = now
        if isinstance(event, cnntrain.BatchDone):
            last, images = now, event.images * (event.step - 1)
    print(json.dumps({"first": first - started, "speed": images / (last - first)}))
"""


def status(process: int) -> dict[str, int]:
    """Return the memory of a process in bytes, by kind (Linux)."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return {}
    return {
        name: 1024 * int(value.split()[0])
        for name, _, value in (line.partition(":") for line in lines)
        if name in ("RssAnon", "RssShmem", "RssFile")
    }


def measure(source: Path, folder: Path, batches: int, *, cold: bool) -> dict[str, float]:
    """Train on a data set, and return its figures; memory in MB."""
    config, out = folder / "data.yaml", folder / "run"
    config.write_text(TEXT % (source, batches))
    shutil.rmtree(out, ignore_errors=True)
    if cold:
        forget(source, folder / "cache")  # where gzip was unpacked
    process = subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(time.time()), str(config), str(out), str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "CNNTRAIN_DATA": str(folder)},
        text=True,
    )
    own = mapped = 0
    while process.poll() is None:
        found = status(process.pid)
        own = max(own, found.get("RssAnon", 0) + found.get("RssShmem", 0))
        mapped = max(mapped, found.get("RssFile", 0))
        time.sleep(0.01)
    assert process.stdout
    figures: dict[str, float] = json.loads(process.stdout.read().splitlines()[-1])
    return {**figures, "own": own / 1e6, "mapped": mapped / 1e6}


def forget(*folders: Path) -> None:
    """Take the files of folders out of the page cache, where the system lets us."""
    os.sync()
    for path in (path for folder in folders for path in folder.glob("**/*") if path.is_file()):
        with path.open("rb") as file:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def compressed(source: Path) -> Path:
    """Return a folder with the same files as gzip."""
    target = source.with_name(f"{source.name}-gz")
    target.mkdir(exist_ok=True)
    for path in source.iterdir():
        packed = target / f"{path.name}.gz"
        if not packed.exists():
            with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=1) as file:
                shutil.copyfileobj(plain, file)
    return target


def main() -> None:
    """Measure and print."""
    folder, *counts = sys.argv[1:]
    root = Path(folder).resolve()
    print(
        f"{'images':>12} {'':<29}{'first batch, s':>15}{'images/s':>10}{'MB':>7}{'mapped MB':>11}"
    )
    for count in map(int, counts):
        source = root / str(count)
        if not source.exists():
            script = [sys.executable, str(SCRIPTS / "make_idx"), str(count), str(source)]
            subprocess.run(script, check=True, stdout=sys.stderr)
        rows = [
            ("first start", source, False),
            ("again", source, False),
            ("again, cold page cache", source, True),
        ]
        packed = compressed(source)
        rows += [
            ("gzip, first start", packed, False),
            ("gzip, again", packed, False),
            ("gzip, again, cold page cache", packed, True),
        ]
        for name, place, cold in rows:
            if name == "first start":
                (root / "cache" / "checksums.json").unlink(missing_ok=True)
            found = measure(place, root, FEWER if count < FEW else BATCHES, cold=cold)
            print(
                f"{count:>12,} {name:<29}{found['first']:>15.2f}{found['speed']:>10,.0f}"
                f"{found['own']:>7.0f}{found['mapped']:>11,.0f}",
                flush=True,
            )


main()
