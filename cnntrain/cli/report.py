"""`cnntrain report`: one page with all there is to see of a run."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_line, say
from cnntrain.errors import UsageError
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers

ENDINGS = (".html", ".htm")


@click.command(
    epilog=options.examples(
        "cnntrain report",
        "cnntrain report runs/lenet-1 -o report.html",
        "cnntrain report -o pages/",
    ),
)
@click.argument("run", required=False, type=options.UserPath(path_type=Path),
                shell_complete=complete.runs)  # fmt: skip
@click.option(
    "-o",
    "--out",
    type=options.UserPath(),
    metavar="FILE|FOLDER",
    help="Write this file, or into this folder. [default: RUN-report.html here]",
)
@options.own_layers
@options.data_dir
@options.threads
@options.as_json
def report(
    run: Path | None,
    out: str | None,
    own: "OwnLayers",
    data_dir: Path | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Write a page of HTML: the configuration, result, curves, mistakes and filters of a run.

    RUN is a run folder or a checkpoint file; left out, the newest run under runs/. The page is one
    file that needs no other and no network: open it, send it, print it. Where the test images
    cannot be had, the page says so and shows the rest.
    """
    from cnntrain.show.plots.subject import Subject
    from cnntrain.system.files import replacing
    from cnntrain.web.report import report as written

    if out is not None:
        _refuse_unknown_ending(out)
    subject = Subject(run, data_dir, threads, options.fetch, own=own.kinds)
    page = written(subject)
    path = _path(out, f"{subject.name}-report.html")
    with replacing(path) as file:
        file.write(page.text.encode())
    for sentence in page.missing:
        say(*f"left out: {sentence}".split("\n"))
    print_line(json_text({"file": str(path), "missing": page.missing}) if as_json else path)


def _refuse_unknown_ending(out: str) -> None:
    """Raise UsageError unless --out is the name of a page or of a folder."""
    if not (_is_folder(out) or Path(out).suffix.lower() in ENDINGS):
        raise UsageError(
            f"--out {out}: found the ending '{Path(out).suffix}', expected .html, or the name of a "
            f"folder: one that exists, or {out}/ with a slash at its end"
        )


def _is_folder(out: str) -> bool:
    return out.endswith((os.sep, "/")) or os.path.isdir(out)


def _path(out: str | None, name: str) -> Path:
    """Return where the page goes."""
    if out is None:
        return Path(name)
    return Path(out) / name if _is_folder(out) else Path(out)
