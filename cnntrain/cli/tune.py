"""`cnntrain tune`: search for the options that train best."""

import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete, options
from cnntrain.errors import UsageError

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.runs.tune.pruning import PrunerName
    from cnntrain.runs.tune.study import SearchName

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}  # seconds


class Duration(click.ParamType[float]):
    """A time such as 90, 90s, 10m or 2h, as seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no time; expected one such as 90s, 10m or 2h", param, ctx)
        return float(match[1]) * UNITS[match[2]]


@click.command(
    epilog=options.examples(
        "cnntrain tune lenet.yaml --epochs 3 --vary 'train.alpha=log:0.1:30'",
        "cnntrain tune lenet.yaml --vary 'network[0].conv.filters=4,6,8' --seeds 3 --for 10m",
        "cnntrain tune lenet.yaml --vary train.batchsize=10,50,100 --search grid --out search",
    ),
)
@click.argument("name", metavar="CONFIG", shell_complete=complete.configs)
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=VALUES",
    help="An option and what to try: log:LOW:HIGH, LOW:HIGH, or values as 4,6,8. May be repeated. "
    "[default: the section `tune` of the configuration]",
)
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many trials there are to be, earlier ones counted. [default: the configuration's, 40]",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    metavar="N",
    help="Train each trial with N seeds, and go by the mean. [default: the configuration's, 1]",
)
@click.option(
    "--search",
    type=click.Choice(["tpe", "random", "grid"]),
    help="How values are proposed. [default: the configuration's, tpe]",
)
@click.option(
    "--prune",
    type=click.Choice(["median", "hyperband", "none"]),
    help="Which trials are given up early. [default: the configuration's, hyperband]",
)
@click.option(
    "--for",
    "seconds",
    type=Duration(),
    metavar="TIME",
    help="Begin no trial after this time, as 90s, 10m or 2h. [default: no limit]",
)
@click.option(
    "--out",
    type=options.UserPath(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder of the search; one that was stopped goes on. [default: runs/<config>-tune-<n>]",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Trials at a time, each in a process with one thread. [default: as many as CPU cores]",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Train on the workers of this Dask scheduler. [default: on this machine]",
)
@click.option(
    "--storage",
    metavar="URL",
    help="Any database that Optuna knows. [default: an SQLite file in the folder]",
)
@click.option(
    "--study",
    metavar="NAME",
    help="The name of the study in the database. [default: the configuration's name]",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Train each trial for N epochs. [default: the configuration's]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Seed of the search, and the first of the trials'. [default: the configuration's]",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Train on the first N images only. [default: all]",
)
@options.data_dir
@options.own_layers
@options.overrides
@options.as_json
def tune(
    name: str,
    vary: tuple[str, ...],
    trials: int | None,
    seeds: int | None,
    search: "SearchName | None",
    prune: "PrunerName | None",
    seconds: float | None,
    out: Path | None,
    jobs: int | None,
    dask: str | None,
    storage: str | None,
    study: str | None,
    epochs: int | None,
    seed: int | None,
    limit: int | None,
    data_dir: Path | None,
    own: "OwnLayers",
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search for the options with which the network of CONFIG learns best.

    Each trial trains with other values, and is judged by its accuracy on validation images, which
    are set aside from the training images; test images are never looked at. The best values are
    written as a configuration for `cnntrain train`. The same command with --out goes on with a
    search that was stopped.
    """
    from cnntrain.cli.search import carry_out, finish
    from cnntrain.config import load_config
    from cnntrain.explain.exercise import refuse_unusable
    from cnntrain.runs.tune.executors import Dask, Processes
    from cnntrain.runs.tune.extra import optuna
    from cnntrain.runs.tune.session import Asked, opened
    from cnntrain.training.parallel.pool import available

    optuna()  # nothing is made if it is missing
    if dask is not None and jobs is not None:
        raise UsageError(
            f"--dask {dask}: found --jobs {jobs} too; its workers decide: leave one out"
        )
    given = options.as_overrides({"--epochs": epochs, "--seed": seed})
    config = load_config(name, [*overrides, *given], own.kinds)
    refuse_unusable(config, own)
    asked = Asked(
        vary=vary,
        trials=trials or config.tune.trials,
        seeds=seeds or config.tune.seeds,
        search=search or config.tune.search,
        prune=prune or config.tune.prune,
        limit=limit,
        data_dir=data_dir,
        out=out,
        storage=storage,
        study=study,
    )
    workers = Dask(dask) if dask is not None else Processes(jobs or available())
    with (
        closing(workers),
        opened(config, asked, fetch=options.fetch, command=sys.argv, own=own) as session,
    ):
        carry_out(session, workers, seconds)
        finish(session, as_json=as_json)
