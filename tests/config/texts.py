"""Configurations to break."""

from cnntrain.config import Config, parse_config

# The line numbers matter: complaints name them.
LENET = """\
dataset: {synthetic: {train: 200, test: 50}}
network:
  - conv: {filters: 6, kernel: 5}
  - sigmoid
  - mean_pool: 2
  - conv:
      filters: 12
      kernel: 5
  - sigmoid
  - mean_pool: 2
  - dense: 10
  - sigmoid
loss: mse
train:
  batchsize: 50
  epochs: 3
  alpha: 10.0
  alpha2: 5.0
  alpha3: 1.0
seed: 0
"""


def parsed(text: str = LENET, *overrides: str) -> Config:
    return parse_config(text, "configs/x.yaml", overrides)


def changed(old: str, new: str) -> str:
    """Return LENET with its first `old` replaced."""
    assert old in LENET
    return LENET.replace(old, new, 1)
