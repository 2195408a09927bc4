"""The quota of a container or cgroup limits threads, wherever in the tree of cgroups it stands."""

import math
import os

import joblib
import pytest

from mlplab.machine import quota
from mlplab.machine.processors import available_threads
from mlplab.machine.quota import cpu_quota

MOUNT = "31 23 0:28 {root} {mount} rw,relatime shared:9 - {kind} {kind} {options}\n"


@pytest.fixture
def cgroups(tmp_path, monkeypatch):
    """A function that puts this process into a cgroup, of a tree with these files."""

    def enter(version, path, files, root="/"):
        mount = tmp_path / "a tree"
        for name, text in files.items():
            file = mount / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}\n")
        kind, options = {1: ("cgroup", "rw,cpu,cpuacct"), 2: ("cgroup2", "rw")}[version]
        escaped = str(mount).replace(" ", r"\040")
        mounts = MOUNT.format(root=root, mount=escaped, kind=kind, options=options)
        membership = {1: f"3:memory:/x\n2:cpu,cpuacct:{path}\n0::/\n", 2: f"0::{path}\n"}[version]
        for constant, text in (
            ("_MOUNTS", "7 1 0:9 / / rw - ext4 d rw\n" + mounts),
            ("_MEMBERSHIP", membership),
        ):
            (tmp_path / constant).write_text(text)
            monkeypatch.setattr(quota, constant, tmp_path / constant)

    return enter


def v2(folder, cpu_max):
    return {f"{folder}cpu.max": cpu_max}


def v1(folder, quota_us, period_us=100_000):
    return {f"{folder}cpu.cfs_quota_us": quota_us, f"{folder}cpu.cfs_period_us": period_us}


@pytest.mark.parametrize(
    ("version", "path", "files", "expected"),
    [
        (2, "/", v2("", "100000 100000"), 1.0),
        (2, "/", v2("", "max 100000"), math.inf),
        (2, "/job", v2("job/", "150000 100000"), 1.5),
        (2, "/slice/job", v2("slice/", "50000 100000") | v2("slice/job/", "max 100000"), 0.5),
        (2, "/slice/job", v2("slice/", "400000 100000") | v2("slice/job/", "60000 20000"), 3.0),
        (2, "/slice/job", v2("other/", "10000 100000"), math.inf),
        (1, "/", v1("", -1), math.inf),
        (1, "/", v1("", 200_000), 2.0),
        (1, "/slice/job", v1("slice/", 25_000, 50_000) | v1("slice/job/", -1), 0.5),
        (1, "/slice/job", v1("", -1) | v1("slice/job/", 300_000), 3.0),
        (1, "/job", {"job/cpu.cfs_quota_us": 100_000}, math.inf),
    ],
)  # fmt: skip
def test_the_smallest_quota_from_the_own_cgroup_up_counts(cgroups, version, path, files, expected):
    cgroups(version, path, files)
    assert cpu_quota() == expected


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("/docker/abc", "/docker/abc"),  # a container in the machine's namespace of cgroups
        ("/docker/abc", "/docker/abc/inner"),
        ("/docker/abc", "/elsewhere"),
        ("/", "/../outside"),  # entered from outside this namespace
    ],
)
@pytest.mark.parametrize(("version", "files"), [(1, v1("", 100_000)), (2, v2("", "100000 100000"))])
def test_the_mounted_cgroup_counts_where_those_above_are_hidden(
    cgroups, root, path, version, files
):
    cgroups(version, path, files, root)
    assert cpu_quota() == 1


def test_without_proc_there_is_no_quota(tmp_path, monkeypatch):
    monkeypatch.setattr(quota, "_MEMBERSHIP", tmp_path / "none")
    assert cpu_quota() == math.inf


@pytest.mark.parametrize(
    ("cpu_max", "limit", "threads"),
    [
        ("100000 100000", None, 1),
        ("30000 100000", None, 1),
        ("150000 100000", None, 2),
        ("400000 100000", None, 4),
        ("1600000 100000", None, 8),
        ("max 100000", None, 8),
        ("400000 100000", "3", 3),
        ("200000 100000", "3", 2),
    ],
)
def test_on_eight_processors_as_many_threads_run_as_quota_and_limit_allow(
    cgroups, monkeypatch, cpu_max, limit, threads
):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    if limit:
        monkeypatch.setenv("LOKY_MAX_CPU_COUNT", limit)
    assert joblib.cpu_count() == int(limit or 8)
    cgroups(2, "/slice/job", v2("slice/", cpu_max) | v2("slice/job/", "max 100000"))
    assert available_threads() == threads
