"""The section `train` of a configuration: rates, update rule, schedule and distortions by name."""

from dataclasses import fields
from typing import Any

from cnntrain.config import complaints
from cnntrain.config.complaints.wording import OPTIONS, of_flag
from cnntrain.config.convert import chosen, complain, convert, fill, mapping
from cnntrain.config.dump import row_of
from cnntrain.config.rates import rate_number
from cnntrain.config.schema import Training
from cnntrain.config.yaml_tree import Node
from cnntrain.data.augment import DISTORTIONS, Distortion
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES, UpdateRule


def read_training(node: Node) -> Training:
    """Return what the section says. Raises ConfigError."""
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
    known["augment"] = _distortions(rest.pop("augment", Node([], node.where)))
    outside = {
        **{name: f"it is a layer, an item of the list `network`: `- {name}`" for name in LAYERS},
        **{name: f"did you mean '{name}', outside of `train`?" for name in OPTIONS},
    }
    return fill(Training, Node(rest, node.where), "train", known, training_names(), outside)


def _distortions(node: Node) -> list[Distortion]:
    """Return the distortions of a mapping by name, or of a list, in their order."""
    items: list[Node] = []
    if isinstance(node.value, dict):
        items = [Node({name: value}, value.where) for name, value in node.value.items()]
    elif isinstance(node.value, list):
        items = node.value
    else:
        raise complain(
            node,
            "train.augment",
            f"{complaints.found(node.plain())}, expected distortions by name, such as `{{shift: 2}}`",
        )
    chose = [chosen(item, "train.augment", DISTORTIONS, "distortion") for item in items]
    return [fill(DISTORTIONS[name], own, f"train.augment.{name}") for name, own in chose]


def _update_rule(node: Node, options: dict[str, Node]) -> UpdateRule:
    """Return the update rule of the section `train`, and take what belongs to it from `options`.

    Options of the file that a rule named by a flag does not have are left out.
    """
    owners = _owners()
    given = {key: options.pop(key) for key in owners if key in options}
    named = options.pop("update", Node(row_of(UPDATES, Training().update), node.where))
    name = convert(named, str, "train.update")
    if name == "momentum":  # a row of the table until `sgd` took it in; older files say so
        name = "sgd"
        given.setdefault("momentum", Node(0.9, named.where))
    if name not in UPDATES:
        raise complaints.unknown(named, f"train.update.{name}", "update rule", UPDATES)
    for key in [key for key in given if name not in owners[key]]:
        if of_flag(named.where) and not of_flag(given[key].where):
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


def training_names() -> list[str]:
    """Return the options of `train` that are not fields of Training."""
    return ["alpha", "alpha2", "update", "schedule", "augment", *_owners()]
