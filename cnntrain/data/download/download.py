"""Make sure that a data set's files are in the data folder, with the right content."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cnntrain.data.download.http import OpenBar
from cnntrain.data.download.limits import Limits
from cnntrain.data.download.lock import exclusive
from cnntrain.data.download.mirrors import Delivery, FolderSupplier, MirrorSupplier, part_of
from cnntrain.data.idx.header import IdxError
from cnntrain.data.idx.locate import find_file
from cnntrain.data.idx.row import IdxDataset, IdxFile
from cnntrain.data.idx.verify import load_file


@dataclass(frozen=True)
class Download:
    """Say what became of a data set's files."""

    dataset: IdxDataset
    files: tuple[Delivery, ...]

    @property
    def folder(self) -> Path:
        """Return the folder that the files are in."""
        return self.files[0].path.parent

    @property
    def new(self) -> tuple[Delivery, ...]:
        """Return the files that were fetched."""
        return tuple(file for file in self.files if file.status != "already there")


def download(
    dataset: IdxDataset,
    root: Path,
    *,
    mirrors: Sequence[str] = (),
    source: Path | None = None,
    limits: Limits | None = None,
    say: Callable[[str], None],
    open_bar: OpenBar,
) -> Download:
    """Fetch the files that are missing or wrong under `root` into the folder `root`/name.

    They come from the folder `source` if it is given, otherwise from `mirrors` and then the data
    set's own mirrors, all given as base addresses. `say` is called with one-line messages about
    problems on the way.

    Raises DownloadError if no mirror delivers, DataError if `source` lacks a file, OutputError if
    `root` cannot be written to. If two processes call this at once, only one does the work.
    """
    if present := _all_present(root, dataset):
        return Download(dataset, present)
    addresses = (*mirrors, *dataset.mirrors)
    supplier = (
        MirrorSupplier(dataset, root, addresses, limits or Limits(), say, open_bar)
        if source is None
        else FolderSupplier(dataset, root, source)
    )
    unpacked: set[str] = set()
    with exclusive(root / dataset.name, say=say):
        if dataset.archive is not None:
            from cnntrain.data.download.archive import bring

            unpacked = bring(
                dataset,
                root,
                source=source,
                download=source is None and not mirrors,
                limits=limits or Limits(),
                say=say,
                open_bar=open_bar,
            )
        files = [_ensure(root, dataset, file, supplier, say) for file in dataset.files]
    return Download(
        dataset,
        tuple(
            replace(delivery, status="unpacked") if file.stem in unpacked else delivery
            for file, delivery in zip(dataset.files, files, strict=True)
        ),
    )


def _all_present(root: Path, dataset: IdxDataset) -> tuple[Delivery, ...] | None:
    """Return where the files are, or None if any is missing or wrong."""
    try:
        found = [_present(root, dataset, file) for file in dataset.files]
    except IdxError:
        return None
    right = tuple(file for file in found if file is not None)
    return right if len(right) == len(found) else None


def _present(root: Path, dataset: IdxDataset, file: IdxFile) -> Delivery | None:
    """Return where a file is, or None if it is missing. Raises IdxError if its content is wrong."""
    path = find_file(root, dataset, file)
    if path is None:
        return None
    load_file(path, dataset, file)
    return Delivery(path, "already there")


def _ensure(
    root: Path,
    dataset: IdxDataset,
    file: IdxFile,
    supplier: FolderSupplier | MirrorSupplier,
    say: Callable[[str], None],
) -> Delivery:
    try:
        if present := _present(root, dataset, file):
            return present
    except IdxError as error:
        say(f"{find_file(root, dataset, file)}: {error.problem}; getting it anew")
    delivery = supplier.deliver(file)
    shadow = find_file(root, dataset, file)
    if shadow is not None and shadow != delivery.path:
        shadow.unlink()  # the wrong file, whose name takes precedence
    part_of(delivery.path.parent, file).unlink(missing_ok=True)  # left by a download, before a copy
    return delivery
