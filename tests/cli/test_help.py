"""Help, what foreign flags are answered with, and what the shell completes."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from cnntrain import cli
from cnntrain.cli import complete, main
from cnntrain.data.sources import SOURCES
from tests.cli.conftest import Cnntrain
from tests.run_folders import trained as run_folder

COMMANDS = sorted(cli.COMMANDS)


def help_of(*command: str) -> str:
    return CliRunner().invoke(main, [*command, "--help"], prog_name="cnntrain").stdout


def examples_in(text: str) -> list[str]:
    return [line.strip() for line in text.partition("Examples:\n")[2].splitlines()]


def test_the_list_of_commands_says_what_each_does_in_a_whole_sentence() -> None:
    listed = help_of().partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == COMMANDS
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples_that_can_be_parsed(command: str) -> None:
    examples = examples_in(help_of(command))
    assert examples
    for example in examples:
        program, name, *arguments = shlex.split(example)
        assert (program, name) == ("cnntrain", command)
        existing = [argument.replace("/media/usb", ".") for argument in arguments]
        cli.command(command).make_context(command, existing)


def options() -> Iterator[tuple[str, click.Option]]:
    for name in COMMANDS:
        for parameter in cli.command(name).params:
            if isinstance(parameter, click.Option) and not parameter.is_flag:
                yield name, parameter


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_what_happens_without_an_option_is_said(command: str, option: click.Option) -> None:
    unless_asked_for = {
        *("--set", "--config", "--resume", "--require-accuracy", "--errors"),
        *("--label", "--mirror", "--from", "--copy", "--predictions", "--sheet"),
    }
    if option.opts[0] not in unless_asked_for:
        assert option.default is not None or "[default: " in (option.help or "")


@pytest.mark.parametrize(
    ("command", "flag", "advice"),
    [
        ("eval", "--model", "MODEL stands alone, as in `cnntrain eval runs/lenet-1`"),
        ("describe", "--config", "CONFIG stands alone, as in `cnntrain describe lenet.yaml`"),
        ("report", "--run", "RUN stands alone, as in `cnntrain report runs/lenet-1`"),
        ("data", "--dataset", "DATASET stands alone, as in `cnntrain data mnist`"),
    ],
)
def test_what_stands_alone_is_no_option(
    cnntrain: Cnntrain, command: str, flag: str, advice: str
) -> None:
    done = cnntrain(command, flag, "something")
    assert done.returncode == 2
    assert done.stderr.endswith(f"Error: No such option: {flag}; {advice}\n")


@pytest.mark.parametrize("flag", ["--lr", "--learning-rate", "--learning_rate"])
def test_a_rate_is_set_in_the_configuration(cnntrain: Cnntrain, flag: str) -> None:
    done = cnntrain("train", "--config", "tiny", flag, "0.1")
    assert done.returncode == 2
    assert done.stderr.endswith(
        f"Error: No such option: {flag}; learning rates are values of the configuration: "
        "`--set train.alpha=0.1`\n"
    )


@pytest.mark.parametrize(
    ("command", "flag", "advice"),
    [
        ("train", "--batch-size", "`--set train.batchsize=50`"),
        ("train", "--batch_size", "`--set train.batchsize=50`"),
        ("train", "--optimizer", "`--set train.update=adam`"),
        ("train", "--model-dir", "`--out DIR`"),
        ("train", "--output", "`--out DIR`"),
        ("train", "--epoch", "`--epochs N`"),
        ("train", "--num_workers", "`--threads N`"),
        ("train", "--model", "`--config lenet.yaml`"),
        ("train", "--checkpoint", "`--resume runs/lenet-1`"),
        ("predict", "--checkpoint", "`--model runs/lenet-1`"),
        ("train", "--gpu", "processors, not on GPUs"),
        ("predict", "--device", "processors, not on GPUs"),
    ],
)
def test_flags_of_other_programs_lead_to_ours(
    cnntrain: Cnntrain, command: str, flag: str, advice: str
) -> None:
    done = cnntrain(command, flag, "1")
    assert done.returncode == 2
    assert advice in done.stderr


@pytest.mark.parametrize(
    ("given", "meant"), [("evall", "eval"), ("Train", "train"), ("pridict", "predict")]
)
def test_a_command_misspelt_is_answered_with_the_right_one(
    cnntrain: Cnntrain, given: str, meant: str
) -> None:
    done = cnntrain(given)
    assert done.returncode == 2
    assert f"No such command '{given}'. Did you mean '{meant}'?" in done.stderr


def test_help_is_no_guess_at_what_was_meant(cnntrain: Cnntrain) -> None:
    assert "Did you mean" not in cnntrain("train", "--hulp").stderr
    assert "Did you mean '--epochs'?" in cnntrain("train", "--epohcs", "3").stderr
    assert "--set" not in cnntrain("eval", "--lr", "3").stderr  # eval has no --set


@pytest.mark.parametrize(
    ("given", "meant"), [("98", "0.98"), ("98%", "0.98"), ("98.5", "0.985"), ("0.5%", "0.005")]
)
def test_an_accuracy_in_percent_is_answered_with_the_share(
    cnntrain: Cnntrain, given: str, meant: str
) -> None:
    done = cnntrain("train", "--config", "tiny", "--require-accuracy", given)
    assert done.returncode == 2
    assert f"{given} is not from 0 to 1; did you mean {meant}?" in done.stderr


def completions(line: str, incomplete: str) -> list[str]:
    """Return what the shell is offered, but for files."""
    shell = ShellComplete(main, {}, "cnntrain", "_CNNTRAIN_COMPLETE")
    found = shell.get_completions(shlex.split(line), incomplete)
    return [item.value for item in found if item.type == "plain"]


def test_configurations_data_sets_and_runs_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert completions("eval", "") == []
    run_folder("runs/lenet-1")
    run_folder("runs/empty", "notes.txt")
    assert completions("train --config", "le") == ["lenet.yaml"]
    assert completions("configs", "nielsen") == ["nielsen-dense.yaml", "nielsen.yaml"]
    assert completions("train --dataset", "k") == ["kmnist"]
    assert completions("download", "k") == ["kmnist"]
    for line in ("eval", "predict --model", "train --resume", "trace", "check"):
        assert completions(line, "r") == [
            *(["rgb-folder.yaml"] if line in ("trace", "check") else []),
            "runs/lenet-1",
        ]


def test_the_data_sets_completed_are_those_that_need_no_options() -> None:
    assert set(complete.DATA_SETS) == set(SOURCES) - {"folder", "inline", "idx", "npz", "csv"}


def test_completion_imports_nothing_slow(tmp_path: Path) -> None:
    program = (
        "import sys; from cnntrain import cli\n"
        "try: cli.main(prog_name='cnntrain')\n"
        "finally: print({'numpy', 'yaml', 'PIL', 'tqdm'} & set(sys.modules))"
    )
    words = {"COMP_WORDS": "cnntrain train --config le", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | words | {"_CNNTRAIN_COMPLETE": "bash_complete"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "file,le\nplain,lenet.yaml\nset()\n"


PATTERN = re.compile(r"""--(?:set|weight)[ =][^\s'"`|]*[\[{*?][^\s`]*""")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_what_a_shell_would_take_for_a_pattern_is_quoted_in_help(command: str) -> None:
    assert PATTERN.findall(" ".join(help_of(*command.split()).split())) == []


def test_what_a_shell_would_take_for_a_pattern_is_quoted_in_messages() -> None:
    for path in Path(complete.__file__).parents[1].rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            shown = re.sub(r"--(set|weight) \{", "", line)  # what the user has given
            assert PATTERN.findall(shown) == [], path
