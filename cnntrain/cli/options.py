"""Options that several commands share, and fetching the data that they need."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete
from cnntrain.cli.output import say
from cnntrain.errors import UsageError

if TYPE_CHECKING:
    from cnntrain.config import Config
    from cnntrain.model.own_layers import OwnLayers


class UserPath(click.Path):
    """A path whose leading ~ is expanded to the home folder, as no shell does after `--option=`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, expanded and checked."""
        text = os.fspath(value)
        if isinstance(text, str) and text.startswith("~") and not os.path.lexists(text):
            text = os.path.expanduser(text)
            if text.startswith("~"):
                self.fail(f"{text!r}: no such home folder; write the full path", param, ctx)
        return super().convert(text, param, ctx)


class Share(click.FloatRange):
    """A share from 0 to 1; one in percent is answered with what it would be."""

    def __init__(self) -> None:
        """Set the range."""
        super().__init__(0, 1)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share."""
        text = str(value).strip().removesuffix("%")
        with suppress(ValueError):
            if 1 < float(text) <= 100 or text != str(value).strip():
                self.fail(
                    f"{value} is not from 0 to 1; did you mean {float(text) / 100:g}?", param, ctx
                )
        return float(super().convert(value, param, ctx))


def with_expected(error: click.ClickException) -> str:
    """Return click's message; of a number or a path that it refuses, with what is expected."""
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    said = error.message.removesuffix(".")
    if said.endswith("?"):  # it proposes something
        return error.message
    if isinstance(kind, click.Path):
        what = {(True, False): "a file", (False, True): "a folder"}
        found = what.get((kind.file_okay, kind.dir_okay), "a file or folder")
        there = " that is there" if kind.exists else ""
        return f"{said}; expected {found}{there}; correct the path"
    if not isinstance(kind, click.IntRange | click.FloatRange):
        return error.message
    what_number = "a whole number" if isinstance(kind, click.IntRange) else "a number"
    if kind.max is not None:
        which = f"from {kind.min} to {kind.max}"
    else:
        which = f"above {kind.min}" if kind.min_open else f"of {kind.min} or more"
    return f"{said}; expected {what_number} {which}"


def examples(*lines: str) -> str:
    """Return the end of a command's help: command lines to begin with."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


data_dir = click.option(
    "--data-dir",
    type=UserPath(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The data folder. [default: $CNNTRAIN_DATA, or the user's cache folder]",
)
dataset = click.option(
    "--dataset",
    metavar="D",
    shell_complete=complete.datasets,
    help="Test on this data set. [default: the model's own]",
)
split = click.option(
    "--split",
    type=click.Choice(["test", "validation", "train"]),
    default="test",
    help="The images to test on.",
)
threads = click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="CPU cores to use; results do not depend on it. [default: all]",
)
plain = click.option(
    "--plain",
    is_flag=True,
    help="Compute by the formulas in cnntrain/nn/layers, line by line: slower, for reading along.",
)
require_accuracy = click.option(
    "--require-accuracy",
    type=Share(),
    metavar="X",
    help="Exit with 1 if the accuracy, from 0 to 1, is below X.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
strict = click.option(
    "--strict",
    is_flag=True,
    help="Refuse a folder with a picture that cannot be read, instead of leaving the picture out.",
)
overrides = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a value of the configuration: --set train.alpha=5, "
    "--set 'network[3].conv.filters=8'. May be repeated.",
)


def _load_layers(ctx: click.Context, _: click.Parameter, path: Path | None) -> "OwnLayers | None":
    """Run the user's file of layers, but not while the shell completes a line."""
    if ctx.resilient_parsing:
        return None
    from cnntrain.model.own_layers import load_layers

    return load_layers(path)


own_layers = click.option(
    "--with",
    "own",
    callback=_load_layers,
    type=UserPath(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take layers from this Python file of yours, in the place of ours or beside them; "
    "cnntrain/nn/README.md shows how. [default: ours alone]",
)


model = click.argument(
    "model", required=False, type=UserPath(path_type=Path), shell_complete=complete.runs
)
subject = click.argument("subject", metavar="CONFIG|MODEL", shell_complete=complete.subjects)


def one_config(name: str | None, option: str | None) -> str | None:
    """Return the configuration, named with or without --config. Raises UsageError for both."""
    if name is not None and option is not None:
        raise UsageError(
            f"train: found {name} and --config {option}, expected one configuration; leave one of "
            "the two out"
        )
    return option if name is None else name


def fetch(config: "Config", data_dir: Path | None) -> None:
    """Download the configuration's data set if it is missing, and say so."""
    from cnntrain.data.download.fetch import fetch as bring

    bring(config.dataset, data_dir, say=say)


def as_overrides(flags: dict[str, Any]) -> list[str]:
    """Return the flags that were given as overrides of the configuration, which name the flag."""
    return [f"{flag}={value}" for flag, value in flags.items() if value is not None]


def strictly(config: "Config", *, strict: bool) -> "Config":
    """Return the configuration, with --strict with a folder of which no picture may be left out.

    Raises UsageError for --strict with other data.
    """
    if not strict:
        return config
    from dataclasses import replace

    from cnntrain.data.sources.folder import Folder

    if not isinstance(config.dataset, Folder):
        raise UsageError(
            f"--strict: found the data set {config.dataset.name}, expected a folder of pictures, as "
            "--dataset 'folder: DIR'; leave --strict out"
        )
    return replace(config, dataset=config.dataset.strictly())
