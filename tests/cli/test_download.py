import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cnntrain.cli import main
from cnntrain.data.download.lock import exclusive
from cnntrain.data.idx.datasets import DATASETS
from tests.data.idx_files import contents, dataset, idx, write, zipped
from tests.data.mirror import Mirror, running, stall

NAMES = [file.gz_name for file in DATASETS["mnist"].files]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an empty data folder and without the internet."""
    dead = "http://127.0.0.1:9"  # as a proxy; nobody listens there
    return os.environ | {
        "CNNTRAIN_DATA": str(tmp_path / "data"),
        "https_proxy": dead,
        "HTTPS_PROXY": dead,
        "no_proxy": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def black() -> dict[str, bytes]:
    """Return files that pass for Kuzushiji-MNIST, whose checksums are not known."""
    arrays = {file.gz_name: np.zeros(file.shape, np.uint8) for file in DATASETS["kmnist"].files}
    return {name: gzip.compress(idx(array), 1, mtime=0) for name, array in arrays.items()}


@pytest.fixture
def mirror(black: dict[str, bytes]) -> Iterator[Mirror]:
    with running(black) as server:
        yield server


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cnntrain", *arguments]


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_without_network_one_error_says_why_and_what_to_do(
    environment: dict[str, str], tmp_path: Path
) -> None:
    before = time.perf_counter()
    done = run(environment, "download")
    assert time.perf_counter() - before < 10
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: MNIST cannot be downloaded: no mirror delivered train-")
    assert done.stderr.count("Error") == 1
    for mirror in DATASETS["mnist"].mirrors:
        assert f"  {mirror}: the proxy cannot be reached or refuses\n" in done.stderr
    for name in NAMES:
        assert f"  {name}\n" in done.stderr
    assert "`cnntrain download mnist --from FOLDER`" in done.stderr
    assert "`cnntrain download mnist --mirror URL`" in done.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".mnist.lock"]


def test_a_mirror_delivers_and_the_second_call_does_nothing(
    environment: dict[str, str], mirror: Mirror, tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "kmnist"
    done = run(environment, "download", "kmnist", "--mirror", mirror.url)
    assert (done.returncode, done.stderr) == (0, "")
    verified = "format, counts and labels verified (no checksum is known)"
    assert done.stdout == f"Kuzushiji-MNIST: got 4 of 4 files, {verified}: {folder}\n"
    again = run(environment, "download", "kmnist")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == (f"Kuzushiji-MNIST: all 4 files are already there and right: {folder}\n")
    assert mirror.asked() == NAMES


def test_ctrl_c_exits_with_130_and_keeps_what_came(
    environment: dict[str, str], mirror: Mirror, tmp_path: Path
) -> None:
    mirror.manner = stall(40_000)
    part = tmp_path / "data" / "kmnist" / f"{NAMES[0]}.part"
    with subprocess.Popen(
        command("download", "kmnist", "--mirror", mirror.url),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and not (part.exists() and part.stat().st_size):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    assert process.returncode == 130
    assert stderr == "Interrupted\n"
    assert part.stat().st_size > 0


def test_ctrl_c_ends_the_wait_for_another_download(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "kmnist"
    with (
        exclusive(folder, say=lambda _: None),
        subprocess.Popen(
            command("download", "kmnist"), env=environment, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr
        waiting = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    assert waiting == f"another process is filling {folder}; waiting for it\n"
    assert (process.returncode, stderr) == (130, "Interrupted\n")


def test_a_reader_that_goes_away_causes_no_traceback(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        command("download", "--help"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""


def test_the_command_line_starts_without_its_heavy_libraries() -> None:
    program = (
        "import sys, cnntrain.cli; "
        "print({'numpy', 'requests', 'tqdm', 'PIL', 'yaml', 'matplotlib'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"


@pytest.mark.mnist
def test_real_mnist_is_copied_from_a_folder(
    environment: dict[str, str], mnist_root: Path, tmp_path: Path
) -> None:
    done = run(environment, "download", "mnist", "--from", str(mnist_root), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["folder"] == str(tmp_path / "data" / "mnist")
    assert sorted(path.name for path in tmp_path.rglob("*.gz")) == sorted(NAMES)


# In this process, with a small data set.


@pytest.fixture
def usb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(DATASETS, "mnist", dataset(name="mnist"))
    write(tmp_path / "usb", zipped(contents()))
    return tmp_path / "usb"


def test_json_is_one_object_with_the_fate_of_each_file(usb: Path, tmp_path: Path) -> None:
    arguments = ["download", "--from", str(usb), "--data-dir", str(tmp_path), "--json"]
    first, second = (CliRunner().invoke(main, arguments) for _ in range(2))
    assert json.loads(first.stdout) == {
        "dataset": "mnist",
        "title": "Mnist",
        "licence": "none",
        "folder": str(tmp_path / "mnist"),
        "already_there": False,
        "files": [
            {
                "path": str(tmp_path / "mnist" / name),
                "status": "copied",
                "from": str(usb / name),
            }
            for name in NAMES
        ],
    }
    assert json.loads(second.stdout)["already_there"] is True


def test_a_data_set_named_twice_is_brought_once(usb: Path, tmp_path: Path) -> None:
    arguments = ["download", "mnist", "mnist", "--from", str(usb), "--data-dir", str(tmp_path)]
    assert len(CliRunner().invoke(main, arguments).stdout.splitlines()) == 1


def test_a_data_set_that_fails_does_not_keep_the_next_from_coming(
    usb: Path, tmp_path: Path
) -> None:
    arguments = ["download", "kmnist", "mnist", "--from", str(usb), "--data-dir", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert result.stdout.startswith("Mnist: got 4 of 4 files, content verified: ")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("Error: ") == 1


def test_a_tilde_after_the_equals_sign_is_the_home_folder(
    usb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(main, ["download", "--from", str(usb), "--data-dir=~/x"])
    assert result.exit_code == 0
    assert result.stdout.endswith(f"{tmp_path / 'home' / 'x' / 'mnist'}\n")
    unknown = CliRunner().invoke(main, ["download", "--data-dir=~nosuchuser/x"])
    assert unknown.exit_code == 2
    assert "'~nosuchuser/x': no such home folder; write the full path" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["minst"], "'minst' is not one of 'mnist', 'fashion-mnist', 'kmnist'"),
        (["--mirror", "mirror.test"], "'mirror.test' does not start with https:// or http://"),
        (
            ["--from", "nowhere"],
            "'nowhere' does not exist; expected a folder that is there; correct",
        ),
        (["--from", ".", "--mirror", "https://mirror.test"], "--from and --mirror exclude each"),
        (["--data-dir", __file__], "is a file; expected a folder; correct the path"),
    ],
)
def test_usage_errors_exit_with_2(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(main, ["download", *arguments])
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_the_help_names_every_data_set() -> None:
    help_text = CliRunner().invoke(main, ["download", "--help"]).stdout
    assert all(name in help_text for name in DATASETS)
