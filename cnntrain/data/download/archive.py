"""Get the zip file that a data set's files come in, and unpack it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cnntrain.data.download.http import OpenBar, fetch
from cnntrain.data.download.limits import Limits, TransferError
from cnntrain.data.idx.archive import how_to_get, unpack
from cnntrain.data.idx.header import IdxError
from cnntrain.data.idx.locate import find_file, missing_files
from cnntrain.data.idx.row import IdxDataset
from cnntrain.data.idx.verify import load_file
from cnntrain.errors import DownloadError
from cnntrain.system.files import rename

LIMIT = 1 << 30  # bytes of an archive; EMNIST's has 0.56 GB


def bring(
    dataset: IdxDataset,
    root: Path,
    *,
    source: Path | None,
    download: bool,
    limits: Limits,
    say: Callable[[str], None],
    open_bar: OpenBar,
) -> set[str]:
    """Unpack what is missing or wrong under `root`/name from a zip file in `source`, else in `root`.

    With `download` the archive is downloaded where none is there. It is kept, because other data
    sets come in the same one. Returns the stems of the files that were unpacked. Raises DownloadError, DataError where it is damaged, OutputError.
    """
    _drop_wrong_copies(dataset, root, say)
    unpacked = unpack(root, dataset, say, source=source)
    if not download or not missing_files(root, dataset) or dataset.archive is None:
        return unpacked
    target = root / dataset.folders[0] / dataset.archive.rpartition("/")[2]
    part = target.with_name(f"{target.name}.part")
    say(f"{dataset.title} comes in one archive with its relatives: {dataset.archive}")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        fetch(dataset.archive, part, limit=LIMIT, limits=limits, open_bar=open_bar)
    except TransferError as error:
        raise DownloadError(
            f"{dataset.title} cannot be downloaded: {dataset.archive}: {error.reason}; "
            f"{how_to_get(root, dataset)}"
        ) from error
    rename(part, target)
    return unpacked | unpack(root, dataset, say)


def _drop_wrong_copies(dataset: IdxDataset, root: Path, say: Callable[[str], None]) -> None:
    """Remove files that an archive was unpacked to and that have become damaged."""
    for file in dataset.files:
        path = find_file(root, dataset, file)
        if path is None or path.parent != root / dataset.name:
            continue
        try:
            load_file(path, dataset, file)
        except IdxError as error:
            say(f"{path}: {error.problem}; unpacking it anew")
            with suppress(OSError):
                path.unlink()
