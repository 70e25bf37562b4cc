"""Options that several commands share, and what they have in common."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli.output import open_bar, say

if TYPE_CHECKING:
    from cnntrain.config import Config


class UserPath(click.Path):
    """A path whose leading ~ is the home folder: shells leave it alone after `--option=`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, expanded and checked."""
        text = os.fspath(value)
        if isinstance(text, str) and text.startswith("~") and not os.path.lexists(text):
            text = os.path.expanduser(text)
            if text.startswith("~"):
                self.fail(f"{text!r}: no such home folder; write the full path", param, ctx)
        return super().convert(text, param, ctx)


data_dir = click.option(
    "--data-dir",
    type=UserPath(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The data folder. [default: $CNNTRAIN_DATA, or the user's cache folder]",
)
threads = click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processors to compute with; results do not depend on it. [default: all]",
)
plain = click.option(
    "--plain",
    is_flag=True,
    help="Compute by the formulas in cnntrain/nn/layers, line by line: slower, for reading along.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
overrides = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a value of the configuration, as train.alpha=5 or network[3].conv.filters=8. "
    "May be repeated.",
)


model = click.argument("model", required=False, type=UserPath(path_type=Path))


def fetch(config: "Config", data_dir: Path | None) -> None:
    """Download what the configuration's data set lacks, and tell what is going on."""
    if not config.dataset.missing(data_dir):
        return
    from cnntrain.data.download.download import download
    from cnntrain.data.idx.datasets import DATASETS
    from cnntrain.data.idx.locate import data_root

    row, root = DATASETS[config.dataset.name], data_root(data_dir)
    say(f"Downloading {row.title} to {root / row.name}")
    download(row, root, say=say, open_bar=open_bar)
