"""What networks that have only seen built-in digits read of the real MNIST."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cnntrain.config import Config, load_config, parse_config
from cnntrain.data.idx.verify import load_idx
from cnntrain.runs.begin import begin
from cnntrain.training.evaluation import evaluate
from tests.small import finish

pytestmark = [pytest.mark.mnist, pytest.mark.slow]

LARGER = """\
dataset: {synthetic: {train: 19200}}
network:
  - conv: {filters: 16, kernel: 5, weights: he}
  - relu
  - max_pool: 2
  - conv: {filters: 32, kernel: 5, weights: he}
  - relu
  - max_pool: 2
  - dense: {units: 128, weights: he}
  - relu
  - dense: 10
loss: softmax_cross_entropy
train: {batchsize: 64, epochs: 3, alpha: 0.05, momentum: 0.9, nesterov: true, schedule: one_cycle}
"""


@pytest.mark.parametrize(
    ("load", "least"),
    [
        (lambda: load_config("quickstart"), 0.91),
        (lambda: parse_config(LARGER, "larger.yaml"), 0.955),
    ],
)
def test_a_network_trained_on_built_in_digits_reads_real_ones(
    mnist_root: Path, tmp_path: Path, load: Callable[[], Config], least: float
) -> None:
    experiment = begin(load(), data_dir=None, fetch=lambda *_: None)
    finish(experiment, tmp_path / "run")
    result = evaluate(experiment.network, load_idx("mnist", "test", mnist_root))
    assert result.accuracy is not None
    assert result.accuracy >= least
