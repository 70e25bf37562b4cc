"""The command line: one thin file per command, which reads arguments, calls the library, prints.

This is the one place where failures become messages and exit codes.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from cnntrain import __version__
from cnntrain.cli import foreign, options
from cnntrain.cli.check import check
from cnntrain.cli.configs import configs
from cnntrain.cli.describe import describe
from cnntrain.cli.download import download
from cnntrain.cli.eval import evaluate
from cnntrain.cli.output import say
from cnntrain.cli.plot import plot
from cnntrain.cli.predict import predict
from cnntrain.cli.trace import trace
from cnntrain.cli.train import train
from cnntrain.errors import CnntrainError
from cnntrain.system.streams import write

COMMANDS: list[click.Command] = [
    train,
    evaluate,
    predict,
    plot,
    configs,
    describe,
    check,
    trace,
    download,
]


class _Translating(click.Group):
    """Turn what a user can cause into a message and an exit code: never a traceback."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Parse the command line up to the command's name; here, --help and --version print."""
        with _translated():
            return super().make_context(*args, **more)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that other programs have leads to ours."""
        name = args[0]
        ours = foreign.command(name)
        if ours and self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            ctx.fail(f"No such command '{name}'. Did you mean '{ours}'?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        _print_anything()
        with _translated():
            return super().invoke(ctx)


@contextmanager
def _translated() -> Iterator[None]:
    """Print what goes wrong in the block, and exit with its code."""
    try:
        yield
    except click.NoSuchOption as error:
        raise foreign.explained(error) from error
    except CnntrainError as error:
        said = _explained(error) or error
        raise _failed(str(said), said.exit_code) from error
    except KeyboardInterrupt as interrupt:
        say("Interrupted")
        raise click.exceptions.Exit(130) from interrupt
    except MemoryError as error:
        raise _failed("not enough memory; use fewer images or a smaller network") from error
    except OSError as error:
        if _reader_is_gone(error):
            raise click.exceptions.Exit(0) from error
        raise _failed(_refused(error)) from error
    except Exception as error:
        own = _explained(error)
        if own is None:
            raise
        raise _failed(str(own), own.exit_code) from error


def _explained(error: Exception) -> CnntrainError | None:
    """Return what to say of an error that comes from the user's own code; None for any other."""
    from cnntrain.system.own_code import explained  # slow: it reads tracebacks

    return explained(error)


def _reader_is_gone(error: OSError) -> bool:
    """Return whether a help text could not be printed because nobody reads stdout.

    A pipe may as well have broken elsewhere; writing a little more tells which it was. It also
    discards what a full disk did not take and Python would try to write again as it exits.
    """
    try:
        return not write(sys.stdout, "\n" if isinstance(error, BrokenPipeError) else "")
    except OSError:
        return False


def _refused(error: OSError) -> str:
    """Say what the system refused: to write our output, or what the error names."""
    why = error.strerror or str(error)
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {why}; check that it is there and yours to use"
    if error.errno in (errno.ENOSPC, errno.EBADF, errno.EIO):  # of stdout or stderr
        return f"the output cannot be written: {why}"
    return f"the system refused something: {why}"


def _print_anything() -> None:
    """Let results be printed even if the terminal's encoding lacks a letter, such as Σ."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _failed(message: str, exit_code: int = 1) -> click.exceptions.Exit:
    say(f"Error: {message}")
    return click.exceptions.Exit(exit_code)


@click.group(
    cls=_Translating,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog=options.examples(
        "cnntrain train --config quickstart.yaml", "cnntrain eval", "cnntrain predict picture.jpg"
    ),
)
@click.version_option(__version__, package_name="cnntrain", message="%(prog)s %(version)s")
def main() -> None:
    """Train small convolutional networks on MNIST, test them, and read digits with them."""


for _command in COMMANDS:
    main.add_command(_command)
