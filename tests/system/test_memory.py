from pathlib import Path

import pytest

from cnntrain.system.memory import available_memory, in_bytes

NOWHERE = Path("/nowhere")


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def test_the_memory_of_the_machine_is_what_is_available_and_the_swap(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 900 kB\nMemAvailable:     300 kB\nSwapFree:  20 kB\n")
    assert available_memory(meminfo, NOWHERE, NOWHERE) == 320 * 1024


def test_a_container_of_version_2_has_its_limit_less_what_is_used_beyond_caches(
    tmp_path: Path,
) -> None:
    files = {
        "memory.max": "1000\n",
        "memory.current": "600\n",
        "memory.stat": "inactive_file 100\n",
    }
    assert available_memory(v2=written(tmp_path / "v2", files), v1=NOWHERE) == 500


def test_a_container_of_version_1_too(tmp_path: Path) -> None:
    files = {
        "memory.limit_in_bytes": "1000\n",
        "memory.usage_in_bytes": "1200\n",
        "memory.stat": "total_inactive_file 100\n",
    }
    assert available_memory(v2=NOWHERE, v1=written(tmp_path / "v1", files)) == 0


def test_a_group_without_a_limit_has_the_memory_of_the_machine(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemAvailable: 1 kB\nSwapFree: 0 kB\n")
    files = {"memory.max": "max\n", "memory.current": "600\n", "memory.stat": "inactive_file 1\n"}
    assert available_memory(meminfo, written(tmp_path / "v2", files), NOWHERE) == 1024


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4.84e9, "4.8 GB"), (1e21, "1,000.0 EB")],
)
def test_bytes_get_a_unit_that_suits_them(count: float, text: str) -> None:
    assert in_bytes(count) == text
