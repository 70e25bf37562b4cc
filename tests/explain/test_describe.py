from pathlib import Path

import numpy as np
import pytest

from cnntrain.config import load_config, parse_config
from cnntrain.errors import ConfigError
from cnntrain.explain.describe import Description, LayerRow, describe, receptive_fields
from cnntrain.model.build import build_network, check_outputs, layer_rates
from cnntrain.nn.layers.activations import ReLU
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from cnntrain.system.shipped import shipped
from tests.nn.networks import network

CONFIGS = sorted(path.name for path in shipped().glob("*.yaml"))


def described(name: str, *overrides: str) -> Description:
    return describe(load_config(name, overrides))


def row(found: Description, name: str) -> LayerRow:
    return next(row for row in found.rows if row.name == name)


def test_the_tutorials_network_is_the_one_of_its_table() -> None:
    found = described("lenet", "train.alpha=9", "train.alpha2=4", "train.alpha3=1")
    assert [(r.name, r.shape, r.parameters, r.rate) for r in found.rows] == [
        ("input", (1, 28, 28), 0, None),
        ("conv1", (6, 24, 24), 6 * 25 + 6, 9.0),
        ("sigmoid1", (6, 24, 24), 0, None),
        ("mean_pool1", (6, 12, 12), 0, None),
        ("conv2", (12, 8, 8), 12 * 150 + 12, 4.0),
        ("sigmoid2", (12, 8, 8), 0, None),
        ("mean_pool2", (12, 4, 4), 0, None),
        ("dense1", (10, 1, 1), 192 * 10 + 10, 1.0),
        ("sigmoid3", (10, 1, 1), 0, None),
    ]
    assert found.parameters == 3_898
    assert found.problem is None


def test_the_two_parameter_counts_of_the_text_come_out() -> None:
    assert row(described("nielsen"), "conv1").parameters == 520
    assert row(described("nielsen-dense"), "dense1").parameters == 23_550


def test_multiply_adds_are_those_of_one_image() -> None:
    found = described("lenet")
    assert row(found, "conv1").multiply_adds == 6 * 24 * 24 * 25
    assert row(found, "conv2").multiply_adds == 12 * 8 * 8 * 6 * 25
    assert row(found, "mean_pool1").multiply_adds == 0
    assert row(found, "dense1").multiply_adds == 192 * 10
    assert found.multiply_adds == 86_400 + 115_200 + 1_920


def test_memory_is_output_and_gradient_of_a_batch_and_the_parameters_twice() -> None:
    found = described("lenet", "train.batchsize=3", "dtype=float64")
    assert row(found, "input").memory == 28 * 28 * 3 * 8
    assert row(found, "sigmoid2").memory == 2 * 12 * 8 * 8 * 3 * 8
    assert row(found, "dense1").memory == 2 * (10 * 3 + 1_930) * 8
    assert found.memory == sum(r.memory for r in found.rows)


def test_rates_are_those_that_training_uses() -> None:
    for name in CONFIGS:
        config = load_config(name)
        rates = layer_rates(config, build_network(config))
        rows = describe(config).rows
        assert {r.name: r.rate for r in rows if r.rate is not None} == {
            layer: rate.value for layer, rate in rates.items()
        }


def test_the_update_rule_is_described() -> None:
    assert described("lenet").update == "gradient descent"
    assert described("lenet", "train.update=adamw").update == "AdamW, weight decay 0.01"


def test_what_training_does_beyond_the_tutorial_is_described() -> None:
    assert described("lenet").training == {}
    found = described(
        "lenet",
        "train.momentum=0.9",
        "train.schedule={cosine: {warmup: 1, end: 0.1}}",
        "train.augment={shift: 2, elastic: {}}",
        "train.label_smoothing=0.1",
        "train.ema=0.99",
    ).training
    assert found == {
        "update": "gradient descent with classical momentum",
        "schedule": "rates grow linearly for 1 epoch, then fall along a cosine to 0.1 times their value",
        "augment": "shift, elastic",
        "label_smoothing": "0.1",
        "ema": "0.99, the decay of the average that is tested",
    }


def test_frozen_parameters_are_named() -> None:
    found = described("mazur")
    assert (row(found, "dense1").frozen, row(found, "dense1").rate) == (("bias",), 0.5)
    assert row(described("lenet"), "conv1").frozen == ()


@pytest.mark.parametrize("name", CONFIGS)
def test_every_shipped_configuration_can_be_described(name: str) -> None:
    found = described(name)
    assert found.problem is None
    assert found.parameters > 0


STACKS: list[list[Layer]] = [
    [Convolution(2, 3), MeanPooling(2), Convolution(2, (3, 2), stride=(1, 2)), Dense(2)],
    [Convolution(2, 3, padding=1), Convolution(2, 3, padding=1), Convolution(2, 5, padding=2)],
    [MaxPooling(3, 2), Convolution(1, 1), ReLU(), Convolution(2, 2, stride=3)],
    [Dense(3), ReLU(), Dense(2)],
]


@pytest.mark.parametrize("stack", STACKS)
def test_the_receptive_field_is_where_pixels_matter(stack: list[Layer]) -> None:
    """Change each pixel; see how far apart those lie that change an output in the middle."""
    image = (1, 12, 11)
    net = network([*stack, Dense(1)], image)
    shard, blank = net.observed((0, 1)), np.full((1, *image), 0.5)
    pixels = np.repeat(blank[0], 12 * 11, axis=0)
    pixels.reshape(132, 132)[np.diag_indices(132)] += 1
    shard.forward(blank)
    base = [y.copy() for y in shard.outputs]
    reached = [np.zeros((12, 11), bool) for _ in stack]
    for place, changed in enumerate(pixels):
        shard.forward(changed[None, None])
        for seen, y, before in zip(reached, shard.outputs[1:], base[1:], strict=False):
            rows, _, columns, _ = y.shape
            middle = (rows // 2, slice(None), columns // 2)
            seen.flat[place] = (y[middle] != before[middle]).any()
    extents = [tuple(int(np.ptp(axis)) + 1 for axis in np.nonzero(seen)) for seen in reached]
    assert receptive_fields(image, net.layers[1:-1]) == extents


def test_a_layer_that_does_not_fit_ends_the_table_and_says_what_would() -> None:
    found = described("lenet", "network[2].mean_pool=6")
    assert [r.name for r in found.rows][-2:] == ["mean_pool1", "conv2"]
    assert row(found, "mean_pool1") == LayerRow(
        "mean_pool1", (6, 4, 4), field=(10, 10), memory=2 * 6 * 4 * 4 * 50 * 4
    )
    assert row(found, "conv2") == LayerRow("conv2")
    assert found.bad == "conv2"
    assert found.reason == (
        "a window of 5 does not fit on 4 rows; it needs 5 rows or more, or a window of 4 or less"
    )
    path = shipped() / "lenet.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = lines.index("  - conv: {filters: 12, kernel: 5}") + 1
    assert found.problem == (
        f"--set network[2].mean_pool=6: does not go with {path}:{line}: network[3]: conv2: input "
        f"6x4x4: {found.reason}"
    )


def test_the_first_layer_may_be_the_one_that_does_not_fit() -> None:
    found = described("lenet", "network[0].conv={filters: 6, kernel: 29}")
    assert [r.name for r in found.rows] == ["input", "conv1"]
    assert found.bad == "conv1"


def test_a_last_layer_that_leaves_maps_is_the_bad_row_itself() -> None:
    found = described("lenet", "network[6]=relu")
    assert (found.rows[-1].name, found.rows[-1].shape) == ("sigmoid3", (12, 4, 4))
    assert found.bad == "sigmoid3"
    assert found.reason is not None
    assert found.reason.startswith("the output is maps of 12x4x4, not 1x1; end with a layer")


@pytest.mark.parametrize(
    ("dataset", "last", "classes"),
    [
        ("mnist", 7, 10),
        ("{synthetic: {resize: 14}}", 12, 10),
        ("{inline: {inputs: [[1, 2]], targets: [[0, 1, 0]]}}", 2, 3),
    ],
)
def test_outputs_that_are_not_the_classes_are_a_misfit_of_the_last_layer(
    dataset: str, last: int, classes: int
) -> None:
    text = f"dataset: {dataset}\nnetwork: [dense: {last}, sigmoid]\ntrain: {{alpha: 1}}\n"
    config = parse_config(text, "last.yaml")
    found = describe(config)
    name = config.dataset.name
    assert (found.bad, found.rows[-1].shape) == ("sigmoid1", (last, 1, 1))
    assert found.reason == (
        f"found {last} outputs, expected {classes}, one for each class of {name}; "
        f"end the network with `- dense: {classes}`"
    )
    assert found.problem == f"last.yaml:2: network[1]: {found.reason}"
    with pytest.raises(ConfigError) as complaint:
        check_outputs(config, build_network(config), config.dataset.known_classes)
    assert str(complaint.value) == found.problem


def test_the_complaint_about_outputs_is_the_one_of_training() -> None:
    text = "dataset: {synthetic: {test: 1}}\nnetwork: [dense: 7]\ntrain: {alpha: 1}\n"
    config = parse_config(text, "last.yaml")
    with pytest.raises(ConfigError) as complaint:
        check_outputs(config, build_network(config), config.dataset.load("test", None).classes)
    assert describe(config).problem == str(complaint.value)


def test_the_number_of_classes_in_folders_is_not_looked_up() -> None:
    text = "dataset: {folder: {path: nowhere, size: 4}}\nnetwork: [dense: 7]\ntrain: {alpha: 1}\n"
    config = parse_config(text, "folder.yaml")
    assert describe(config).problem is None
    check_outputs(config, build_network(config), config.dataset.known_classes)


@pytest.mark.parametrize(
    "dataset",
    ["synthetic: {train: 20}", "inline: {inputs: [[1], [2]], targets: [[0, 1, 0], [1, 0, 0]]}"],
)
def test_classes_known_without_loading_are_those_of_the_loaded_data(dataset: str) -> None:
    text = f"dataset: {{{dataset}}}\nnetwork: [dense: 3]\ntrain: {{alpha: 1}}\n"
    source = parse_config(text, "data.yaml").dataset
    assert source.known_classes == source.load("train", None).classes


@pytest.mark.parametrize(
    ("rates", "shown", "problem"),
    [
        ("alpha: 1, alpha2: 2", [1.0, 2.0, None], "train.alpha3 is missing: the rate of dense3"),
        ("alpha: 1, alpha4: 2", [1.0, None, None], "train.alpha2 is missing: the rate of dense2"),
    ],
)
def test_a_missing_rate_is_a_problem_of_the_whole_table(
    rates: str, shown: list[float | None], problem: str
) -> None:
    text = f"dataset: mnist\nnetwork: [dense: 4, dense: 3, dense: 10]\ntrain: {{{rates}}}\n"
    found = describe(parse_config(text, str(Path("rates.yaml"))))
    assert [r.rate for r in found.rows[1:]] == shown
    assert found.problem is not None
    assert problem in found.problem
    assert found.bad is None
