"""Files that the program makes from the user's own, to have them at once the next time.

Nothing here is needed: where no folder can be written to, the work is done anew each time. What was
made from a file is known by the file's place, size, time and inode, so that a changed file is noticed.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from cnntrain.data.idx.locate import data_root
from cnntrain.errors import OutputError, UsageError
from cnntrain.system.files import replacing
from cnntrain.system.text import from_json, json_text
from cnntrain.system.unfinished import remove_abandoned

ANYBODY_WRITES = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
FOLDER = "cache"
KEY = 16  # hexadecimal digits of a SHA-256 that tell files apart
CHECKSUMS = "checksums.json"
MOST_CHECKSUMS = 1000  # of them, the newest, are remembered


def writable_root(root: Path | None) -> Path | None:
    """Return the data folder, None for the usual one, if files can be kept in it; else None."""
    try:
        folder = data_root(root)
        if folder.exists() and not folder.stat().st_mode & ANYBODY_WRITES:
            return None  # the system would let root write to it nevertheless
    except (UsageError, OSError):
        return None
    return folder


def cache_folder(root: Path | None) -> Path | None:
    """Return the folder for what is made from other files: in the data folder, else in the user's.

    None where neither can be written to. What killed processes were writing there is removed.
    """
    folder = writable_root(root)
    if folder is None:
        import platformdirs

        with suppress(RuntimeError):  # no home folder
            folder = Path(platformdirs.user_cache_dir("cnntrain", appauthor=False))
    if folder is None:
        return None
    remove_abandoned(folder / FOLDER)
    return folder / FOLDER


def identity(paths: Sequence[Path]) -> str:
    """Return what tells these files from changed ones: place, size, time and inode. Raises OSError."""
    facts = [(os.path.abspath(path), os.stat(path)) for path in paths]
    return repr([(name, s.st_size, s.st_mtime_ns, s.st_ino) for name, s in facts])


def short(text: str) -> str:
    """Return a name of a few digits for a long text."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:KEY]


def kept_file(
    root: Path | None, path: Path, ending: str, write: Callable[[IO[bytes]], None]
) -> Path | None:
    """Return a file that `write` made from `path`, now or earlier; None where none can be kept.

    What was made from the file before it changed is removed. Raises what `write` does, and OSError
    where `path` is not there.
    """
    folder = cache_folder(root)
    if folder is None:
        return None
    place, now = short(os.path.abspath(path)), short(identity([path]))
    target = folder / f"{place}-{now}{ending}"
    if target.is_file():
        return target
    try:
        with replacing(target) as file:
            write(file)
    except OutputError:
        return None
    for older in _older(folder, f"{place}-*{ending}", target):
        with suppress(OSError):
            older.unlink()
    return target


def _older(folder: Path, pattern: str, newest: Path) -> Iterator[Path]:
    return (path for path in folder.glob(pattern) if path != newest)


def remembered(root: Path | None, key: str, compute: Callable[[], str]) -> str:
    """Return a checksum, which is computed once for each key."""
    folder = cache_folder(root)
    if folder is None:
        return compute()
    path, name = folder / CHECKSUMS, short(key)
    known = _checksums(path)
    if name not in known:
        known[name] = compute()
        newest = dict(list(known.items())[-MOST_CHECKSUMS:])
        with suppress(OutputError), replacing(path) as file:
            file.write(json_text(newest, indent=0).encode())
    return known[name]


def _checksums(path: Path) -> dict[str, str]:
    """Return the checksums of a file; none if it is not there, or damaged."""
    try:
        known = from_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {name: value for name, value in known.items() if isinstance(value, str)}
