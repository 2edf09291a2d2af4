"""Completions of a record: fill the gaps in every way that makes a difference.

Clauses are written as if everything about a patient were known. They read attributes of
``Entry`` objects. An attribute that the record leaves open holds a ``Gap``: representative
values, at least one for every case that any clause tells apart. Reading it during a search
branches over these values. So only gaps that a clause really reads are enumerated, and a
clause that reads none costs a plain evaluation.

The search is exhaustive up to conflicts: when a branch fails for reasons that do not
include the value just tried, the other values of that gap are not tried (they would fail
for the same reasons). This drops no solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

LIMIT = 20_000
"""Steps that one search may take."""


class TooManyCompletions(Exception):  # noqa: N818
    """The record leaves too much open to be enumerated; tests skip and count it."""


class Gap:
    """What an open attribute may be, most harmless value first."""

    __slots__ = ("candidates", "narrow")

    def __init__(self, candidates: Iterable[Any], narrow: Iterable[Any] | None = None) -> None:
        self.candidates = tuple(candidates)
        self.narrow = self.candidates if narrow is None else tuple(narrow)
        """Fewer candidates that suffice as long as only one clause is asked about."""
        if not self.narrow:
            raise ValueError("a gap without a candidate")


Key = tuple["Entry", str]


class Branch(Exception):  # noqa: N818
    """A clause has read a gap that has no value yet."""

    def __init__(self, key: Key, gap: Gap) -> None:
        super().__init__(key[1])
        self.key = key
        self.gap = gap


class World:
    """The values tried for the gaps, and which of them an evaluation has read."""

    def __init__(self) -> None:
        self.assignment: dict[Key, Any] = {}
        self.reads: set[Key] = set()


class Entry:
    """The patient or one entry of a list; attributes are read from the record on demand."""

    readers: ClassVar[dict[str, Callable[[Any], Any]]] = {}

    def __init__(self, world: World, raw: dict[str, Any], patient: Any, recorded: bool) -> None:
        self.world = world
        self.raw = raw
        self.patient = patient
        self.recorded = recorded
        self.gaps: dict[str, Gap] = {}

    def __getattr__(self, name: str) -> Any:
        gap = self.gaps.get(name)
        if gap is None:
            reader = self.readers.get(name)
            if reader is None:
                raise AttributeError(name)
            value = reader(self)
            if type(value) is not Gap:
                self.__dict__[name] = value
                return value
            gap = self.gaps[name] = value
        key = (self, name)
        world = self.world
        if key in world.assignment:
            world.reads.add(key)
            return world.assignment[key]
        raise Branch(key, gap)


Test = Callable[[], bool]


class Search:
    """Look for one possible completion that passes all tests."""

    def __init__(
        self,
        world: World,
        constraints: Callable[[set[Entry]], list[Test]],
        limit: int,
        *,
        harmful_first: bool = False,
        wide: bool = False,
    ) -> None:
        self.world = world
        self.constraints = constraints
        self.left = limit
        self.harmful_first = harmful_first
        self.wide = wide

    def find(self, tests: list[Test]) -> bool:
        """Whether some possible completion passes all tests."""
        self.world.assignment.clear()
        try:
            return self._search(tests, 0, False) is None
        finally:
            self.world.assignment.clear()

    def _search(self, tests: list[Test], at: int, constrained: bool) -> set[Key] | None:
        """None if a completion was found, else the gaps whose values rule all out."""
        world = self.world
        while True:
            if at == len(tests):
                if constrained:
                    return None
                touched = {entry for entry, _ in world.assignment}
                tests, at, constrained = self.constraints(touched), 0, True
                continue
            world.reads = set()
            try:
                passed = tests[at]()
            except Branch as branch:
                return self._branch(tests, at, constrained, branch)
            if not passed:
                return world.reads
            at += 1

    def _branch(
        self, tests: list[Test], at: int, constrained: bool, branch: Branch
    ) -> set[Key] | None:
        candidates = branch.gap.candidates if self.wide else branch.gap.narrow
        if self.harmful_first and not constrained:
            candidates = candidates[::-1]
        assignment = self.world.assignment
        reasons: set[Key] = set()
        for value in candidates:
            self.left -= 1
            if self.left < 0:
                raise TooManyCompletions
            assignment[branch.key] = value
            found = self._search(tests, at, constrained)
            if found is None:
                return None
            if branch.key not in found:
                del assignment[branch.key]
                return found
            reasons |= found
        del assignment[branch.key]
        reasons.discard(branch.key)
        return reasons
