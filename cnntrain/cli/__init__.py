"""The command line: one thin file per command, which reads arguments, calls the library, prints.

This is the one place where failures become messages and exit codes.
"""

import click

from cnntrain import __version__
from cnntrain.cli.check import check
from cnntrain.cli.describe import describe
from cnntrain.cli.download import download
from cnntrain.cli.eval import evaluate
from cnntrain.cli.predict import predict
from cnntrain.cli.trace import trace
from cnntrain.cli.train import train
from cnntrain.errors import CnntrainError

COMMANDS: list[click.Command] = [download, train, evaluate, predict, describe, check, trace]


class _Translating(click.Group):
    """Turn what a user can cause into a message and an exit code: never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CnntrainError as error:
            click.echo(f"Error: {error}", err=True)
            raise click.exceptions.Exit(error.exit_code) from error
        except KeyboardInterrupt as interrupt:
            click.echo("Interrupted", err=True)
            raise click.exceptions.Exit(130) from interrupt


@click.group(cls=_Translating, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="cnntrain", message="%(prog)s %(version)s")
def main() -> None:
    """Train small convolutional networks on MNIST, test them, and read digits with them."""


for _command in COMMANDS:
    main.add_command(_command)
