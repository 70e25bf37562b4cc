from pathlib import Path

import pytest

from cnntrain.config import load_config
from cnntrain.config.find import find_config
from cnntrain.errors import ConfigError
from cnntrain.system.shipped import shipped
from tests.config.texts import LENET


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["lenet", "lenet.yaml"])
def test_a_name_is_found_among_the_shipped(name: str) -> None:
    assert find_config(name) == shipped() / "lenet.yaml"


@pytest.mark.parametrize("name", ["lenet", "lenet.yaml"])
def test_the_working_directory_comes_first(name: str, here: Path) -> None:
    (here / "lenet.yaml").write_text(LENET)
    assert find_config(name).samefile(here / "lenet.yaml")


def test_a_folder_of_the_same_name_is_not_in_the_way(here: Path) -> None:
    (here / "lenet").mkdir()
    assert find_config("lenet") == shipped() / "lenet.yaml"


@pytest.mark.parametrize("name", ["sub/own", "sub/own.yml", "./sub/own.yml"])
def test_a_path_is_taken_with_or_without_its_ending(name: str, here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "own.yml").write_text(LENET)
    assert find_config(name).samefile(here / "sub" / "own.yml")
    assert load_config(name).name == "own"


def test_a_file_may_have_any_name(here: Path) -> None:
    (here / "φ set-up 1").write_text(LENET)
    assert load_config("φ set-up 1").name == "φ set-up 1"


def test_a_path_is_not_looked_up_among_the_shipped(here: Path) -> None:
    with pytest.raises(ConfigError, match=r"^sub/lenet\.yaml: no such configuration, here or amo"):
        find_config("sub/lenet.yaml")


@pytest.mark.parametrize("name", ["lent", "a" * 5000, "x/" * 3000])
def test_a_name_that_is_nowhere_lists_what_there_is(name: str, here: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_config(name)
    assert "no such configuration, here or among the shipped ones; " in str(caught.value)
    assert "lenet.yaml" in str(caught.value)


def test_a_folder_is_refused(here: Path) -> None:
    (here / "folder").mkdir()
    with pytest.raises(ConfigError, match="^folder: is a folder, expected a YAML file$"):
        find_config("folder")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\xff", "x.yaml: is not text: found a zero byte; give a YAML"),
        ("α: 1".encode("utf-16"), "x.yaml: is saved as UTF-16, expected UTF-8; save it again"),
        (
            "a: 1\n# größer\n".encode("latin-1"),
            "x.yaml:2: is not saved as UTF-8: found the byte f6 ('ö'",
        ),
    ],
)
def test_a_file_in_another_encoding_is_refused(content: bytes, complaint: str, here: Path) -> None:
    (here / "x.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config("x.yaml")
    assert str(caught.value).startswith(complaint)


def test_a_name_that_is_nearly_right_leads_to_the_right_one(here: Path) -> None:
    (here / "mine.yaml").write_text(LENET)
    for name, meant in (
        ("lnet.yaml", "lenet.yaml"),
        ("LeNet5", "lenet.yaml"),
        ("mime", "mine.yaml"),
    ):
        with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
            find_config(name)


def test_the_folder_of_a_run_can_be_resumed(here: Path) -> None:
    (here / "run").mkdir()
    (here / "run" / "last.npz").touch()
    for name in ("run", "run/last.npz"):
        with pytest.raises(ConfigError, match="`cnntrain train --resume run`"):
            load_config(name)


def test_a_byte_order_mark_is_no_part_of_the_text(here: Path) -> None:
    (here / "x.yaml").write_text(LENET, "utf-8-sig")
    assert load_config("x").seed == 0


def test_windows_line_ends_count_as_one_line(here: Path) -> None:
    text = LENET.replace("seed: 0", "sede: 0").replace("\n", "\r\n")
    (here / "x.yaml").write_bytes(text.encode())
    with pytest.raises(ConfigError, match=r"^x\.yaml:20: sede"):
        load_config("x.yaml")


def test_an_empty_name_is_said_to_be_none() -> None:
    with pytest.raises(ConfigError, match="^found '' as the name of a configuration; expected one"):
        find_config("")
