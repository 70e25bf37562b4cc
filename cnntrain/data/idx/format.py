"""Read IDX files, the format in which MNIST and its relatives are published.

An IDX file is two zero bytes, a byte for the element type (8: unsigned bytes), a byte for the
number of dimensions, each dimension as a big-endian 32-bit number, and the elements, last
dimension fastest (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database").
"""

from pathlib import Path

import numpy as np

from cnntrain.data.batches import LARGEST_STORED
from cnntrain.data.idx.content import Content, read_content
from cnntrain.data.idx.header import LONGEST_HEADER, Header, IdxError, Kind, checked_header

BEGINNING = 256  # bytes at which a web page is recognised


def read_images(path: Path) -> np.ndarray:
    """Return the images of an IDX file, (N, 1, H, W) uint8, compressed or not.

    Raises IdxError where the content is not whole images of unsigned bytes.
    """
    return parse_images(read_content(path), path)


def read_labels(path: Path, classes: int) -> np.ndarray:
    """Return the labels of an IDX file, (N,) int64 in 0..classes-1, compressed or not.

    Raises IdxError where the content is not labels, or names the first label out of range.
    """
    return in_range(parse_labels(read_content(path), path), path, 0, classes - 1)


def parse_images(content: Content, path: Path) -> np.ndarray:
    """Return IDX images as (N, 1, H, W) uint8, a view of `content`; `path` is for messages."""
    array = parse_array(content, path, "images")
    return array[:, None] if array.ndim == 3 else array


def parse_labels(content: Content, path: Path) -> np.ndarray:
    """Return IDX labels as (N,) int64; of labels in several columns, the first one.

    int64 rather than uint8, because sums over bytes overflow silently. Very many stay as they are.
    """
    array = parse_array(content, path, "labels")
    labels = array if array.ndim == 1 else array[:, 0]
    return labels if len(labels) > LARGEST_STORED else labels.astype(np.int64)


def in_range(labels: np.ndarray, path: Path, first: int, last: int) -> np.ndarray:
    """Return the labels if all lie in first..last. Raises IdxError, which names another one."""
    if labels.min() >= first and labels.max() <= last:
        return labels
    place = int(np.flatnonzero((labels < first) | (labels > last))[0])
    raise IdxError(path, f"label {labels[place]} at position {place:,}, expected {first} to {last}")


def parse_shape(content: Content, path: Path, kind: Kind) -> tuple[int, ...]:
    """Return the dimensions of an IDX file as they are in it."""
    return _header(content, path, kind).shape


def parse_array(content: Content, path: Path, kind: Kind) -> np.ndarray:
    """Return the elements of a file in its dimensions, a view of `content`.

    Images are (N, H, W), or have their channels as a fourth dimension; labels are (N,), or the
    first of several columns.
    """
    header = _header(content, path, kind)
    return np.frombuffer(content, header.dtype, offset=header.offset).reshape(header.shape)


def _header(content: Content, path: Path, kind: Kind) -> Header:
    """Return the header, after checking it and the length."""
    beginning = bytes(content[: max(BEGINNING, LONGEST_HEADER)])
    return checked_header(beginning, len(content), path, kind)
