"""`cnntrain tune`, once the search is open: carry it out, and print what it found."""

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from cnntrain.cli.output import print_result, say
from cnntrain.errors import RequirementError
from cnntrain.show.terminal import columns
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.runs.tune.executors import Workers
    from cnntrain.runs.tune.result import Found, Tried
    from cnntrain.runs.tune.session import Session


def carry_out(session: "Session", workers: "Workers", seconds: float | None) -> None:
    """Carry out the trials; on Ctrl-C, say how to go on."""
    from cnntrain.show.tune import at_the_start, how_to_go_on, of_trial
    from cnntrain.system.interrupt import Interrupted, stoppable

    def tell(trial: "Tried", found: "Found") -> None:
        say(of_trial(trial, found))

    say(*at_the_start(session, workers.slots()))
    try:
        with stoppable() as stop:
            session.run(
                workers,
                seconds=seconds,
                stop=stop,
                say=say,
                tell=tell,
            )
    except Interrupted as interrupt:
        say(*how_to_go_on(session, sys.argv))
        raise click.exceptions.Exit(130) from interrupt


def finish(session: "Session", *, as_json: bool) -> None:
    """Write the files, and print the result. Raises RequirementError if there is none."""
    from cnntrain.runs.curves import keep_picture
    from cnntrain.show.plots.tune import PICTURES
    from cnntrain.show.tune import about_best, as_object, as_text, what_next
    from cnntrain.system.interrupt import stoppable

    found, best = session.save(lambda trial, all_: about_best(session, trial, all_))
    heading = f"{session.ready.given.name}.yaml, {len(found.tried)} trials"
    with stoppable():
        for number, (file, draw) in enumerate(PICTURES.items()):
            picture = partial(draw, found, heading)  # all or none: the first says why
            keep_picture(session.folder / file, picture, say=_quiet if number else say)
    if as_json:
        print_result(json_text(as_object(session, found, best)))
    else:
        print_result(as_text(session, found, best, columns()))
    if best is None:
        reason = next((trial.reason for trial in found.tried if trial.reason), "none has ended")
        raise RequirementError(
            f"{session.folder}: no trial was trained to the end: {reason}; vary less, or give more "
            "trials or time"
        )
    say(what_next(session, best))


def _quiet(_: str) -> None:
    """Say nothing."""
