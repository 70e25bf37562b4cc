"""Zip files in which a data set's files come, as EMNIST's do: found, and unpacked file by file."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from cnntrain.data.idx.locate import find_file, folders, spellings
from cnntrain.data.idx.row import IdxDataset, IdxFile
from cnntrain.errors import DataError
from cnntrain.system.files import replacing
from cnntrain.system.text import shown
from cnntrain.system.zips import DAMAGED, opened_zip

SLACK = 1 << 20  # bytes by which a file in an archive may exceed its decompressed content


def unpack(
    root: Path, dataset: IdxDataset, say: Callable[[str], None], *, source: Path | None = None
) -> set[str]:
    """Unpack what a data set lacks under `root` from a zip file in `source`, or else in `root`.

    Returns the stems of the files that it was. Raises DataError where an archive is damaged, or is
    the one for Matlab; OutputError.
    """
    missing = [file for file in dataset.files if find_file(root, dataset, file) is None]
    lacking = missing
    for path in _zip_files(source or root, dataset):
        lacking = _unpack_from(path, root, dataset, lacking, say)
    return {file.stem for file in missing if file not in lacking}


def _unpack_from(
    path: Path, root: Path, dataset: IdxDataset, files: list[IdxFile], say: Callable[[str], None]
) -> list[IdxFile]:
    """Unpack files from a zip file into `root`/name; return those that are not in it."""
    if not files:
        return []
    try:
        with opened_zip(path) as archive:
            members = {PurePosixPath(name).name: name for name in archive.namelist()}
            found = {file: _member(members, file) for file in files}
            if not any(found.values()):
                _refuse_matlab(path, members, dataset)
                return files
            say(f"Unpacking {dataset.title} from {path}")
            for file, name in found.items():
                if name is not None:
                    _extract(archive, name, root / dataset.name, file)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}; check that you may read it"
        ) from error
    except DAMAGED as error:
        raise DataError(
            f"{path}: the archive is damaged ({shown(error)}); get it again from {dataset.archive}"
        ) from error
    return [file for file, name in found.items() if name is None]


def how_to_get(root: Path, dataset: IdxDataset) -> str:
    """Return what to do to have a data set that comes in an archive."""
    return f"get {dataset.archive} and put it into {root}, where it is unpacked"


def _zip_files(root: Path, dataset: IdxDataset) -> list[Path]:
    """Return the zip files in the places of a data set."""
    found: list[Path] = []
    for folder in folders(root, dataset):
        try:
            found += sorted(path for path in folder.iterdir() if path.suffix.lower() == ".zip")
        except OSError:  # not there, or not ours to see
            continue
    return found


def _member(members: dict[str, str], file: IdxFile) -> str | None:
    """Return the full name of a file in an archive, whose folders do not matter."""
    return next((members[name] for name in spellings(file.stem) if name in members), None)


def _extract(archive: zipfile.ZipFile, name: str, folder: Path, file: IdxFile) -> None:
    """Write a member of an archive to the folder, under the name that a download has."""
    target = folder / (file.gz_name if name.endswith(".gz") else file.stem)
    limit = file.size + SLACK
    if archive.getinfo(name).file_size > limit:
        raise DataError(
            f"{archive.filename}: {name} has {archive.getinfo(name).file_size:,} bytes, expected no "
            f"more than {limit:,}; get the archive again"
        )
    with archive.open(name) as content, replacing(target) as copy:
        shutil.copyfileobj(content, copy)  # of no more bytes than the archive says


def _refuse_matlab(path: Path, members: dict[str, str], dataset: IdxDataset) -> None:
    """Raise DataError for EMNIST's other archive, whose files are Matlab's."""
    if any(name.endswith(".mat") and "emnist" in name for name in members):
        raise DataError(
            f"{path}: holds {dataset.title} for Matlab (.mat), expected MNIST's format; get "
            f"{dataset.archive}, which holds the same images"
        )
