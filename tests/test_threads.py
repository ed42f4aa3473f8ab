"""Threads: what a process may use, and what a lesson takes of it."""

import os
import subprocess
import sys

import pytest

from learnkit import threads


def system(tmp_path, groups, files):
    """A root folder that says in which cgroups this process is, and what they grant."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = tmp_path / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def v1(folder, granted, period="100000\n"):
    return {
        f"{folder}/cpu.cfs_quota_us": f"{granted}\n",
        f"{folder}/cpu.cfs_period_us": period,
    }


@pytest.mark.parametrize(
    ("groups", "files", "granted"),
    [
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2.0),
        ("0::/\n", {"cpu.max": "max 100000\n"}, float("inf")),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n"}, 1.5),
        ("0::/a\n", {"a/cpu.max": "400000 100000\n", "cpu.max": "50000 100000\n"}, 0.5),
        ("5:cpu,cpuacct:/hub\n", v1("cpu,cpuacct/hub", 200000), 2.0),
        ("5:cpu:/\n", v1("cpu", -1), float("inf")),
        ("5:cpu:/a/path/of/the/host\n", v1("cpu", 200000), 2.0),  # in a container
        ("5:memory:/x\n1:cpuset:/\n", v1("cpuset", 100000), float("inf")),
        ("0::/\n", {"cpu.max": "what?\n"}, float("inf")),
    ],
)
def test_the_quota_is_the_least_that_any_level_grants(tmp_path, groups, files, granted):
    assert threads.quota(system(tmp_path, groups, files)) == granted


def test_where_there_are_no_cgroups_there_is_no_quota(tmp_path):
    assert threads.quota(tmp_path) == float("inf")
    assert threads.cores(tmp_path) >= 1


def test_the_cores_are_those_of_the_affinity_and_of_the_quota(tmp_path, monkeypatch):
    root = system(tmp_path, "0::/\n", {"cpu.max": "250000 100000\n"})
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert threads.cores(root) == 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {7}, raising=False)
    assert threads.cores(root) == 1


@pytest.mark.parametrize(
    ("cores", "busy", "lesson", "training"),
    [
        (1, 0.0, 1, 1),
        (2, 0.0, 1, 1),
        (2, 9.0, 1, 1),
        (4, 0.0, 2, 3),
        (8, 0.2, 4, 7),
        (64, 0.0, 4, 63),
        (8, 6.5, 1, 1),
        (8, 5.0, 3, 3),
    ],
)
def test_a_lesson_takes_half_of_the_cores_and_no_more_than_are_free(
    monkeypatch, cores, busy, lesson, training
):
    monkeypatch.setattr(threads, "cores", lambda: cores)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(os, "getloadavg", lambda: (busy, 0, 0), raising=False)
    assert (threads.for_a_lesson(), threads.for_a_training()) == (lesson, training)


def test_two_of_sixty_four_cores_are_two_however_free_the_others_are(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert (threads.for_a_lesson(), threads.for_a_training()) == (1, 1)


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"])
def test_who_has_chosen_keeps_the_choice(name):
    environment = {name: "3"}
    threads.hand_down(1, environment)
    assert environment == {name: "3"}


def test_what_is_handed_down_is_one_thread_for_products_and_the_count_for_torch():
    environment = {}
    threads.hand_down(4, environment)
    assert {environment[name] for name in threads.TORCH} == {"4"}
    assert {environment[name] for name in threads.PRODUCTS} == {"1"}


FITTED = """
import os
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.pop(name, None)
import numpy
{}
from threadpoolctl import threadpool_info
from learnkit import threads
threads.for_a_lesson = lambda: 1
threads.fit()
import scipy.linalg
print({{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}})
import torch
print(torch.get_num_threads())
"""


@pytest.mark.parametrize("first", ["import torch", ""], ids=["after torch", "before torch"])
def test_libraries_are_fitted_whether_they_are_loaded_or_come_later(first):
    done = subprocess.run(
        [sys.executable, "-c", FITTED.format(first)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["{1}", "1"]


NOTEBOOK = """
import os
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.pop(name, None)
import numpy
{}
import learnkit.exercises
from threadpoolctl import threadpool_info
print({{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}})
"""


ALL = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.mark.skipif(ALL == 1, reason="one core has one thread anyway")
@pytest.mark.parametrize(
    ("shell", "products"),
    [
        ("import IPython; IPython.core.interactiveshell.InteractiveShell.instance()", 1),
        ("", ALL),
    ],
    ids=["in a notebook", "in a program of somebody else's"],
)
def test_a_notebook_is_fitted_at_the_import_and_other_programs_are_left_alone(shell, products):
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK.format(shell)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout.strip("{}\n")) == min(products, 64)
