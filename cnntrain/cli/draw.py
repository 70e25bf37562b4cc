"""`cnntrain draw`: draw digits in the browser, and watch the network read them."""

from pathlib import Path

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_line, say
from cnntrain.system.text import json_text


@click.command(
    epilog=options.examples(
        "cnntrain draw", "cnntrain draw runs/lenet-1", "cnntrain draw runs/lenet-1 -o lenet.html"
    ),
)
@click.argument(
    "model",
    required=False,
    type=options.UserPath(path_type=Path),
    metavar="[MODEL]",
    shell_complete=complete.runs,
)
@click.option(
    "-o",
    "--out",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE.html",
    help="Write the page here and open nothing. [default: a temporary file, which is opened]",
)
@options.data_dir
@options.as_json
def draw(model: Path | None, out: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Open a page in the browser in which the network is alive: draw a digit, and it is read.

    The page shows every feature map and the arithmetic behind each of its pixels. It is one file
    that needs no internet, and can be passed on.

    MODEL is a run folder or a checkpoint file; left out, it is the newest run under runs/, or the
    network that comes with cnntrain.
    """
    from cnntrain.model.trained import load
    from cnntrain.runs.provenance import provenance
    from cnntrain.show import heading
    from cnntrain.system.files import replacing
    from cnntrain.web.alive import alive
    from cnntrain.web.page import page

    loaded = load(model, or_shipped=True)
    source = provenance(loaded, model)
    if not as_json:
        say(source.as_text())
    text = page(
        "draw.html.j2",
        alive=alive(loaded.network, loaded.config, loaded.classes, data_dir),
        about=heading.of_model(source, loaded.config),
    )
    target = out or _temporary(loaded.config.name)
    with replacing(target) as file:
        file.write(text.encode())
    found = {"file": str(target), **source.as_object()}
    print_line(json_text(found) if as_json else target)
    if out is None and not _opened(target):
        say("no browser could be opened; open this file in one")


def _temporary(name: str) -> Path:
    """Return a new file in a folder that stays until the system clears its temporary files."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix="cnntrain-")) / f"{name}.html"


def _opened(path: Path) -> bool:
    """Open a file in the browser; return whether there is one."""
    import webbrowser

    try:
        return webbrowser.open(path.as_uri())
    except webbrowser.Error:
        return False
