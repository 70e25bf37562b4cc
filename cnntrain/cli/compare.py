"""`cnntrain compare`: which of several trained networks is better."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result, say
from cnntrain.errors import UsageError
from cnntrain.show.terminal import columns
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.training.splits import SplitName


@click.command(
    epilog=options.examples(
        "cnntrain compare runs/lenet-1 runs/lenet-2",
        "cnntrain compare runs/lenet-1 runs/fast-1 --sheet differences.png",
        "cnntrain compare runs/lenet-1 runs/lenet-2 runs/fast-1 runs/fast-2",
    ),
)
@click.argument(
    "models",
    metavar="A B [C]...",
    nargs=-1,
    required=True,
    type=options.UserPath(path_type=Path),
    shell_complete=complete.runs,
)
@options.dataset
@options.split
@options.data_dir
@options.threads
@click.option(
    "--sheet",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the images on which one of A and B is right and the other wrong: .png, .jpg, ...",
)
@options.own_layers
@options.as_json
def compare(
    models: tuple[Path, ...],
    dataset: str | None,
    split: "SplitName",
    data_dir: Path | None,
    threads: int | None,
    sheet: Path | None,
    own: "OwnLayers",
    as_json: bool,
) -> None:
    """Compare trained networks, run folders or checkpoint files, on the same images.

    It says which is better, by how much, and how often chance alone makes such a difference: for
    two networks by McNemar's exact test on the images where one is right and the other wrong. Runs
    of two configurations, with the same seeds each, are compared seed by seed.
    """
    from cnntrain.runs.compare.contenders import contenders
    from cnntrain.runs.compare.paired import pairs
    from cnntrain.runs.compare.seeds import over_seeds
    from cnntrain.show.compare import as_object, as_text

    if len(models) < 2:
        raise UsageError(
            f"compare: found one network, {models[0]}, expected two or more; name another run folder"
        )
    if sheet is not None:
        _refuse_sheet(sheet, len(models))
    networks = contenders(
        models,
        dataset=dataset,
        split=split,
        data_dir=data_dir,
        fetch=options.fetch,
        threads=1 if own.kinds else threads,
        own=own.kinds,
    )
    seeds = over_seeds(networks)
    found = [] if seeds else pairs(networks)
    if as_json:
        print_result(json_text(as_object(split, networks, found, seeds)))
    else:
        for network in networks:
            say(f"{network.letter}: {network.source.as_text()}")
        print_result(as_text(split, networks, found, seeds, columns()))
        if found:
            say(
                "This is about these networks. To compare configurations, train each with several "
                "seeds and name all of their runs"
            )
    if sheet is not None:
        from cnntrain.show.error_sheet import encoded
        from cnntrain.show.plots.disagreements import draw_disagreements
        from cnntrain.system.files import replacing

        content = encoded(draw_disagreements(networks[0], networks[1]), sheet)
        with replacing(sheet) as file:
            file.write(content)
        say(f"wrote {sheet}")


def _refuse_sheet(sheet: Path, models: int) -> None:
    from cnntrain.show.error_sheet import refuse_unwritable

    refuse_unwritable(sheet)
    if models > 2:
        raise UsageError(
            f"--sheet {sheet}: found {models} networks, expected two: a sheet shows where one is "
            "right and the other wrong; name two"
        )
