"""`cnntrain download`: download data sets to the data folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnntrain.cli import options
from cnntrain.cli.output import print_line, say, say_error
from cnntrain.data.download.limits import Limits
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.system.address import without_password
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.data.download.download import Download


def _addresses(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        if not value.startswith(("https://", "http://")):
            raise click.BadParameter(
                f"{without_password(value)!r} does not start with https:// or http://"
            )
    return values


@click.command(
    epilog=f"DATASET is one of: {', '.join(DATASETS)}. Left out, it is mnist.\n\n"
    + options.examples("cnntrain download", "cnntrain download mnist --from /media/usb"),
)
@click.argument(
    "datasets",
    metavar="[DATASET]...",
    nargs=-1,
    type=click.Choice(list(DATASETS), case_sensitive=False),
)
@options.data_dir
@click.option(
    "--mirror",
    "mirrors",
    multiple=True,
    callback=_addresses,
    metavar="URL",
    help="An address to which the file names are appended, tried before the built-in ones. "
    "May be repeated.",
)
@click.option(
    "--from",
    "source",
    type=options.UserPath(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Copy the files from this folder instead: .gz or not, -idx or .idx in their names, or in "
    "EMNIST's gzip.zip.",
)
@click.option(
    "--min-speed",
    type=click.IntRange(min=0),
    default=Limits.least_speed,
    metavar="BYTES",
    help="Leave a mirror that sends fewer bytes a second than this; 0 waits for any.",
)
@click.option(
    "--max-time",
    type=click.IntRange(min=1),
    default=Limits.longest,
    metavar="SECONDS",
    help="Leave a mirror that has not sent a file of up to 100 MB after so many seconds.",
)
@options.as_json
def download(
    datasets: tuple[str, ...],
    data_dir: Path | None,
    mirrors: tuple[str, ...],
    source: Path | None,
    min_speed: int,
    max_time: int,
    as_json: bool,
) -> None:
    """Download data sets, verify their content, and keep them for training.

    Files that are already there are kept if their content is right, and downloaded again if not. An
    interrupted download continues where it stopped.
    """
    if source is not None and mirrors:
        raise click.UsageError("--from and --mirror exclude each other: give one of them")
    # here, because they take longer to import than --help may last
    from cnntrain.data.download.download import download as bring
    from cnntrain.data.idx.locate import data_root
    from cnntrain.errors import DataError
    from cnntrain.system.bars import open_bar

    root, limits = data_root(data_dir), Limits(least_speed=min_speed, longest=max_time)
    failed = False
    for name in dict.fromkeys(datasets or ("mnist",)):
        try:
            result = bring(
                DATASETS[name],
                root,
                mirrors=mirrors,
                source=source,
                limits=limits,
                say=say,
                open_bar=open_bar,
            )
        except DataError as error:  # the next data set may still be available
            say_error(error)
            failed = True
            continue
        print_line(json_text(_as_object(result)) if as_json else _as_text(result))
    if failed:
        raise click.exceptions.Exit(1)


def _as_text(result: "Download") -> str:
    title, count = result.dataset.title, len(result.files)
    if not result.new:
        return f"{title}: all {count} files are already there and right: {result.folder}"
    got, verified = f"got {len(result.new)} of {count} files", result.dataset.verified
    return f"{title}: {got}, {verified}: {result.folder}"


def _as_object(result: "Download") -> dict[str, object]:
    return {
        "dataset": result.dataset.name,
        "title": result.dataset.title,
        "licence": result.dataset.licence,
        "folder": str(result.folder),
        "already_there": not result.new,
        "files": [
            {"path": str(file.path), "status": file.status, "from": file.origin}
            for file in result.files
        ],
    }
