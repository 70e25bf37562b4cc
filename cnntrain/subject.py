"""What a command that looks at a network is given: a configuration, or a model trained from one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnntrain import runs
from cnntrain.checkpoint import Checkpoint, load_checkpoint
from cnntrain.config import Config, load_config
from cnntrain.model import build_network, restore_weights, restored_config
from cnntrain.nn.network import Network


@dataclass(frozen=True)
class Subject:
    """A configuration, and the checkpoint that was trained from it if there is one."""

    config: Config
    path: Path | None = None  # of the checkpoint
    checkpoint: Checkpoint | None = None

    def network(self, *, dtype: str | None = None) -> Network:
        """Return the network, with its initial weights or with the trained ones.

        `dtype` overrides the configuration's. Raises ConfigError and CheckpointError.
        """
        network = build_network(self.config, dtype=dtype)
        if self.path is not None and self.checkpoint is not None:
            restore_weights(self.path, self.checkpoint, network)
        return network


def open_subject(name: str, overrides: Sequence[str] = ()) -> Subject:
    """Return what a name stands for: a configuration, a run folder or a checkpoint file.

    Raises ConfigError and CheckpointError.
    """
    if not os.path.isdir(name) and not name.endswith(".npz"):
        return Subject(load_config(name, overrides))
    path = runs.find_checkpoint(Path(name))
    checkpoint = load_checkpoint(path)
    return Subject(restored_config(path, checkpoint, overrides), path, checkpoint)
