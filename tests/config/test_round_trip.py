"""Every option of the schema, set to a value that is not its default, is read back everywhere."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnntrain.config import Config, Published, Training, load_config, parse_config
from cnntrain.config.dump import NOT_OPTIONS
from cnntrain.config.yaml_tree import dump
from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources import SOURCES
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from cnntrain.model.restore import restored_config
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES
from cnntrain.runs.new_folder import new_run
from cnntrain.training.progress import Progress
from tests.tables import assert_rows

# By the names of the tables; options that a layer has from a common base are in WEIGHTED.
WEIGHTED: dict[str, Any] = {"bias": [0.5, 1e-7], "weights": "he", "freeze": "bias", "rate": 0.25}
LAYER_OPTIONS: dict[str, dict[str, Any]] = {
    "conv": {**WEIGHTED, "filters": 2, "kernel": (3, 5), "stride": 2, "padding": (1, 0)},
    "mean_pool": {"window": 2, "stride": (1, 3)},
    "max_pool": {"window": (2, 3), "stride": 1},
    "dense": {**WEIGHTED, "units": 2},
    "leaky_relu": {"slope": 0.125},
    "dropout": {"rate": 0.75},
    "batch_norm": {"epsilon": 1e-3, "momentum": 0.25, "freeze": "bias", "rate": 0.5},
    "layer_norm": {"epsilon": 1e-3, "freeze": "weights", "rate": 0.5},
}
ARRAYS: dict[str, Any] = {
    "path": "a b",
    "size": (5, 6),
    "channels": 3,
    "pictures": "mnist",
    "classes": "names.txt",
    "transposed": True,
    "held_out": 0.5,
}
SOURCE_OPTIONS: dict[str, dict[str, Any]] = {
    **{key: {"resize": 14} for key in DATASETS},
    "mnist": {"resize": 14, "drawn": 70, "others": 30},
    "synthetic": {"resize": 7, "train": 70, "test": 30, "seed": 5},
    "inline": {"inputs": [[0.5, 1e-3]], "targets": [[0.25, 0.75]]},
    "idx": {
        **ARRAYS,
        "train_images": "a",
        "train_labels": "b",
        "test_images": "c",
        "test_labels": "d",
    },
    "npz": ARRAYS,
    "csv": ARRAYS,
    "folder": {"path": "a b", "size": (5, 6), "channels": 3, "held_out": 0.5, "strict": True},
}
UPDATE_OPTIONS: dict[str, dict[str, Any]] = {
    "sgd": {"clip_norm": 2.5, "weight_decay": 5e-4, "momentum": 0.875, "nesterov": True},
    "adam": {"clip_norm": 1.0, "weight_decay": 0.5, "beta1": 0.5, "beta2": 0.75, "epsilon": 1e-5},
    "adamw": {"clip_norm": 3.0, "weight_decay": 0.0, "beta1": 0.0, "beta2": 0.5, "epsilon": 1e-6},
}
TRAINING: dict[str, Any] = {
    "batchsize": 7,
    "batches": 11,
    "epochs": 13,
    "validation": 17,
    "rates": {1: 0.5, 2: 1e-6},
    "patience": 19,
    "label_smoothing": 0.125,
    "ema": 0.75,
}
SCHEDULE_OPTIONS: dict[str, dict[str, Any]] = {
    "constant": {"warmup": 0.5},
    "step": {"warmup": 0.5, "every": 2.5, "gamma": 0.25},
    "exponential": {"warmup": 0.5, "gamma": 0.875},
    "cosine": {"warmup": 0.5, "end": 1e-3},
    "one_cycle": {"warmup": 0.5, "rise": 0.25, "start": 0.125, "end": 1e-7},
}
DISTORTION_OPTIONS: dict[str, dict[str, Any]] = {
    "shift": {"pixels": 1.5},
    "rotate": {"degrees": 5.0},
    "scale": {"by": 0.25},
    "shear": {"by": 0.25},
    "elastic": {"alpha": 30.0, "sigma": 5.0},
    "stroke": {"pixels": 0.25},
    "blur": {"sigma": 0.5},
    "noise": {"sd": 0.25},
    "erase": {
        "probability": 0.25,
        "smallest": 0.0625,
        "largest": 0.25,
        "aspect": 0.5,
        "fill": "noise",
    },
}
PUBLISHED: dict[str, Any] = {
    "after": 3,
    "loss": 0.125,
    "outputs": [0.5, 1e-9],
    "note": "1e3: a note",
}
CONFIG = {"loss": "softmax_cross_entropy", "seed": 19, "dtype": "float64"}
HERE = "tests/config/test_round_trip.py"
# What is chosen by name, and its options here; without options it needs no row.
TABLES: dict[str, tuple[Mapping[str, type], dict[str, dict[str, Any]]]] = {
    "LAYER_OPTIONS": (LAYERS, LAYER_OPTIONS),
    "SOURCE_OPTIONS": (SOURCES, SOURCE_OPTIONS),
    "UPDATE_OPTIONS": (UPDATES, UPDATE_OPTIONS),
    "SCHEDULE_OPTIONS": (SCHEDULES, SCHEDULE_OPTIONS),
    "DISTORTION_OPTIONS": (DISTORTIONS, DISTORTION_OPTIONS),
}
CHOICES = [(table, name) for table, (kinds, _) in TABLES.items() for name in kinds]


def defaults(kind: type, *known: str) -> dict[str, Any]:
    """Return all options of a dataclass of the schema, with their defaults."""
    return {
        f.name: f.default_factory() if f.default_factory is not MISSING else f.default
        for f in fields(kind)
        if f.init and f.name not in known
    }


def assert_all_changed(table: str, kind: type, options: dict[str, Any], *known: str) -> None:
    """Fail for an option of the schema that is forgotten in a table here, or has its default."""
    place, own = f"{HERE}: {table}", defaults(kind, *known)
    assert_rows(place, options, own)
    for name, default in own.items():
        assert options[name] != default, f"{place}: {name} has its default, {default}"


def written(dataset: str, update: str, schedule: str) -> str:
    """Return a configuration with all options, as a user might write it."""
    train = {
        **TRAINING,
        "schedule": {schedule: SCHEDULE_OPTIONS[schedule]},
        "augment": DISTORTION_OPTIONS,
    }
    rates = train.pop("rates")
    layers = [{name: LAYER_OPTIONS[name]} if name in LAYER_OPTIONS else name for name in LAYERS]
    return dump(
        _lists(
            {
                "dataset": {dataset: SOURCE_OPTIONS[dataset]},
                "network": layers,
                "train": {
                    **train,
                    "alpha": rates[1],
                    "alpha2": rates[2],
                    "update": update,
                    **UPDATE_OPTIONS[update],
                },
                "published": [PUBLISHED],
                **CONFIG,
            }
        )
    )


def _lists(value: Any) -> Any:
    """Return plain data with lists for tuples."""
    if isinstance(value, dict):
        return {name: _lists(item) for name, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value


# Every data set, every update rule and every schedule at least once.
COMBINATIONS = [
    *((source, "sgd", "step") for source in SOURCES if source != "mnist"),
    *(("mnist", rule, "cosine") for rule in UPDATES),
    *(("mnist", "sgd", schedule) for schedule in SCHEDULES if schedule != "cosine"),
]


def assert_everything_is_there(config: Config, dataset: str, update: str, schedule: str) -> None:
    assert type(config.dataset) is SOURCES[dataset]
    assert asdict(config.dataset) == {"name": dataset, **SOURCE_OPTIONS[dataset]}
    for layer, (name, kind) in zip(config.network, LAYERS.items(), strict=True):
        assert type(layer) is kind
        assert {**vars(layer)}.items() >= LAYER_OPTIONS.get(name, {}).items()
    rule = config.train.update
    assert type(rule) is UPDATES[update]
    assert {name: getattr(rule, name) for name in UPDATE_OPTIONS[update]} == UPDATE_OPTIONS[update]
    assert config.train.schedule == SCHEDULES[schedule](**SCHEDULE_OPTIONS[schedule])
    assert config.train.augment == [
        kind(**DISTORTION_OPTIONS[name]) for name, kind in DISTORTIONS.items()
    ]
    parts = {name: getattr(Training(), name) for name in ("update", "schedule", "augment")}
    assert replace(config.train, **parts) == Training(**TRAINING)
    assert config.published == [Published(**PUBLISHED)]
    assert {name: getattr(config, name) for name in CONFIG} == CONFIG


def test_no_option_of_the_schema_is_forgotten_here() -> None:
    parts = {"dataset", "network", "train", "published", "tune"}  # tune: training goes without
    assert_all_changed("CONFIG", Config, CONFIG, *NOT_OPTIONS, *parts)
    assert_all_changed("TRAINING", Training, TRAINING, "update", "schedule", "augment")
    assert_all_changed("PUBLISHED", Published, PUBLISHED)


@pytest.mark.parametrize(("table", "name"), CHOICES)
def test_no_option_of_what_is_chosen_by_name_is_forgotten_here(table: str, name: str) -> None:
    kinds, options = TABLES[table]
    known = ["name"] if table == "SOURCE_OPTIONS" else []
    assert_all_changed(f"{table}['{name}']", kinds[name], options.get(name, {}), *known)


def test_no_option_here_is_of_something_that_is_not_there() -> None:
    for table, (kinds, options) in TABLES.items():
        assert options.keys() <= kinds.keys(), f"{HERE}: {table}"


@pytest.mark.parametrize(("dataset", "update", "schedule"), COMBINATIONS)
def test_every_option_is_read_back_from_config_yaml_and_from_a_checkpoint(
    tmp_path: Path, dataset: str, update: str, schedule: str
) -> None:
    given = (dataset, update, schedule)
    config = parse_config(written(*given), "x.yaml")
    assert_everything_is_there(config, *given)
    folder = new_run(config, tmp_path / "run")
    assert_everything_is_there(load_config(str(folder / "config.yaml")), *given)
    state = dict(np.random.default_rng(0).bit_generator.state)
    path = tmp_path / "x.npz"
    save_checkpoint(path, Checkpoint({}, {}, "x", config.text, (), Progress(), state, ""))
    assert_everything_is_there(restored_config(path, load_checkpoint(path)), *given)
