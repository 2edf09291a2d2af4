"""Working in several processes."""

from __future__ import annotations

import os
import signal
import time

import pytest

from oligoasp.processes import Processes, ProcessLostError, cores


def slow_square(number: int) -> int:
    time.sleep(0.02 if number % 3 == 0 else 0)
    return number * number


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_results_come_in_order(processes: int) -> None:
    with Processes(slow_square, processes) as pool:
        assert list(pool.map(range(30))) == [(n, n * n) for n in range(30)]
        assert list(pool.map([])) == []


def test_items_are_not_taken_far_ahead() -> None:
    taken = []

    def items() -> object:
        for number in range(1000):
            taken.append(number)
            yield number

    with Processes(slow_square, 2) as pool:
        results = pool.map(items())  # type: ignore[arg-type]
        for _ in range(3):
            next(results)
        assert len(taken) < 20


def fails_at_seven(number: int) -> int:
    if number == 7:
        raise ValueError("seven")
    return number


@pytest.mark.parametrize("processes", [1, 2])
def test_a_failure_comes_through(processes: int) -> None:
    with (
        pytest.raises((ValueError, RuntimeError), match="seven"),
        Processes(fails_at_seven, processes) as pool,
    ):
        list(pool.map(range(10)))


def dies_at_seven(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_process_that_is_killed_is_noticed() -> None:
    with pytest.raises(ProcessLostError), Processes(dies_at_seven, 2) as pool:
        list(pool.map(range(10)))


def test_there_is_a_core() -> None:
    assert cores() >= 1
