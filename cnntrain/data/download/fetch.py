"""Have the files of a data set, downloading what is missing."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.data.sources.base import Source
from cnntrain.system.bars import open_bar
from cnntrain.system.streams import say

if TYPE_CHECKING:
    from cnntrain.data.download.http import OpenBar


def fetch(
    source: Source,
    data_dir: Path | None,
    *,
    say: Callable[[str], None] = say,
    open_bar: "OpenBar" = open_bar,
) -> None:
    """Download what a source of data lacks in the data folder, None for the usual one.

    `say` takes what is told meanwhile, and what is worth telling about the files. Raises
    DownloadError, OutputError, and DataError where there are no files to tell about.
    """
    for note in source.notes(data_dir):
        say(note)
    if not source.missing(data_dir):
        return
    from cnntrain.data.download.download import download
    from cnntrain.data.idx.datasets import DATASETS
    from cnntrain.data.idx.locate import data_root

    row, root = DATASETS[source.name], data_root(data_dir)
    if row.archive is None:  # of an archive, it is said where it comes from
        say(f"Downloading {row.title} to {root / row.name}")
    download(row, root, say=say, open_bar=open_bar)
