import gzip
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.header import IdxError
from cnntrain.data.idx.locate import spellings
from cnntrain.data.idx.verify import load_idx
from cnntrain.errors import DataError, DownloadError
from tests.data.idx_files import contents, dataset, idx, images, write
from tests.data.mirror import (
    Manner,
    Mirror,
    body,
    break_off,
    cut_off,
    first,
    silent,
    stall,
    status,
)
from tests.data.user import FILES, FIRST, HALF, User


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        (status(403), "HTTP 403"),
        (status(503), "HTTP 503"),
        (body(b"<html>Log in first</html>"), "wrong content: looks like a web page, expected"),
        (body(b""), "wrong content: is empty"),
        (cut_off(HALF), "wrong content: the gzip data ends early, after"),
        (body(gzip.compress(idx(images(12, seed=9)))), "wrong content: has content of SHA-256"),
        (body(gzip.compress(idx(images(2)))), "wrong content: holds 2×5×4 elements, expected 12"),
        (body(bytes(2 << 20)), "wrong content: 2,097,152 bytes, expected at most 1,048,832"),
        (break_off(0), "the connection broke off"),
        (silent, "no answer within 0.2 s"),
        (stall(0), "silent for 0.2 s"),
    ],
)
def test_the_next_mirror_takes_over_and_the_reason_is_said(
    user: User, mirror: Mirror, good: Mirror, manner: Manner, reason: str
) -> None:
    mirror.manner = manner
    user.download(mirror.url, own=good.url)
    assert user.files() == sorted(FILES)
    assert all((user.root / "tiny" / name).read_bytes() == FILES[name] for name in FILES)
    assert user.said[0].startswith(f"{mirror.url} did not deliver {FIRST}: {reason}")


def test_labels_out_of_range_are_refused_without_a_checksum(
    user: User, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DATASETS, "tiny", dataset(checksums=False))
    mirror.files["train-labels-idx1-ubyte.gz"] = gzip.compress(idx(np.full(12, 3, np.uint8)))
    with pytest.raises(DownloadError, match="wrong content: label 3 at position 0, expected 0 to"):
        user.download(mirror.url, checksums=False)


def test_a_busy_mirror_is_asked_again(user: User, mirror: Mirror) -> None:
    mirror.manner = first([status(503), status(429)])
    user.download(mirror.url)
    assert mirror.asked()[:3] == [FIRST] * 3
    assert user.said == []


def test_a_dead_mirror_is_not_asked_for_the_other_files(
    user: User, mirror: Mirror, good: Mirror
) -> None:
    mirror.manner = status(503)
    user.download(mirror.url, own=good.url)
    assert set(mirror.asked()) == {FIRST}


def test_a_mirror_that_lacks_one_file_is_asked_for_the_others(
    user: User, mirror: Mirror, good: Mirror
) -> None:
    mirror.manner = first([status(404)])
    user.download(mirror.url, own=good.url)
    assert mirror.asked() == list(FILES)
    assert good.asked() == [FIRST]


def test_a_file_that_the_server_decompressed_is_kept_under_its_true_name(
    user: User, mirror: Mirror
) -> None:
    mirror.files |= {f"{stem}.gz": content for stem, content in contents().items()}
    user.download(mirror.url)
    assert user.files() == sorted(contents())


def test_a_gz_file_declared_as_an_encoding_stays_compressed(user: User, mirror: Mirror) -> None:
    mirror.manner = first([body(FILES[FIRST], Content_Encoding="gzip")])
    user.download(mirror.url)
    assert (user.root / "tiny" / FIRST).read_bytes() == FILES[FIRST]


def test_without_a_mirror_one_error_says_why_and_what_to_do(
    user: User, mirror: Mirror, closed_port: int
) -> None:
    mirror.manner = status(403)
    refused = f"http://127.0.0.1:{closed_port}/"
    command = f"cnntrain download tiny --data-dir {user.root}"
    with pytest.raises(DownloadError) as raised:
        user.download(refused, own=mirror.url)
    assert str(raised.value).splitlines() == [
        f"Tiny cannot be downloaded: no mirror delivered {FIRST}",
        f"  {refused}: connection refused",
        f"  {mirror.url}: HTTP 403",
        "Get these files elsewhere, put them into one folder FOLDER, and run",
        f"`{command} --from FOLDER`:",
        *(f"  {name}" for name in FILES),
        f"or name a base address that serves them: `{command} --mirror URL`",
    ]
    assert user.said == []
    assert user.files() == []
    assert not (user.root / "tiny").exists()


def test_a_name_that_is_not_resolved_is_not_asked_twice(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def resolve(host: str, *rest: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    before = time.perf_counter()
    assert user.reason("https://mirror.test/") == "the name is not resolved"
    assert asked == ["mirror.test"]
    assert time.perf_counter() - before < 1


def test_a_proxy_that_refuses_is_blamed(
    user: User, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    assert user.reason("http://mirror.test/") == "the proxy cannot be reached or refuses"


def test_a_server_without_tls_is_blamed_for_it(user: User, mirror: Mirror) -> None:
    address = mirror.url.replace("http:", "https:")
    assert user.reason(address) == "no TLS connection, or a certificate that is not trusted"


@pytest.mark.parametrize("address", ["http://", "http://[", "ftp://mirror.test/", "mirror"])
def test_nonsense_is_not_a_valid_address(user: User, address: str) -> None:
    assert user.reason(address) == "not a valid http or https address"


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("folder", ["", "tiny"])
def test_files_are_copied_under_every_accepted_name(
    user: User, tmp_path: Path, number: int, folder: str
) -> None:
    for stem, content in contents().items():
        name = spellings(stem)[number]
        write(
            tmp_path / "usb" / folder, {name: gzip.compress(content) if "gz" in name else content}
        )
    result = user.download(source=tmp_path / "usb")
    assert [file.status for file in result.new] == ["copied"] * 4
    assert user.files() == sorted(FILES if number in (0, 2) else contents())
    assert len(load_idx("tiny", "train", user.root)) == 12


def test_a_copy_replaces_a_download_that_was_broken_off(user: User, tmp_path: Path) -> None:
    write(user.root / "tiny", {f"{FIRST}.part": FILES[FIRST][:HALF]})
    write(tmp_path / "usb", FILES)
    user.download(source=tmp_path / "usb")
    assert user.files() == sorted(FILES)


def test_a_wrong_file_is_not_copied(user: User, tmp_path: Path) -> None:
    write(tmp_path / "usb", FILES | {FIRST: FILES[FIRST][:-1]})
    with pytest.raises(IdxError, match=rf"usb/{FIRST}: the gzip data ends early"):
        user.download(source=tmp_path / "usb")
    assert user.files() == []


def test_a_missing_file_is_named_with_its_other_names(user: User, tmp_path: Path) -> None:
    write(tmp_path / "usb", {})
    with pytest.raises(DataError) as raised:
        user.download(source=tmp_path / "usb")
    assert str(raised.value) == (
        f"{tmp_path}/usb: holds no train-images-idx3-ubyte; expected one of "
        "train-images-idx3-ubyte.gz, train-images-idx3-ubyte, train-images.idx3-ubyte.gz, "
        "train-images.idx3-ubyte, in it or in its folder tiny; "
        "put it there, or leave --from out to download it"
    )
