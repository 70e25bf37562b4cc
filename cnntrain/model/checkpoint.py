"""One .npz file with everything that a network, or a run to be resumed, consists of.

The file holds the parameters as `parameters/<name>` in the usual layout, the state of the update
rule as `update/<name>`, and `about`, a JSON text with the rest. Where the weights are averaged over
the updates, `parameters/` is the average, and `training/<name>` the weights that training continues
with. Nothing in it is pickled, so a checkpoint from a stranger cannot run code.

**Versions.** `about` states the version of the format. Files are written in the newest, `VERSION`.
Files of older versions are converted on reading (`_converted`, from each version to the next), so
that trained networks remain usable. Files of a newer version are refused with the reason: this
program cannot know what they mean. The version rises with every change that an older program
would misread.

1. Parameters and `about`.
2. And the state of the update rule: programs for version 1 know plain gradient descent alone, which
   has none.
3. And `training/`: a program for version 2 would go on from the average. Validation images are drawn
   by class; a run of version 2 that set some aside cannot be continued with others, but can be used.
"""

import io
import json
import os
import sys
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cnntrain.errors import CheckpointError
from cnntrain.system.files import replacing
from cnntrain.system.regular import open_file
from cnntrain.system.text import json_text, quoted, shown
from cnntrain.system.zips import opened_zip
from cnntrain.training.progress import Progress

FORMAT = "cnntrain checkpoint"
VERSION = 3
LONGEST_NAME = 255  # characters, as in a file system
MOST = 1 << 53  # of what is counted
SMALL = 64_000_000  # bytes that a file of any size may unpack to
PARAMETERS = "parameters/"
UPDATE = "update/"
TRAINING = "training/"


@dataclass(frozen=True)
class Checkpoint:
    """The parameters, the configuration they belong to, and where training stands."""

    parameters: dict[str, np.ndarray]
    update: dict[str, np.ndarray]  # the state of the update rule
    config_name: str
    config_text: str  # the effective configuration, YAML
    classes: tuple[str, ...]
    progress: Progress
    random_state: dict[str, Any]  # of the network's generator
    data_sha256: str  # of the training data, so that a run is not continued on other data
    training: dict[str, np.ndarray] = field(default_factory=dict)  # where `parameters` are averages
    limit: int | None = None  # training used only the first so many images
    plain: bool = False  # computed by the layers' formulas, whose rounding differs


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, leaving the old file or the new one. Raises OutputError."""
    about = {
        "format": FORMAT,
        "version": VERSION,
        "config_name": checkpoint.config_name,
        "config_text": checkpoint.config_text,
        "classes": checkpoint.classes,
        "progress": asdict(checkpoint.progress),
        "random_state": checkpoint.random_state,
        "data_sha256": checkpoint.data_sha256,
        "limit": checkpoint.limit,
        "plain": checkpoint.plain,
    }
    arrays = {PARAMETERS + name: value for name, value in checkpoint.parameters.items()}
    arrays |= {UPDATE + name: value for name, value in checkpoint.update.items()}
    arrays |= {TRAINING + name: value for name, value in checkpoint.training.items()}
    content = io.BytesIO()  # where a file fails, older releases of NumPy complain on stderr as well
    np.savez(content, about=np.array(json_text(about)), **arrays)  # type: ignore[arg-type]  # numpy's stub reads **arrays as allow_pickle too
    with replacing(path, parents=False) as file:
        file.write(content.getbuffer())


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises CheckpointError if the file is not one."""
    try:
        arrays = _arrays(path)
        about = json.loads(_text(arrays.pop("about")))
        _check_version(path, about)
        about = _converted(about, arrays)
        prefixes = {"parameters": PARAMETERS, "update": UPDATE, "training": TRAINING}
        parts = {name: _part(arrays, prefix) for name, prefix in prefixes.items()}
        if arrays:
            name = shown(next(iter(arrays)))
            raise ValueError(f"it has an array {name}, which no checkpoint has")
        checkpoint = msgspec.convert({**about, **parts}, Checkpoint)
        _check_progress(checkpoint.progress)
        _check_names(checkpoint)
        return checkpoint
    except CheckpointError:
        raise
    except OSError as error:
        raise CheckpointError(
            f"{path}: cannot be read: {error.strerror or error}; check that it is a file and yours to "
            "read"
        ) from error
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds: RuntimeError...
        raise CheckpointError(
            f"{path}: is not a checkpoint of cnntrain, or is damaged ({_reason(error)}); "
            "give a run folder, or a .npz file that `cnntrain train` wrote"
        ) from error


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Return all arrays of a .npz file, in whose memory there is not much more than in the file.

    A file is not compressed unless somebody did that; zeros could then be a thousand times as many.
    """
    with open_file(path) as file:
        if not zipfile.is_zipfile(file):  # numpy would go on to try other formats
            raise ValueError("it is not a whole .npz file")
        most = max(SMALL, 4 * file.seek(0, os.SEEK_END))
        with opened_zip(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > most:
            raise ValueError(f"it unpacks to {size:,} bytes, expected at most {most:,}")
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}


def _text(array: np.ndarray) -> str:
    """Return the text in an array. NumPy would take numbers for letters that no letters have."""
    if array.dtype.kind != "U" or array.shape or not array.dtype.itemsize:
        raise ValueError("`about` is no text")
    points = array.astype(array.dtype.newbyteorder("=")).reshape(1).view(np.uint32)
    if int(points.max()) > sys.maxunicode:
        raise ValueError("`about` has characters that do not exist")
    return str(array)


def _check_version(path: Path, about: Any) -> None:
    if about["format"] != FORMAT:
        raise ValueError(f"its format is {quoted(about['format'])}")
    version = about["version"]
    if type(version) is not int or version < 1:
        raise ValueError(f"its version is {quoted(version)}")
    if version > VERSION:
        raise CheckpointError(
            f"{path}: is a checkpoint of format version {version}, which a newer cnntrain wrote; "
            f"this one reads versions 1 to {VERSION}. Update cnntrain, or train again"
        )


def _converted(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Bring `about` and, in place, the arrays to the newest version, one version at a time."""
    # 1 to 2: nothing to do. There were no arrays update/..., as is right for gradient descent.
    # 2 to 3: nothing to do. There were no averages, and so no arrays training/...
    return {**about, "version": VERSION}


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Remove and return the arrays whose names begin with a prefix, under names without it."""
    names = [name for name in arrays if name.startswith(prefix)]
    return {name.removeprefix(prefix): arrays.pop(name) for name in names}


def _check_progress(progress: Progress) -> None:
    """Reject values that no real run can have."""
    for name, number in asdict(progress).items():
        least = 1 if name == "epoch" else 0
        if number is not None and not least <= number < MOST:
            raise ValueError(f"progress.{name} is {shown(number)}")


def _check_names(checkpoint: Checkpoint) -> None:
    """Reject names that no configuration and no class has."""
    for name in (checkpoint.config_name, *checkpoint.classes):
        if len(name) > LONGEST_NAME:
            raise ValueError(f"a name has {len(name):,} characters: {shown(name)}")


def _reason(error: Exception) -> str:
    """Return a short reason."""
    if isinstance(error, KeyError):
        return f"{shown(error)} is missing"
    return shown(error, 200) or type(error).__name__
