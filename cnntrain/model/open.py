"""Open what commands take as CONFIG|MODEL: a configuration, or a model trained from one."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cnntrain.config import Config, load_config
from cnntrain.errors import CheckpointError, UsageError
from cnntrain.model.build import build_network
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint
from cnntrain.model.find import find_checkpoint
from cnntrain.model.restore import restore_weights, restored_config
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.network import Network


class Subject(NamedTuple):
    """A configuration, and the checkpoint that was trained from it if there is one."""

    config: Config
    path: Path | None = None  # of the checkpoint
    checkpoint: Checkpoint | None = None
    overrides: Sequence[str] = ()

    def network(self, *, dtype: str | None = None, plain: bool = False) -> Network:
        """Return the network, with its initial weights or with the trained ones.

        `dtype` overrides the configuration's; with `plain`, layers compute by their own formulas.
        Raises ConfigError, CheckpointError, and UsageError where overrides change the sizes of
        trained layers.
        """
        network = build_network(self.config, dtype=dtype, plain=plain)
        if self.path is not None and self.checkpoint is not None:
            self._restore_weights(self.path, self.checkpoint, network)
        return network

    def _restore_weights(self, path: Path, checkpoint: Checkpoint, network: Network) -> None:
        try:
            restore_weights(path, checkpoint, network)
        except CheckpointError as error:
            if not self.overrides:
                raise
            raise UsageError(
                f"--set {self.overrides[0]}: the weights in {path} belong to a different network; "
                "expected overrides that leave the layers' sizes as they are"
            ) from error


def open_subject(
    name: str, overrides: Sequence[str] = (), own: Mapping[str, type[Layer]] | None = None
) -> Subject:
    """Open a configuration, run folder or checkpoint file by its name; `own` as for `load_config`.

    Raises ConfigError and CheckpointError.
    """
    if not os.path.isdir(name) and not name.endswith(".npz"):
        return Subject(load_config(name, overrides, own))
    return opened(find_checkpoint(Path(name)), overrides, own)


def opened(
    path: Path, overrides: Sequence[str] = (), own: Mapping[str, type[Layer]] | None = None
) -> Subject:
    """Return what is in a checkpoint file. Raises ConfigError and CheckpointError."""
    checkpoint = load_checkpoint(path)
    return Subject(restored_config(path, checkpoint, overrides, own), path, checkpoint, overrides)
