"""A network as JSON, for the page: what its JavaScript needs to compute with it.

Arrays are base64 of little-endian floats in the public layout: kernels (F, C, k, k), weights of
dense layers (outputs, inputs), one number per map or output for the rest.
"""

import base64
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from cnntrain.config import Config
from cnntrain.config.dump import row_of
from cnntrain.config.rates import Rate
from cnntrain.data.sources.base import Source
from cnntrain.data.sources.digits import Digits
from cnntrain.data.sources.stretched import MODES
from cnntrain.errors import UsageError
from cnntrain.explain.trace.formulas import Rule
from cnntrain.explain.trace.links import formulas_of
from cnntrain.explain.trace.losses import LOSS_EXPLAINERS
from cnntrain.model.build import layer_rates
from cnntrain.model.predict import doubtful_below
from cnntrain.model.read_files import NO_DIGIT
from cnntrain.nn.layers import kind_of
from cnntrain.nn.layers.activations import Activation
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.input import Input
from cnntrain.nn.layers.normalization import BatchNormalization
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UPDATES, UpdateRule
from cnntrain.web.symbols import symbols_object

Json = dict[str, Any]

# What a layer does when it is not training, where that is something else.
FORWARD: dict[type[Layer], Rule] = {
    Dropout: Rule("Nothing is switched off; only training does that", "y = x"),
    BatchNormalization: Rule(
        "Shift and scale each map by its running mean and variance, then as was learnt",
        "x̂ = (x − μ)/s,  y[c] = W[c]·x̂ + b[c]",
    ),
}
NOT_NEEDED = ("weights", "bias", "freeze", "rate")  # options of which the arrays are the outcome


def network_object(network: Network, config: Config, classes: tuple[str, ...]) -> Json:
    """Return a built network, trained or not, with everything that the page computes from.

    Raises UsageError for a layer that the page has no formulas of.
    """
    rates, explainer = layer_rates(config, network), LOSS_EXPLAINERS[config.loss]
    return {
        "name": config.name,
        "loss": config.loss,
        "classes": list(classes),
        "input": _input(config.dataset),
        "doubts": _doubts(config.dataset),
        "update": _update(config.train.update),
        "lossFormulas": [explainer.formula, explainer.backward],
        "symbols": symbols_object(network),
        "layers": [
            {**layer_object(name, layer), **_rate(rates.get(name))}
            for name, layer in zip(network.names, network.layers, strict=True)
        ],
    }


def array_object(array: np.ndarray) -> Json:
    """Return the numbers of an array, uint8 or floats, in base64."""
    values = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    text = base64.b64encode(values.tobytes()).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": text}


def _input(source: Source) -> Json:
    """Return what the network takes: a drawn digit, any picture, or numbers. Raises UsageError."""
    channels = source.shape[0]
    if source.holds_pictures and channels not in MODES:
        raise UsageError(
            f"{source.name}: its images have {channels} channels, expected 1 (grey) or 3 (RGB): "
            "others cannot be drawn; name another network"
        )
    kind = "digit" if isinstance(source, Digits) else "picture"
    return {"kind": kind if source.holds_pictures else "numbers", "shape": list(source.shape)}


def _doubts(source: Source) -> Json:
    """Return below which probability `predict` calls an answer doubtful, and below which it has none."""
    if not source.holds_pictures:
        return {"doubtful": None, "noDigit": None}
    return {"doubtful": doubtful_below(source), "noDigit": NO_DIGIT if source.has_others else None}


def _update(rule: UpdateRule) -> Json:
    """Return an update rule by its name, with its options."""
    options = {field.name: getattr(rule, field.name) for field in fields(rule) if field.init}
    return {"kind": row_of(UPDATES, rule), "options": options}


def layer_object(name: str, layer: Layer) -> Json:
    """Return a built layer. Raises UsageError for one from a user's own file."""
    if layer.own_name:
        raise UsageError(
            f"{name}: is a layer from a file of your own, expected layers that come with cnntrain: "
            "the page computes in JavaScript; leave `--with` out to show a network without it"
        )
    kernel, stride, padding = layer.geometry()
    return {
        "name": name,
        "kind": "input" if isinstance(layer, Input) else kind_of(layer),
        "inShape": list(layer.in_shape),
        "outShape": list(layer.out_shape),
        "geometry": {"kernel": kernel, "stride": stride, "padding": padding},
        "options": _options(layer),
        "parameters": {
            part: {**array_object(parameter.value), "frozen": parameter.frozen}
            for part, parameter in layer.parameters.items()
        },
        "buffers": {part: array_object(buffer.value) for part, buffer in layer.buffers.items()},
        "formulas": _formulas(layer),
        "texts": _texts(layer),
    }


def _rate(rate: Rate | None) -> Json:
    return {} if rate is None else {"rate": {"name": rate.name, "value": rate.value}}


def _options(layer: Layer) -> Json:
    """Return the options by which a layer computes, such as a slope."""
    names = [field.name for field in fields(layer)]  # type: ignore[arg-type]  # each is a dataclass
    kept = [name for name in names if name not in NOT_NEEDED or not layer.parameters]
    return {name: getattr(layer, name) for name in kept}


def _formulas(layer: Layer) -> Json:
    """Return the sentences and formulas that `trace` has for a layer."""
    if isinstance(layer, Input):
        return {}
    found = formulas_of(layer)
    rules: Mapping[str, Rule] = {
        "forward": FORWARD.get(type(layer), found.forward),
        "backward": found.backward,
        **found.gradients,
    }
    return {name: [rule.sentence, rule.formula] for name, rule in rules.items()}


def _texts(layer: Layer) -> Json:
    """Return the formulas of an activation and of its slope, with {x} and {y} for numbers."""
    return {"f": layer.f_text, "df": layer.df_text} if isinstance(layer, Activation) else {}
