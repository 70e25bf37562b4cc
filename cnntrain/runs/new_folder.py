"""Make the folder of a new run: never one that another run has, and never half a run."""

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cnntrain.config import Config
from cnntrain.errors import OutputError, UsageError
from cnntrain.model.find import RUNS
from cnntrain.runs.folder import FILES, ORIGINAL, write_config
from cnntrain.runs.lock import training_in
from cnntrain.system.files import remove_unfinished, replacing, sync_folder
from cnntrain.system.interrupt import postponed
from cnntrain.system.locks import is_held
from cnntrain.system.run_files import CONFIG, LAST, LOCK
from cnntrain.system.shell import command

TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)  # renaming to where something is fails so
SECONDS_TO_LOCK = 5.0  # after which nobody is at work in a folder that is not locked
Fill = Callable[[Path], None]


def refuse_to_overwrite(out: Path | None) -> None:
    """Raise UsageError if `out` has anything in it."""
    # os.path: see model/find.py
    if out is None or not os.path.isdir(out):
        return
    with suppress(PermissionError):  # it will be said when the folder is written to
        remove_unfinished_files(out)
        if set(os.listdir(out)) <= {LOCK}:
            return
    resumable = os.path.isfile(out / LAST) and os.path.isfile(out / CONFIG)
    advice = f", or continue that run with {command('--resume', out)}" if resumable else ""
    raise UsageError(
        f"{out}: the run directory exists and is not empty; nothing was overwritten. "
        f"Give another --out{advice}"
    )


def new_run(config: Config, out: Path | None, save: Fill | None = None) -> Path:
    """Make and return the folder of a new run, with its configuration: effective, and as written.

    That is `out`, or the next free runs/<config>-<n>. `save` writes its first checkpoint to a path.
    The folder is filled under another name and then renamed: it is there with all that is needed
    to go on, or not at all; Ctrl-C waits until it is there. Raises UsageError and OutputError.
    """
    refuse_to_overwrite(out)

    def fill(folder: Path) -> None:
        if save is not None:
            save(folder / LAST)  # first: a folder that holds it alone can be resumed
        with replacing(folder / ORIGINAL, parents=False) as file:
            file.write(config.places.text.encode())
        write_config(folder, config)

    try:
        with postponed(once=True):
            return _made(config.name, out, fill)
    except OSError as error:
        raise OutputError(
            f"{out or RUNS}: cannot make the run directory: {error.strerror or error}; "
            "choose a folder that you may write to with --out"
        ) from error


def _made(name: str, out: Path | None, fill: Fill) -> Path:
    if out is not None and os.path.isdir(out):
        return _filled(out, fill)
    parent = RUNS if out is None else out.parent
    parent.mkdir(parents=True, exist_ok=True)
    _remove_unfinished_folders(parent)
    with _hidden(parent, fill) as made:
        return _put_in_place(made, _numbered(name) if out is None else out, fill)


def _filled(folder: Path, fill: Fill) -> Path:
    """Fill a folder that exists and is empty, which other processes may want too."""
    with training_in(folder):
        refuse_to_overwrite(folder)
        fill(folder)
    return folder


@contextmanager
def _hidden(parent: Path, fill: Fill) -> Iterator[Path]:
    """Make a filled folder with a hidden name, and remove it if it was not renamed."""
    made = parent / f".new-run-{secrets.token_hex(4)}"
    made.mkdir()
    try:
        with training_in(made):  # tells `_remove_unfinished_folders` that somebody is at work
            fill(made)
            yield made
    finally:
        _remove(made)


def _put_in_place(made: Path, target: Path | Iterator[Path], fill: Fill) -> Path:
    """Rename a filled folder, and return its new name."""
    targets = iter([target]) if isinstance(target, Path) else target
    for folder in targets:
        try:
            os.rename(made, folder)
        except OSError as error:
            if error.errno not in TAKEN:  # a mount, or a system, that cannot rename this folder
                return _filled_exclusively(folder, targets, fill)
        else:
            sync_folder(folder.parent)
            return folder
    assert isinstance(target, Path)  # the numbers do not end
    refuse_to_overwrite(target)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))  # a file of that name


def _filled_exclusively(folder: Path, others: Iterator[Path], fill: Fill) -> Path:
    """Make and fill this folder or, if it exists, the first of the others that does not."""
    while True:
        try:
            folder.mkdir()
        except FileExistsError:
            following = next(others, None)
            if following is None:
                raise
            folder = following
        else:
            return _filled(folder, fill)


def _numbered(config_name: str) -> Iterator[Path]:
    """Yield the names of runs of a configuration from the first free number on."""
    name = re.sub(r"[^\w.-]", "_", config_name)
    numbers = [
        int(match[1])
        for path in RUNS.iterdir()
        if (match := re.fullmatch(re.escape(name) + r"-(\d+)", path.name))
    ]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield RUNS / f"{name}-{number}"


def remove_unfinished_files(folder: Path) -> None:
    """Remove what a process was writing in a run folder when it was killed, unless one trains there."""
    if not is_held(folder / LOCK):
        remove_unfinished(folder, FILES)


def _remove_unfinished_folders(parent: Path) -> None:
    """Remove what processes left that were killed while they made a run folder here."""
    for path in parent.iterdir():
        if re.fullmatch(r"\.new-run-[0-9a-f]{8}", path.name):
            with suppress(OSError):
                old = time.time() - path.stat().st_mtime > SECONDS_TO_LOCK
                if old and not is_held(path / LOCK):
                    _remove(path)


def _remove(made: Path) -> None:
    """Remove a folder with the files that we put there, and no other."""
    with suppress(OSError):
        remove_unfinished(made, FILES)
        for name in (ORIGINAL, LAST, CONFIG, LOCK):
            (made / name).unlink(missing_ok=True)
        made.rmdir()
