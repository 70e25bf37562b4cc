"""Files with data: IDX, npz, CSV, archives, names of classes, pictures, and what is kept of them."""

import gzip
import io
import json
import shutil
import tempfile
import zipfile
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cnntrain.config.load import read_source
from cnntrain.data.cache import FOLDER, short
from cnntrain.data.class_names import classes_of
from cnntrain.data.decoded import WORTH_KEEPING, Picture, decoded
from cnntrain.data.decoded_files import Decoded, with_digest
from cnntrain.data.idx.archive import unpack
from cnntrain.data.idx.format import read_images, read_labels
from cnntrain.data.pictures.read import read_picture
from cnntrain.data.sources.base import Source
from cnntrain.errors import CnntrainError, PictureError
from tests.data.idx_files import contents, dataset, idx, images
from tests.fuzzing.mutations import with_odd_values
from tests.fuzzing.reader import Reader
from tests.small import small

INDEX = f"{FOLDER}/{short('')}.pictures"  # where `decoded` keeps what it knows


def _idx_files() -> list[bytes]:
    labels = idx(np.arange(12, dtype=np.uint8) % 3)
    whole = [idx(images(12)), labels, idx(np.zeros((0, 2, 2), np.uint8))]
    zipped = [gzip.compress(content, mtime=0) for content in whole]
    return [*whole, *zipped, zipped[0][:9] + zipped[0], zipped[0] + bytes(100)]


def _read_idx(path: Path) -> None:
    with suppress(CnntrainError):
        read_images(path)
        return
    read_labels(path, classes=3)


def _read_images(kind: str, path: Path) -> None:
    source = read_source(json.dumps({kind: {"path": str(path), "size": 2}}))
    for split in ("train", "test"):
        source.load(split, path.parent)  # what is kept is kept there


def _npz_files() -> list[bytes]:
    rng, labels = np.random.default_rng(0), np.arange(12, dtype=np.uint8) % 3
    found = []
    for pixels in (rng.integers(0, 256, (12, 2, 2), np.uint8), rng.random((12, 2, 2, 1))):
        buffer = io.BytesIO()
        np.savez(buffer, x_train=pixels, y_train=labels, x_test=pixels[:3], y_test=labels[:3])
        found.append(buffer.getvalue())
    return found


def _csv_files() -> list[bytes]:
    rows = [f"{n % 3},{n},0,255,7" for n in range(12)]
    names = "label,pixel0,pixel1,pixel2,pixel3"
    return ["\n".join([*lines, ""]).encode() for lines in ([names, *rows], rows)]


def _pictures() -> list[bytes]:
    image = Image.new("RGB", (40, 40), "white")
    ImageDraw.Draw(image).line([(20, 6), (20, 34)], fill="black", width=4)
    made = []
    for kind, mode in (
        *(("PNG", "RGB"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16")),
        *(("JPEG", "RGB"), ("JPEG", "CMYK"), ("GIF", "P"), ("BMP", "RGB"), ("PPM", "L")),
        *(("TIFF", "RGBA"), ("TIFF", "F"), ("WEBP", "RGBA"), ("ICO", "RGBA"), ("TGA", "RGB")),
        *(("PCX", "L"), ("SGI", "RGB"), ("DDS", "RGBA"), ("MSP", "1"), ("XBM", "1")),
    ):
        buffer = io.BytesIO()
        image.convert("L").convert(mode).save(buffer, kind) if mode == "I;16" else image.convert(
            mode
        ).save(buffer, kind)
        made.append(buffer.getvalue())
    return made


@cache
def _digits() -> Source:
    return small().dataset


def _read_picture(path: Path) -> None:
    read_picture(path)
    _digits().read_all(path, "auto")


def _names() -> list[bytes]:
    return [b"zero\none\ntwo\n", b"0 48\n1 49\n2 97 98\n", b"0 zero\n1: one\n2\ttwo\n"]


def _read_names(path: Path) -> None:
    labels = np.arange(12) % 3
    classes_of([labels], path, path).positions(labels, path)


def _archives() -> list[bytes]:
    found = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", method) as archive:
            for name, data in contents().items():
                archive.writestr(f"gzip/{name}", data)
        found.append(content.getvalue())
    return found


def _unpack(path: Path) -> None:
    row = dataset(checksums=False)
    try:
        unpack(path.parent, row, lambda said: None)
    finally:
        shutil.rmtree(path.parent / row.name, ignore_errors=True)


def _keep_pictures(path: Path, stamp: str = "") -> Decoded:
    """Return pixels of pictures, kept in the cache of the folder of `path` or decoded now."""
    pixels = np.zeros((1, 2, 2), np.uint8)

    def read(name: str) -> np.ndarray:
        if name == "7":
            raise PictureError(Path(name), "is no picture")
        return pixels

    return decoded(
        *(stamp, lambda: [Picture(str(n), n) for n in range(WORTH_KEEPING)], WORTH_KEEPING),
        *((1, 2, 2), read),
        classes=WORTH_KEEPING,
        title="",
        place="",
        root=path.parent.parent,
    )


@cache
def _kept_pictures() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / INDEX
        _keep_pictures(place)
        assert place.is_file()
        return [place.read_bytes().partition(b"\n")[2]]


def _read_kept_pictures(path: Path) -> None:
    path.write_bytes(with_digest(path.read_bytes()))  # what is damaged is noticed by that alone
    for stamp in ("", "another"):
        found = _keep_pictures(path, stamp)
        assert len(found.pixels) == len(found.labels)
        assert found.labels.max() < WORTH_KEEPING


DATA_FILES = {
    "IDX and gzip": Reader(_read_idx, _idx_files),
    "npz of images": Reader(partial(_read_images, "npz"), _npz_files, "x.npz"),
    "CSV of images": Reader(partial(_read_images, "csv"), _csv_files, "x.csv"),
    "names of classes": Reader(_read_names, _names, "x.txt"),
    "archives": Reader(_unpack, _archives, "x.zip"),
    "kept pictures": Reader(_read_kept_pictures, _kept_pictures, INDEX, with_odd_values),
    "pictures": Reader(_read_picture, _pictures),
}
