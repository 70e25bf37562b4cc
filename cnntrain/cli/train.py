"""`cnntrain train`: train a network from a configuration."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete, options
from cnntrain.cli.curves import curves_at_the_end, refreshing
from cnntrain.cli.find_rate import propose_rates
from cnntrain.cli.new import new_experiment
from cnntrain.cli.output import print_result, say
from cnntrain.cli.resume import refuse_with_resume, result_before
from cnntrain.errors import RequirementError, UsageError
from cnntrain.show.summary import as_text, at_the_start, ended_early, how_to_go_on, what_next
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.runs.experiment import Experiment


@click.command(
    epilog=options.examples(
        "cnntrain train --config lenet.yaml --epochs 4",
        "cnntrain train --config lenet.yaml --set train.alpha=5 --set 'network[1]=relu'",
        "cnntrain train --resume runs/lenet-1",
    ),
)
@click.argument("name", metavar="[CONFIG]", required=False, shell_complete=complete.configs)
@click.option(
    "--config",
    "config_name",
    metavar="NAME|PATH",
    shell_complete=complete.configs,
    help="A YAML file, or a shipped one; `cnntrain configs` lists them.",
)
@click.option(
    "--dataset",
    metavar="D",
    shell_complete=complete.datasets,
    help="Train on this data, as kmnist or 'folder: DIR'. [default: the configuration's]",
)
@options.data_dir
@click.option(
    "--out",
    type=options.UserPath(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The run directory to make. [default: runs/<config>-<n>]",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=0),
    metavar="N",
    help="Train for N epochs. [default: the configuration's]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Seed of all randomness. [default: the configuration's]",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Use only the first N training and N test images. [default: all]",
)
@options.threads
@options.own_layers
@options.strict
@options.overrides
@click.option(
    "--resume",
    type=options.UserPath(path_type=Path),
    shell_complete=complete.runs,
    metavar="RUN",
    help="Continue a run as if it had not been stopped; with --epochs, up to that epoch.",
)
@options.require_accuracy
@click.option(
    "--find-rate", is_flag=True, help="Propose learning rates by a short sweep, and train nothing."
)
@options.plain
@options.as_json
def train(
    name: str | None,
    config_name: str | None,
    dataset: str | None,
    data_dir: Path | None,
    out: Path | None,
    epochs: int | None,
    seed: int | None,
    limit: int | None,
    threads: int | None,
    own: "OwnLayers",
    strict: bool,
    overrides: tuple[str, ...],
    resume: Path | None,
    require_accuracy: float | None,
    find_rate: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Train a network, CONFIG or --config, and record the MSE of every mini-batch.

    Downloads the data set if it is missing. Ctrl-C finishes the mini-batch, saves, and says how
    to go on.
    """
    from cnntrain.data.classes import require_classes
    from cnntrain.runs.run import reopen

    config_name = options.one_config(name, config_name)
    given = options.as_overrides({"--dataset": dataset, "--epochs": epochs, "--seed": seed})
    if resume is not None:
        refuse_with_resume(
            config=config_name,
            dataset=dataset,
            out=out,
            seed=seed,
            limit=limit,
            set=overrides,
            plain=plain or None,
            strict=strict or None,
            **{"find-rate": find_rate or None},
        )
        experiment, folder = reopen(
            resume, data_dir=data_dir, fetch=options.fetch, epochs=epochs, own=own
        )
        if require_accuracy is not None:
            require_classes(experiment.splits.test, f"--require-accuracy {require_accuracy}")
    elif config_name is not None and find_rate:
        if require_accuracy is not None:
            raise UsageError(
                "--find-rate: tests no network, so that --require-accuracy cannot be met; leave one "
                "of the two out"
            )
        values = [*overrides, *given]
        propose_rates(
            config_name, values, data_dir, limit, out, threads, own,
            strict=strict, plain=plain, as_json=as_json,
        )  # fmt: skip
        return
    elif config_name is not None:
        experiment, folder = new_experiment(
            config_name,
            [*overrides, *given],
            data_dir,
            limit,
            out,
            own,
            strict=strict,
            plain=plain,
            required=require_accuracy,
        )
    else:
        raise UsageError(
            "train: found no configuration; expected one, as --config lenet.yaml, or --resume RUN"
        )
    if experiment.own:
        threads = 1  # other processes do not know the user's layers
    with curves_at_the_end(folder):
        before = result_before(experiment, folder)
        result = before or _carry_out(experiment, folder, threads, data_dir)
        print_result(json_text(result) if as_json else as_text(result, experiment.config.loss))
    if before is None:
        if reason := ended_early(experiment):
            say(reason)
        say(what_next(experiment, folder, data_dir))
    if require_accuracy is not None and not result["test_accuracy"] >= require_accuracy:
        raise RequirementError(
            f"{folder}: test accuracy {result['test_accuracy']:.4f}, required {require_accuracy}; "
            "train longer (--resume with --epochs) or change the configuration"
        )


def _carry_out(
    experiment: "Experiment", folder: Path, threads: int | None, data_dir: Path | None
) -> dict[str, Any]:
    """Train; say at the start what is trained, and on Ctrl-C how to continue."""
    from cnntrain.data.examples import left_out_note
    from cnntrain.runs.session import Session, carry_out
    from cnntrain.show.progress_bar import Bar
    from cnntrain.system.interrupt import Interrupted
    from cnntrain.training.parallel.pool import useful

    workers = useful(threads, experiment.plan.batchsize)
    if (note := left_out_note(experiment.splits.train, experiment.splits.test)) is not None:
        say(note)
    say(at_the_start(experiment, folder, workers))
    bar = Bar(experiment.batches_per_epoch, experiment.config.train.epochs, experiment.config.loss)
    session = Session(experiment, folder, threads, sys.argv, bar.say)
    try:
        with refreshing(bar, folder) as show:
            return carry_out(session, show)
    except (Interrupted, KeyboardInterrupt) as interrupt:
        if not experiment.progress.whole:  # stopped at once, in the middle of an update
            raise
        bar.close()
        say(*how_to_go_on(experiment, folder, data_dir))
        raise click.exceptions.Exit(130) from interrupt
    finally:
        bar.close()
