import pytest

from cnntrain.errors import ConfigError
from cnntrain.nn.layers.activations import ReLU
from tests.config.texts import LENET, parsed


def test_a_nested_value_is_replaced() -> None:
    config = parsed(LENET, "network[3].conv.filters=8", "train.alpha2=1e-1", "seed = 7")
    assert vars(config.network[3])["filters"] == 8
    assert config.train.rates[2] == 0.1
    assert config.seed == 7


def test_a_value_that_is_not_written_is_added() -> None:
    config = parsed(LENET, "dtype=float64", "train.batches=4", "network[0].conv.padding=2")
    assert config.dtype == "float64"
    assert config.train.batches == 4
    assert vars(config.network[0])["padding"] == 2


def test_a_whole_layer_or_data_set_is_replaced() -> None:
    config = parsed(LENET, "network[1]=relu", "dataset={synthetic: {train: 5}}")
    assert isinstance(config.network[1], ReLU)
    assert vars(config.dataset)["train"] == 5


def test_a_section_that_is_missing_is_made() -> None:
    assert parsed("dataset: mnist\nnetwork: [dense: 10]", "train.alpha=3").train.rates == {1: 3.0}


def test_the_last_of_two_wins() -> None:
    assert parsed(LENET, "seed=1", "seed=2").seed == 2


def test_a_later_override_looks_into_an_earlier_one() -> None:
    config = parsed(LENET, "network[6]={dense: {units: 10}}", "network[6].dense.bias=false")
    assert vars(config.network[6])["bias"] is False


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("train.epochs", "--set train.epochs: found no '='; expected KEY=VALUE, as --set t"),
        ("train.epochs=", "--set train.epochs: the value is missing; expected --set train.epochs="),
        ("train.epochs=# 5", "--set train.epochs: found nothing but spaces and comments; expecte"),
        ("=5", "--set : not a path; expected one such as train.alpha or 'network[3].conv'"),
        ("train..epochs=5", "--set train..epochs: not a path; expected one such as train.alpha"),
        ("network[-1]=relu", "--set network[-1]: not a path; expected one such as train.alpha or"),
        ("network[x]=relu", "--set network[x]: not a path; expected one such as train.alpha or '"),
        (f"network[{'9' * 5000}]=relu", "--set network[9999"),
        ("network[8]=relu", "--set network[8]: found no item [8]; there are 8"),
        ("train[0]=1", "--set train[0]: found no item [0]; there are 0"),
        ("network[6].dense.units=5", "--set network[6].dense.units: 'units' is looked for in 10,"),
        ("network[1].sigmoid.x=5", "--set network[1].sigmoid.x: 'sigmoid' is looked for in 'sigm"),
        ("network.conv=5", "--set network.conv: 'conv' is looked for in [{conv: {filters: 6,"),
        ("train.epochs=[1", "--set train.epochs: found '[' without ']'; close it"),
        ("train.epoch=1", "--set train.epoch: unknown option; did you mean 'epochs'?"),
        ("train.epochs=x", "--set train.epochs: found the text 'x', expected a whole number"),
        ("dataset=minst", "--set dataset: minst: unknown data set; did you mean 'mnist'?"),
        (
            "dataset=./scans",
            "--set dataset: ./scans: unknown data set; a folder of images is written as",
        ),
        ("dataset={mnist: {resize: 5}}", "--set dataset: mnist.resize: found 5, expecte"),
        ("network[1]=sigmiod", "--set network[1]: sigmiod: unknown layer; did you mea"),
        ("loss=x", "--set loss: x: unknown loss; known are mse, softmax_cross_entropy"),
    ],
)
def test_a_bad_override_is_named(override: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(LENET, override)
    assert str(caught.value).startswith(complaint)
