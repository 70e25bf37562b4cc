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
    ("train: 200", "trian: 200", "1: dataset.synthetic.trian: unknown option; did you mean 'tr"),
]

MISTYPED = [
    ("epochs: 3", "epochs: 3.5", "16: train.epochs: found 3.5, expected int, got float"),
    ("epochs: 3", "epochs: many", "16: train.epochs: found 'many', expected int, got str"),
    ("epochs: 3", "epochs: '3'", "16: train.epochs: found '3', expected int, got str"),
    ("epochs: 3", "epochs: true", "16: train.epochs: found True, expected int, got bool"),
    ("epochs: 3", "epochs:", "16: train.epochs: found None, expected int, got null"),
    ("epochs: 3", "epochs: [3]", "16: train.epochs: found [3], expected int, got array"),
    ("epochs: 3", f"epochs: {'9' * 5000}", "16: train.epochs: found inf, expected int"),
    ("alpha3: 1.0", "update: 5", "19: train.update: found 5, expected str, got int"),
    ("alpha3: 1.0", "update:", "19: train.update: found None, expected str, got null"),
    ("alpha3: 1.0", "momentum: much", "19: train.momentum: found 'much', expected float, got str"),
    ("alpha3: 1.0", "clip_norm: no", "19: train.clip_norm: found 'no', expected float | null"),
    ("alpha: 10.0", "alpha: fast", "17: train.alpha: found 'fast', expected float, got str"),
    ("filters: 12", "filters: a", "7: network[3].conv.filters: found 'a', expected int, got s"),
    ("dense: 10", "dense: true", "11: network[6].dense.units: found True, expected int, got "),
    ("mean_pool: 2", "mean_pool: {window: [2]}", "5: network[2].mean_pool.window: found [2],"),
    ("seed: 0", "dtype: float16", "20: dtype: found 'float16', expected one of float32, float64"),
    ("train: 200", "resize: 15", "1: dataset.synthetic.resize: found 15, expected one of 28, 14"),
    ("loss: mse", "loss: [mse]", "13: loss: found ['mse'], expected str, got array"),
    ("seed: 0", "published: 1", "20: published: expected a list, such as `- {after: 1, loss: 0"),
]

IMPOSSIBLE = [
    ("batchsize: 50", "batchsize: 0", "14: train: batchsize: found 0, expected 1 or more"),
    ("epochs: 3", "epochs: -1", "14: train: epochs: found -1, expected 0 or more"),
    ("epochs: 3", "batches: 0", "14: train: batches: found 0, expected 1 or more"),
    ("epochs: 3", "validation: -5", "14: train: validation: found -5, expected 0 or more"),
    ("alpha: 10.0", "alpha: -1", "17: train.alpha: found -1.0, expected 0 or more"),
    ("alpha: 10.0", "alpha: .nan", "17: train.alpha: found nan, expected 0 or more"),
    ("alpha: 10.0", "alpha: .inf", "17: train.alpha: found inf, expected 0 or more"),
    ("alpha: 10.0", "alpha: 1e999", "17: train.alpha: found inf, expected 0 or more"),
    ("alpha3: 1.0", "momentum: 1", "14: train: momentum: found 1.0, expected a number from 0 to"),
    ("alpha3: 1.0", "nesterov: true", "14: train: nesterov: found true with momentum 0, expected"),
    ("alpha3: 1.0", "clip_norm: 0", "14: train: clip_norm: found 0.0, expected a number above 0"),
    ("seed: 0", "seed: -1", "20: seed: found -1, expected 0 or more"),
    ("train: 200", "train: 0", "1: dataset.synthetic: train: found 0, expected 1 or more"),
    ("filters: 12", "filters: 0", "6: network[3].conv: filters: found 0, expected 1 or more"),
    ("mean_pool: 2", "mean_pool: 0", "5: network[2].mean_pool: window: found 0, expected 1 or"),
    ("- sigmoid", "- dropout: 1", "4: network[1].dropout: rate: found 1.0, expected a number"),
]

STRUCTURE = [
    ("dataset: ", "x: ", "1: x: unknown option; known are dataset,"),
    ("- sigmoid", "-", "4: network[1]: found None, expected one layer: name, or name: options"),
    ("- sigmoid", "- {relu: , tanh: }", "4: network[1]: found {'relu': None, 'tanh': None}, exp"),
    ("- sigmoid", "- 5", "4: network[1]: found 5, expected one layer: name, or name: options"),
    ("loss: mse", "train: {alpha: 1}", "14: train: given twice; keep one of the two"),
    ("alpha2: 5.0", "alpha: 5.0", "18: alpha: given twice; keep one of the two"),
    ("alpha2: 5.0", "α: 5.0", "18: train.α: is alpha, given twice"),
    ("alpha2: 5.0", "alpha1: 5.0", "18: train.alpha1: is the same as alpha; keep one of the two"),
    ("filters: 6, ", "", "3: network[0].conv: 'filters' is missing; the options are bias, wei"),
    ("kernel: 5}", "}", "3: network[0].conv: 'kernel' is missing; the options are bias, weigh"),
    ("{synthetic: {train: 200, test: 50}}", "7", "1: dataset: found 7, expected one data set: na"),
    ("{train: 200, test: 50}", "200", "1: dataset.synthetic: found 200, expected a mapping of op"),
]

TEXTS = [
    ("", "configs/x.yaml: found nothing but blanks and comments; expected a value"),
    ("# nothing\n", "configs/x.yaml: found nothing but blanks and comments; expected a value"),
    ("5", "configs/x.yaml:1: configuration: found 5, expected a mapping of options"),
    ("[1, 2]", "configs/x.yaml:1: configuration: found [1, 2], expected a mapping of options"),
    ("dataset: mnist", "configs/x.yaml:1: network: is missing; every configuration has one"),
    ("network: [dense: 1]", "configs/x.yaml:1: dataset: is missing; every configuration has one"),
    ("dataset: mnist\nnetwork: []", "configs/x.yaml:2: network: expected a list of layers, such"),
    ("dataset: mnist\nnetwork: 3", "configs/x.yaml:2: network: expected a list of layers, such"),
    ("a: [1", "configs/x.yaml:1: not valid YAML: expected ',' or ']', but got '<stream end>'"),
    ("a: 1\n\tb: 2", "configs/x.yaml:2: not valid YAML: found character '\\t' that cannot"),
    ("a: *b", "configs/x.yaml:1: not valid YAML: found undefined alias 'b'"),
    ("a: 1\n---\nb: 1", "configs/x.yaml:2: not valid YAML: but found another document"),
    ("a: \x00", "configs/x.yaml: not valid YAML: unacceptable character #x0000"),
    ("a: &a [*a]", "configs/x.yaml:1: an alias that contains itself; write the value out"),
    ("a:\n  - &b {c: [*b]}", "configs/x.yaml:2: an alias that contains itself; write the value"),
    ("[" * 1500, "configs/x.yaml: nested too deeply; no option needs so many levels"),
    ("[" * 40 + "]" * 40, "configs/x.yaml:1: nested too deeply; no option needs so many levels"),
    ("a: !!python/object:os.system ls", "configs/x.yaml:1: found the tag tag:yaml.org,2002:pyth"),
    ("a: !!timestamp no", "configs/x.yaml:1: found the tag tag:yaml.org,2002:timestamp; tags"),
    ("? [a]\n: 1", "configs/x.yaml:1: found a list or mapping as a key; expected a name"),
    (LENET.partition("  batchsize")[0], "configs/x.yaml:14: train: found None, expected a mapp"),
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
    with pytest.raises(ConfigError, match=r"found \[1, 1, .{40,60}\.\.\., expected int") as caught:
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
