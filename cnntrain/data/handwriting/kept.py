"""Large sets of digits, kept in the data folder once they are written.

Whatever goes wrong with the file, the digits are simply written anew: it saves seconds, no more.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from cnntrain.data.cache import writable_root
from cnntrain.data.examples import Examples
from cnntrain.data.handwriting.others.write import others
from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.handwriting.write import Split, synthetic
from cnntrain.errors import OutputError
from cnntrain.system.files import replacing
from cnntrain.system.unfinished import remove_abandoned

WORTH_KEEPING = 20_000  # digits; fewer are written as fast as they are needed
ENDING = ".digits"
MOST_KEPT = 8  # files, of about 10 MB for 60,000 digits: those of older versions are removed
DIGEST = 32  # bytes of SHA-256, before the content
SAMPLE = 50  # digits that stand for what else their bytes depend on


def kept(
    root: Path | None, split: Split, *, count: int, seed: int, first: int | None = None
) -> Examples:
    """Return the digits that `synthetic` writes, from the data folder if they are kept there.

    `root` is the data folder, None for the usual one. Of a set of which only the `first` digits
    are wanted, a file is read if there is one, but none is written.
    """
    name = f"{split}-{count}-{seed}"
    if count < WORTH_KEEPING or (first is not None and not _is_kept(root, name)):
        return synthetic(split, count=count, seed=seed, first=first)

    def make() -> dict[str, np.ndarray]:
        digits = synthetic(split, count=count, seed=seed)
        return {"images": digits.images, "labels": digits.labels}

    arrays = _kept(root, name, make)
    return Examples(arrays["images"][:first], arrays["labels"][:first], tuple(HANDS))


def kept_others(root: Path | None, *, count: int, seed: int) -> np.ndarray:
    """Return what `others` draws, from the data folder if it is kept there: (count, 1, 28, 28)."""
    return _kept(root, f"others-{count}-{seed}", lambda: {"images": others(count, seed=seed)})[
        "images"
    ]


def _kept(
    root: Path | None, name: str, make: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return the arrays of a file in the data folder, or those that are made for it."""
    path = _path(root, name)
    if path is not None:
        remove_abandoned(path.parent)
    arrays = None if path is None else _read(path)
    if arrays is not None:
        return arrays
    arrays = make()
    if path is not None:
        content = BytesIO()
        np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # numpy's stub reads **arrays as allow_pickle too
        with suppress(OutputError), replacing(path) as file:
            file.write(hashlib.sha256(content.getbuffer()).digest())
            file.write(content.getbuffer())
        _remove_oldest(path.parent)
    return arrays


def _remove_oldest(folder: Path) -> None:
    """Remove all but the files that were written last; what cannot be removed stays."""
    with suppress(OSError):
        files = sorted(folder.glob(f"*{ENDING}"), key=lambda path: -path.stat().st_mtime)
        for path in files[MOST_KEPT:]:
            path.unlink()


def _path(root: Path | None, arguments: str) -> Path | None:
    """Return the file for a set of digits; None where there is no data folder to keep it in."""
    folder = writable_root(root)
    if folder is None:
        return None
    return folder / "synthetic" / f"{arguments}-{_fingerprint()}{ENDING}"


def _is_kept(root: Path | None, arguments: str) -> bool:
    path = _path(root, arguments)
    return path is not None and path.exists()


def _read(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays in a file, None if there is none or it is damaged."""
    try:
        written = path.read_bytes()
    except OSError:
        return None
    digest, content = written[:DIGEST], written[DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        return None
    with np.load(BytesIO(content)) as arrays:
        return {name: arrays[name] for name in arrays.files}


@cache
def _fingerprint() -> str:
    """Return a digest of all that the bytes depend on besides the arguments.

    These are this folder's code and the versions of NumPy; digits written here and now stand for
    the processor, whose vector units round differently.
    """
    digest = hashlib.sha256(np.__version__.encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    digest.update(synthetic("train", count=SAMPLE).images.tobytes())
    return digest.hexdigest()[:16]
