"""`cnntrain predict`: read digits in image files."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result, say
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.model.predict import Prediction
    from cnntrain.system.bars import Bar

WORTH_A_PROCESS = 1_000_000  # bytes of image files; smaller ones are read sooner than it starts
OVERHEAD = 40_000  # bytes of an image file that take as long as opening it
WORTH_A_BAR = 10  # pictures


@click.command(
    epilog=options.examples(
        "cnntrain predict photo.jpg --show",
        "cnntrain predict postcode.png --save-input boxes.png",
        "cnntrain predict scans --recursive --csv --model runs/lenet-1",
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
    help="A run folder or checkpoint file. [default: the newest run under runs/, or the network "
    "that comes with cnntrain]",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="K",
    help="Show the K likeliest classes. [default: 1]",
)
@click.option("--show", is_flag=True, help="Show each digit as the network saw it, as text.")
@click.option(
    "--save-input",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Write what the network saw; of several digits, the picture with a box around each.",
)
@click.option(
    "--invert",
    type=click.Choice(["auto", "yes", "no"]),
    default="auto",
    help="Whether the picture is dark on light and has to be inverted.",
)
@click.option(
    "--crop",
    metavar="L,T,R,B",
    help="Read only this part: left, top, right, bottom, in pixels or percent. [default: all]",
)
@click.option("-r", "--recursive", is_flag=True, help="Read the sub-folders of folders too.")
@options.own_layers
@options.threads
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print CSV: a header, and a line for each digit."
)
@options.as_json
def predict(
    images: tuple[Path, ...],
    model: Path | None,
    top: int | None,
    show: bool,
    save_input: Path | None,
    invert: Any,
    crop: str | None,
    recursive: bool,
    own: "OwnLayers",
    threads: int | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Read the digits in each IMAGE: a file of any usual format, a folder of them, or - for stdin.

    A row is printed as "2 0 2 4", with " / " between the lines of a picture. Exit code 1 means
    that a file could not be read, or that there was no digit anywhere.
    """
    from cnntrain.errors import PictureError, UsageError
    from cnntrain.model.predict import image_files, unread_notes, with_patterns
    from cnntrain.model.read_files import Reader, as_crop, read_files
    from cnntrain.model.trained import load
    from cnntrain.runs.provenance import provenance
    from cnntrain.show import predictions

    if as_csv and as_json:
        raise UsageError("predict: found --csv and --json, expected one of them; leave one out")
    part = as_crop(crop)
    named = with_patterns(images)
    files = list(image_files(named, recursive=recursive))
    if save_input is not None:
        from cnntrain.show.boxes import refuse_to_save

        refuse_to_save(save_input, files)
    loaded = load(model, or_shipped=True, own=own.kinds)
    source = provenance(loaded, model)
    say(source.as_text())
    for note in unread_notes(named, recursive=recursive):
        say(note)
    if as_csv and not print_result(predictions.as_csv([predictions.CSV_HEADER])):
        return
    failed, found = False, not files
    with _copied(files) as copies, _bar(len(files)) as bar:
        reader = Reader(loaded.config.dataset, invert, part)
        processes = _processes(threads, copies)
        answers = read_files(loaded.network, loaded.classes, reader, copies, processes)
        for path, copy, answer in zip(files, copies, answers, strict=True):
            if isinstance(answer, PictureError):
                _say(bar, f"Error: {path}: {answer.problem}")  # of stdin, a copy was read
                failed = True
                continue
            result = answer._replace(file=path)
            found = found or bool(result.digits)
            if as_csv:
                text = predictions.as_csv(predictions.as_rows(result))
            elif as_json:
                text = json_text(predictions.as_object(result, source))
            else:
                text = predictions.as_text(result, top=top, show=show)
            if not print_result(text):
                found = True  # nobody wants to know about the rest
                break
            for warning in () if as_json else result.warnings:
                _say(bar, f"{path}: warning: {warning}")
            if save_input is not None:
                _save_input(save_input, result, copy)
            bar.update()
    if failed or not found:
        raise click.exceptions.Exit(1)


def _save_input(target: Path, result: "Prediction", path: Path) -> None:
    """Write what the network saw of the file at `path`, and say so. Raises OutputError."""
    from cnntrain.show.boxes import input_as_png
    from cnntrain.system.files import replacing

    if not result.digits:
        say(f"{target}: not written, because no digit was found")
        return
    content = input_as_png(result, path)
    with replacing(target) as file:
        file.write(content)
    say(f"wrote {target}")


@contextmanager
def _copied(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the files to read: for "-", a copy of what comes on stdin."""
    if Path("-") not in files:
        yield list(files)
        return
    import tempfile  # here, because it is slow to import

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "stdin"
        copy.write_bytes(sys.stdin.buffer.read())
        yield [copy if str(path) == "-" else path for path in files]


def _processes(threads: int | None, files: Sequence[Path]) -> int:
    """Return how many processes to prepare pictures in: more than one for many or large files."""
    work = OVERHEAD * len(files)
    with suppress(OSError, ValueError):  # what cannot be read is reported later
        work += sum(os.path.getsize(path) for path in files if os.path.isfile(path))
    if work < 2 * WORTH_A_PROCESS:
        return 1
    from cnntrain.training.parallel.pool import available

    return min(threads or available(), work // WORTH_A_PROCESS)


def _bar(total: int) -> "Bar":
    """Open a bar for many pictures, unless their answers are printed on the same terminal."""
    from cnntrain.system.bars import Unseen, open_bar

    if total < WORTH_A_BAR or (sys.stdout is not None and sys.stdout.isatty()):
        return Unseen()
    return open_bar("reading", total, unit=" pictures", leave=False)


def _say(bar: "Bar", message: str) -> None:
    """Print a message on stderr where the bar stands, which then draws itself again."""
    bar.clear()
    say(message)
