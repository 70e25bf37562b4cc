"""`cnntrain train --find-rate`: propose learning rates, and train nothing that is kept."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.cli import options
from cnntrain.cli.output import print_result, say
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.runs.experiment import Experiment
    from cnntrain.training.sweep import Found


def propose_rates(
    name: str,
    overrides: list[str],
    data_dir: Path | None,
    limit: int | None,
    out: Path | None,
    threads: int | None,
    own: "OwnLayers",
    *,
    strict: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Sweep over rates, record the sweep in a folder of its own, and print what it proposes."""
    from cnntrain.config import load_config
    from cnntrain.runs.begin import begin
    from cnntrain.runs.curves import keep_picture
    from cnntrain.runs.find_rate import CURVE, proposal, record
    from cnntrain.runs.new_folder import new_run, refuse_to_overwrite
    from cnntrain.show.find_rate import as_text, draw_sweep
    from cnntrain.system.interrupt import stoppable

    config = load_config(name, overrides, own.kinds)
    if not config.train.rates:  # none given: all the same
        config = load_config(name, [*overrides, "train.alpha=1"], own.kinds)
    config = options.strictly(config, strict=strict)
    refuse_to_overwrite(out)
    experiment = begin(
        config, data_dir=data_dir, fetch=options.fetch, limit=limit, plain=plain, own=own
    )
    found = _found(experiment, threads)
    folder = new_run(replace(config, name=f"{config.name}-find-rate"), out)
    record(found.sweep, folder)
    with stoppable():
        keep_picture(folder / CURVE, partial(draw_sweep, found, config.loss), say=say)
    result = proposal(experiment, found, folder)
    print_result(json_text(result.for_json()) if as_json else as_text(result))


def _found(experiment: "Experiment", threads: int | None) -> "Found":
    """Sweep and try; on Ctrl-C, end without a word too many."""
    import click

    from cnntrain.runs.find_rate import sweep_of
    from cnntrain.system.interrupt import Interrupted, stoppable
    from cnntrain.training.parallel.pool import workers

    batch = experiment.plan.batchsize
    say(f"{experiment.config.name}: sweeping over learning rates; nothing of this training is kept")
    try:
        with stoppable() as stop, workers(experiment.network, threads, batch=batch) as executor:
            return sweep_of(experiment, executor=executor, stop=stop)
    except Interrupted as interrupt:
        say("Stopped; nothing was written.")
        raise click.exceptions.Exit(130) from interrupt
