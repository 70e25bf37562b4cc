"""Whatever a server does, the download goes on with the next mirror, soon, and says why."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from cnntrain.data.download import http
from cnntrain.data.download.limits import Limits
from tests.data.download.lying_server import HARMLESS, LIES, Lie, lying
from tests.data.mirror import running
from tests.data.user import FILES, FIRST, User

LIMITS = Limits(connect=20, silence=3, least_speed=1000, period=1.5, longest=60)
# Files that come although something around them is wrong.
RIGHT = {
    *HARMLESS,
    "drips trailers",
    "trailers without end",
    "stops after the last chunk",
    "length ²",
    "length of another alphabet",
    "length -5",
    "length of 5,000 digits",
    "length that is empty",
    "length in hexadecimal",
    "an unknown transfer encoding",
    "no last chunk",
}


@dataclass
class Outcome:
    """What a download made of a server."""

    said: list[str]
    files: dict[str, bytes]
    seconds: float
    error: str = ""


def outcome(folder: Path, lie: Lie) -> Outcome:
    """Download from a server that lies, and where it delivers nothing from one that does not."""
    user = User(folder, limits=LIMITS)
    before = time.monotonic()
    error = ""
    with lying(lie, FILES) as liar, running(dict(FILES)) as good:
        try:
            user.download(liar.url, own=good.url)
        except Exception as problem:  # noqa: BLE001  # any would be a traceback to a user
            error = repr(problem)
    files = {path.name: path.read_bytes() for path in (folder / "tiny").glob("*.gz")}
    said = [line.replace(liar.url, "LIAR") for line in user.said]
    return Outcome(said, files, time.monotonic() - before, error)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Return the outcome for each lie; they mostly wait, so they are tried at once."""
    folder = tmp_path_factory.mktemp("lies")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(24) as pool:
        patch.setattr(http, "_BACKOFF", 0)
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            patch.delenv(variable, raising=False)
        runs = {
            name: pool.submit(outcome, folder / str(n), lie)
            for n, (name, lie) in enumerate(LIES.items())
        }
        return {name: run.result() for name, run in runs.items()}


@pytest.mark.parametrize("name", LIES)
def test_the_files_are_right_whatever_a_server_does(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    found = outcomes[name]
    assert found.error == ""
    assert found.files == FILES
    assert found.seconds < 60


@pytest.mark.parametrize("name", LIES)
def test_what_a_server_did_is_said_in_one_short_line(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    said = outcomes[name].said
    if name in RIGHT:
        assert said == []
    else:
        assert said[0].startswith("LIAR did not deliver ")
        assert all(len(line) < 250 and line.isprintable() for line in said)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("says nothing", "no answer within 3 s"),
        ("drips headers", "no answer within 3 s"),
        ("drips content", "slower than 1,000 bytes/s (--min-speed)"),
        ("drips 100 Continue", "no answer within 3 s"),
        ("stops in the content", "silent for 3 s"),
        ("100 Continue without end", "endless headers and redirects"),
        ("redirects to itself", "more than 5 redirects"),
        ("redirects to a file", "not a valid http or https address"),
        ("hangs up at once", "the connection broke off"),
        ("range of 5,000 digits", "answers ranges wrongly"),
        ("another protocol", "no valid HTTP answer (SSH-2.0-OpenSSH_9.9)"),
        (
            "two lengths",
            "no valid HTTP answer (Content-Length contained multiple unmatching values (10, 20))",
        ),
        (
            "length of 10^15 bytes",
            "wrong content: 999,999,999,999,999 bytes, expected at most 1,048,832",
        ),
    ],
)
def test_the_reason_is_named(name: str, reason: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].said[0] == f"LIAR did not deliver {FIRST}: {reason}"


def test_a_mirror_that_is_too_slow_is_not_waited_for(user: User) -> None:
    user.limits = Limits(connect=2, silence=5, least_speed=0, longest=1)
    with lying(LIES["drips content"], FILES) as liar:
        assert user.reason(liar.url) == "not complete after 1 s (--max-time)"
