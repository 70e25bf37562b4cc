"""`cnntrain data`: what a data set holds."""

import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result, say
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.data.sources.base import Source


@click.command(
    epilog=options.examples(
        "cnntrain data", "cnntrain data scans/ --sheet scans.png", "cnntrain data 'idx: letters'"
    ),
)
@click.argument(
    "dataset", metavar="[DATASET|DIR]", default="mnist", shell_complete=complete.datasets
)
@options.data_dir
@click.option(
    "--sheet",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw some training images of each class into this picture: .png, .jpg, ...",
)
@options.strict
@options.as_json
def data(
    dataset: str, data_dir: Path | None, sheet: Path | None, strict: bool, as_json: bool
) -> None:
    """Show what a data set holds before you train on it.

    That is: counts, sizes, classes, brightness, blank and damaged images, and those in both the
    training and the test set. DATASET is a name, as `--dataset` has it; DIR is a folder of IDX
    files or of pictures, or a file, .npz or .csv. Left out, it is mnist.
    """
    from cnntrain.data.download.fetch import fetch
    from cnntrain.data.survey import survey
    from cnntrain.show.data_sheet import draw_classes
    from cnntrain.show.error_sheet import encoded, refuse_unwritable
    from cnntrain.show.survey import as_text
    from cnntrain.system.bars import watched
    from cnntrain.system.files import replacing
    from cnntrain.system.streams import columns

    if sheet is not None:
        refuse_unwritable(sheet)
    source = _source(dataset, strict=strict)
    fetch(source, data_dir, say=say)
    train, test = source.load_both(data_dir)

    def watch(starts: Iterable[int]) -> Iterable[int]:
        return watched(starts, "looking", unit="it")

    found = survey(train, test, watch)
    checked = source.checked
    if as_json:
        facts = {"dataset": source.name, "checked": checked, **asdict(found)}
        print_result(json_text({**facts, "unusual": found.unusual}))
    else:
        print_result(as_text(found, f"{dataset}: {checked}", columns(sys.stdout)))
    if sheet is not None:
        content = encoded(draw_classes(train), sheet)
        with replacing(sheet) as file:
            file.write(content)
        say(f"wrote {sheet}")


def _source(dataset: str, *, strict: bool) -> "Source":
    """Return what a user named: a data set, or a file or folder. Raises UsageError."""
    from cnntrain.config.load import read_source
    from cnntrain.data.sources import SOURCES
    from cnntrain.data.sources.folder import Folder
    from cnntrain.data.sources.recognise import recognise

    if dataset not in SOURCES and (os.path.exists(dataset) or _is_path(dataset)):
        source = recognise(Path(dataset))
    else:
        source = read_source(dataset)
    return source.strictly() if strict and isinstance(source, Folder) else source


def _is_path(text: str) -> bool:
    """Return whether a text that is no file can only have been meant as one."""
    if ": " in text or "{" in text:  # a data set with its options
        return False
    return "/" in text or os.sep in text or text.lower().endswith((".npz", ".csv"))
