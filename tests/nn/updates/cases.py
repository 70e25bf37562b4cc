"""Rules to test, for every row of the table: each option has a value of its own in one of them."""

import json
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import UPDATES, Adam, AdamW, GradientDescent, UpdateRule

CASES: dict[str, list[UpdateRule]] = {
    "sgd": [
        GradientDescent(),
        GradientDescent(weight_decay=0.1),
        GradientDescent(clip_norm=1.5),
        GradientDescent(momentum=0.9),
        GradientDescent(momentum=0.8, nesterov=True),
        GradientDescent(momentum=0.9, weight_decay=0.2, clip_norm=2),
        GradientDescent(momentum=0.7, nesterov=True, weight_decay=0.3, clip_norm=0.5),
    ],
    "adam": [
        Adam(),
        Adam(weight_decay=0.1),
        Adam(beta1=0.5, beta2=0.75, epsilon=0.1, clip_norm=1),
        Adam(beta1=0, weight_decay=0.2, clip_norm=1.5),
    ],
    "adamw": [
        AdamW(),
        AdamW(weight_decay=0),
        AdamW(weight_decay=0.3, beta1=0.6, beta2=0.9, epsilon=1e-3, clip_norm=0.5),
    ],
}
RULES = [rule for rules in CASES.values() for rule in rules]


def options_of(rule: UpdateRule) -> dict[str, Any]:
    """Return a rule as the section `train` of a configuration has it, options and all."""
    [name] = [name for name, kind in UPDATES.items() if type(rule) is kind]
    return {"update": name} | {f.name: getattr(rule, f.name) for f in fields(rule) if f.init}


def overrides_of(rule: UpdateRule) -> list[str]:
    """Return a rule as it is given by --set."""
    return [f"train.{key}={json.dumps(value)}" for key, value in options_of(rule).items()]


# Two parameters, three updates: the gradients of the first have a norm of about 4.4.
START = [[0.5, -1.0, 2.0], [0.25]]
GRADIENTS = [
    [[0.3, -2.0, 3.5], [1.5]],
    [[-0.1, 0.7, 0.0], [-0.4]],
    [[1.2, -0.6, 0.8], [2.0]],
]
RATES = [0.1, 0.02]
SCALES = [1.0, 1.0, 0.5]  # of the rates, update by update, as from a schedule


@dataclass
class Worked:
    """A rule that has made all updates, and the values of the parameters after each of them."""

    rule: UpdateRule
    values: list[list[list[float]]]


def worked(rule: UpdateRule) -> Worked:
    """Return what becomes of START."""
    parameters = [Parameter(np.array(values)) for values in START]
    at_work = rule.on(dict(zip("ab", parameters, strict=True)), RATES)
    found = []
    for gradients, scale in zip(GRADIENTS, SCALES, strict=True):
        at_work.scale = scale
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.gradient[...] = gradient
        at_work.update()
        found.append([parameter.value.tolist() for parameter in parameters])
    return Worked(at_work, found)
