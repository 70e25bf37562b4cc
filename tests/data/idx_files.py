"""Small IDX files and a small data set of them."""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np

from cnntrain.data.idx.row import IdxDataset, IdxFile, IdxPair

CLASSES = ("zero", "one", "two")


def idx(array: np.ndarray, *, element_type: int = 8) -> bytes:
    """Return an array as the bytes of an IDX file."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, element_type, array.ndim, *array.shape)
    return header + array.tobytes()


def images(count: int, seed: int = 0) -> np.ndarray:
    """Return images of 5×4 noise, (count, 5, 4)."""
    return np.random.default_rng(seed).integers(0, 256, (count, 5, 4), np.uint8)


def labels(count: int) -> np.ndarray:
    """Return labels 0, 1, 2, 0, ..."""
    return np.arange(count, dtype=np.uint8) % len(CLASSES)


def contents(seed: int = 0) -> dict[str, bytes]:
    """Return the small data set's four files by stem, not compressed."""
    return {
        "train-images-idx3-ubyte": idx(images(12, seed)),
        "train-labels-idx1-ubyte": idx(labels(12)),
        "t10k-images-idx3-ubyte": idx(images(6, seed + 1)),
        "t10k-labels-idx1-ubyte": idx(labels(6)),
    }


def zipped(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files as a mirror has them: compressed, `.gz` in the name."""
    return {f"{stem}.gz": gzip.compress(content, mtime=0) for stem, content in files.items()}


def dataset(*mirrors: str, seed: int = 0, checksums: bool = True, name: str = "tiny") -> IdxDataset:
    """Return the row of the small data set."""
    files = contents(seed)

    def pair(prefix: str, count: int) -> IdxPair:
        stems = (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte")
        shapes: tuple[tuple[int, ...], ...] = ((count, 5, 4), (count,))
        sums = [hashlib.sha256(files[stem]).hexdigest() if checksums else None for stem in stems]
        first, second = (IdxFile(*row) for row in zip(stems, shapes, sums, strict=True))
        return IdxPair(first, second)

    return IdxDataset(
        name=name,
        title=name.capitalize(),
        licence="none",
        mirrors=mirrors,
        classes=CLASSES,
        train=pair("train", 12),
        test=pair("t10k", 6),
    )


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
