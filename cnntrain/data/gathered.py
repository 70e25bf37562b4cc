"""Images that stay where they are, in a file on the disk, until they are needed."""

import mmap
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

GROUP = 1 << 10  # images gathered at a time
AHEAD = 4  # such groups that wait for the training
SLOW = 20e-6  # seconds for an image that says that it came from the disk
ADVICE = getattr(mmap, "MADV_WILLNEED", None)  # to read pages in the background
ANYWHERE = getattr(mmap, "MADV_RANDOM", None)  # not to read pages around those that are needed


@dataclass(frozen=True)
class Gathered:
    """Some images of another array, by their positions in it, copied when they are asked for.

    It is used like an array (N, C, H, W) by all that looks at some images at a time.
    """

    images: np.ndarray
    positions: np.ndarray  # (N,) integers

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (N, C, H, W)."""
        return len(self.positions), *self.images.shape[1:]

    @property
    def dtype(self) -> np.dtype:
        """Return the type of the pixels."""
        return self.images.dtype

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.positions)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return an image or several, as a copy."""
        found: np.ndarray = self.images[self.positions[key]]
        return found


def mapped(images: Any) -> mmap.mmap | None:
    """Return the file that an array's numbers are in, None if they are in memory."""
    base = images.images if isinstance(images, Gathered) else images
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    return base if isinstance(base, mmap.mmap) else None


def gathered(
    images: np.ndarray, batches: Iterable[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the positions of each mini-batch with its images, which are `mapped`, gathered ahead.

    A thread reads them meanwhile. It ends with the generator, and what it raises is raised here.
    """
    file = mapped(images)
    assert file is not None
    ready: queue.Queue[list[tuple[np.ndarray, np.ndarray]] | BaseException | None]
    ready = queue.Queue(AHEAD)
    stopped = threading.Event()
    reader = threading.Thread(
        target=_read, args=(images, file, batches, ready, stopped), daemon=True
    )
    reader.start()
    try:
        while (group := ready.get()) is not None:
            if isinstance(group, BaseException):
                raise group
            yield from group
    finally:
        stopped.set()
        while reader.is_alive():  # it may be waiting for room
            try:
                ready.get(timeout=0.05)
            except queue.Empty:
                continue
        reader.join()


def _read(
    images: np.ndarray,
    file: mmap.mmap,
    batches: Iterable[np.ndarray],
    ready: "queue.Queue[list[tuple[np.ndarray, np.ndarray]] | BaseException | None]",
    stopped: threading.Event,
) -> None:
    """Put the batches with their images into the queue, a group at a time."""
    slow = False
    try:
        for group in _grouped(batches):
            if stopped.is_set():
                return
            started = time.perf_counter()
            chosen = np.concatenate(group)
            if slow:
                _announce(images, file, chosen)
            pixels = images[chosen]
            slow = time.perf_counter() - started > SLOW * len(chosen)
            cuts = np.cumsum([len(batch) for batch in group])[:-1]
            ready.put(list(zip(group, np.split(pixels, cuts), strict=True)))
        ready.put(None)
    except BaseException as error:  # noqa: BLE001  # raised where the images are used
        ready.put(error)


def _grouped(batches: Iterable[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Yield mini-batches in groups; the first ones are small, so that training begins at once."""
    group: list[np.ndarray] = []
    images, wanted = 0, 1
    for batch in batches:
        group.append(batch)
        images += len(batch)
        if images >= wanted:
            yield group
            group, images, wanted = [], 0, min(GROUP, 4 * images)
    if group:
        yield group


def _announce(images: Any, file: mmap.mmap, chosen: np.ndarray) -> None:
    """Ask for the pages of images before they are read, so that the disk serves many at a time."""
    if ADVICE is None:
        return
    if isinstance(images, Gathered):
        images, chosen = images.images, images.positions[chosen]
    start = images.__array_interface__["data"][0] - np.frombuffer(file, np.uint8).ctypes.data
    size = images.strides[0]
    for place in (start + chosen.astype(np.int64) * size).tolist():
        page = place - place % mmap.PAGESIZE
        file.madvise(ADVICE, page, place + size - page)
