"""What the page of a run holds: its configuration, surroundings, result, curves and mistakes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnntrain.errors import DataError, UsageError
from cnntrain.explain.describe import describe
from cnntrain.model.trained import Model
from cnntrain.runs.folder import ORIGINAL, read_about
from cnntrain.runs.provenance import provenance
from cnntrain.runs.published import Figure
from cnntrain.show.layer_table import COLUMNS, cells
from cnntrain.show.plots.subject import Subject
from cnntrain.show.summary import error_as_text, percent
from cnntrain.system.regular import open_text
from cnntrain.system.shell import command
from cnntrain.web.alive import alive
from cnntrain.web.curves import curves
from cnntrain.web.filters import filters
from cnntrain.web.page import page
from cnntrain.web.tested import Tested, tested

Facts = list[tuple[str, str]]
# A line of YAML up to its comment, which # begins at the start of the line or behind a space.
CODE = re.compile(r"""(?:"[^"]*"|'[^']*'|(?<=\S)#|[^#])*""")


@dataclass(frozen=True)
class Report:
    """The text of a page, and what had to be left out of it."""

    text: str
    missing: Sequence[str]


def report(subject: Subject) -> Report:
    """Return the page of a run. Raises CheckpointError where there is no trained network.

    What cannot be had, such as the test images or the records of training, is left out, and the
    page says why.
    """
    model, about = subject.model, read_about(subject.folder)
    found, why = _tested(subject)
    drawn = curves(subject.folder, model.config.loss)
    left_out = [why] if why else []
    if not drawn:
        left_out.append(f"{subject.folder}: found no records of an epoch: no curves")
    living, why_not = _alive(subject)
    if why_not:
        left_out.append(why_not)
    text = page(
        "report.html.j2",
        name=subject.folder.resolve().name,
        heading=subject.heading,
        written=_written(subject),
        effective=model.config.text,
        layers=_layers(model),
        surroundings=_surroundings(about, model),
        result=_result(subject, about, found),
        published=[Figure(**figure) for figure in _recorded(about).get("published", [])],
        curves=drawn,
        tested=found,
        why=why,
        filters=filters(model.weights),
        alive=living,
        why_not=why_not,
    )
    return Report(text, left_out)


def _tested(subject: Subject) -> tuple[Tested | None, str]:
    """Return how the network does on the test images; or None, and why that cannot be told."""
    try:
        return tested(subject), ""
    except (DataError, UsageError) as error:
        return None, str(error)


def _alive(subject: Subject) -> tuple[dict[str, Any] | None, str]:
    """Return the network as it computes in the page; or None, and why it cannot."""
    model = subject.model
    try:
        return alive(model.network, model.config, model.classes, subject.data_dir), ""
    except UsageError as error:
        return None, str(error)


def _written(subject: Subject) -> list[tuple[str, str]]:
    """Return the lines of the configuration as the user wrote it, each cut before its comment."""
    try:
        with open_text(subject.folder / ORIGINAL) as file:
            text = file.read()
    except (OSError, ValueError):
        return []
    return [_cut(line) for line in text.splitlines()]


def _cut(line: str) -> tuple[str, str]:
    """Return a line of YAML without its comment, and the comment."""
    code = CODE.match(line)
    end = code.end() if code else 0
    return line[:end], line[end:]


def _layers(model: Model) -> tuple[list[str], list[Sequence[str]]]:
    """Return the names of the columns, and a row for each layer."""
    rows = describe(model.config).rows
    return [column.title for column in COLUMNS], [cells(row) for row in rows]


def _surroundings(about: dict[str, Any], model: Model) -> Facts:
    """Return where, when and with what the run was made, as far as run.json tells."""
    own = about.get("with")
    resumed = about.get("resumed")
    facts = {
        "command": _command(about.get("command")),
        "seed": model.config.seed,
        "only the first images": about.get("limit"),
        "layers of the user's": own and own["file"],
        "started": about.get("started"),
        "ended": about.get("ended"),
        "continued": resumed and f"{len(resumed)} times",
        "training time": _time(_recorded(about)),
        "threads": about.get("threads"),
        "processor": about.get("cpu"),
        "system": about.get("platform"),
        "cnntrain": about.get("cnntrain"),
        "Python": about.get("python"),
        **about.get("libraries", {}),
        "data SHA-256": about.get("data_sha256"),
        "weights SHA-256": _recorded(about).get("weights_sha256"),
    }
    return [(name, str(value)) for name, value in facts.items() if value is not None]


def _time(recorded: dict[str, Any]) -> str | None:
    """Return how long training took, and how fast it was."""
    if "seconds" not in recorded or not recorded.get("images_per_second"):
        return None
    return f"{recorded['seconds']:.1f} s, {recorded['images_per_second']:,} images/s"


def _command(words: list[str] | None) -> str | None:
    """Return the command that started the run; the program by its name, wherever it stands."""
    return command("cnntrain", *words[1:]) if words else None


def _recorded(about: dict[str, Any]) -> dict[str, Any]:
    """Return the result in run.json, empty before the end of training."""
    return about.get("result") or {}


def _result(subject: Subject, about: dict[str, Any], found: Tested | None) -> Facts:
    """Return the result: as it is now on the test images, or else as run.json has it."""
    source, recorded = provenance(subject.model, subject.named), _recorded(about)
    if found is not None:
        result = found.result
        facts = {
            "test error": error_as_text(result.error, result.error_ci95),
            "test accuracy": percent(result.accuracy),
            "loss": f"{result.loss:.5f}",
        }
        if result.correct is not None:
            facts["test accuracy"] += f" ({result.correct:,} of {result.n:,} images)"
    else:
        error, interval = recorded.get("test_error"), recorded.get("test_error_ci95")
        said = percent(error) if interval is None else error_as_text(error, interval)
        facts = {} if error is None else {"test error": f"{said}, as it was recorded"}
    if recorded.get("train_mse") is not None:
        facts["loss of the last epoch"] = f"{recorded['train_mse']:.5f} (average)"
        facts["weighted loss"] = f"{recorded['weighted_mse']:.5f}"
    return [*facts.items(), ("network", source.as_text().removeprefix("model: "))]
