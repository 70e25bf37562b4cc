"""The names that other programs and textbooks use lead to ours."""

from dataclasses import fields, is_dataclass

import pytest

from cnntrain.config import Config, Training, parse_config
from cnntrain.config.complaints.aliases import ALIASES, alias, not_needed, plain
from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.sources import SOURCES
from cnntrain.errors import ConfigError
from cnntrain.nn import layers as nn_layers
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES
from tests.config.texts import LENET, changed, parsed

LAYERS = [
    *(("ReLU", "relu"), ("Conv2d", "conv"), ("Conv2D", "conv"), ("Linear", "dense")),
    *(("Dense", "dense"), ("fc", "dense"), ("InnerProduct", "dense"), ("AvgPool2d", "mean_pool")),
    ("MaxPooling2D", "max_pool"),
    *(("AveragePooling2D", "mean_pool"), ("LeakyReLU", "leaky_relu"), ("logistic", "sigmoid")),
]
TRAIN = [
    *(("lr", "alpha"), ("learning_rate", "alpha"), ("optimizer", "update"), ("eta", "alpha")),
    *(("batch_size", "batchsize"), ("n_epochs", "epochs"), ("steps_per_epoch", "batches")),
    *(("validation_split", "validation"), ("Momentum", "momentum")),
]
OF_CONV = [("out_channels", "filters"), ("kernel_size", "kernel"), ("strides", "stride")]
SENTENCES = [
    ("- dense", "- flatten", "dense takes maps as they are"),
    ("- dense", "- Softmax", "`loss: softmax_cross_entropy`"),
    ("filters: 12", "in_channels: 1", "each layer takes what the one before it gives"),
    ("filters: 12", "activation: relu", "write it as a layer of its own"),
    ("batchsize: 50", "shuffle: true", "the images are mixed anew for every epoch"),
    ("batchsize: 50", "seed: 1", "did you mean 'seed', outside of `train`?"),
    ("seed: 0", "epochs: 1", "did you mean 'train.epochs'?: indent it below `train:`"),
    ("seed: 0", "conv: 1", "it is a layer, which is an item of the list `network`"),
    ("seed: 0", "random_state: 1", "did you mean 'seed'?"),
    ("synthetic", "cifar10", "put its images into a folder for each class"),
    ("{synthetic: {train: 200, test: 50}}", "./digits", "is written as `folder: ./digits`"),
    ("- dense", "- GlobalAveragePooling2D", "write `mean_pool: global`"),
    ("- dense", "- AdaptiveMaxPool2d", "write `max_pool: global`"),
    ("- dense", "- elu", "leaky_relu, silu and gelu come closest"),
    ("- dense", "- LSTM", "a network is a list of layers, without branches"),
    ("batchsize: 50", "dropout: 0.5", "it is a layer, an item of the list `network`: `- dropout`"),
    ("batchsize: 50", "schedule: CosineAnnealingLR", "did you mean 'cosine'?"),
    ("batchsize: 50", "augment: {rotation: 5}", "did you mean 'rotate'?"),
    ("batchsize: 50", "augment: {RandomHorizontalFlip: 1}", "a digit in a mirror is no digit"),
    ("seed: 0", "dtype: fp32", "`dtype: float32` is the smallest"),
    ("synthetic", "FashionMNIST", "did you mean 'fashion-mnist'?"),
]


def complaint_about(text: str, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parsed(text, *overrides)
    return str(caught.value)


@pytest.mark.parametrize(("name", "ours"), LAYERS)
def test_a_layer_of_another_name_leads_to_ours(name: str, ours: str) -> None:
    assert f"did you mean '{ours}'?" in complaint_about(changed("- dense", f"- {name}"))


@pytest.mark.parametrize(("name", "ours"), TRAIN)
def test_an_option_of_training_of_another_name_leads_to_ours(name: str, ours: str) -> None:
    assert f"did you mean '{ours}'?" in complaint_about(changed("batchsize", name))


@pytest.mark.parametrize(("name", "ours"), OF_CONV)
def test_an_option_of_a_layer_of_another_name_leads_to_ours(name: str, ours: str) -> None:
    assert f"did you mean '{ours}'?" in complaint_about(changed("filters", name))


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "cross_entropy", "nll", "softmax"])
def test_a_loss_of_another_name_leads_to_ours(name: str) -> None:
    text = complaint_about(changed("loss: mse", f"loss: {name}"))
    assert "did you mean 'softmax_cross_entropy'?" in text


@pytest.mark.parametrize(("old", "new", "sentence"), SENTENCES)
def test_what_is_not_there_is_explained(old: str, new: str, sentence: str) -> None:
    assert sentence in complaint_about(changed(old, new))


@pytest.mark.parametrize(
    ("key", "ours"), [("alpha", "alpha"), ("epochs", "epochs"), ("lr", "alpha")]
)
def test_a_flag_without_its_section_leads_to_the_whole_key(key: str, ours: str) -> None:
    text = complaint_about(LENET, f"{key}=1")
    assert text == f"--set {key}: unknown option; did you mean 'train.{ours}'?"


def test_known_names_are_listed_once() -> None:
    names = complaint_about(changed("batchsize", "xyzzy")).partition("known are ")[2].split(", ")
    assert "schedule" in names
    assert len(names) == len(set(names))


def test_an_alias_leads_only_to_what_exists() -> None:
    assert alias("BatchNorm2d", "layer", ["dense"]) is None
    assert alias("BatchNorm2d", "layer", ["dense", "batch_norm"]) == "batch_norm"
    assert not_needed("dense", "layer") is None


def options_of(*kinds: type) -> set[str]:
    return {f.name for kind in kinds if is_dataclass(kind) for f in fields(kind) if f.init}


KNOWN = {
    "layer": {*nn_layers.LAYERS},
    "loss": {*LOSSES},
    "data set": {*SOURCES},
    "update rule": {*UPDATES},
    "schedule": {*SCHEDULES},
    "distortion": {*DISTORTIONS},
    "option": {"alpha"}
    | options_of(
        Config,
        Training,
        *nn_layers.LAYERS.values(),
        *SOURCES.values(),
        *UPDATES.values(),
        *SCHEDULES.values(),
        *DISTORTIONS.values(),
    ),
}


@pytest.mark.parametrize("kind", ALIASES)
def test_every_alias_leads_to_something_that_exists(kind: str) -> None:
    dead = ALIASES[kind].keys() - KNOWN[kind]
    assert not dead, f"cnntrain/config/complaints/aliases.py: ALIASES['{kind}']: no such {kind}"


@pytest.mark.parametrize("name", ["SGDM", "heavy_ball"])
def test_momentum_is_found_where_it_is_an_option_of_sgd(name: str) -> None:
    assert complaint_about(LENET, f"train.update={name}") == (
        f"--set train.update: {name}: unknown update rule; it is `update: sgd` with `momentum: 0.9`"
    )


@pytest.mark.parametrize("name", ["nesterov", "NAG"])
def test_nesterovs_momentum_is_found_where_it_is_an_option_of_sgd(name: str) -> None:
    assert complaint_about(changed("epochs: 3", f"update: {name}")).endswith(
        "unknown update rule; it is `update: sgd` with `momentum: 0.9` and `nesterov: true`"
    )


def test_aliases_are_written_as_they_are_compared() -> None:
    rows = [row for table in ALIASES.values() for row in table.values()]
    assert all(name == plain(name) for row in rows for name in row.split())


FLAGS = [
    ("--dataset=folder", "--dataset: folder: 'path' is missing; write `--dataset 'folder: DIR'`"),
    (
        "--dataset=inline",
        "--dataset: inline: 'inputs' is missing; write `--dataset 'inline: {inputs",
    ),
    ("--epochs=-1", "--epochs: found -1, expected 0 or more"),
    ("train.batchsize=0", "--set train.batchsize: found 0, expected 1 or more"),
    ("network[0].conv.kernel=0", "--set network[0].conv.kernel: found 0, expected 1 or more"),
]


@pytest.mark.parametrize(("flag", "complaint"), FLAGS)
def test_a_flag_is_named_with_its_key_once(flag: str, complaint: str) -> None:
    assert complaint_about(LENET, flag).startswith(complaint)


def test_a_flag_that_does_not_go_with_the_file_is_named_first() -> None:
    text = changed("batchsize: 50", "momentum: 0.9\n  nesterov: true")
    assert complaint_about(text, "seed=1", "train.momentum=0", "loss=mse").startswith(
        "--set train.momentum=0: does not go with configs/x.yaml:16: train.nesterov: found true"
    )


def test_a_flag_is_not_blamed_for_what_is_wrong_in_the_file() -> None:
    text = complaint_about(changed("epochs: 3", "epochs: -3"), "seed=1")
    assert text.startswith("configs/x.yaml:16: train.epochs: found -3")


def test_an_option_of_the_wrong_range_is_found_in_its_own_line() -> None:
    text = "dataset:\n  folder:\n    path: x\n    held_out: 2\nnetwork: [dense: 2]\n"
    with pytest.raises(ConfigError, match=r"^x.yaml:4: dataset.folder.held_out: found 2"):
        parse_config(text, "x.yaml")
