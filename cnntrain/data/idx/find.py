"""Find the files of images and labels in a folder by what their names say."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from cnntrain.data.examples import Split
from cnntrain.errors import DataError

Kind = Literal["images", "labels"]

SPLITS: dict[Split, re.Pattern[str]] = {
    "train": re.compile(r"train"),
    "test": re.compile(r"t10k|test"),
}
KINDS: dict[Kind, re.Pattern[str]] = {
    "images": re.compile(r"images|imgs|idx[34]"),
    "labels": re.compile(r"labels|idx[12](?!\d)"),
}
INSIDE = ("raw", "gzip")  # folders of files, as torchvision and EMNIST's archive have them


def named_files(
    folder: Path, endings: tuple[str, ...], source: str
) -> dict[tuple[Split, Kind], Path]:
    """Return the files of a folder by what they hold, or of its folder raw/ or gzip/.

    `endings` are those that their names may have; `source` is the option's name, for messages.
    Raises DataError where the folder cannot be read, or has several files for one thing.
    """
    for place in (folder, *(folder / name for name in INSIDE)):
        found: dict[tuple[Split, Kind], list[Path]] = {}
        for path in entries(place, source) if place == folder or place.is_dir() else []:
            name = path.name.lower()
            if not name.startswith(".") and name.endswith(endings) and path.is_file():
                for key in _said(name):
                    found.setdefault(key, []).append(path)
        if found:
            return {key: _one(folder, key, paths, source) for key, paths in found.items()}
    return {}


def entries(folder: Path, source: str) -> list[Path]:
    """Return what is in a folder, sorted by name. Raises DataError."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read: {error.strerror or error}; expected a folder of data; correct "
            f"dataset.{source}.path, or name the folder that it starts from with --data-dir"
        ) from error


def _said(name: str) -> list[tuple[Split, Kind]]:
    """Return what a file's name says that it holds; of t10k-images both are told by one word each."""
    splits = [split for split, word in SPLITS.items() if word.search(name)]
    kinds = [kind for kind, word in KINDS.items() if word.search(name)]
    return [(splits[0], kinds[0])] if len(splits) == 1 and kinds else []


def _one(folder: Path, key: tuple[Split, Kind], paths: list[Path], source: str) -> Path:
    """Return the only file, or that of several copies whose name is the plainest."""
    stems = {re.sub(r"( ?\(\d+\))?(\.gz)?$", "", path.name) for path in paths}
    if len(stems) == 1:
        return min(paths, key=lambda path: ("(" in path.name, not path.name.endswith(".gz")))
    split, kind = key
    names = ", ".join(path.name for path in paths[:6]) + (", ..." if len(paths) > 6 else "")
    raise DataError(
        f"{folder}: found several files of {split} {kind} ({names}), expected one; name the files: "
        f"`{source}: {{path: {folder.name}, train_images: ..., train_labels: ..., test_images: ..., "
        "test_labels: ...}`"
    )


def require_training(
    folder: Path, found: Mapping[tuple[Split, Kind], Path], expected: str, advice: str
) -> None:
    """Raise DataError unless there are training images and labels, and none without the other."""
    for split in SPLITS:
        kinds = [kind for kind in KINDS if (split, kind) in found]
        if len(kinds) == 2 or (split == "test" and not kinds):
            continue
        lacking = " and ".join(kind for kind in KINDS if kind not in kinds)
        raise DataError(f"{folder}: found no {split} {lacking}, expected {expected}; {advice}")
