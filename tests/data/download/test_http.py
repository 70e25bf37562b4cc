import re

import pytest

from cnntrain.errors import DownloadError
from tests.data.idx_files import write
from tests.data.mirror import (
    Manner,
    Mirror,
    break_off,
    first,
    ignore_range,
    mistake_range,
    serve,
    stall,
)
from tests.data.user import FILES, FIRST, HALF, User


def test_a_broken_transfer_is_continued_where_it_stopped(user: User, mirror: Mirror) -> None:
    mirror.manner = first([break_off(100), break_off(50)])
    user.download(mirror.url)
    assert mirror.requests[:3] == [(FIRST, 0), (FIRST, 100), (FIRST, 150)]
    size = len(FILES[FIRST])
    assert [(bar.total, bar.done) for bar in user.bars[:3]] == [
        (size, 100),
        (size, 150),
        (size,) * 2,
    ]


def test_an_interrupted_download_is_continued_by_the_next(user: User, mirror: Mirror) -> None:
    mirror.manner = stall(HALF)
    user.interrupt_at = HALF
    with pytest.raises(KeyboardInterrupt):
        user.download(mirror.url)
    assert user.files() == [f"{FIRST}.part"]
    mirror.manner, user.interrupt_at = serve, None
    user.download(mirror.url)
    assert mirror.requests[1] == (FIRST, HALF)
    assert user.files() == sorted(FILES)


def test_the_next_mirror_continues_what_a_stalled_one_began(
    user: User, mirror: Mirror, good: Mirror
) -> None:
    mirror.manner = stall(HALF)
    user.download(mirror.url, own=good.url)
    assert good.requests[0] == (FIRST, HALF)
    assert user.files() == sorted(FILES)


def test_what_came_is_kept_and_mentioned_when_all_mirrors_fail(user: User, mirror: Mirror) -> None:
    mirror.manner = stall(HALF)
    part = user.root / "tiny" / f"{FIRST}.part"
    with pytest.raises(DownloadError, match=re.escape(f"What came so far is in {part}; the next")):
        user.download(mirror.url)
    assert part.read_bytes() == FILES[FIRST][:HALF]


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("http_proxy", "socks://localhost:1080", "http_proxy: found 'socks://localhost:1080', exp"),
        ("http_proxy", "http://localhost:99999", "http_proxy: found 'http://localhost:99999', exp"),
        ("REQUESTS_CA_BUNDLE", "/no/such/file", "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE: "),
    ],
)
def test_a_setting_that_no_request_can_use_is_named_once(
    user: User, variable: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    scheme = "https" if "BUNDLE" in variable else "http"
    with pytest.raises(DownloadError) as raised:
        user.download(f"{scheme}://mirror.test/", own=f"{scheme}://other.test/")
    assert str(raised.value).startswith(complaint)
    assert str(raised.value).endswith("correct the environment variable, or unset it")


@pytest.mark.parametrize(
    "part",
    [b"\x1f\x8b" + b"another copy", FILES[FIRST] + b"more", b"<html>", FILES[FIRST], b""],
    ids=["of another copy", "too long", "a web page", "complete", "empty"],
)
@pytest.mark.parametrize("manner", [serve, ignore_range, mistake_range])
def test_no_partial_file_leads_to_wrong_content(
    user: User, mirror: Mirror, part: bytes, manner: Manner
) -> None:
    write(user.root / "tiny", {f"{FIRST}.part": part})
    mirror.manner = manner
    user.download(mirror.url)
    assert user.files() == sorted(FILES)
    assert (user.root / "tiny" / FIRST).read_bytes() == FILES[FIRST]
    assert user.said == []
