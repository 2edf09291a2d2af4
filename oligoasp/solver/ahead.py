"""Work that is begun before its result is needed: clingo leaves Python free meanwhile."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from threading import Thread, active_count
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Runs a function in a thread of its own, at once.

    Args:
        work: the function; it has to be safe to run beside whatever else runs.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._error = error

    def wait(self) -> None:
        """Wait until the function is done, however it ends."""
        self._thread.join()

    def result(self) -> T:
        """Give what the function returned, as soon as it has; raise what it raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]


class Apart(Generic[T]):
    """Runs a function in a copy of this process, at once, so that Python is not shared either.

    If the copy fails, however that may be, another function gives the result here.

    Args:
        work: the function; its result goes from process to process. It may change whatever
            it likes, since that is a copy.
        otherwise: gives the same here, and leaves alone what others use.
    """

    def __init__(self, work: Callable[[], T], otherwise: Callable[[], T]) -> None:
        self._otherwise = otherwise
        self._reading, writing = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            import signal  # noqa: PLC0415 - only here

            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
            try:
                os.close(self._reading)
                with os.fdopen(writing, "wb") as pipe:
                    pipe.write(pickle.dumps(work()))
            finally:
                os._exit(0)
        os.close(writing)

    def result(self) -> T:
        """Give what the function returned, as soon as it has; raise what it raised."""
        with os.fdopen(self._reading, "rb") as pipe:
            found = pipe.read()
        os.waitpid(self._process, 0)
        try:
            result: T = pickle.loads(found)
        except (pickle.UnpicklingError, EOFError):
            return self._otherwise()
        return result


def begin(apart: Callable[[], T], beside: Callable[[], T]) -> Ahead[T] | Apart[T]:
    """Run a function beside what comes next: one apart where that is safe, else one in a thread."""
    return Apart(apart, beside) if _safe() else Ahead(beside)


def in_copy(work: Callable[[], T], otherwise: Callable[[], T] | None = None) -> Apart[T] | None:
    """Run a function in a copy of this process, where that is safe; see `Apart`."""
    return Apart(work, otherwise or work) if _safe() else None


def _safe() -> bool:
    """Tell whether a copy of this process is one: threads are not copied."""
    return sys.platform == "linux" and active_count() == 1
