"""Working on many items in several processes; the results come in order."""

from __future__ import annotations

import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

AHEAD = 4
"""How many items for each process may be done before their turn."""
FORK = "fork"


class ProcessLostError(Exception):
    """A process ended before it gave its result."""

    def __str__(self) -> str:
        return "a process was ended from outside, perhaps for want of memory"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far work on a cohort is: records so far, and the part of the cohort if known."""

    records: int
    done: float | None
    resumed: bool = False


def cores() -> int:
    """Give the number of processors that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes(Generic[_Item, _Result]):
    """Processes that do the same work, each on one item at a time.

    They start as copies of this one, with all that is loaded; where a system cannot do
    that, or for one process, the work is done right here. They end when this one does,
    however it ends.

    Args:
        work: what is done with an item; item and result go from process to process.
        number: how many processes.
    """

    def __init__(self, work: Callable[[_Item], _Result], number: int) -> None:
        self._work = work
        self._number = number if FORK in get_all_start_methods() else 1
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []

    def __enter__(self) -> Processes[_Item, _Result]:
        context = get_context(FORK) if self._number > 1 else None
        for _ in range(self._number if context else 0):
            ours, theirs = context.Pipe()  # type: ignore[union-attr]
            self._pipes.append(ours)
            process = context.Process(  # type: ignore[union-attr]
                target=_serve, args=(self._work, theirs, list(self._pipes)), daemon=True
            )
            process.start()
            theirs.close()
            self._processes.append(process)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            if error is not None:
                process.terminate()
            process.join()

    def map(self, items: Iterable[_Item]) -> Iterator[tuple[_Item, _Result]]:
        """Work on items.

        Args:
            items: taken one by one, not far ahead of the results.

        Yields:
            Each item with its result, in order.

        Raises:
            ProcessLostError: a process was ended from outside.
            RuntimeError: the work failed; with its traceback as text.
        """
        if not self._pipes:
            for item in items:
                yield item, self._work(item)
            return
        source = enumerate(items)
        idle = deque(self._pipes)
        busy: dict[Connection, int] = {}
        waiting: dict[int, _Item] = {}
        done: dict[int, _Result] = {}
        turn = 0
        while True:
            while idle and len(waiting) < AHEAD * self._number:
                found = next(source, None)
                if found is None:
                    break
                number, item = found
                pipe = idle.popleft()
                try:
                    pipe.send(item)
                except OSError:
                    raise ProcessLostError from None
                busy[pipe], waiting[number] = number, item
            if not waiting:
                return
            if turn not in done:
                for ready in wait(list(busy)):
                    assert isinstance(ready, Connection)
                    done[busy.pop(ready)] = _result(ready)
                    idle.append(ready)
            while turn in done:
                yield waiting.pop(turn), done.pop(turn)
                turn += 1


def _result(pipe: Connection) -> Any:
    try:
        result, failure = pipe.recv()
    except (EOFError, OSError):
        raise ProcessLostError from None
    if failure:
        raise RuntimeError(failure)
    return result


def _serve(work: Callable[[Any], Any], pipe: Connection, others: list[Connection]) -> None:
    """Work on what comes in until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    for other in others:
        other.close()
    while True:
        try:
            item = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (work(item), "")
        except Exception:
            answer = (None, traceback.format_exc())
        try:
            pipe.send(answer)
        except OSError:
            return
