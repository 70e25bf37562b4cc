"""Every reader of files from elsewhere, with whole files of its kind to start from.

A reader may refuse a file with an error of cnntrain's own. Anything else would be a traceback.
"""

import gzip
import io
import json
import random
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cnntrain.config import parse_config
from cnntrain.config.find import read_text
from cnntrain.config.load import read_source
from cnntrain.data.idx.format import read_images, read_labels
from cnntrain.data.pictures.read import read_picture
from cnntrain.data.sources.base import Source
from cnntrain.errors import CnntrainError
from cnntrain.model.trained import Model, load
from cnntrain.runs.about import continued, earlier_result
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import ABOUT, BATCHES, EPOCHS
from cnntrain.runs.provenance import provenance
from cnntrain.show.heading import of_model, of_run
from cnntrain.show.records import thinned
from cnntrain.show.summary import as_text
from cnntrain.system.shipped import shipped, shipped_model
from tests.data.idx_files import idx, images
from tests.fuzzing.mutations import mutated
from tests.small import small, started


@dataclass(frozen=True)
class Reader:
    """How files of a kind are read, and such files."""

    read: Callable[[Path], object]  # the file, whose folder holds nothing else
    samples: Callable[[], list[bytes]]
    name: str = "x"
    forge: Callable[[random.Random, list[bytes]], bytes] | None = None  # instead of a mutation

    def attempt(self, rng: random.Random, folder: Path) -> bool:
        """Read a changed file; return whether it was refused. Raises what would be a traceback."""
        samples = _samples(self)
        if self.forge is not None and rng.random() < 0.8:
            content = self.forge(rng, samples)
        else:
            content = mutated(rng, rng.choice(samples), samples)
        path = folder / self.name
        path.write_bytes(content)
        try:
            self.read(path)
        except CnntrainError as error:
            said = str(error)
            said.encode()
            assert len(said) < 3000, f"{len(said)} characters are said"
            return True
        return False


@cache
def _samples(reader: Reader) -> list[bytes]:
    return reader.samples()


def _read_config(path: Path) -> None:
    config = parse_config(read_text(path), "x.yaml")
    assert parse_config(config.text, "x.yaml").text == config.text


def _configs() -> list[bytes]:
    return [path.read_bytes() for path in sorted(shipped().glob("*.yaml"))]


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


@cache
def _experiment() -> Experiment:
    return started()


def _checkpoints() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.npz"
        found = []
        for experiment in (started(), started("train.update=adam", "train.ema=0.9")):
            experiment.save(path)
            found.append(path.read_bytes())
        return found


def _forged_checkpoint(rng: random.Random, samples: list[bytes]) -> bytes:
    """Return a whole archive of changed members: changed bytes in it would fail its checksums."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(rng.choice(samples))) as whole,
        zipfile.ZipFile(buffer, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as out,
    ):
        names = whole.namelist()
        target = rng.choice([*names, "about.npy", "about.npy", "about.npy"])
        others = [whole.read(name) for name in names]
        for name, content in zip(names, others, strict=True):
            if name != target:
                out.writestr(name, content)
            elif name == "about.npy" and rng.random() < 0.8:
                text = str(np.load(io.BytesIO(content))).encode()
                forged = mutated(rng, text, [text]).decode("utf-8", "replace")
                about = io.BytesIO()
                np.save(about, np.array(forged))
                out.writestr(name, about.getvalue())
            elif rng.random() < 0.9:
                out.writestr(name, mutated(rng, content, others))
    return buffer.getvalue()


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


def _batches() -> list[bytes]:
    rows = [f"1,{n},{n},0.5{n},0.6,0.1" for n in range(1, 30)]
    return ["\n".join(["epoch,batch,step,mse,weighted_mse,rate", *rows, ""]).encode()]


def _epochs() -> list[bytes]:
    return [(shipped_model() / EPOCHS).read_bytes()]


def _read_records(path: Path) -> None:
    thinned(path, "step", ("mse", "weighted_mse"), stretches=5)


def _read_epochs(path: Path) -> None:
    of_run(path.parent, small())
    provenance(_model(), None)


@cache
def _model() -> Model:
    return load(shipped_model())


def _abouts() -> list[bytes]:
    about = json.loads((shipped_model() / ABOUT).read_bytes())
    result = {
        **dict.fromkeys(
            ["test_accuracy", "test_error", "seconds", "train_mse", "weighted_mse"], 0.5
        ),
        "run": "runs/x-1",
        "config": "x",
        "epochs": 2,
        "steps": 4,
        "images_per_second": 9,
        "test_error_ci95": [0.1, 0.2],
        "weights_sha256": started().weights_sha256(),
    }
    figure = {"after": 1, "name": "a", "published": 0.1, "computed": 0.2, "note": "b"}
    whole = {
        **about,
        "started": "2026",
        "ended": "2026",
        "result": {**result, "published": [figure]},
    }
    return [
        json.dumps(value).encode() for value in (about, whole, {**whole, "with": {"file": "a.py"}})
    ]


def _read_about(path: Path) -> None:
    folder, model = path.parent, replace(_model(), path=path.parent / "last.npz")
    source = provenance(model, None)
    of_model(source, model.config)
    continued(folder, {"command": [], "started": ""})
    result = earlier_result(_experiment(), folder)
    if result is not None:
        as_text(result, "mse")


READERS = {
    "configurations": Reader(_read_config, _configs, "x.yaml"),
    "IDX and gzip": Reader(_read_idx, _idx_files),
    "npz of images": Reader(partial(_read_images, "npz"), _npz_files, "x.npz"),
    "CSV of images": Reader(partial(_read_images, "csv"), _csv_files, "x.csv"),
    "checkpoints": Reader(load, _checkpoints, "last.npz", _forged_checkpoint),
    "pictures": Reader(_read_picture, _pictures),
    "records of mini-batches": Reader(_read_records, _batches, BATCHES),
    "records of epochs": Reader(_read_epochs, _epochs, EPOCHS),
    "run.json": Reader(_read_about, _abouts, ABOUT),
}
