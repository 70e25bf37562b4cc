"""Files of a run: configuration, checkpoints, records, run.json."""

import io
import json
import random
import tempfile
import zipfile
from contextlib import closing, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from cnntrain.config import parse_config
from cnntrain.config.find import read_text
from cnntrain.errors import BusyError
from cnntrain.model.trained import Model, load
from cnntrain.runs.about import continued, earlier_result
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import ABOUT, BATCHES, EPOCHS
from cnntrain.runs.listing import ORDERS, ordered, runs_in
from cnntrain.runs.lock import refuse_while_training, training_in
from cnntrain.runs.provenance import provenance
from cnntrain.runs.records import Records
from cnntrain.runs.tune.folder import ASKED, search_in
from cnntrain.runs.tune.prepare import Prepared
from cnntrain.runs.tune.result import found
from cnntrain.runs.tune.storage import DATABASE
from cnntrain.runs.tune.trial import Outcome
from cnntrain.show.heading import of_model, of_run
from cnntrain.show.records import thinned
from cnntrain.show.runs import as_object
from cnntrain.show.runs import as_text as runs_as_text
from cnntrain.show.summary import as_text
from cnntrain.system.run_files import CONFIG
from cnntrain.system.shipped import shipped, shipped_model
from cnntrain.system.text import json_text
from cnntrain.training.progress import Progress
from tests.fuzzing.mutations import mutated, with_odd_values
from tests.fuzzing.reader import Reader
from tests.runs.tune import searches as tuned
from tests.small import small, started


def _read_config(path: Path) -> None:
    config = parse_config(read_text(path), "x.yaml")
    assert parse_config(config.text, "x.yaml").text == config.text


def _configs() -> list[bytes]:
    return [path.read_bytes() for path in sorted(shipped().glob("*.yaml"))]


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


def _list_runs(path: Path) -> None:
    """List the run as `cnntrain runs` does, and beside a process that trains there."""
    folder = path.parent
    if not (folder / CONFIG).exists():
        (folder / CONFIG).write_text(small().text, "utf-8")
    runs = runs_in(folder.parent)
    assert len(runs) == 1
    for order in ORDERS:
        ordered(runs, order, reverse=True)
    runs_as_text(runs, 80)
    json_text(as_object(".", runs))
    with training_in(folder), suppress(BusyError):
        refuse_while_training(folder)


def _resume_batches(path: Path) -> None:
    with Records(path, path.with_name(EPOCHS), Progress(epoch=1, step=29)) as records:
        assert all(len(note) < 1000 for note in records.notes)


def _resume_epochs(path: Path) -> None:
    with Records(path.with_name(BATCHES), path, Progress(epoch=13)) as records:
        assert all(len(note) < 1000 for note in records.notes)


def _searches() -> list[bytes]:
    asked = {"cnntrain": "1", "config": "x", "vary": {"seed": "1,2"}, "owner": "ab"}
    return [json.dumps(asked).encode()]


def _read_search(path: Path) -> None:
    search_in(path.parent)


@cache
def _prepared() -> Prepared:
    return tuned.prepared()


@cache
def _studies() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        search = tuned.search_in(Path(folder), _prepared())
        for _ in range(2):
            proposal = search.ask()
            search.tell(proposal, Outcome("complete", [0.5], ["ab"]))
        search.close()
        return [(Path(folder) / DATABASE).read_bytes()]


def _with_other_bytes(rng: random.Random, samples: list[bytes]) -> bytes:
    """Return a study with some bytes changed: mutations would shorten it, and that is noticed."""
    content = bytearray(rng.choice(samples))
    written = [place for place, byte in enumerate(content) if byte]
    for _ in range(rng.randint(1, 20)):
        content[rng.choice(written)] = rng.randrange(256)
    return bytes(content)


def _read_study(path: Path) -> None:
    with closing(tuned.search_in(path.parent, _prepared())) as search:
        assert len(found(search).tried) <= 2
        search.ask()


RUN_FILES = {
    "configurations": Reader(_read_config, _configs, "x.yaml"),
    "checkpoints": Reader(load, _checkpoints, "last.npz", _forged_checkpoint),
    "records of mini-batches": Reader(_read_records, _batches, BATCHES),
    "records of epochs": Reader(_read_epochs, _epochs, EPOCHS),
    "records of mini-batches, resumed": Reader(_resume_batches, _batches, BATCHES),
    "records of epochs, resumed": Reader(_resume_epochs, _epochs, EPOCHS),
    "studies of tune": Reader(_read_study, _studies, DATABASE, _with_other_bytes),
    "tune.json": Reader(_read_search, _searches, ASKED, with_odd_values),
    "run.json, listed": Reader(_list_runs, _abouts, f"runs/run/{ABOUT}", with_odd_values),
    "run.json": Reader(_read_about, _abouts, ABOUT, with_odd_values),
}
