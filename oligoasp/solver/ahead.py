"""Work that is begun before its result is needed: clingo leaves Python free meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
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

    def result(self) -> T:
        """Give what the function returned, as soon as it has; raise what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._results[0]
