"""Read a configuration file, with the flags that override it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from cnntrain.config import complaints
from cnntrain.config.complaints.wording import OPTIONS, join, of_flag
from cnntrain.config.convert import chosen, complain, fill, mapping
from cnntrain.config.find import find_config, read_text
from cnntrain.config.overrides import apply_overrides
from cnntrain.config.places import Places, places_of
from cnntrain.config.schema import Config, Published, Training, Tuning
from cnntrain.config.training import read_training, training_names
from cnntrain.config.yaml_tree import Node, parse
from cnntrain.data.sources import SOURCES
from cnntrain.data.sources.base import Source
from cnntrain.errors import ConfigError
from cnntrain.nn.layers import LAYERS, OTHER_NAMES, kind_of
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.losses import LOSSES

ANY = "dataset: mnist\nnetwork: [dense: 2]\ntrain: {alpha: 1}\n"  # a configuration


def load_config(
    name: str, overrides: Sequence[str] = (), own: Mapping[str, type[Layer]] | None = None
) -> Config:
    """Return the configuration of a file or shipped name, with KEY=VALUE overrides applied.

    A key is a path, as train.alpha, or a flag, as --dataset. `own` are kinds of layers by name, beside
    those of the program or in their place. Raises ConfigError, whose message
    names file, line and key, or the flag.
    """
    path = find_config(name)
    return parse_config(read_text(path), str(path), overrides, own)


def read_source(dataset: str) -> Source:
    """Return the source of images that a text names, as `--dataset` has it. Raises ConfigError."""
    return parse_config(ANY, "data", [f"--dataset={dataset}"]).dataset


def parse_config(
    text: str,
    path: str,
    overrides: Sequence[str] = (),
    own: Mapping[str, type[Layer]] | None = None,
) -> Config:
    """Return the configuration of a YAML text; `path` is what complaints call it."""
    try:
        return _parsed(text, path, overrides, own or {})
    except ConfigError as error:
        if not overrides:
            raise
        raise complaints.blamed(
            error, overrides, lambda some: _parsed(text, path, some, own or {})
        ) from error


def _parsed(
    text: str, path: str, overrides: Sequence[str], own: Mapping[str, type[Layer]]
) -> Config:
    root = parse(text, path)
    mapping(root, "configuration")
    _spell_out_alpha(root)
    apply_overrides(root, overrides)
    return _config(root, Path(path).stem, places_of(root, text, path, overrides, own))


def _spell_out_alpha(root: Node) -> None:
    """Rename α, α2, ... in `train` to alpha, alpha2, ..., where these are not given too."""
    train = root.value.get("train")
    if train is not None and isinstance(train.value, dict):
        for key in [key for key in train.value if "α" in key]:
            spelled = key.replace("α", "alpha")
            if spelled in train.value:
                raise complain(train.value[key], f"train.{key}", f"is {spelled}, given twice")
            train.value[spelled] = train.value.pop(key)


def _config(root: Node, name: str, places: Places) -> Config:
    entries = root.value
    for key, node in entries.items():
        if key not in OPTIONS:
            raise complaints.unknown(
                node, key, "option", OPTIONS, _below_the_top(of_flag(node.where)), name=key
            )
    for key in ("dataset", "network"):
        if key not in entries:
            raise _section_missing(root, key)
    dataset, options = chosen(entries["dataset"], "dataset", SOURCES, "data set")
    known: dict[str, Any] = {
        "name": name,
        "dataset": fill(SOURCES[dataset], options, f"dataset.{dataset}", {"name": dataset}),
        "network": _layers(entries["network"], places.own),
        "train": read_training(entries.get("train", Node({}, root.where))),
        "places": places,
    }
    if "tune" in entries:
        known["tune"] = fill(Tuning, entries["tune"], "tune")
    if "published" in entries:
        known["published"] = _published(entries["published"])
    rest = {key: entries[key] for key in ("loss", "seed", "dtype") if key in entries}
    config = fill(Config, Node(rest, root.where), "", known)
    if config.loss not in LOSSES:
        raise complaints.unknown(entries["loss"], f"loss.{config.loss}", "loss", LOSSES)
    if config.loss == "softmax_cross_entropy" and dataset == "inline":
        _check_distributions(entries["dataset"], vars(config.dataset)["targets"])
    if config.seed < 0:
        raise complain(entries["seed"], "seed", f"found {config.seed}, expected 0 or more")
    return config


def _check_distributions(node: Node, targets: list[list[float]]) -> None:
    """Reject targets that are not probabilities; dy = p − t holds only for those."""
    for index, target in enumerate(targets):
        if min(target) < 0 or abs(sum(target) - 1) > 1e-6:
            raise complain(
                node,
                f"dataset.inline.targets[{index}]",
                f"found {target}, expected numbers from 0 that sum to 1, as "
                "softmax_cross_entropy needs them; or choose `loss: mse`",
            )


def _section_missing(root: Node, key: str) -> ConfigError:
    """Return the error for a section that is missing, or has slipped into another one."""
    for other, node in root.value.items():
        if isinstance(node.value, dict) and key in node.value:
            place = node.value[key]
            return complain(
                place, key, f"found within '{other}', expected at the beginning of a line; move it"
            )
    return complain(root, key, "is missing; every configuration has one")


def _below_the_top(in_flag: bool) -> dict[str, str]:
    """Return the names that belong in a section or a list, with what to say about them."""
    depth = "" if in_flag else ": indent it below `train:`"
    layers = "it is a layer, which is an item of the list `network`"
    names = [*training_names(), *(field.name for field in fields(Training))]
    return {
        **{name: f"{layers}, as `- {name}`" for name in LAYERS},
        **{name: f"did you mean 'train.{name}'?{depth}" for name in names},
    }


def _layers(node: Node, own: Mapping[str, type[Layer]]) -> list[Layer]:
    if not isinstance(node.value, list) or not node.value:
        dash = "; begin each layer with '- '" if isinstance(node.value, dict) else ""
        wanted = f"expected a list of layers, such as `- dense: 10`{dash}"
        raise complain(node, "network", f"{complaints.found(node.plain())}, {wanted}")
    layers, table = [], {**LAYERS, **own}
    table |= {other: table[kind_of(kind)] for other, kind in OTHER_NAMES.items()}
    for index, item in enumerate(node.value):
        path = f"network[{index}]"
        name, options = chosen(item, path, table, "layer")
        layers.append(fill(table[name], options, join(path, name)))
    return layers


def _published(node: Node) -> list[Published]:
    if not isinstance(node.value, list):
        wanted = "expected a list, such as `- {after: 1, loss: 0.29}`"
        raise complain(node, "published", f"{complaints.found(node.plain())}, {wanted}")
    return [fill(Published, item, f"published[{i}]") for i, item in enumerate(node.value)]
