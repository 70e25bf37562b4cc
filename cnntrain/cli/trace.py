"""`cnntrain trace`: one forward and backward pass with its numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result
from cnntrain.errors import UsageError
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers


@click.command(
    epilog=options.examples(
        "cnntrain trace mazur.yaml", "cnntrain trace lenet.yaml --weight 'conv1[0,0,2,3]'"
    ),
)
@click.argument("network", metavar="CONFIG|MODEL", shell_complete=complete.subjects)
@click.argument("image", required=False, type=options.UserPath(path_type=Path))
@click.option(
    "--index",
    type=click.IntRange(min=0),
    metavar="N",
    help="Take image N of the test split. [default: 0]",
)
@click.option(
    "--weight",
    metavar="W",
    help="The weight to follow, such as 'conv1[0,0,2,3]' or 'conv1.bias[0]'. "
    "[default: the middle of the first kernel that is not frozen]",
)
@click.option(
    "--unit",
    type=click.IntRange(min=0),
    metavar="N",
    help="The output unit to follow. [default: that of the true class]",
)
@click.option("--label", metavar="CLASS", help="The true class of IMAGE.")
@click.option(
    "--invert",
    type=click.Choice(["auto", "yes", "no"]),
    default="auto",
    help="Whether IMAGE is dark on light and has to be inverted.",
)
@options.data_dir
@options.own_layers
@options.overrides
@options.plain
@options.as_json
def trace(
    network: str,
    image: Path | None,
    index: int | None,
    weight: str | None,
    unit: int | None,
    label: str | None,
    invert: Any,
    data_dir: Path | None,
    own: "OwnLayers",
    overrides: tuple[str, ...],
    plain: bool,
    as_json: bool,
) -> None:
    """Show one forward and backward pass, number by number, down to one weight and its update.

    CONFIG is a YAML file or the name of a shipped one, MODEL a run folder or a checkpoint file;
    neither is changed. Without IMAGE, an image of the test split is taken.
    """
    from cnntrain.explain.trace.example import from_file, from_test_split, open_network
    from cnntrain.explain.trace.follow import trace as follow
    from cnntrain.show.trace import as_object, as_text
    from cnntrain.training.parallel.pool import one_thread

    _refuse_both(image, index, label)
    opened = open_network(network, overrides, plain=plain, own=own.kinds)
    if image is None:
        options.fetch(opened.config, data_dir)
        example = from_test_split(opened, index or 0, data_dir)
    else:
        example = from_file(opened, image, invert, label, data_dir)
    with one_thread():  # the last digits would depend on the number of threads
        found = follow(opened, example, weight, unit)
    print_result(json_text(as_object(found)) if as_json else as_text(found))


def _refuse_both(image: Path | None, index: int | None, label: str | None) -> None:
    """Reject two images, and a label for an image whose class is known."""
    if image is not None and index is not None:
        raise UsageError(
            f"--index {index}: found the image file {image} too; leave one of them out"
        )
    if image is None and label is not None:
        raise UsageError(
            f"--label {label}: found no image file; the classes of the test split are known. "
            "Leave --label out, or name an image"
        )
