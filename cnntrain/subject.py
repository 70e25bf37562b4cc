"""What a command that looks at a network is given: a configuration, or a model trained from one."""

import os
from collections.abc import Sequence
from pathlib import Path

from cnntrain import runs
from cnntrain.checkpoint import load_checkpoint
from cnntrain.config import Config, load_config
from cnntrain.model import build_network, restore_weights, restored_config
from cnntrain.nn.network import Network


def subject_config(name: str, overrides: Sequence[str] = ()) -> Config:
    """Return the configuration of that name, or that of a run folder or checkpoint file.

    Raises ConfigError and CheckpointError.
    """
    path = _checkpoint(name)
    if path is None:
        return load_config(name, overrides)
    return restored_config(path, load_checkpoint(path), overrides)


def subject_network(
    name: str, overrides: Sequence[str] = (), *, dtype: str | None = None
) -> tuple[Config, Network]:
    """Return also the network: with its initial weights, or with those of the model.

    `dtype` overrides the configuration's. Raises ConfigError and CheckpointError.
    """
    config = subject_config(name, overrides)
    network = build_network(config, dtype=dtype)
    path = _checkpoint(name)
    if path is not None:
        restore_weights(path, load_checkpoint(path), network)
    return config, network


def _checkpoint(name: str) -> Path | None:
    """Return the checkpoint file that a name stands for; None for that of a configuration."""
    if os.path.isdir(name) or name.endswith(".npz"):
        return runs.find_checkpoint(Path(name))
    return None
