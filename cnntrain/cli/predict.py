"""`cnntrain predict`: read digits in image files."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result, say


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """Yield the file to read: `path`, or a copy of what comes on stdin if that is "-"."""
    if str(path) != "-":
        yield path
        return
    import tempfile  # here, because it is slow to import

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "stdin"
        copy.write_bytes(sys.stdin.buffer.read())
        yield copy


@click.command(
    short_help="Read digits in image files, or in a folder of them.",
    epilog=options.examples(
        "cnntrain predict photo.jpg --show", "cnntrain predict scans --model runs/lenet-1 --json"
    ),
)
@click.argument(
    "images", metavar="IMAGE...", nargs=-1, required=True, type=options.UserPath(path_type=Path)
)
@click.option(
    "--model",
    type=options.UserPath(path_type=Path),
    shell_complete=complete.runs,
    metavar="MODEL",
    help="A run folder or checkpoint file. [default: the newest run under runs/]",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="K",
    help="Show the K likeliest classes. [default: 1]",
)
@click.option("--show", is_flag=True, help="Show the picture as the network saw it, as text.")
@click.option(
    "--invert",
    type=click.Choice(["auto", "yes", "no"]),
    default="auto",
    help="Whether the picture is dark on light and has to be inverted.",
)
@options.as_json
def predict(
    images: tuple[Path, ...],
    model: Path | None,
    top: int | None,
    show: bool,
    invert: Any,
    as_json: bool,
) -> None:
    """Read the digit in each IMAGE: a file of any usual format, a folder of them, or - for stdin."""
    from cnntrain.errors import PictureError
    from cnntrain.model.predict import image_files, unread_notes, with_patterns
    from cnntrain.model.trained import load
    from cnntrain.runs.provenance import provenance
    from cnntrain.show import predictions

    loaded = load(model)
    source = provenance(loaded, model)
    say(source.as_text())
    failed = False
    named = with_patterns(images)
    for note in unread_notes(named):
        say(note)
    for path in image_files(named):
        try:
            with _opened(path) as file:
                result = replace(loaded.predict_file(file, invert=invert), file=path)
        except PictureError as error:
            say(f"Error: {path}: {error.problem}")  # of stdin, a copy was read
            failed = True
            continue
        if as_json:
            lines = [json.dumps(predictions.as_object(result, source))]
        else:
            lines = predictions.as_lines(result, top=top)
            lines += [predictions.seen_as_text(result)] if show else []
        if not print_result("\n".join(lines)):
            break
        for warning in () if as_json else result.warnings:
            say(f"{path}: warning: {warning}")
    if failed:
        raise click.exceptions.Exit(1)
