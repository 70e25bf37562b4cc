"""The README of the configurations names all there is: configurations, layers, data, losses."""

import re
from dataclasses import fields

import pytest

from cnntrain.config import load_config
from cnntrain.config.catalogue import catalogue
from cnntrain.config.schema import Training
from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.sources import SOURCES
from cnntrain.model.build import build_network
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES
from tests.readme import CONFIGS, ROOT, paragraph, read


def test_every_shipped_configuration_has_its_row() -> None:
    rows = re.findall(r"^\| `([\w-]+\.yaml)` \|", read(CONFIGS), re.MULTILINE)
    assert sorted(rows) == sorted(path.name for path in (ROOT / "configs").glob("*.yaml"))


def test_the_results_are_those_of_the_files() -> None:
    rows = re.findall(
        r"^\| `([\w-]+\.yaml)` .*\| (\d+\.\d+ ± \d+\.\d+ %)", read(CONFIGS), re.MULTILINE
    )
    stated = {config.name: config.result for config in catalogue()}
    assert [name for name, figure in rows if figure not in stated[name]] == []
    assert len(rows) >= 8


def test_the_parameters_are_those_of_the_networks() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)\.yaml` \|[^|]*\|[^|]*\| ([\d,]+) \|", read(CONFIGS), re.MULTILINE
    )
    stated = {name: int(count.replace(",", "")) for name, count in rows}
    found = {}
    for name in stated:
        network = build_network(load_config(name))
        found[name] = sum(p.value.size for p in network.parameters.values())
    assert stated == found
    assert len(stated) >= 10


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_listed_with_its_options(layer: str) -> None:
    listed = re.search(rf"`{layer}`[^`]*?(?: and `\w+`)?(?: \(([\w, ]+)\))?[,.]", layers())
    assert listed, f"{CONFIGS}: `{layer}` is missing from the list of layers"
    options = [field.name for field in fields(LAYERS[layer]) if field.init]  # type: ignore[arg-type]
    assert set((listed[1] or "").split(", ")) - {""} == set(options)


def layers() -> str:
    """Return the list of layers."""
    return paragraph(CONFIGS, "**Layers**")


@pytest.mark.parametrize("name", DISTORTIONS)
def test_every_distortion_is_listed_with_its_options_and_defaults(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| (.*?) \|", read(CONFIGS), re.MULTILINE)
    assert row, f"{CONFIGS}: `{name}` is missing from the list of distortions"
    options = [f"{field.name}: {field.default}" for field in fields(DISTORTIONS[name])]
    assert row[1] == ", ".join(option.removesuffix(".0") for option in options)


@pytest.mark.parametrize("name", SOURCES)
def test_every_kind_of_data_is_listed(name: str) -> None:
    assert f"`{name}`" in paragraph(CONFIGS, "**Data**")


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_listed(name: str) -> None:
    assert f"`{name}`" in paragraph(CONFIGS, "**Loss**")


@pytest.mark.parametrize("name", [field.name for field in fields(Training)])
def test_every_option_of_training_is_listed(name: str) -> None:
    shown = "alpha" if name == "rates" else name  # spelt alpha, alpha2, ... in a file
    assert f"`{shown}`" in paragraph(CONFIGS, "**Training**")


@pytest.mark.parametrize("rule", UPDATES)
def test_every_update_rule_is_listed_with_its_options(rule: str) -> None:
    listed = re.search(rf"^\| `{rule}` \|.*\|$", read(CONFIGS), re.MULTILINE)
    assert listed, f"{CONFIGS}: `{rule}` is missing from the table of update rules"
    common = re.search(r"^\| every rule \|.*\|$", read(CONFIGS), re.MULTILINE)
    assert common
    columns = listed[0].split("|")[3] + common[0].split("|")[3]
    options = set(re.findall(r"`(\w+): [^`]+`", columns))
    assert options == {field.name for field in fields(UPDATES[rule]) if field.init}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_is_listed_with_its_options(schedule: str) -> None:
    listed = re.search(rf"`{schedule}`(?: \(([\w, ]+)\))?", paragraph(CONFIGS, "**Schedules**"))
    assert listed, f"{CONFIGS}: `{schedule}` is missing from the list of schedules"
    options = {field.name for field in fields(SCHEDULES[schedule])} - {"warmup"}
    assert set((listed[1] or "").split(", ")) - {""} == options
