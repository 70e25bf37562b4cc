"""`cnntrain runs`: the runs in a folder; and to remove or export one."""

from pathlib import Path

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_line, print_result, say
from cnntrain.errors import UsageError
from cnntrain.model.find import RUNS
from cnntrain.show.terminal import columns
from cnntrain.system.text import json_text

ORDERS = ("date", "accuracy", "epochs", "seconds", "seed", "name")
run_folder = options.UserPath(file_okay=False, exists=True, path_type=Path)


@click.group(
    invoke_without_command=True,
    epilog=options.examples(
        "cnntrain runs",
        "cnntrain runs --sort accuracy",
        "cnntrain runs rm runs/lenet-1",
        "cnntrain runs export runs/lenet-1",
    ),
)
@click.option(
    "--in",
    "folder",
    type=options.UserPath(file_okay=False, path_type=Path),
    default=RUNS,
    metavar="DIR",
    help="The folder with the runs.",
)
@click.option(
    "--sort",
    type=click.Choice(ORDERS),
    default="date",
    help="The newest, best or longest first; seeds and names in their order.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@options.as_json
@click.pass_context
def runs(context: click.Context, folder: Path, sort: str, reverse: bool, as_json: bool) -> None:
    """List the runs in this folder: what each reached, and in what it differs from the others.

    A run is told by the options in which runs of configurations of its name differ.
    """
    if context.invoked_subcommand is not None:
        return
    from cnntrain.runs.listing import ordered, runs_in
    from cnntrain.show.runs import as_object, as_text

    found = ordered(runs_in(folder), sort, reverse=reverse)
    if as_json:
        print_result(json_text(as_object(str(folder), found)))
    elif found:
        print_result(as_text(found, columns()))
    else:
        say(f"{folder}/: no runs yet; `cnntrain train` makes one")


@runs.command("rm", short_help="Remove runs.")
@click.argument(
    "folders",
    metavar="RUN...",
    nargs=-1,
    required=True,
    type=run_folder,
    shell_complete=complete.runs,
)
@options.as_json
def remove(folders: tuple[Path, ...], as_json: bool) -> None:
    """Remove runs: the files that they wrote, and their folders unless something else is in them."""
    from cnntrain.runs.lock import refuse_while_training
    from cnntrain.runs.remove import refuse_no_run, remove_run

    for folder in folders:  # all or none
        refuse_no_run(folder)
        refuse_while_training(folder)
    kept: dict[str, list[str]] = {}
    for folder in dict.fromkeys(folders):
        kept[str(folder)] = [path.name for path in remove_run(folder)]
        if not as_json:
            others = f"; what is not the run's stays: {', '.join(kept[str(folder)])}"
            print_line(f"removed {folder}{others if kept[str(folder)] else ''}")
    if as_json:
        print_result(json_text({"removed": list(kept), "kept": kept}))


@runs.command("export", short_help="Write one file that repeats a run.")
@click.argument(
    "run",
    required=False,
    type=options.UserPath(path_type=Path),
    shell_complete=complete.runs,
)
@click.option(
    "-o",
    "--out",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The YAML file to write. [default: the run's name and .yaml, here]",
)
@options.as_json
def export(run: Path | None, out: Path | None, as_json: bool) -> None:
    """Write one file with all that is needed to repeat RUN: `cnntrain train --config FILE`.

    It is the configuration with every option; comments say how to repeat the run, what it ran on,
    and the SHA-256 of its images and weights. RUN left out, it is the newest run.
    """
    from cnntrain.model.find import find_checkpoint, find_last
    from cnntrain.runs.export import exported, own_layers
    from cnntrain.system.files import replacing

    found = find_last(find_checkpoint(None).parent if run is None else run)
    file = Path(f"{found.parent.resolve().name}.yaml") if out is None else out
    if file.exists():
        raise UsageError(f"{file}: exists, and was left as it is; give another name with --out")
    text = exported(found.parent, file)
    with replacing(file) as target:
        target.write(text.encode())
    if (layers := own_layers(found.parent)) is not None:
        say(f"keep {layers} with it: the run has layers of your own")
    print_line(json_text({"run": str(found.parent), "file": str(file)}) if as_json else file)
