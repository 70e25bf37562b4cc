"""`cnntrain train CONFIG`: a new run, of which nothing is made if anything is wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.cli import options
from cnntrain.errors import DownloadError

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.runs.experiment import Experiment


def new_experiment(
    name: str,
    overrides: list[str],
    data_dir: Path | None,
    limit: int | None,
    out: Path | None,
    own: "OwnLayers",
    *,
    strict: bool,
    plain: bool,
    required: float | None,
) -> "tuple[Experiment, Path]":
    """Return a new experiment and its run directory; nothing is made if anything is wrong."""
    from cnntrain.config import load_config
    from cnntrain.data.classes import require_classes
    from cnntrain.explain.exercise import refuse_unusable
    from cnntrain.runs.begin import begin
    from cnntrain.runs.new_folder import new_run, refuse_to_overwrite

    config = options.strictly(load_config(name, overrides, own.kinds), strict=strict)
    refuse_to_overwrite(out)
    refuse_unusable(config, own)
    try:
        experiment = begin(
            config, data_dir=data_dir, fetch=options.fetch, limit=limit, plain=plain, own=own
        )
    except DownloadError as error:
        raise DownloadError(
            *error.args,
            "or train on digits that need no download: `cnntrain train --config quickstart.yaml`",
        ) from error
    if required is not None:
        require_classes(experiment.splits.test, f"--require-accuracy {required}")
    return experiment, new_run(config, out, experiment.save)
