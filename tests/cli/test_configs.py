import json
from pathlib import Path

import pytest

from cnntrain.system.shipped import shipped
from tests.cli.conftest import Cnntrain

NAMES = sorted(path.name for path in shipped().glob("*.yaml"))


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_the_list_has_name_summary_and_result_within_the_width_of_the_terminal(
    cnntrain: Cnntrain, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = cnntrain("configs")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines if line[:1] != " "] == NAMES
    text = " ".join(done.stdout.split())
    assert "lenet.yaml The tutorial's network: 6c5-2s-12c5-2s-fc10, sigmoid" in text
    assert "1.67 ± 0.07 % test error after 10 epochs" in text
    assert max(map(len, lines)) <= int(columns)


def test_json_has_the_same(cnntrain: Cnntrain) -> None:
    found = json.loads(cnntrain("configs", "--json").stdout)["configs"]
    assert [config["name"] for config in found] == NAMES
    assert all(config["summary"] and config["result"] for config in found)
    one = json.loads(cnntrain("configs", "mazur", "--json").stdout)
    assert one["yaml"] == (shipped() / "mazur.yaml").read_text("utf-8")


def test_a_pipe_into_a_file_gives_a_working_configuration(cnntrain: Cnntrain, here: Path) -> None:
    done = cnntrain("configs", "lenet")
    assert done.stdout.encode() == (shipped() / "lenet.yaml").read_bytes()
    (here / "mine.yaml").write_text(done.stdout, "utf-8")
    assert cnntrain("describe", "mine.yaml").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["lenet", "--copy"], "lenet.yaml"),
        (["--copy", "lenet"], "lenet.yaml"),
        (["lenet.yaml", "--copy", "mine.yaml"], "mine.yaml"),
        (["lenet", "--copy", "."], "lenet.yaml"),
    ],
)
def test_a_copy_is_written_and_never_over_a_file(
    cnntrain: Cnntrain, here: Path, arguments: list[str], file: str
) -> None:
    done = cnntrain("configs", *arguments)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"wrote {file}; train it with `cnntrain train --config {file}`\n"
    assert (here / file).read_bytes() == (shipped() / "lenet.yaml").read_bytes()
    (here / file).write_text("mine")
    again = cnntrain("configs", *arguments)
    assert again.returncode == 1
    assert again.stderr == (
        f"Error: {file}: cannot be written: File exists; name another file: "
        "`cnntrain configs lenet.yaml --copy FILE`\n"
    )
    assert (here / file).read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["lnet"], "lnet: found no shipped configuration of that name; did you mean lenet.yaml?"),
        (["vgg"], "of that name; expected one of activations.yaml, "),
        (["--copy"], "--copy: found no NAME; expected one, as `cnntrain configs lenet --copy`"),
        (["lenet", "--reference"], "--reference: found the name lenet too; leave one of them out"),
    ],
)
def test_usage_errors_exit_with_2(cnntrain: Cnntrain, arguments: list[str], complaint: str) -> None:
    done = cnntrain("configs", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr


@pytest.mark.parametrize("columns", ["40", "80"])
def test_the_reference_fits_into_the_terminal(
    cnntrain: Cnntrain, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = cnntrain("configs", "--reference").stdout
    assert max(map(len, text.splitlines())) <= int(columns)
    flat = " ".join(text.split())
    assert "filters F, the number of output maps (whole number; required)" in flat
    assert "batchsize images in a mini-batch (whole number; default 50)" in flat


def test_the_reference_is_there_as_json(cnntrain: Cnntrain) -> None:
    found = json.loads(cnntrain("configs", "--reference", "--json").stdout)
    assert found["loss"][0]["name"] == "mse"
    assert found["train"][0]["options"][0] == {
        "name": "batchsize",
        "type": "whole number",
        "required": False,
        "default": "50",
        "meaning": "images in a mini-batch",
    }
