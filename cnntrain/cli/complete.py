"""What the shell completes: configurations, data sets, runs. Nothing slow is imported here."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.model.find import RUNS
from cnntrain.system.run_files import CONFIG
from cnntrain.system.shipped import shipped

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DATA_SETS = (*DATASETS, "synthetic")  # those that need no options
PICTURES = (
    *("curves", "filters", "maps", "confusion", "errors"),
    *("reliability", "samples", "network", "rates", "saturation", "all"),
)  # of `plot`


def shipped_configs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete the names of shipped configurations."""
    return _beginning(incomplete, _shipped())


def configs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete a configuration: a shipped one or a file."""
    return [_file(incomplete), *_beginning(incomplete, _shipped())]


def runs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete a trained model: a run or a file."""
    return [_file(incomplete), *_beginning(incomplete, _runs())]


def subjects(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete a configuration or a trained model."""
    return [_file(incomplete), *_beginning(incomplete, [*_shipped(), *_runs()])]


def plots(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete a picture, a run or a configuration."""
    return [_file(incomplete), *_beginning(incomplete, [*PICTURES, *_shipped(), *_runs()])]


def datasets(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete the name of a data set."""
    return _beginning(incomplete, DATA_SETS)


def _shipped() -> list[str]:
    return sorted(path.name for path in shipped().glob("*.yaml"))


def _runs() -> list[str]:
    try:
        return sorted(str(path) for path in RUNS.iterdir() if (path / CONFIG).is_file())
    except OSError:  # none yet, or not ours to see
        return []


def _beginning(incomplete: str, values: Iterable[str]) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem  # slow, and needed by shells alone

    return [CompletionItem(value) for value in values if value.startswith(incomplete)]


def _file(incomplete: str) -> "CompletionItem":
    """Return the item that makes the shell complete file names."""
    from click.shell_completion import CompletionItem

    return CompletionItem(incomplete, type="file")
