import os
import subprocess
import sys

import pytest

from cnntrain.__main__ import BLAS_THREADS, prepare_environment


def test_one_thread_is_asked_of_each_matrix_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BLAS_THREADS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    prepare_environment()
    assert {os.environ[name] for name in BLAS_THREADS} == {"1"}


def test_a_number_of_threads_that_the_user_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BLAS_THREADS:
        monkeypatch.setenv(name, "3")
    prepare_environment()
    assert {os.environ[name] for name in BLAS_THREADS} == {"3"}


def test_a_bad_value_for_tqdm_does_not_stop_the_program() -> None:
    program = (
        "from cnntrain.__main__ import prepare_environment\n"
        "prepare_environment()\n"
        "import tqdm\n"
        "print(list(tqdm.tqdm([1], disable=True)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"TQDM_MININTERVAL": "abc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[1]\n", "")
