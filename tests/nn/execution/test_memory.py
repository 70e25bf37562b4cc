"""Memory of layers: what is still needed is never written over; what is not is used again."""

import copy
import tracemalloc

import numpy as np
import pytest

from cnntrain.nn.execution.memory import ALIGNMENT, Memory
from cnntrain.nn.layers.base import Layer
from tests.nn.harness import FLOAT32, PRECISIONS
from tests.nn.networks import (
    DIGIT,
    assert_same_bytes,
    batch,
    every_kind_of_layer,
    gradients,
    network,
    tutorial_layers,
)


def arrays_of_two_layers(memory: Memory) -> dict[str, np.ndarray]:
    """Return what two layers ask for, the second for more."""
    arrays = {}
    for layer, size in (("lower", 10), ("upper", 30)):
        memory.next_layer()
        arrays[f"{layer} own"] = memory.own((size,))
        arrays[f"{layer} y"] = memory.handed_up((size,))
        arrays[f"{layer} dx"] = memory.handed_down((size,))
        arrays[f"{layer} scratch"] = memory.scratch((size,))
        arrays[f"{layer} bytes"] = memory.scratch((size,), np.dtype(np.uint8))
    return arrays


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_arrays_that_are_needed_at_the_same_time_have_places_of_their_own(
    dtype: np.dtype, *, lasting: bool
) -> None:
    arrays = arrays_of_two_layers(Memory(dtype, lasting=lasting))
    together = [
        ["lower own", "upper own", "lower y", "upper y", "upper scratch", "upper bytes"],
        ["lower own", "upper own", "lower dx", "upper dx", "lower scratch", "lower bytes"],
        list(arrays) if lasting else [],
    ]
    for names in together:
        for one in names:
            for other in names:
                assert one == other or not np.shares_memory(arrays[one], arrays[other])


def test_a_third_layer_uses_the_places_of_the_first() -> None:
    memory = Memory(FLOAT32)
    ys = [memory.handed_up((8,)) for _ in range(3)]
    dxs = [memory.handed_down((8,)) for _ in range(3)]
    assert np.shares_memory(ys[0], ys[2])
    assert np.shares_memory(dxs[0], dxs[2])


def test_arrays_begin_with_a_cache_line() -> None:
    for array in arrays_of_two_layers(Memory(FLOAT32)).values():
        assert array.ctypes.data % ALIGNMENT == 0


@pytest.mark.parametrize("layers", [tutorial_layers(), every_kind_of_layer()])
def test_a_step_in_shared_memory_computes_the_bytes_of_one_that_shares_nothing(
    layers: list[Layer],
) -> None:
    net = network(layers, DIGIT, dtype=FLOAT32)
    images, targets = batch(DIGIT, 10, 12)
    for size in (12, 3, 12):  # the arrays of a smaller batch lie in those of the larger
        net.backpropagate(images[:size], targets[:size])
        observed = net.observed((0, size))
        observed.step(images[:size], targets[:size], net.seed)
        assert observed.gradient.tobytes() == net.gradient.tobytes()


def test_a_copy_of_a_network_that_has_worked_works_on_its_own() -> None:
    net = network(tutorial_layers(), DIGIT)
    images, targets = batch(DIGIT, 10, 20)
    net.backpropagate(images, targets[::-1])
    net.outputs(images)
    twin = copy.deepcopy(net)
    net.load_state({name: 0 * value for name, value in net.state().items()})
    twin.backpropagate(images, targets)
    assert twin.outputs(images).any()
    fresh = network(tutorial_layers(), DIGIT)
    fresh.backpropagate(images, targets)
    assert_same_bytes(gradients(twin), gradients(fresh))


def test_more_shards_need_hardly_more_memory_for_outputs() -> None:
    net = network(tutorial_layers(), DIGIT, dtype=FLOAT32)
    peaks = []
    for size in (256, 512):  # two and four shards
        images, _ = batch(DIGIT, 10, size)
        net.forget_shards()
        tracemalloc.start()
        net.outputs(images[:16])
        net.outputs(images)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


def test_the_shards_of_a_network_share_memory_in_training_and_in_evaluation() -> None:
    net = network(tutorial_layers()[:-1], DIGIT, dtype=FLOAT32)
    images, targets = batch(DIGIT, 10, 64)
    net.backpropagate(images, targets)
    net.outputs(images)
    places = [shard.forward(images[:32]) for shard in net.workspace.shards_for(64)]
    places += [shard.forward(images[:32]) for shard in net.workspace.inference_shards_for(64)]
    assert len(places) == 4
    assert all(np.shares_memory(places[0], place) for place in places)


def test_nothing_counts_on_what_others_have_left_in_shared_memory() -> None:
    net = network(every_kind_of_layer(), DIGIT)
    images, targets = batch(DIGIT, 10, 2)
    net.backpropagate(images, targets)
    before = net.gradient.copy()
    assert net.workspace.memory.blocks
    for block in net.workspace.memory.blocks.values():
        block.fill(255)  # as a float, not a number
    shard = net.workspace.shards_for(2)[0]
    shard.step(images, targets, net.seed)
    assert shard.gradient.tobytes() == before.tobytes()
