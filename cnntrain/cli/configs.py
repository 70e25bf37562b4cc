"""`cnntrain configs`: the shipped configurations, and all that one can say."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result, say
from cnntrain.errors import OutputError, UsageError
from cnntrain.system.shell import command
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.config.catalogue import Shipped

HERE = ""  # the value of --copy without FILE


@click.command(
    epilog=options.examples(
        "cnntrain configs",
        "cnntrain configs lenet --copy mine.yaml",
        "cnntrain configs --reference",
    ),
)
@click.argument("name", required=False, shell_complete=complete.shipped_configs)
@click.option(
    "--copy",
    type=options.UserPath(),
    is_flag=False,
    flag_value=HERE,
    metavar="[FILE]",
    help="Write the configuration to FILE, or under its own name into the working directory.",
)
@click.option(
    "--reference",
    is_flag=True,
    help="Print every option with its type, default and meaning: data, layers, losses, training.",
)
@options.as_json
def configs(name: str | None, copy: str | None, reference: bool, as_json: bool) -> None:
    """List the shipped configurations; with NAME, print that one as it is.

    What is printed or copied is a working configuration, to be changed and given to
    `cnntrain train --config FILE`.
    """
    from cnntrain.config.catalogue import catalogue, shipped_config

    if name is None and copy:  # --copy NAME can only mean NAME --copy
        name, copy = copy, HERE
    if reference and name is not None:
        raise UsageError(f"--reference: found the name {name} too; leave one of them out")
    if reference:
        _print_reference(as_json)
    elif name is None:
        if copy is not None:
            raise UsageError(
                "--copy: found no NAME; expected one, as `cnntrain configs lenet --copy`"
            )
        _print_list(catalogue(), as_json)
    elif copy is None:
        _print_one(shipped_config(name), as_json)
    else:
        _copy(shipped_config(name), copy, as_json)


def _print_list(found: "list[Shipped]", as_json: bool) -> None:
    from cnntrain.show.configs import configs_as_text
    from cnntrain.show.terminal import USUAL_COLUMNS, columns

    if as_json:
        print_result(json_text({"configs": [_as_object(config) for config in found]}))
        return
    print_result(configs_as_text(found, columns() or USUAL_COLUMNS))
    say("`cnntrain configs NAME` prints one, `cnntrain configs --reference` every option")


def _print_one(config: "Shipped", as_json: bool) -> None:
    if as_json:
        print_result(json_text({**_as_object(config), "yaml": config.content.decode()}))
    else:
        click.echo(config.content, nl=False)  # bytes: exactly as shipped


def _print_reference(as_json: bool) -> None:
    from cnntrain.config.reference import reference
    from cnntrain.show.configs import reference_as_text
    from cnntrain.show.terminal import USUAL_COLUMNS, columns

    found = reference()
    if as_json:
        print_result(json_text({place: [asdict(e) for e in found[place]] for place in found}))
    else:
        print_result(reference_as_text(found, columns() or USUAL_COLUMNS))


def _copy(config: "Shipped", to: str, as_json: bool) -> None:
    """Write the configuration to a new file. Raises OutputError, also where there is one."""
    target = Path(to or config.name)
    if target.is_dir():
        target /= config.name
    try:
        with target.open("xb") as file:
            file.write(config.content)
    except OSError as error:
        advice = f"name another file: `cnntrain configs {config.name} --copy FILE`"
        raise OutputError.of(target, error, advice) from error
    if as_json:
        print_result(json_text({**_as_object(config), "copy": str(target)}))
    else:
        say(f"wrote {target}; train it with `{command('cnntrain', 'train', '--config', target)}`")


def _as_object(config: "Shipped") -> dict[str, Any]:
    return {
        "name": config.name,
        "summary": config.summary,
        "result": config.result,
        "path": str(config.path),
    }
