"""Load a data set's files and verify their content."""

import hashlib
from pathlib import Path

import numpy as np

from cnntrain.data.examples import Examples, Split
from cnntrain.data.idx.datasets import DATASETS, IdxDataset, IdxFile
from cnntrain.data.idx.format import IdxError, parse_images, parse_labels, read_content
from cnntrain.data.idx.locate import download_command, find_file
from cnntrain.errors import DataError


def load_idx(dataset: str, split: Split, root: Path) -> Examples:
    """Return one split of a data set in `DATASETS` from the data folder `root`.

    The content is verified on every load, which costs far less than training on damaged data. Raises DataError for a missing file, IdxError for a wrong one.
    """
    row = DATASETS[dataset]
    pair = row.train if split == "train" else row.test
    try:
        return Examples(
            images=load_file(_found(root, row, pair.images), row, pair.images),
            labels=load_file(_found(root, row, pair.labels), row, pair.labels),
            classes=row.classes,
        )
    except IdxError as error:
        raise IdxError(error.path, error.problem, download_command(root, row)) from error


def load_file(path: Path, dataset: IdxDataset, file: IdxFile) -> np.ndarray:
    """Return the array in `path`, which must hold exactly what the data set's row describes.

    Images are (N, 1, H, W) uint8, labels (N,) int64. Raises IdxError where format, shape, label
    range or checksum differ, DataError where the file cannot be read.
    """
    content = read_content(path)
    if len(file.shape) == 1:
        array = parse_labels(content, path, len(dataset.classes))
        found = array.shape
    else:
        array = parse_images(content, path)
        found = (array.shape[0], *array.shape[2:])
    if found != file.shape:
        raise IdxError(path, f"holds {_times(found)} elements, expected {_times(file.shape)}")
    _check_identity(path, dataset, file, hashlib.sha256(content).hexdigest())
    return array


def _check_identity(path: Path, dataset: IdxDataset, file: IdxFile, sha256: str) -> None:
    """Reject content that is known not to belong to the data set.

    MNIST and its relatives use the same file names and shapes; only the content tells them apart.
    """
    if sha256 == file.sha256:
        return
    expected = f"expected {dataset.title}'s {file.stem}"
    for other in DATASETS.values():
        for known in other.files:
            if sha256 == known.sha256:
                raise IdxError(path, f"is {other.title}'s {known.stem}, {expected}")
    if file.sha256 is not None:
        raise IdxError(
            path, f"has content of SHA-256 {sha256}, {expected}, which has {file.sha256}"
        )


def _found(root: Path, dataset: IdxDataset, file: IdxFile) -> Path:
    path = find_file(root, dataset, file)
    if path is not None:
        return path
    raise DataError(
        f"{dataset.title}'s {file.gz_name} is neither in {root / dataset.name} nor in {root}; "
        f"run `{download_command(root, dataset)}`, "
        "or name the folder that holds it with --data-dir"
    )


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(f"{size:,}" for size in shape)
