"""No password in an address is shown."""

import pytest
from click.testing import CliRunner

from cnntrain.cli.download import download
from cnntrain.system.address import without_password


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://user:secret@127.0.0.1:9/", "http://***@127.0.0.1:9/"),
        ("https://token@example.org/a", "https://***@example.org/a"),
        ("http://u:a@b@example.org/", "http://***@example.org/"),
        ("user:secret@proxy:8080", "***@proxy:8080"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("http://example.org/?x=a@b", "http://example.org/?x=a@b"),
    ],
)
def test_user_and_password_are_hidden(address: str, expected: str) -> None:
    assert without_password(address) == expected


def test_a_refused_mirror_hides_its_password() -> None:
    result = CliRunner().invoke(download, ["--mirror", "ftp://user:secret@example.org/"])
    assert result.exit_code == 2
    assert "'ftp://***@example.org/' does not start with https:// or http://" in result.output
    assert "secret" not in result.output
