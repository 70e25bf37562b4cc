"""Training that is killed while its data are made: drawn, decoded, read or unpacked into the cache."""

import functools
import gzip
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from injected import CALLS, at_call
from PIL import Image
from small import Decks, configuration
from trial import SIZES, TEST, Program, Trial, Whole, resumed, undisturbed, write

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where tests are

from cnntrain.data import decoded, decoded_files, npz
from cnntrain.data.handwriting import kept
from cnntrain.data.handwriting.write import synthetic
from cnntrain.data.idx import content
from tests.data.idx_files import idx

ROOT, DATA = "made", "data"  # the data folder, in which the cache is; the user's own files
_digits = functools.cache(synthetic)
TRIALS_PER_CONFIGURATION = 6
KINDS: dict[str, tuple[str, Any]] = {  # what is made, and the section `dataset`
    "digits are drawn": ("digits", {"synthetic": {"train": SIZES[0], "test": TEST}}),
    "pictures are decoded": ("pictures", {"folder": DATA}),
    "gzip is unpacked": ("gzip", {"idx": DATA}),
    "npz is unpacked": ("npz", {"npz": f"{DATA}/all.npz"}),
    "CSV is read": ("csv", {"csv": DATA}),
}


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials, some for each kind of data, with endlessly many configurations."""
    decks = Decks(rng)
    while True:
        for name, (kind, dataset) in rng.sample(list(KINDS.items()), len(KINDS)):
            config = {**configuration(rng, decks), "dataset": dataset}
            whole = _once(config, kind)
            for _ in range(TRIALS_PER_CONFIGURATION):
                own = random.Random(rng.random())
                yield Trial(f"ended while {name}", partial(_ended, whole=whole, rng=own))


def _once(config: dict[str, Any], kind: str) -> Callable[[Path], tuple[Whole, int]]:
    """Return what makes the data of a trial, and returns what an undisturbed run comes to.

    The number is that of the files which are made. The run is trained once, in the first folder.
    """
    known: list[tuple[Whole, int]] = []

    def whole(folder: Path) -> tuple[Whole, int]:
        write(folder, config)
        lay_out(folder / DATA, kind)
        if not known:
            done = undisturbed(folder, prepare)
            known.append((done, len(_made(folder))))
            shutil.rmtree(folder / ROOT)
        return known[0]

    return whole


def lay_out(folder: Path, kind: str) -> None:
    """Write digits as a user's own files of a kind."""
    if kind == "digits":
        return
    folder.mkdir()
    sets = {
        "train": _digits("train", count=SIZES[0], seed=0),
        "test": _digits("test", count=TEST, seed=0),
    }
    for name, digits in sets.items():
        images, labels = digits.images[:, 0], np.asarray(digits.labels).astype(np.uint8)
        if kind == "pictures":
            for number, (image, label) in enumerate(zip(images, labels, strict=True)):
                place = folder / name / str(label)
                place.mkdir(parents=True, exist_ok=True)
                Image.fromarray(image).save(place / f"{number}.png")
        elif kind == "gzip":
            for what, array in (("images", images), ("labels", labels)):
                zipped = gzip.compress(idx(array), mtime=0)
                (folder / f"{name}-{what}.gz").write_bytes(zipped)
        elif kind == "csv":
            rows = np.column_stack([labels, images.reshape(len(images), -1)])
            np.savetxt(folder / f"{name}.csv", rows, fmt="%d", delimiter=",")
    if kind == "npz":
        arrays = {
            f"{letter}_{name}": array
            for name, digits in sets.items()
            for letter, array in (("x", digits.images[:, 0]), ("y", digits.labels))
        }
        np.savez_compressed(folder / "all.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub reads **arrays as allow_pickle too


def prepare() -> None:
    """Keep in the cache what else would be too little to be worth it; draw digits anew."""
    os.environ["CNNTRAIN_DATA"] = str(Path(ROOT).absolute())
    few: dict[str, tuple[ModuleType, ...]] = {
        "WORTH_KEEPING": (kept, decoded),
        "LARGE": (content, decoded_files, npz),
    }
    for name, modules in few.items():
        for module in modules:
            setattr(module, name, 1)
    setattr(kept, "synthetic", synthetic)  # noqa: B010  # mypy knows only what a module exports


def _made(folder: Path) -> list[Path]:
    return [path for path in (folder / ROOT).rglob("*") if path.is_file()]


def _ended(folder: Path, whole: Callable[[Path], tuple[Whole, int]], rng: random.Random) -> None:
    expected, files = whole(folder)
    for _ in range(rng.choice([1, 1, 2])):
        if rng.random() < 0.5:
            _killed_at_call(folder, rng)
        else:
            _signalled(folder, expected, rng)
    for path in _made(folder):  # what is half written is old now
        os.utime(path, (0, 0))
    resumed(folder, expected, prepare)
    found = _made(folder)
    litter = [path.name for path in found if path.name.startswith(".") and path.name != ".lock"]
    assert not litter, f"left behind: {litter}"
    assert len(found) == files, f"found {sorted(path.name for path in found)}, expected {files}"


def _words(folder: Path) -> tuple[str, ...]:
    begun = (folder / "run" / "last.npz").is_file()
    return ("train", "--resume", "run") if begun else ("train", "soak.yaml", "--out", "run")


def _killed_at_call(folder: Path, rng: random.Random) -> None:
    kill = at_call(
        rng.choice(CALLS),
        rng.choice([rng.randint(1, 8), rng.randint(1, 30)]),
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        after=rng.random() < 0.5,
    )

    def prepared() -> None:
        prepare()
        kill()

    done = Program(folder, *_words(folder), prepare=prepared).ended()
    assert done.code in (0, -signal.SIGKILL), done


def _signalled(folder: Path, whole: Whole, rng: random.Random) -> None:
    """Send a signal at a random moment, more likely an early one, as data are made first."""
    number = rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    program = Program(folder, *_words(folder), prepare=prepare)
    time.sleep(rng.random() * rng.uniform(0.0, whole.seconds))
    program.signal(number)
    done = program.ended()
    assert done.code in (0, 130, -number), done
