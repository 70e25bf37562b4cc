"""Everything beyond the tutorial at once: does it learn, and does every filter take part?"""

from pathlib import Path

import numpy as np
import pytest

from cnntrain.config import parse_config
from cnntrain.runs.begin import begin
from tests.small import epochs, finish

RECIPE = """\
dataset: {synthetic: {train: 2000, test: 300}}
network:
  - conv: {filters: 8, kernel: 5, bias: false, weights: he}
  - batch_norm
  - relu
  - max_pool: 2
  - conv: {filters: 16, kernel: 5, bias: false, weights: he}
  - batch_norm
  - relu
  - max_pool: 2
  - dense: 10
loss: softmax_cross_entropy
train:
  batchsize: 25
  epochs: 2
  validation: 200
  alpha: 0.05
  momentum: 0.9
  nesterov: true
  weight_decay: 1e-4
  schedule: {one_cycle: {warmup: 0.1}}
  label_smoothing: 0.05
  ema: 0.95
  augment: {shift: 1, rotate: 5, scale: 0.05, shear: 0.05}
seed: 1
"""


@pytest.mark.slow  # a training that learns something
def test_a_recipe_learns_a_subset_and_every_filter_moves(tmp_path: Path) -> None:
    experiment = begin(parse_config(RECIPE, "recipe.yaml"), data_dir=None, fetch=lambda *_: None)
    before = experiment.network.state()
    events = epochs(finish(experiment, tmp_path / "run"))
    assert (events[-1].test.error or 0) < 0.15
    assert events[-1].mse < 0.6 * events[0].mse
    for name in ("conv1.weights", "conv2.weights"):
        kernels, learnt = before[name], experiment.network.state()[name]
        moved = np.abs(learnt - kernels).sum(axis=(1, 2, 3)) / np.abs(kernels).sum(axis=(1, 2, 3))
        assert moved.min() > 0.1, name
