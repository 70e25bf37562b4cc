import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from multiprocessing import resource_tracker, util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import ReLU
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.pooling import MaxPooling
from cnntrain.nn.network import Network
from cnntrain.training.parallel.pool import Pool, available, workers
from cnntrain.training.parallel.shared_memory import new_block
from tests.nn.harness import FLOAT32
from tests.nn.networks import SMALL, assert_same_bytes, batch, gradients, network, tutorial_layers


def layers() -> list[Layer]:
    return [Convolution(2, 3), Dropout(0.3), Dense(3)]


def children() -> list[Any]:
    return multiprocessing.active_children()


def assert_same_steps(net: Network, twin: Network, executor: Any, sizes: list[int]) -> None:
    """Compare training steps and outputs of two networks, one of them in processes."""
    for size in sizes:
        images, targets = (each.astype(net.dtype) for each in batch(SMALL, 3, size, seed=size))
        assert net.backpropagate(images, targets, executor=executor) == twin.backpropagate(
            images, targets
        )
        assert_same_bytes(gradients(net), gradients(twin))
        assert net.outputs(images, executor=executor).tobytes() == twin.outputs(images).tobytes()


def pooled_layers() -> list[Layer]:
    """Return layers of which outputs are computed in another order, and `Winograd`."""
    return [
        Convolution(5, 3),
        ReLU(),
        MaxPooling(2),
        Convolution(4, 2, padding=1),
        Dense(3),
    ]


@pytest.mark.parametrize("make", [layers, pooled_layers])
@pytest.mark.parametrize(("processes", "dtype"), [(2, "float32"), (3, "float64")])
def test_processes_compute_the_same_bytes_as_one(
    processes: int, dtype: str, make: Callable[[], list[Layer]]
) -> None:
    net, twin = (network(make(), SMALL, dtype=np.dtype(dtype)) for _ in range(2))
    with workers(net, processes, batch=300, wait=True) as executor:
        assert len(children()) == processes - 1
        assert_same_steps(net, twin, executor, [128, 16, 17, 5, 100, 300, 64])
        assert len(children()) == processes - 1  # all of them are still at work
    assert_same_steps(net, twin, executor, [16])


def test_pixels_are_shared_as_pixels() -> None:
    net, twin = (network(layers(), SMALL, dtype=FLOAT32) for _ in range(2))
    images = np.random.default_rng(0).integers(0, 256, (40, *SMALL), np.uint8)
    with workers(net, 2, batch=40, wait=True) as executor:
        assert net.outputs(images, executor=executor).tobytes() == twin.outputs(images).tobytes()


def test_workers_see_the_weights_of_every_step() -> None:
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=40, wait=True) as executor:
        for _ in range(3):
            assert_same_steps(net, twin, executor, [40])
            for each in (net, twin):
                for parameter in each.parameters.values():
                    parameter.value -= 0.1 * parameter.gradient


def test_a_worker_that_comes_late_goes_on_with_the_weights_of_that_moment() -> None:
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=40) as executor:
        assert isinstance(executor, Pool)
        late = 3
        while late:
            assert_same_steps(net, twin, executor, [40])
            for each in (net, twin):
                for parameter in each.parameters.values():
                    parameter.value -= 0.01 * parameter.gradient
            late -= executor.complete()


def test_a_batch_that_was_not_planned_for_is_done_alone() -> None:
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=39, wait=True) as executor:
        assert_same_steps(net, twin, executor, [500, 40])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_a_worker_does_no_harm(number: signal.Signals) -> None:
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=40, wait=True) as executor:
        [worker] = children()
        os.kill(worker.pid, number)
        if number == signal.SIGKILL:
            worker.join()
        assert_same_steps(net, twin, executor, [40, 17])
        assert len(children()) == (number != signal.SIGKILL)  # the others are held back


class Broken(Dense):
    """A layer that fails in a worker, and later in every process."""

    everywhere = False

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        if self.everywhere or multiprocessing.parent_process() is not None:
            raise ZeroDivisionError
        return super().forward(x, train=train)


class Sound(Dense):
    """The same layer, computed by its formulas too, that does not fail."""


@pytest.fixture
def _broken_is_a_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYERS, "broken", Broken)
    monkeypatch.setitem(LAYERS, "sound", Sound)


@pytest.mark.usefixtures("_broken_is_a_layer")
def test_what_fails_in_a_worker_is_done_here(capfd: pytest.CaptureFixture[str]) -> None:
    net, twin = network([Broken(3)], SMALL), network([Sound(3)], SMALL)
    net.names = twin.names
    with workers(net, 2, batch=40, wait=True) as executor:
        assert_same_steps(net, twin, executor, [40, 17])
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("_broken_is_a_layer")
def test_what_fails_here_is_raised_and_no_worker_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network([Broken(3)], SMALL)
    images, targets = batch(SMALL, 3, 40)
    with workers(net, 2, batch=40, wait=True) as executor:
        monkeypatch.setattr(Broken, "everywhere", True)
        with pytest.raises(ZeroDivisionError):
            net.backpropagate(images, targets, executor=executor)
        assert children() == []


def test_without_shared_memory_one_process_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr("cnntrain.training.parallel.shared_memory.Arena", refuse)
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=40, wait=True) as executor:
        assert children() == []
        assert_same_steps(net, twin, executor, [40])


PARENT = """
import multiprocessing, time
import numpy as np
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.losses import MeanSquaredError
from cnntrain.nn.network import Network
from cnntrain.training.parallel.pool import workers
net = Network([Dense(3)], MeanSquaredError(), in_shape=(1, 6, 6), dtype=np.dtype(float),
              rng=np.random.default_rng(0))
with workers(net, 2, wait=True):
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(60)
"""


def test_a_worker_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert runs(worker)
        parent.kill()
    assert eventually(lambda: not runs(worker))


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def blas_threads() -> set[Any]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize("processes", [1, 2])
def test_the_matrix_library_keeps_to_one_thread_meanwhile(processes: int) -> None:
    np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    used: Any = np.show_config(mode="dicts")
    if "openblas" in used["Build Dependencies"]["blas"]["name"]:  # not Apple's, which has no switch
        assert before
    with workers(network(layers(), SMALL), processes):
        assert blas_threads() <= {1}
    assert blas_threads() == before


def test_no_worker_is_left_behind_though_it_was_never_ready() -> None:
    with workers(network(layers(), SMALL), 3):
        assert len(children()) == 2
    assert children() == []


def test_one_shard_needs_no_worker() -> None:
    with workers(network(layers(), SMALL), 2, batch=10):
        assert children() == []


def test_without_a_batch_to_train_on_processes_compute_outputs_alone() -> None:
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, wait=True) as executor:
        assert isinstance(executor, Pool)
        assert len(executor.shared.gradients) == 0
        assert_same_steps(net, twin, executor, [40, 600])
        assert len(children()) == 1


def test_there_is_a_processor() -> None:
    assert available() >= 1


def test_a_step_in_processes_allocates_no_array() -> None:
    net = network(tutorial_layers(), (1, 28, 28), dtype=FLOAT32)
    pixels = np.random.default_rng(0).integers(0, 256, (50, 1, 28, 28), np.uint8)
    targets = np.eye(10, dtype=np.float32)[np.arange(50) % 10]
    with workers(net, 2, batch=50, wait=True) as executor:
        net.backpropagate(pixels, targets, executor=executor)
        tracemalloc.start()
        try:
            net.backpropagate(pixels, targets, executor=executor)
            tracemalloc.reset_peak()
            rest, _ = tracemalloc.get_traced_memory()
            net.backpropagate(pixels, targets, executor=executor)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak - rest <= 256 * 1024  # NumPy casts pixels through buffers of its own


def test_without_room_for_shared_memory_the_process_works_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(descriptor: int, offset: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=20, wait=True) as executor:
        assert children() == []
        assert isinstance(executor, Pool)
        assert executor.refused == "No space left on device"
        assert_same_steps(net, twin, executor, [20])


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="memory cannot be reserved here")
def test_the_memory_that_was_reserved_is_the_memory_that_is_used() -> None:
    """Another program may take what is free between a check and the first step."""
    block = new_block(1_000_000)
    found = os.fstat(block.fd)
    assert (found.st_size, len(block.buffer)) == (1_000_000, 1_000_000)
    assert found.st_blocks * 512 >= 1_000_000  # nothing was written, but it is there
    descriptor = block.fd
    del block
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_where_processes_are_limited_the_process_works_alone_without_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies() -> None:
        warnings.warn("resource_tracker: process died unexpectedly, relaunching.", stacklevel=1)
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(resource_tracker, "ensure_running", dies)
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=20, wait=True) as executor:
        assert children() == []
        assert_same_steps(net, twin, executor, [20])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
def test_a_worker_that_a_signal_has_stopped_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cnntrain.training.parallel.processes.SECONDS_STOPPED", 0.1)
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=20, wait=True) as executor:
        assert isinstance(executor, Pool)
        [worker] = executor.workers
        assert worker.process.pid is not None
        os.kill(worker.process.pid, signal.SIGSTOP)
        monkeypatch.setattr(worker.go, "acquire", lambda block: False)  # as if it had begun
        assert_same_steps(net, twin, executor, [20])
        assert executor.workers == []
    assert children() == []


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs Linux's list of semaphores")
def test_once_the_workers_are_ready_nothing_of_theirs_has_a_name() -> None:
    def named() -> set[str]:
        return {f"/{path.name.removeprefix('sem.')}" for path in Path("/dev/shm").iterdir()}

    with workers(network(layers(), SMALL), 2, batch=20, wait=True) as executor:
        assert isinstance(executor, Pool)
        [worker] = executor.workers
        names = {each._semlock.name for each in (worker.go, worker.done)}  # type: ignore[attr-defined]
        assert not names & named()
        assert not list(Path(tempfile.gettempdir()).glob(f"pym*-{os.getpid()}-*"))


def test_a_mount_that_cannot_reserve_memory_shares_it_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(descriptor: int, offset: int, length: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", unknown, raising=False)
    monkeypatch.setattr(util, "get_temp_dir", lambda: pytest.fail("a folder pymp-... was made"))
    net, twin = (network(layers(), SMALL) for _ in range(2))
    with workers(net, 2, batch=20, wait=True) as executor:
        assert len(children()) == 1
        assert_same_steps(net, twin, executor, [20])
