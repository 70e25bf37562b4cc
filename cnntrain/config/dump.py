"""A configuration as YAML with every option written out: a run's config.yaml.

The dataclasses that a configuration consists of are the schema, here as in `load.py`: what is a
field is written, so that no option can be forgotten.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from cnntrain.config.rates import rate_name
from cnntrain.config.schema import Config, Training
from cnntrain.config.yaml_tree import dump
from cnntrain.data.augment import DISTORTIONS, Distortion
from cnntrain.data.sources.base import Source
from cnntrain.nn.layers import kind_of
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.schedules import SCHEDULES, Schedule
from cnntrain.nn.updates import UPDATES, UpdateRule

NOT_OPTIONS = frozenset(("name", "places"))  # of Config: where it was read


def dump_config(config: Config) -> str:
    """Return what training goes by: defaults, then the file, then the flags."""
    options = _options(config)
    without = NOT_OPTIONS | {"tune"}  # training takes no notice of it
    whole = {name: value for name, value in options.items() if name not in without}
    return dump(whole)


def _written(value: Any) -> Any:
    """Return a value of the schema as plain lists, mappings and scalars."""
    if isinstance(value, Training):
        return _training(value)
    if isinstance(value, Source):
        options = _options(value)
        return _choice(options.pop("name"), options)
    if isinstance(value, Layer):
        return _choice(kind_of(value), _options(value))
    if isinstance(value, Schedule):
        return _choice(row_of(SCHEDULES, value), _options(value))
    if isinstance(value, Distortion):
        return _choice(row_of(DISTORTIONS, value), _options(value))
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return _options(value)
    return value


def _training(train: Training) -> dict[str, Any]:
    """Return the section `train`: the rates by their names, the update rule with its options."""
    options = _options(train) | {"update": row_of(UPDATES, train.update)} | _options(train.update)
    options.pop("rates")
    return options | {rate_name(n): rate for n, rate in sorted(train.rates.items())}


def _options(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that a configuration can give, positional ones first."""
    given = sorted((f for f in fields(value) if f.init), key=lambda f: bool(f.kw_only))
    return {f.name: _written(getattr(value, f.name)) for f in given}


def _choice(name: str, options: dict[str, Any]) -> Any:
    """Return a name with its options, or the bare name where there are none."""
    return {name: options} if options else name


def row_of(table: Mapping[str, type], value: UpdateRule | Schedule | Distortion) -> str:
    """Return the name that a table has for the class of a value."""
    return next(name for name, kind in table.items() if type(value) is kind)
