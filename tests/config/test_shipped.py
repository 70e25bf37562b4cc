"""The configurations that come with the program."""

from pathlib import Path

import pytest

from cnntrain.config import load_config, parse_config
from cnntrain.config.catalogue import RESULT
from cnntrain.model.build import build_network, layer_rates
from cnntrain.system.shipped import shipped

CONFIGS = sorted(shipped().glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_a_shipped_configuration_is_whole(path: Path) -> None:
    config = load_config(path.name)
    network = build_network(config)
    assert layer_rates(config, network)
    assert parse_config(config.text, path.name).text == config.text


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_a_shipped_configuration_opens_with_what_it_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))]
    assert 40 < len(header[0]) <= 100
    assert header[0].endswith(".")  # a line that can stand alone, as in `cnntrain configs`
    assert [line.endswith(".") for line in header if line.startswith(RESULT)] == [True]


def test_the_default_network_has_the_parameters_of_its_source() -> None:
    network = build_network(load_config("lenet"))
    assert sum(p.value.size for p in network.parameters.values()) == 3898
