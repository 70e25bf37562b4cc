"""What `tune` says: a line for each trial, the table of the best, and JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnntrain.runs.tune.result import Found, Tried
from cnntrain.runs.tune.session import Session
from cnntrain.show.summary import NOTHING
from cnntrain.show.table import Column, table
from cnntrain.system.shell import command
from cnntrain.system.text import joined

SHOWN = 10  # trials in the table


def as_score(score: float | None, *, maximize: bool) -> str:
    """Return an accuracy in percent, or a loss."""
    if score is None:
        return NOTHING
    return f"{score:.2%}" if maximize else f"{score:.5f}"


def at_the_start(session: Session, workers: int) -> list[str]:
    """Return lines with what is searched, how, and where."""
    varied = ", ".join(vary.as_text() for vary in session.ready.varied)
    aside = session.ready.config.train.validation
    before = sum(trial.state.is_finished() for trial in session.search.trials)
    lines = [
        (
            f"{session.ready.given.name}: {_counted(session.trials, 'trial')} of "
            f"{_counted(session.epochs, 'epoch')}, {workers} at a time; judged on {aside:,} of the "
            f"training images; {session.folder}"
        ),
        f"varied: {varied}",
    ]
    return [*lines, f"{before} of the trials were done before"] if before else lines


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'s' * (number != 1)}"


def of_trial(trial: Tried, found: Found) -> str:
    """Return a line for a trial that has ended."""
    best, maximize = found.best, found.maximize
    values = ", ".join(f"{key}={value}" for key, value in trial.values.items())
    last = as_score(trial.scores[-1] if trial.scores else None, maximize=maximize)
    epochs = _counted(len(trial.scores), "epoch")
    told = {
        "complete": f"{last} after {epochs}",
        "pruned": f"{last} after {epochs}, given up",
        "diverged": f"diverged after {epochs}",
        "failed": f"failed: {trial.reason}",
    }
    line = f"trial {trial.number}: {told[trial.state]}, {trial.seconds:.1f} s; {values}"
    if best is not None and best.number != trial.number:
        line += f" (best: {as_score(best.score, maximize=maximize)}, trial {best.number})"
    return line


def how_to_go_on(session: Session, arguments: Sequence[str]) -> tuple[str, str]:
    """Return what was kept of a search that was stopped, and the command that goes on with it."""
    done = sum(trial.state.is_finished() for trial in session.search.trials)
    out: list[str | Path] = []
    if session.asked.out is None:
        out = ["--out", session.folder]
    return (
        f"Stopped; {done} of {session.trials} trials are done and kept. Go on with:",
        f"  {command('cnntrain', *arguments[1:], *out)}",
    )


def what_next(session: Session, best: Path) -> str:
    """Return the command that trains the best configuration."""
    own = session.ready.job.own
    words: list[str | Path] = ["cnntrain", "train", "--config", best]
    if own is not None:
        words += ["--with", Path(own[0])]
    return f"next: `{command(*words)}` trains the best"


def as_text(session: Session, found: Found, best: Path | None, columns: int | None) -> str:
    """Return the best trials as a table, how the others ended, and what matters."""
    ranked = found.ranked[:SHOWN]
    keys = [vary.key for vary in found.varied]
    rows = [
        [
            str(trial.number),
            as_score(trial.score, maximize=found.maximize),
            *(str(trial.values[key]) for key in keys),
            f"{trial.seconds:.1f}",
        ]
        for trial in ranked
    ]
    titles = ["trial", "accuracy" if found.maximize else "loss", *keys, "seconds"]
    sizes = [max(map(len, cells)) for cells in zip(titles, *rows, strict=True)]
    named = [
        Column(title, ">", size, int(title == "seconds"), 2)
        for title, size in zip(titles, sizes, strict=True)
    ]
    lines, notes = table(named, rows, [False] * len(rows), columns)
    text = [*lines, *notes, ""] if rows else []
    text.append(_work(found, session.epochs))
    if found.importances:
        shares = ", ".join(f"{key} {share:.0%}" for key, share in found.importances.items())
        text.append(f"what matters: {shares}")
    if best is not None:
        text.append(f"best configuration: {best}")
    return joined(text)


def _work(found: Found, epochs: int) -> str:
    """Return how the trials ended, and the share of the work that was done."""
    states = [trial.state for trial in found.tried]
    counts = [
        f"{states.count(state)} {word}"
        for state, word in (
            ("complete", "trained to the end"),
            ("pruned", "given up early"),
            ("diverged", "diverged"),
            ("failed", "failed"),
        )
        if state in states
    ]
    full = epochs * len(states)
    share = f"; {found.epochs / full:.0%} of the epochs of as many whole ones" if full else ""
    return f"{_counted(len(states), 'trial')}: {', '.join(counts)}{share}"


def as_object(session: Session, found: Found, file: Path | None) -> dict[str, Any]:
    """Return the result as `tune --json` prints it."""
    best = found.best
    return {
        "folder": str(session.folder),
        "config": session.ready.given.name,
        "best_config": None if file is None else str(file),
        "study": session.search.name,
        "measure": "validation accuracy" if found.maximize else "validation loss",
        "best": None if best is None else _trial(best),
        "epochs": found.epochs,
        "epochs_without_pruning": session.epochs * len(found.tried),
        "importances": found.importances,
        "trials": [_trial(trial) for trial in found.tried],
    }


def _trial(trial: Tried) -> dict[str, Any]:
    return {**asdict(trial), "score": trial.score}


def about_best(session: Session, trial: Tried, found: Found) -> list[str]:
    """Return the comment at the head of the best configuration."""
    seeds = session.ready.job.seeds
    several = f"mean of {len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}"
    measure = "accuracy" if found.maximize else "loss"
    name, score = session.ready.given.name, as_score(trial.score, maximize=found.maximize)
    return [
        f"{name}.yaml with the best of {len(found.tried)} trials, no. {trial.number}:",
        f"{score} {measure} on validation images after {len(trial.scores)} epochs ({several}).",
        *(f"  {key} = {value}" for key, value in trial.values.items()),
        *_set_aside(session),
        "The best of many is a little worse when it is trained again: some of its score is luck.",
    ]


def _set_aside(session: Session) -> list[str]:
    """Return how a trial differs from the configuration, if images were set aside for it alone."""
    aside = session.ready.config.train.validation
    if session.ready.given.train.validation:
        return []
    limit = session.asked.limit
    images = "on all" if limit is None else "on them too"
    same = "" if limit is None else f", and `--limit {limit}` on the command line"
    return [
        f"The trial was trained without the {aside:,} images that judged it; this trains {images}.",
        f"With validation: {aside} in `train`{same}, the weights are those of the trial.",
    ]
