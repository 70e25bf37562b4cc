from dataclasses import asdict, replace
from typing import Any

import pytest

from cnntrain.config import Config, parse_config
from cnntrain.config.places import Places
from cnntrain.data.sources.synthetic import Synthetic
from cnntrain.errors import ConfigError
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.updates import Adam, AdamW, GradientDescent, UpdateRule
from tests.config.texts import LENET, changed, parsed


def options(config: Config) -> dict[str, Any]:
    """Return a configuration as values that can be compared; layers have no equality."""
    layers = [(type(layer), vars(layer)) for layer in config.network]
    return asdict(replace(config, network=[], places=Places())) | {"layers": layers}


def test_values_and_defaults_are_where_they_belong() -> None:
    config = parsed()
    assert config.name == "x"
    assert config.dataset == Synthetic(name="synthetic", train=200, test=50)
    assert [type(layer) for layer in config.network] == [
        *(LAYERS["conv"], LAYERS["sigmoid"], LAYERS["mean_pool"]) * 2,
        *(LAYERS["dense"], LAYERS["sigmoid"]),
    ]
    assert asdict(config.train) == {
        "batchsize": 50,
        "batches": None,
        "epochs": 3,
        "validation": 0,
        "rates": {1: 10.0, 2: 5.0, 3: 1.0},
        "update": {
            "clip_norm": None,
            "weight_decay": 0.0,
            "momentum": 0.0,
            "nesterov": False,
            "slots": [],
            "scale": 1.0,
        },
        "patience": None,
        "schedule": {"warmup": 0.0},
        "label_smoothing": 0.0,
        "ema": 0.0,
        "augment": [],
    }
    assert config.train.update == GradientDescent()
    assert (config.loss, config.seed, config.dtype, config.published) == ("mse", 0, "float32", [])
    assert config.places["network[3]"] == "configs/x.yaml:6"


@pytest.mark.parametrize("letter", ["alpha", "α"])
def test_rates_have_latin_and_greek_names(letter: str) -> None:
    text = LENET.replace("alpha", letter)
    assert parsed(text).train.rates == {1: 10.0, 2: 5.0, 3: 1.0}
    assert parsed(text, f"train.{letter}2=7").train.rates[2] == 7.0


def test_a_rate_may_be_written_with_an_exponent() -> None:
    assert parsed(changed("10.0", "1e-3")).train.rates[1] == 0.001


@pytest.mark.parametrize(
    ("shorthand", "name", "written"),
    [
        ("dense: 10", "dense", {"units": 10}),
        ("max_pool: 3", "max_pool", {"window": 3}),
        ("max_pool: [3, 2]", "max_pool", {"window": (3, 2)}),
        ("max_pool: global", "max_pool", {"window": "global"}),
        ("average_pool: global", "mean_pool", {"window": "global"}),
        ("avg_pool: 2", "mean_pool", {"window": 2}),
        ("leaky_relu: 0.1", "leaky_relu", {"slope": 0.1}),
        ("dropout: 0.25", "dropout", {"rate": 0.25}),
        ("dropout", "dropout", {"rate": 0.5}),
        ("dropout:", "dropout", {"rate": 0.5}),
        ("dropout: {}", "dropout", {"rate": 0.5}),
        ("conv: {filters: 2, kernel: [3, 5]}", "conv", {"filters": 2, "kernel": (3, 5)}),
        ("conv: {filters: 2, kernel: 3, bias: false}", "conv", {"bias": False}),
        ("dense: {units: 2, weights: he}", "dense", {"weights": "he"}),
        ("dense: {units: 1, weights: [[0.5, 1]]}", "dense", {"weights": [[0.5, 1]]}),
        ("dense: {units: 2, bias: [0.1, 2]}", "dense", {"bias": [0.1, 2.0]}),
        ("dense: {units: 2, freeze: bias}", "dense", {"freeze": "bias"}),
    ],
)
def test_a_layer_is_a_name_a_shorthand_or_options(
    shorthand: str, name: str, written: dict[str, object]
) -> None:
    [layer] = parsed(f"dataset: mnist\nnetwork: [{{{shorthand}}}]\ntrain: {{alpha: 1}}\n").network
    assert type(layer) is LAYERS[name]
    assert {key: vars(layer)[key] for key in written} == written


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        ("dense: {units: 2, weights: best}", "weights: unknown rule 'best'; known are toolbox, xa"),
        (
            "dense: {units: 2, freeze: some}",
            "found the text 'some', expected one of nothing, weights, bias",
        ),
        (
            "dense: {units: 2, bias: 0.5}",
            "network[0].dense.bias: found 0.5, expected true or false or a list of numbers",
        ),
        ("conv: {filters: 2, kernel: 3, stride: 0}", "stride: found 0, expected 1 or more"),
        ("conv: {filters: 2, kernel: 3, padding: -1}", "padding: found -1, expected 0 or more"),
        ("conv: 6", "network[0].conv: 'kernel' is missing"),
        ("avg_pool: all", "network[0].avg_pool.window: found 'all', expected a number, two, or '"),
    ],
)
def test_impossible_options_of_layers_are_refused(layer: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(f"dataset: mnist\nnetwork: [{{{layer}}}]\ntrain: {{alpha: 1}}\n")
    assert str(caught.value).startswith("configs/x.yaml:2: network[0].")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("update: sgd", GradientDescent()),
        ("momentum: 0.5", GradientDescent(momentum=0.5)),
        ("weight_decay: 1e-3", GradientDescent(weight_decay=1e-3)),
        ("update: adam", Adam()),
        ("update: adamw\n  beta1: 0.8", AdamW(beta1=0.8)),
        ("clip_norm: 3\n  update: adam", Adam(clip_norm=3)),
        # `momentum` was a rule of its own once
        ("update: momentum", GradientDescent(momentum=0.9)),
        ("update: momentum\n  momentum: 0.5", GradientDescent(momentum=0.5)),
        ("update: momentum\n  nesterov: true", GradientDescent(momentum=0.9, nesterov=True)),
    ],
)
def test_an_update_rule_is_a_name_with_its_options_beside_it(
    options: str, rule: UpdateRule
) -> None:
    assert parsed(changed("alpha3: 1.0", options)).train.update == rule


def test_a_rule_named_by_a_flag_leaves_out_the_options_of_the_files_rule() -> None:
    text = changed("alpha3: 1.0", "momentum: 0.5\n  weight_decay: 0.1")
    assert parsed(text, "train.update=adam").train.update == Adam(weight_decay=0.1)
    with pytest.raises(ConfigError, match="^--set train.momentum: is an option of"):
        parsed(text, "train.update=adam", "train.momentum=0.9")


MAZUR = """\
dataset: {inline: {inputs: [[.05, 1e-1]], targets: [[1]]}}
network: [dense: {units: 1, weights: [[0.1, 3]], bias: [1e-20]}]
train: {alpha: 0.5, batchsize: 1}
published: [{after: 1, loss: 0.5, note: '1e3'}]
"""


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        (LENET, []),
        (LENET.replace("alpha", "α"), ["train.epochs=1", "dtype=float64"]),
        (changed("alpha: 10.0", "alpha: 1e-7"), ["network[0].conv.bias=false"]),
        (changed("mean_pool: 2", "average_pool: global"), []),
        (changed("dense: 10", "dense: {units: 10, weights: he, freeze: all}"), ["train.batches=3"]),
        ("dataset: mnist\nnetwork: [dense: 10]\ntrain: {alpha: 1}\n", []),
        (MAZUR, []),
        (LENET, ["train.augment={shift: 1, elastic: {sigma: 3}, erase: }"]),
        (LENET, ["train.augment=[blur, shift: 1, shift: 2.5]"]),
    ],
)
def test_the_effective_text_means_the_same_and_is_its_own_effective_text(
    text: str, overrides: list[str]
) -> None:
    config = parsed(text, *overrides)
    again = parse_config(config.text, "elsewhere/x.yaml")
    assert options(again) == options(config)


def test_the_effective_text_writes_every_default_out() -> None:
    text = parsed("dataset: mnist\nnetwork: [dense: 10]\ntrain: {alpha: 1}\n").text
    for line in ("loss: mse", "seed: 0", "dtype: float32", "validation: 0", "batches: null"):
        assert line in text
