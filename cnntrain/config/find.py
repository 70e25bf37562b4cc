"""Where a configuration named on the command line is, and its text."""

import difflib
import os
from pathlib import Path

from cnntrain.errors import ConfigError
from cnntrain.system.regular import read_at_most
from cnntrain.system.run_files import BEST, CONFIG, LAST
from cnntrain.system.shell import command
from cnntrain.system.shipped import shipped

ENDINGS = ("", ".yaml", ".yml")
LARGEST = 4_000_000  # bytes of a configuration, of up to four for a character
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def find_config(name: str) -> Path:
    """Return the file for a path or a name: as given, then among the shipped configurations.

    `lenet` and `lenet.yaml` mean the same. Raises ConfigError.
    """
    if not name.strip():
        raise ConfigError(
            f"found {name!r} as the name of a configuration; expected one, such as lenet.yaml; "
            "`cnntrain configs` lists them"
        )
    folders = [Path()]
    if Path(name).name == name:
        folders.append(shipped())
    for folder in folders:
        for ending in ENDINGS:
            candidate = folder / f"{name}{ending}"
            # unlike Path.exists: False for an impossible name
            if os.path.exists(candidate) and not os.path.isdir(candidate):
                return candidate
    if os.path.isdir(name):
        raise _is_folder(Path(name))
    known = sorted(path.name for path in shipped().glob("*.yaml"))
    near = _near(name, known)
    advice = f"did you mean '{near}'? Or " if near else ""
    raise ConfigError(
        f"{name}: no such configuration, here or among the shipped ones; {advice}"
        f"give the path of a YAML file, or one of {', '.join(known)}"
    )


def _is_folder(folder: Path) -> ConfigError:
    if is_run(folder):
        return ConfigError(
            f"{folder}: is the folder of a run, expected a YAML file; continue the run with "
            f"`{command('cnntrain', 'train', '--resume', folder)}`, or start another from {folder / CONFIG}"
        )
    inside = sorted(path.name for path in folder.glob("*.y*ml"))
    advice = f"; did you mean {folder / inside[0]}?" if inside else ""
    return ConfigError(f"{folder}: is a folder, expected a YAML file{advice}")


def is_run(path: Path) -> bool:
    """Return whether a path is the folder of a run, or a checkpoint."""
    return any(os.path.isfile(path / name) for name in (LAST, BEST)) or (
        path.suffix == ".npz" and os.path.isfile(path)
    )


def _near(name: str, known: list[str]) -> str | None:
    """Return the shipped configuration, or the file beside the missing one, of a similar name."""
    given = Path(name)
    try:
        beside = [path.name for path in given.parent.iterdir() if path.suffix in ENDINGS[1:]]
    except OSError:
        beside = []
    stems = {Path(other).stem.lower(): other for other in known}
    stems |= {Path(other).stem.lower(): str(given.parent / other) for other in beside}
    near = difflib.get_close_matches(given.stem.lower()[:100], stems, n=1)
    return stems[near[0]] if near else None


def read_text(path: Path) -> str:
    """Return the text of a configuration file, which is UTF-8. Raises ConfigError."""
    try:
        content = read_at_most(path, LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror or error}; give a YAML file that is yours to "
            "read"
        ) from error
    if path.suffix == ".npz":
        raise ConfigError(
            f"{path}: is a checkpoint, expected a YAML file; continue its run with "
            f"`{command('cnntrain', 'train', '--resume', path.parent)}`"
        )
    if len(content) > LARGEST:
        raise ConfigError(
            f"{path}: has more than {LARGEST:,} bytes, expected a YAML file of some lines; give the "
            "path of one"
        )
    if content[:2] in UTF16:
        raise ConfigError(
            f"{path}: is saved as UTF-16, expected UTF-8; save it again as UTF-8 (in Windows' "
            "Notepad under 'Encoding')"
        )
    if b"\0" in content:
        raise ConfigError(
            f"{path}: is not text: found a zero byte; give a YAML file, saved as UTF-8"
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, content, error.start) from error


def _not_utf8(path: Path, content: bytes, position: int) -> ConfigError:
    """Return the error for a byte that is not UTF-8, with its line and what it may mean."""
    line = content.count(b"\n", 0, position) + 1
    byte = content[position : position + 1]
    meant = byte.decode("latin-1")
    letter = f" ({meant!r} in Latin-1 and Windows files)" if meant.isprintable() else ""
    return ConfigError(
        f"{path}:{line}: is not saved as UTF-8: found the byte {byte.hex()}{letter}; save the "
        "file again as UTF-8, or give a YAML file"
    )
