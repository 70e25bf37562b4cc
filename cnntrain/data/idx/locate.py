"""Find data sets on this computer.

A data folder holds one folder per data set (`mnist/train-images-idx3-ubyte.gz`), or the files of
a data set themselves. Files are also found where torchvision keeps them, and under the names that
browsers give to a second copy.
"""

import os
from pathlib import Path

from cnntrain.data.idx.row import IdxDataset, IdxFile
from cnntrain.errors import UsageError
from cnntrain.system.regular import instead_of_file
from cnntrain.system.shell import command

ENVIRONMENT_VARIABLE = "CNNTRAIN_DATA"
OR_NAME_IT = ", or name the data folder with --data-dir"


def data_root(explicit: Path | None = None) -> Path:
    """Return the data folder: `explicit`, else $CNNTRAIN_DATA, else the user's cache folder.

    Raises UsageError if one of the latter two needs a home folder and none is known.
    """
    if explicit is not None:
        return explicit
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return home_expanded(Path(named), f"${ENVIRONMENT_VARIABLE}", OR_NAME_IT)
    import platformdirs  # here, because most runs name a folder or load no data

    where = "the default data folder"
    try:
        cache = Path(platformdirs.user_cache_dir("cnntrain", appauthor=False))
    except RuntimeError as error:  # its newer versions; older ones leave the ~ in the path
        raise _homeless(where, "~", OR_NAME_IT) from error
    return home_expanded(cache, where, OR_NAME_IT)


def home_expanded(path: Path, where: str, otherwise: str = "") -> Path:
    """Return a path whose leading ~ or ~user is replaced by that home folder.

    Raises UsageError, which begins with `where`, if there is no such user or no home folder. It
    advises to write the full path, or what `otherwise` says.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise _homeless(where, str(path), otherwise) from error


def _homeless(where: str, path: str, otherwise: str) -> UsageError:
    return UsageError(
        f"{where}: found {path!r}, whose home folder is unknown; expected a folder; "
        f"write its full path{otherwise}"
    )


def find_file(root: Path, dataset: IdxDataset, file: IdxFile) -> Path | None:
    """Return the path of a file of a data set under `root`, or None.

    The data set's own folder comes before `root` itself, and the name that a download writes
    before the other spellings: a newly downloaded file takes precedence over older ones.
    """
    for folder in folders(root, dataset):
        for name in spellings(file.stem):
            path = folder / name
            if os.path.isfile(path):  # unlike Path.is_file: False where we may not look
                return path
    return None


def obstacle(root: Path, dataset: IdxDataset, file: IdxFile) -> str:
    """Return what is in the place of a file and is none, to be added to a sentence; "" if nothing is."""
    for folder in folders(root, dataset):
        for name in spellings(file.stem):
            kind = instead_of_file(folder / name)
            if kind is not None:
                return f", and {folder / name} is {kind}"
    return ""


def folders(root: Path, dataset: IdxDataset) -> list[Path]:
    """Return where a data set's files may lie under `root`, the likeliest first."""
    own = root / dataset.name
    return [own, root, own / "raw", root / "raw", *(root / name for name in dataset.folders)]


def missing_files(root: Path, dataset: IdxDataset) -> list[str]:
    """Return the names of the data set's files that are missing under `root`."""
    return [file.gz_name for file in dataset.files if find_file(root, dataset, file) is None]


def download_command(root: Path, dataset: IdxDataset) -> str:
    """Return the command that downloads a data set into the data folder `root`."""
    folder: list[str | Path] = [] if _is_default(root) else ["--data-dir", root]
    return command("cnntrain", "download", dataset.name, *folder)


def _is_default(root: Path) -> bool:
    try:
        return root == data_root()
    except UsageError:  # there is no default: no home folder
        return False


def spellings(stem: str) -> tuple[str, ...]:
    """Return the names under which a file is accepted.

    These are with or without .gz, with `-idx` or `.idx`, and those of a browser's second copy.
    """
    dotted = stem.replace("-idx", ".idx")
    copies = (f"{stem} (1).gz", f"{stem}(1).gz", f"{stem} (1)", f"{stem}(1)")
    return (f"{stem}.gz", stem, f"{dotted}.gz", dotted, *copies)
