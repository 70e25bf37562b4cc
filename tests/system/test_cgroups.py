from pathlib import Path

import pytest

from cnntrain.system.cgroups import NO_LIMIT, cpu_quota
from cnntrain.training.parallel import pool


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/", {"cpu.max": "max 100000\n"}, NO_LIMIT),
        ("0::/", {}, NO_LIMIT),
        ("0::/a/b", {"a/cpu.max": "100000 100000\n", "a/b/cpu.max": "max 100000\n"}, 1),
        ("0::/../a", {"cpu.max": "200000 100000\n"}, 2),
        (
            "5:memory:/m\n4:cpu,cpuacct:/docker/1f",
            {
                "cpu,cpuacct/docker/1f/cpu.cfs_quota_us": "50000\n",
                "cpu,cpuacct/docker/1f/cpu.cfs_period_us": "100000\n",
            },
            0.5,
        ),
        (
            "4:cpu,cpuacct:/x",
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "1"},
            NO_LIMIT,
        ),
        (
            "4:cpu,cpuacct:/host/path",  # a container sees its own group as the root
            {"cpu/cpu.cfs_quota_us": "300000", "cpu/cpu.cfs_period_us": "100000"},
            3,
        ),
    ],
)
def test_the_quota_is_the_tightest_of_the_groups_that_hold_us(
    membership: str, files: dict[str, str], expected: float, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {"mount/any": "", "membership": membership, **{f"mount/{k}": v for k, v in files.items()}},
    )
    assert cpu_quota(tmp_path / "mount", tmp_path / "membership") == expected


def test_without_cgroups_there_is_no_quota(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path, tmp_path / "membership") == NO_LIMIT


@pytest.mark.parametrize(("quota", "expected"), [(0.5, 1), (1.9, 1), (2.0, 2), (NO_LIMIT, 8)])
def test_no_more_processes_are_started_than_the_quota_feeds(
    quota: float, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(pool, "cpu_quota", lambda: quota)
    assert pool.available() == expected
