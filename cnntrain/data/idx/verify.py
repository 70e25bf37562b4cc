"""Load a data set's files and verify their content."""

import hashlib
from pathlib import Path

import numpy as np

from cnntrain.data.cache import identity
from cnntrain.data.examples import Examples, Split
from cnntrain.data.gathered import mapped
from cnntrain.data.idx.content import Content, read_content
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.format import in_range, parse_images, parse_labels, parse_shape
from cnntrain.data.idx.header import IdxError, times
from cnntrain.data.idx.locate import download_command, find_file, obstacle
from cnntrain.data.idx.row import IdxDataset, IdxFile
from cnntrain.errors import DataError


def load_idx(dataset: str, split: Split, root: Path) -> Examples:
    """Return one split of a data set in `DATASETS` from the data folder `root`.

    The content is verified on every load, which costs far less than training on damaged data. Raises DataError for a missing file, IdxError for a wrong one.
    """
    row = DATASETS[dataset]
    pair = row.train if split == "train" else row.test
    try:
        images = load_file(_found(root, row, pair.images), row, pair.images, root)
        labels = load_file(_found(root, row, pair.labels), row, pair.labels, root)
        if len(images) != len(labels):  # of two editions of the data set
            raise IdxError(
                _found(root, row, pair.labels),
                f"holds {len(labels):,} labels, expected {len(images):,}, one for each image",
            )
        large = mapped(images) is not None
        paths = [_found(root, row, file) for file in (pair.images, pair.labels)]
        own = identity(paths) if large else None
        return Examples(images, labels, row.classes, identity=own)
    except IdxError as error:
        raise IdxError(error.path, error.problem, download_command(root, row)) from error


def load_file(
    path: Path, dataset: IdxDataset, file: IdxFile, root: Path | None = None
) -> np.ndarray:
    """Return the array in `path`, which must hold exactly what the data set's row describes.

    Images are (N, 1, H, W) uint8, upright, labels (N,) int64 from 0. What is large is kept unpacked
    in the data folder `root`. Raises IdxError where format, shape, label range or checksum differ,
    DataError where the file cannot be read.
    """
    content = read_content(path, root=root, most=file.largest)
    found = parse_shape(content, path, "labels" if file.holds_labels else "images")
    if not file.fits(found):
        raise IdxError(path, f"holds {times(found)} elements, expected {times(file.shape)}")
    if file.holds_labels:
        first = dataset.first_label
        labels = parse_labels(content, path)
        array = in_range(labels, path, first, first + len(dataset.classes) - 1) - first
    else:
        array = parse_images(content, path)
        if dataset.transposed:
            array = array.swapaxes(2, 3)
            array = np.ascontiguousarray(array) if isinstance(content, bytearray) else array
    _check_identity(path, dataset, file, content)
    return array


def _check_identity(path: Path, dataset: IdxDataset, file: IdxFile, content: Content) -> None:
    """Reject content that is known not to belong to the data set.

    MNIST and its relatives use the same file names and shapes; only the content tells them apart.
    """
    known = {
        other.sha256: f"{row.title}'s {other.stem}"
        for row in DATASETS.values()
        for other in row.files
        if other.sha256 is not None and other.stem == file.stem
    }
    if file.sha256 is None and not known:
        return
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == file.sha256:
        return
    expected = f"expected {dataset.title}'s {file.stem}"
    if sha256 in known:
        raise IdxError(path, f"is {known[sha256]}, {expected}")
    if file.sha256 is not None:
        raise IdxError(
            path, f"has content of SHA-256 {sha256}, {expected}, which has {file.sha256}"
        )


def _found(root: Path, dataset: IdxDataset, file: IdxFile) -> Path:
    path = find_file(root, dataset, file)
    if path is not None:
        return path
    raise DataError(
        f"{dataset.title}'s {file.gz_name} is neither in {root / dataset.name} nor in {root}"
        f"{obstacle(root, dataset, file)}; run `{download_command(root, dataset)}`, "
        "or name the folder that holds it with --data-dir"
    )
