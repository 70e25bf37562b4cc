"""Read a configuration file, with the flags that override it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from cnntrain.config.convert import chosen, complain, convert, fill, join, mapping, unknown
from cnntrain.config.dump import dump_config
from cnntrain.config.find import find_config
from cnntrain.config.rates import rate_number
from cnntrain.config.schema import Config, Published, Training
from cnntrain.config.yaml_tree import Node, is_flag, override, parse, parse_value
from cnntrain.data.sources import SOURCES
from cnntrain.data.sources.inline import Inline
from cnntrain.errors import ConfigError
from cnntrain.nn.layers import LAYERS, OTHER_NAMES
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES, UpdateRule

FLAGS = {"--dataset": "dataset", "--epochs": "train.epochs", "--seed": "seed"}
OPTIONS = ["dataset", "network", "loss", "train", "seed", "dtype", "published"]


def load_config(name: str, overrides: Sequence[str] = ()) -> Config:
    """Return the configuration of a file or shipped name, with KEY=VALUE overrides applied.

    A key is a path, as train.alpha, or one of FLAGS. Raises ConfigError, whose message names file, line and key.
    """
    path = find_config(name)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as text: {error}; give a YAML file") from error
    return parse_config(text, str(path), overrides)


def parse_config(text: str, path: str, overrides: Sequence[str] = ()) -> Config:
    """Return the configuration of a YAML text; `path` is what complaints call it."""
    root = parse(text, path)
    mapping(root, "configuration")
    _spell_out_alpha(root)
    for item in overrides:
        key, equals, value = item.partition("=")
        if not equals:
            raise ConfigError(f"--set {item}: found no '='; expected KEY=VALUE, as train.alpha=5")
        key = key.strip().replace("α", "alpha")
        where = key if key in FLAGS else f"--set {key}"
        override(root, FLAGS.get(key, key), parse_value(value, where))
    return _config(root, Path(path).stem)


def _spell_out_alpha(root: Node) -> None:
    """Rename α, α2, ... in `train` to alpha, alpha2, ..., where these are not given too."""
    train = root.value.get("train")
    if train is not None and isinstance(train.value, dict):
        for key in [key for key in train.value if "α" in key]:
            spelled = key.replace("α", "alpha")
            if spelled in train.value:
                raise complain(train.value[key], f"train.{key}", f"is {spelled}, given twice")
            train.value[spelled] = train.value.pop(key)


def _config(root: Node, name: str) -> Config:
    entries = root.value
    for key, node in entries.items():
        if key not in OPTIONS:
            raise unknown(node, key, "option", OPTIONS)
    for key in ("dataset", "network"):
        if key not in entries:
            raise complain(root, key, "is missing; every configuration has one")
    dataset, options = chosen(entries["dataset"], "dataset", SOURCES, "data set")
    known: dict[str, Any] = {
        "name": name,
        "dataset": fill(SOURCES[dataset], options, f"dataset.{dataset}", {"name": dataset}),
        "network": _layers(entries["network"]),
        "train": _training(entries.get("train", Node({}, root.where))),
        "places": _places(root),
    }
    if "published" in entries:
        known["published"] = _published(entries["published"])
    rest = {key: entries[key] for key in ("loss", "seed", "dtype") if key in entries}
    config = fill(Config, Node(rest, root.where), "", known)
    if config.loss not in LOSSES:
        raise unknown(entries["loss"], f"loss.{config.loss}", "loss", LOSSES)
    if config.loss == "softmax_cross_entropy" and isinstance(config.dataset, Inline):
        _check_distributions(entries["dataset"], config.dataset.targets)
    if config.seed < 0:
        raise complain(entries["seed"], "seed", f"found {config.seed}, expected 0 or more")
    return replace(config, text=dump_config(config))


def _check_distributions(node: Node, targets: list[list[float]]) -> None:
    """Refuse targets that are no probabilities: the derivative p − t is that of such alone."""
    for index, target in enumerate(targets):
        if min(target) < 0 or abs(sum(target) - 1) > 1e-6:
            raise complain(
                node,
                f"dataset.inline.targets[{index}]",
                f"found {target}, expected numbers from 0 that sum to 1, as "
                "softmax_cross_entropy needs them; or choose `loss: mse`",
            )


def _places(root: Node) -> dict[str, str]:
    """Return where each layer and each option of `train` was written, for later complaints."""
    layers, train = root.value["network"], root.value.get("train", root)
    places = {"network": layers.where, "train": train.where}
    places |= {f"network[{index}]": node.where for index, node in enumerate(layers.value)}
    if train is not root:
        places |= {f"train.{key}": node.where for key, node in train.value.items()}
    return places


def _layers(node: Node) -> list[Layer]:
    if not isinstance(node.value, list) or not node.value:
        raise complain(node, "network", "expected a list of layers, such as `- dense: 10`")
    layers, table = [], {**LAYERS, **OTHER_NAMES}
    for index, item in enumerate(node.value):
        path = f"network[{index}]"
        name, options = chosen(item, path, table, "layer")
        layers.append(fill(table[name], options, join(path, name)))
    return layers


def _training(node: Node) -> Training:
    rates = {}
    rest = {}
    for key, value in mapping(node, "train").items():
        number = rate_number(key)
        if number is None:
            rest[key] = value
            continue
        rate = convert(value, float, f"train.{key}")
        if number in rates:
            raise complain(value, f"train.{key}", "is the same as alpha; keep one of the two")
        if not 0 <= rate < float("inf"):
            raise complain(value, f"train.{key}", f"found {rate}, expected 0 or more")
        rates[number] = rate
    known: dict[str, Any] = {"rates": rates, "update": _update_rule(node, rest)}
    if "schedule" in rest:
        name, options = chosen(rest.pop("schedule"), "train.schedule", SCHEDULES, "schedule")
        known["schedule"] = fill(SCHEDULES[name], options, f"train.schedule.{name}")
    also = ["alpha", "alpha2", "update", "schedule", *_owners()]
    return fill(Training, Node(rest, node.where), "train", known, also)


def _update_rule(node: Node, options: dict[str, Node]) -> UpdateRule:
    """Return the update rule of the section `train`, and take what belongs to it from `options`.

    Options of the file that a rule named by a flag does not have are left out.
    """
    owners = _owners()
    given = {key: options.pop(key) for key in owners if key in options}
    named = options.pop("update", Node("sgd", node.where))
    name = convert(named, str, "train.update")
    if name == "momentum":  # a row of the table until `sgd` took it in; older files say so
        name = "sgd"
        given.setdefault("momentum", Node(0.9, named.where))
    if name not in UPDATES:
        raise unknown(named, f"train.update.{name}", "update rule", UPDATES)
    for key in [key for key in given if name not in owners[key]]:
        if is_flag(named) and not is_flag(given[key]):
            del given[key]
            continue
        own = ", ".join(option for option, rules in owners.items() if name in rules)
        raise complain(
            given[key],
            f"train.{key}",
            f"is an option of update: {' or '.join(owners[key])}, found with update: {name}, which "
            f"has {own}; remove it or choose another rule",
        )
    return fill(UPDATES[name], Node(given, node.where), "train")


def _owners() -> dict[str, list[str]]:
    """Return the names of the update rules that have an option, for every option of any."""
    owners: dict[str, list[str]] = {}
    for name, rule in UPDATES.items():
        for option in fields(rule):
            if option.init:
                owners.setdefault(option.name, []).append(name)
    return owners


def _published(node: Node) -> list[Published]:
    if not isinstance(node.value, list):
        raise complain(node, "published", "expected a list, such as `- {after: 1, loss: 0.29}`")
    return [fill(Published, item, f"published[{i}]") for i, item in enumerate(node.value)]
