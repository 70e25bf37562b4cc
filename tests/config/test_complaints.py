"""Every complaint about a configuration names file, line, key, what was found and expected."""

import pytest

from cnntrain.config import parse_config
from cnntrain.errors import ConfigError
from tests.config.texts import LENET, changed, parsed

UNKNOWN = [
    ("filters: 12", "filtres: 12", "7: network[3].conv.filtres: unknown option; did you mean 'fi"),
    ("batchsize", "batch_size", "15: train.batch_size: unknown option; did you mean 'batchsize'?"),
    ("alpha2", "alfa2", "18: train.alfa2: unknown option; did you mean 'alpha2'?"),
    ("alpha: ", "alfa: ", "17: train.alfa: unknown option; did you mean 'alpha'?"),
    ("alpha: ", "alpha0: ", "17: train.alpha0: unknown option; did you mean 'alpha"),
    ("epochs", "rates", "16: train.rates: unknown option; did you mean"),
    ("seed: 0", "sede: 0", "20: sede: unknown option; did you mean 'seed'?"),
    ("seed: 0", "text: a", "20: text: unknown option; known are dataset, network, loss, train,"),
    ("- dense", "- danse", "11: network[6].danse: unknown layer; did you mean 'dense'?"),
    ("- sigmoid", "- sigmiod", "4: network[1].sigmiod: unknown layer; did you mean 'sigmoid'?"),
    ("loss: mse", "loss: mae", "13: loss.mae: unknown loss; did you mean 'mse'?"),
    ("synthetic", "minst", "1: dataset.minst: unknown data set; did you mean 'mnist'?"),
    ("train: 200", "name: a", "1: dataset.synthetic.name: unknown option; known are resize, tr"),
    (
        "alpha3: 1.0",
        "update: adm",
        "19: train.update.adm: unknown update rule; did you mean 'adam'?",
    ),
    (
        "alpha3: 1.0",
        "update: best",
        "19: train.update.best: unknown update rule; known are sgd, ad",
    ),
    ("alpha3: 1.0", "nestrov: true", "19: train.nestrov: unknown option; did you mean 'nesterov'?"),
    ("alpha3: 1.0", "bata1: 0.8", "19: train.bata1: unknown option; did you mean 'beta1'?"),
    ("alpha3: 1.0", "clipnorm: 5", "19: train.clipnorm: unknown option; did you mean 'clip_norm'?"),
    ("epochs: 3", "augment: {shfit: 2}", "16: train.augment.shfit: unknown distortion; did you me"),
    ("epochs: 3", "augment: {shift: {pixel: 2}}", "16: train.augment.shift.pixel: unknown option;"),
    ("train: 200", "trian: 200", "1: dataset.synthetic.trian: unknown option; did you mean 'tr"),
]

MISTYPED = [
    ("epochs: 3", "epochs: 3.5", "16: train.epochs: found 3.5, expected a whole number"),
    (
        "epochs: 3",
        "epochs: many",
        "16: train.epochs: found the text 'many', expected a whole number",
    ),
    (
        "epochs: 3",
        "epochs: '3'",
        "16: train.epochs: found the text '3', expected a whole number; remove the",
    ),
    ("epochs: 3", "epochs: true", "16: train.epochs: found true, expected a whole number"),
    (
        "epochs: 3",
        "epochs:",
        "16: train.epochs: found nothing, expected a whole number; write a value",
    ),
    ("epochs: 3", "epochs: [3]", "16: train.epochs: found the list [3], expected a whole number"),
    ("epochs: 3", f"epochs: {'9' * 5000}", "16: train.epochs: found inf, expected a whole number"),
    ("alpha: 10.0", "alpha: fast", "17: train.alpha: found the text 'fast', expected a number"),
    (
        "filters: 12",
        "filters: a",
        "7: network[3].conv.filters: found the text 'a', expected a whole",
    ),
    ("dense: 10", "dense: true", "11: network[6].dense.units: found true, expected a whole numb"),
    (
        "mean_pool: 2",
        "mean_pool: {window: [2]}",
        "5: network[2].mean_pool.window: found the list [2],",
    ),
    (
        "seed: 0",
        "dtype: float16",
        "20: dtype: found the text 'float16', expected one of float32, float64",
    ),
    ("alpha3: 1.0", "update: 5", "19: train.update: found 5, expected text"),
    ("alpha3: 1.0", "update:", "19: train.update: found nothing, expected text"),
    ("alpha3: 1.0", "momentum: much", "19: train.momentum: found the text 'much', expected a num"),
    ("alpha3: 1.0", "clip_norm: no", "19: train.clip_norm: found the text 'no', expected a number"),
    ("train: 200", "resize: 15", "1: dataset.synthetic.resize: found 15, expected one of 28, 14"),
    ("loss: mse", "loss: [mse]", "13: loss: found the list [mse], expected text"),
    (
        "seed: 0",
        "published: 1",
        "20: published: found 1, expected a list, such as `- {after: 1, loss: 0",
    ),
]

IMPOSSIBLE = [
    ("batchsize: 50", "batchsize: 0", "15: train.batchsize: found 0, expected 1 or more"),
    ("epochs: 3", "epochs: -1", "16: train.epochs: found -1, expected 0 or more"),
    ("epochs: 3", "batches: 0", "16: train.batches: found 0, expected 1 or more"),
    ("epochs: 3", "validation: -5", "16: train.validation: found -5, expected 0 or more"),
    ("alpha: 10.0", "alpha: -1", "17: train.alpha: found -1.0, expected 0 or more"),
    ("alpha: 10.0", "alpha: .nan", "17: train.alpha: found nan, expected 0 or more"),
    ("alpha: 10.0", "alpha: .inf", "17: train.alpha: found inf, expected 0 or more"),
    ("alpha: 10.0", "alpha: 1e999", "17: train.alpha: found inf, expected 0 or more"),
    ("alpha3: 1.0", "momentum: 1", "19: train.momentum: found 1.0, expected a number from 0 to"),
    ("alpha3: 1.0", "nesterov: true", "19: train.nesterov: found true with momentum 0, expected"),
    ("alpha3: 1.0", "clip_norm: 0", "19: train.clip_norm: found 0.0, expected a number above 0"),
    ("epochs: 3", "augment: {scale: 1}", "16: train.augment.scale.by: found 1, expected a number "),
    ("epochs: 3", "augment: {shift: .nan}", "16: train.augment.shift.pixels: found nan, expected "),
    ("epochs: 3", "augment: {blur: a}", "16: train.augment.blur.sigma: found the text 'a', expec"),
    ("epochs: 3", "augment: 5", "16: train.augment: found 5, expected distortions by name, such "),
    ("seed: 0", "seed: -1", "20: seed: found -1, expected 0 or more"),
    ("train: 200", "train: 0", "1: dataset.synthetic.train: found 0, expected 1 or more"),
    ("filters: 12", "filters: 0", "7: network[3].conv.filters: found 0, expected 1 or more"),
    ("mean_pool: 2", "mean_pool: 0", "5: network[2].mean_pool.window: found 0, expected 1 or"),
    ("- sigmoid", "- dropout: 1", "4: network[1].dropout.rate: found 1.0, expected a number"),
]

STRUCTURE = [
    ("dataset: ", "x: ", "1: x: unknown option; known are dataset,"),
    ("- sigmoid", "-", "4: network[1]: found nothing, expected one layer: name, or name: options"),
    ("- sigmoid", "- {relu: , tanh: }", "4: network[1]: found the options {relu:, tanh:}, exp"),
    ("- sigmoid", "- 5", "4: network[1]: found 5, expected one layer: name, or name: options"),
    ("loss: mse", "train: {alpha: 1}", "14: train: given twice; keep one of the two"),
    ("alpha2: 5.0", "alpha: 5.0", "18: alpha: given twice; keep one of the two"),
    ("alpha2: 5.0", "α: 5.0", "18: train.α: is alpha, given twice"),
    ("alpha2: 5.0", "alpha1: 5.0", "18: train.alpha1: is the same as alpha; keep one of the two"),
    (
        "filters: 6, ",
        "",
        "3: network[0].conv: 'filters' is missing; write `conv: {filters: ..., ke",
    ),
    ("kernel: 5}", "}", "3: network[0].conv: 'kernel' is missing; write `conv: {filters: ..., ke"),
    ("{synthetic: {train: 200, test: 50}}", "7", "1: dataset: found 7, expected one data set: na"),
    ("{train: 200, test: 50}", "200", "1: dataset.synthetic: found 200, expected options, as"),
]

TEXTS = [
    ("", "configs/x.yaml: found nothing but spaces and comments; expected a value"),
    ("# nothing\n", "configs/x.yaml: found nothing but spaces and comments; expected a value"),
    ("5", "configs/x.yaml:1: configuration: found 5, expected options, as `name: value`"),
    (
        "[1, 2]",
        "configs/x.yaml:1: configuration: found the list [1, 2], expected options, as `name: value`",
    ),
    ("dataset: mnist", "configs/x.yaml:1: network: is missing; every configuration has one"),
    ("network: [dense: 1]", "configs/x.yaml:1: dataset: is missing; every configuration has one"),
    (
        "dataset: mnist\nnetwork: []",
        "configs/x.yaml:2: network: found the list [], expected a list",
    ),
    (
        "dataset: mnist\nnetwork: 3",
        "configs/x.yaml:2: network: found 3, expected a list of layers, such",
    ),
    ("a: [1", "configs/x.yaml:1: found '[' without ']'; close it at the end of the line"),
    ("a: 1\n\tb: 2", "configs/x.yaml:2: found a tab at the beginning of the line, expected spa"),
    ("a: *b", "configs/x.yaml:1: found '*' at the beginning of a value, which means"),
    ("a: 1\n---\nb: 1", "configs/x.yaml:2: found '---', but a configuration is one text"),
    ("a: \x00", "configs/x.yaml:1: found U+0000, a character that no text has"),
    ("a: &a [*a]", "configs/x.yaml:1: an alias that contains itself; write the value out"),
    ("a:\n  - &b {c: [*b]}", "configs/x.yaml:2: an alias that contains itself; write the value"),
    ("[" * 1500, "configs/x.yaml: nested too deeply; no option needs so many levels"),
    ("[" * 40 + "]" * 40, "configs/x.yaml:1: nested too deeply; no option needs so many levels"),
    ("a: !!python/object:os.system ls", "configs/x.yaml:1: found the tag tag:yaml.org,2002:pyth"),
    ("a: !!timestamp no", "configs/x.yaml:1: found the tag tag:yaml.org,2002:timestamp; tags"),
    ("? [a]\n: 1", "configs/x.yaml:1: found a list or mapping as a key; expected a name"),
    (LENET.partition("  batchsize")[0], "configs/x.yaml:14: train: found nothing, expected optio"),
]


@pytest.mark.parametrize(
    ("old", "new", "complaint"), [*UNKNOWN, *MISTYPED, *IMPOSSIBLE, *STRUCTURE]
)
def test_a_wrong_option_is_named_with_its_line(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(changed(old, new))
    assert str(caught.value).startswith(f"configs/x.yaml:{complaint}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "complaint"), TEXTS)
def test_a_text_that_is_no_configuration_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    assert str(caught.value).startswith(complaint)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("target", ["[0.5, 2]", "[0, 0]", "[2, -1]"])
def test_softmax_takes_no_targets_that_are_no_probabilities(target: str) -> None:
    text = f"""\
dataset:
  inline: {{inputs: [[1, 2], [3, 4]], targets: [[0.25, 0.75], {target}]}}
network: [dense: 2]
loss: softmax_cross_entropy
train: {{alpha: 1}}
"""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "x.yaml")
    assert str(caught.value).startswith("x.yaml:1: dataset.inline.targets[1]: found [")
    assert "expected numbers from 0 that sum to 1" in str(caught.value)
    parse_config(text.replace("softmax_cross_entropy", "mse"), "x.yaml")


def test_a_long_value_is_shortened_in_the_complaint() -> None:
    with pytest.raises(
        ConfigError, match=r"found the list \[1, 1, .{40,60}\.\.\., expected a"
    ) as caught:
        parsed(changed("epochs: 3", f"epochs: {[1] * 500}"))
    assert len(str(caught.value)) < 150


ADAMS = "clip_norm, weight_decay, beta1, beta2, epsilon"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            "update: adam\n  nesterov: true",
            (
                "20: train.nesterov: is an option of update: sgd, found with update: adam, which has "
                f"{ADAMS}; remove it or choose another rule"
            ),
        ),
        (
            "momentum: 0.5\n  update: adamw",
            (
                "19: train.momentum: is an option of update: sgd, found with update: adamw, which has "
                f"{ADAMS}; remove it or choose another rule"
            ),
        ),
        (
            "beta2: 0.5",
            (
                "19: train.beta2: is an option of update: adam or adamw, found with update: sgd, which "
                "has clip_norm, weight_decay, momentum, nesterov; remove it or choose another rule"
            ),
        ),
    ],
)
def test_an_option_of_another_update_rule_is_named_with_its_rule(
    options: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(changed("alpha3: 1.0", options))
    assert str(caught.value) == f"configs/x.yaml:{complaint}"
