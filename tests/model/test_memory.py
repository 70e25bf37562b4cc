import numpy as np
import pytest

from cnntrain.config import parse_config
from cnntrain.errors import ConfigError
from cnntrain.model.build import build_network
from cnntrain.model.memory import refuse_too_large_batches, refuse_too_many_weights

DENSE = """\
dataset: synthetic
network:
  - dense: 1000
  - sigmoid
  - dense: 10
train: {batchsize: 100, alpha: 1}
"""


def have(monkeypatch: pytest.MonkeyPatch, amount: int | None) -> None:
    monkeypatch.setattr("cnntrain.model.memory.available_memory", lambda: amount)


def test_weights_that_do_not_fit_are_refused_with_the_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = 2 * 4 * (784_000 + 10_000) + 8 * 784_000
    config = parse_config(DENSE, "x.yaml")
    have(monkeypatch, needed)
    refuse_too_many_weights(config, np.dtype("float32"))
    have(monkeypatch, needed - 1)
    with pytest.raises(ConfigError) as caught:
        build_network(config)
    assert str(caught.value) == (
        "x.yaml:2: network: its weights do not fit into memory: they need at least 12.6 MB, of "
        "which 12.6 MB are free; dense1 has the most, 784,000; make its layers smaller"
    )


def test_a_batch_that_does_not_fit_is_refused_with_the_largest_that_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = 4 * (784 + 1000 + 1000 + 10)
    config = parse_config(DENSE, "x.yaml")
    have(monkeypatch, 100 * one)
    refuse_too_large_batches(config, 100)
    have(monkeypatch, 60 * one)
    with pytest.raises(ConfigError) as caught:
        refuse_too_large_batches(config, 100)
    assert str(caught.value) == (
        "x.yaml:6: train.batchsize: found 100, for which a mini-batch needs at least 1.1 MB of "
        "memory, and 670.6 kB are free; expected at most 60; lower train.batchsize"
    )


def test_nothing_is_refused_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, None)
    refuse_too_many_weights(parse_config(DENSE, "x.yaml"), np.dtype("float32"))
    refuse_too_large_batches(parse_config(DENSE, "x.yaml"), 10**9)
