"""The command line: one thin file per command, which reads arguments, calls the library, prints.

This is the one place where failures become messages and exit codes.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from cnntrain import __version__
from cnntrain.cli import foreign, options
from cnntrain.cli.output import say, say_error
from cnntrain.errors import CnntrainError
from cnntrain.system.interrupt import interrupted
from cnntrain.system.streams import write
from cnntrain.system.text import one_line

# Every command, with what the list of commands says of it. Its function stands in the module of the
# same name, which is imported only when the command runs, so that each starts fast.
COMMANDS = {
    "train": "Train the network of a configuration.",
    "eval": "Test a trained network.",
    "compare": "Tell which of several networks is better, and how surely.",
    "predict": "Read digits in image files, or in a folder of them.",
    "draw": "Draw a digit in the browser, and watch the network read it.",
    "plot": "Draw curves, filters, maps and other pictures of a run.",
    "report": "Write a page with all there is to see of a run.",
    "runs": "List the runs in this folder, remove or export one.",
    "tune": "Search for the options that train best.",
    "configs": "List, show or copy the shipped configurations.",
    "describe": "Show each layer's shape, parameters, cost and rate.",
    "check": "Compare every derivative with a numerical one.",
    "trace": "Follow one image and one weight, number by number.",
    "data": "Show what a data set holds, and what is odd about it.",
    "download": "Download and verify MNIST and data sets like it.",
}
FUNCTIONS = {"eval": "evaluate"}  # those that Python has another use for the name of


def command(name: str) -> click.Command:
    """Import a command and return it."""
    module = import_module(f"cnntrain.cli.{name}")
    found: click.Command = getattr(module, FUNCTIONS.get(name, name))
    found.short_help = COMMANDS[name]
    return found


class _Commands(click.Group):
    """The commands; what a user can cause becomes a message and an exit code, not a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None if there is none of the name."""
        return command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def main(self, *args: Any, **more: Any) -> Any:
        """Run the program; the code for a shell to complete lines is printed before any command.

        Ctrl-C that comes within click's own code ends it with 1; the exit code is 130 all the same.
        """
        try:
            return super().main(*args, **more)
        except SystemExit as end:
            if end.code == 1 and interrupted():
                sys.exit(130)
            raise
        except OSError as error:
            if not _reader_is_gone(error):
                say(f"Error: {_refused(error)}")
                sys.exit(1)

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Parse the command line up to the command's name; here, --help and --version print."""
        with _translated():
            return super().make_context(*args, **more)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that other programs have leads to ours."""
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            ours = foreign.command(name) or foreign.misspelt(name, COMMANDS)
            ctx.fail(f"No such command '{name}'." + (f" Did you mean '{ours}'?" if ours else ""))
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
    except click.exceptions.Exit:
        raise
    except click.ClickException as error:
        said = one_line(options.with_expected(error)) + _nowhere()
        vars(error)["message"] = said  # not to be changed, says its type
        raise
    except CnntrainError as error:
        raise _failed(_explained(error) or error) from error
    except KeyboardInterrupt as interrupt:
        say("Interrupted")
        raise click.exceptions.Exit(130) from interrupt
    except MemoryError as error:
        advice = "not enough memory; use fewer images or a smaller network"
        raise _failed(CnntrainError(advice)) from error
    except OSError as error:
        if _reader_is_gone(error):
            raise click.exceptions.Exit(0) from error
        raise _failed(CnntrainError(_refused(error))) from error
    except Exception as error:
        own = _explained(error)
        if own is None:
            raise
        raise _failed(own) from error


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


def _nowhere() -> str:
    """Return what to say of an error where the current folder was removed, in which nothing is found."""
    try:
        os.getcwd()
    except OSError:
        return "; the current folder no longer exists: change to another one first"
    return ""


def _failed(error: CnntrainError) -> click.exceptions.Exit:
    if nowhere := _nowhere():
        *before, last = error.args or ("",)
        error.args = (*before, f"{last}{nowhere}")
    say_error(error)
    return click.exceptions.Exit(error.exit_code)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog=options.examples(
        "cnntrain train --config quickstart.yaml", "cnntrain eval", "cnntrain predict picture.jpg"
    ),
)
@click.version_option(__version__, package_name="cnntrain", message="%(prog)s %(version)s")
def main() -> None:
    """Train small convolutional networks on MNIST, test them, and read digits with them."""
