"""A call in a child: what it may take, what it may not touch, and that the next one finds everything in order."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from quizzes.bounded import Busy, Exceeded, Failed, Limits, Pool

HERE = "tests.admin.greedy:"
SMALL = Limits(seconds=0.5, megabytes=64, output=100_000)
pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits are Linux's")


class Patient(Pool):
    """On a busy machine a call may get too little of the processor to be judged: it is made again."""

    def run(self, function: str, arguments: Mapping[str, Any], limits: Limits) -> Any:
        for _ in range(9):
            try:
                return super().run(function, arguments, limits)
            except Busy:
                continue
        return super().run(function, arguments, limits)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Patient("numpy", "tests.admin.greedy")
    pool.run(f"{HERE}quick", {}, Limits(5, 64))  # the first call waits until everything is loaded
    yield pool
    pool.close()


@pytest.fixture(autouse=True)
def usable_afterwards(pool: Pool) -> Iterator[None]:
    """Whatever a test does to the pool."""
    yield
    assert pool.run(f"{HERE}quick", {"a": ["é", 1.5, None]}, Limits(2, 64)) == {"a": ["é", 1.5, None]}


def excess(pool: Pool, name: str, **arguments: Any) -> tuple[str, str]:
    start = time.monotonic()
    with pytest.raises(Exceeded) as stopped:
        pool.run(f"{HERE}{name}", arguments, SMALL)
    assert time.monotonic() - start < 15
    return stopped.value.code, stopped.value.at


def test_too_much_is_stopped_and_named(pool: Pool) -> None:
    assert excess(pool, "spin") == ("time", "spinning")
    assert excess(pool, "eat") == ("memory", "eating")
    assert excess(pool, "eat_at_once") == ("memory", "eating")
    assert excess(pool, "write", length=200_000) == ("output", "")
    assert excess(pool, "tell")[0] == "output"
    assert len(pool.run(f"{HERE}write", {"length": 90_000}, SMALL)) == 90_000


def test_the_limit_of_memory_is_above_what_a_child_has_at_its_start(pool: Pool) -> None:
    """NumPy's own address space does not count."""
    assert pool.run(f"{HERE}hold", {"megabytes": 56}, SMALL) == 56 * 2**20
    assert excess(pool, "hold", megabytes=66)[0] == "memory"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGBUS])
def test_a_child_that_dies_ran_out_of_memory(pool: Pool, number: int) -> None:
    assert excess(pool, "die", number=number)[0] == "memory"
    assert excess(pool, "leave")[0] == "memory"


def test_a_child_that_does_nothing_is_not_to_blame(pool: Pool) -> None:
    """It had no processor: another time it may work."""
    for name in ("sleep", "stop"):
        start = time.monotonic()
        with pytest.raises(Busy):
            Pool.run(pool, f"{HERE}{name}", {}, SMALL)
        assert time.monotonic() - start < 15


def test_a_mistake_of_ours_is_one(pool: Pool) -> None:
    with pytest.raises(Failed, match="a mistake of ours"):
        pool.run(f"{HERE}fail", {}, SMALL)


def test_a_child_may_start_nothing_and_write_nothing(pool: Pool) -> None:
    tried = pool.run(f"{HERE}refused", {}, SMALL)
    assert tried.keys() >= {"files", "file"}
    if os.getuid():
        assert tried.keys() >= {"thread", "process"}


@pytest.mark.django_db
def test_a_child_has_nothing_of_its_parent(pool: Pool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    around = pool.run(f"{HERE}surroundings", {}, SMALL)
    assert around["sockets"] == []
    files = {target for target in around["open"].values() if not target.startswith(("/dev/null", "/proc/", "pipe:"))}
    assert files == set()
    assert around["variables"].keys() <= {
        "PATH", "PYTHONPATH", "PYTHONUTF8", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "LC_CTYPE",
    }  # fmt: skip
    assert not around["django"]
    assert around["threads"] == 1
    assert around["nice"] == 19
    assert os.getpid() not in (around["pid"], around["nursery"])


def test_a_nursery_that_died_is_begun_again(pool: Pool) -> None:
    nursery = pool.run(f"{HERE}surroundings", {}, SMALL)["nursery"]
    os.kill(nursery, signal.SIGKILL)
    time.sleep(0.1)
    assert pool.run(f"{HERE}surroundings", {}, SMALL)["nursery"] != nursery


def test_a_nursery_that_stands_still_holds_nobody_up_for_ever(pool: Pool) -> None:
    nursery = Pool.run(pool, f"{HERE}surroundings", {}, SMALL)["nursery"]
    os.kill(nursery, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(Busy):
        Pool.run(pool, f"{HERE}quick", {}, SMALL)
    assert time.monotonic() - start < 15
    assert not Path(f"/proc/{nursery}").exists()


def test_a_nursery_ends_with_its_pool() -> None:
    own = Pool("numpy")
    around = own.run(f"{HERE}surroundings", {}, Limits(5, 64))
    own.close()
    assert not Path(f"/proc/{around['nursery']}").exists()
    passing = Pool("numpy", keep=False)
    around = passing.run(f"{HERE}surroundings", {}, Limits(5, 64))
    assert not Path(f"/proc/{around['nursery']}").exists()


def test_a_nursery_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever proves hundreds of versions by a command would read the same warning hundreds of times."""
    own = Pool("numpy")
    own.run(f"{HERE}surroundings", {}, Limits(5, 64))
    own.close()
    assert capfd.readouterr() == ("", "")


def test_one_call_at_a_time_and_who_waits_too_long_is_told() -> None:
    pool = Pool("numpy", "tests.admin.greedy")
    pool.run(f"{HERE}quick", {}, Limits(5, 64))
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(pool.run, f"{HERE}sleep", {}, Limits(3, 64))
        time.sleep(0.2)
        start = time.monotonic()
        with pytest.raises(Busy):
            pool.run(f"{HERE}quick", {}, SMALL)
        assert time.monotonic() - start > 1.5
        with pytest.raises(Busy):
            long.result()
    pool.close()


def test_a_crowd_gets_each_its_own_answer(pool: Pool) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: pool.run(f"{HERE}quick", {"n": n}, Limits(2, 64)), range(40)))
    assert answers == [{"n": n} for n in range(40)]


def test_a_forked_process_has_a_nursery_of_its_own(pool: Pool) -> None:
    nursery = pool.run(f"{HERE}surroundings", {}, SMALL)["nursery"]
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # as a server that loads everything before it forks its workers
        try:
            other = pool.run(f"{HERE}surroundings", {}, Limits(5, 64))["nursery"]
            pool.close()
            os.write(write, str(other).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        other = file.read()
    os.waitpid(child, 0)
    assert other not in ("", str(nursery))
    assert pool.run(f"{HERE}surroundings", {}, SMALL)["nursery"] == nursery
