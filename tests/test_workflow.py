"""What runs elsewhere: the workflow of those who fork the project runs README's commands."""

import os
import subprocess

import pytest
import yaml

from tests.readme import FRONT, ROOT, block, read

WORKFLOW = ".github/workflows/ci.yml"


def test_the_workflow_runs_readmes_commands_on_three_systems() -> None:
    job = yaml.safe_load(read(WORKFLOW))["jobs"]["readme"]
    systems = [name.partition("-")[0] for name in job["strategy"]["matrix"]["system"]]
    assert systems == ["ubuntu", "macos", "windows"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert [line.split()[:2] for line in commands] == [
        ["scripts/readme_command", "quickstart"],
        ["scripts/readme_command", "test"],
    ]


@pytest.mark.skipif(os.name != "posix", reason="runs a shell script")
@pytest.mark.parametrize("name", ["quickstart", "test"])
def test_a_command_is_printed_as_it_stands_in_the_readme(name: str) -> None:
    def printed(system: str) -> str:
        return subprocess.run(
            [ROOT / "scripts" / "readme_command", name],
            env={**os.environ, "OSTYPE": system},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    command = block(FRONT, f"command: {name}")
    assert printed("linux-gnu") == command
    windows = command.replace(".venv/bin/", ".venv/Scripts/").replace("python3 ", "python ")
    assert printed("msys") == windows
