"""One process at a time trains in a run folder; any number may read there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnntrain.errors import BusyError
from cnntrain.runs.folder import read_about
from cnntrain.system.locks import Held, is_held, locked
from cnntrain.system.run_files import LOCK
from cnntrain.system.shell import command


@contextmanager
def training_in(folder: Path) -> Iterator[bool]:
    """Hold the folder for training until the end of the block.

    Yields whether it is certain that no other process trains there: some network drives cannot
    lock. Raises BusyError.
    """
    try:
        with locked(folder / LOCK) as alone:
            yield alone
    except Held as error:
        raise _busy(folder) from error


def is_training(folder: Path) -> bool:
    """Return whether it is certain that another process is training in the folder now."""
    return is_held(folder / LOCK) is True


def refuse_while_training(folder: Path) -> None:
    """Raise BusyError if a process is training in the folder."""
    if is_training(folder):
        raise _busy(folder)


def _busy(folder: Path) -> BusyError:
    about = read_about(folder)
    named = ""
    if {"pid", "host", "started"} <= about.keys() and "ended" not in about:
        starts = [about, *about.get("resumed", [])]
        named = f" (process {about['pid']} on {about['host']}, since {starts[-1]['started']})"
    return BusyError(
        f"{folder}: is being trained by another program{named}; expected nobody else there, so "
        f"nothing was changed. Wait for it, or stop it; `{command('cnntrain', 'eval', folder)}` may read beside it"
    )
