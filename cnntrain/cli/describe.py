"""`cnntrain describe`: the layers of a network, with what each of them costs."""

import sys

import click

from cnntrain.cli import options
from cnntrain.cli.output import print_result
from cnntrain.errors import ConfigError
from cnntrain.system.streams import columns
from cnntrain.system.text import json_text


@click.command(
    epilog=options.examples(
        "cnntrain describe lenet.yaml",
        "cnntrain describe lenet.yaml --set 'network[0].conv.filters=12'",
    ),
)
@options.subject
@options.overrides
@options.as_json
def describe(subject: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show the network of a configuration layer by layer: shapes, parameters, costs, rates.

    CONFIG is a YAML file or the name of a shipped one, MODEL a run folder or checkpoint file. If
    the layers do not fit, the table ends with the one that does not, and says what would.
    """
    from cnntrain.explain import describe as description
    from cnntrain.model.open import open_subject
    from cnntrain.show.layer_table import as_object, as_text
    from cnntrain.show.stages import BLOCK, HALF
    from cnntrain.show.terminal import shows

    found = description.describe(open_subject(subject, overrides).config)
    blocks = shows(sys.stdout, BLOCK + HALF)
    text = as_text(found, columns(sys.stdout), blocks=blocks)
    print_result(json_text(as_object(found)) if as_json else text)
    if found.problem is not None:
        raise ConfigError(found.problem)
