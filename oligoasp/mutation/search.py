"""Asking a twin program which mutants change something, for one record or for anybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from oligoasp.decide import Decision, Engine, Status, Verdict, literals, status_of
from oligoasp.mutation.twin import APPLICABILITY, STATUS, VERDICT, Change, Twin
from oligoasp.record.facts import Situation
from oligoasp.solver.session import Consequences
from oligoasp.testing.cases import Case, Expectations


class Search:
    """Finds mutants that matter; each is found once.

    Args:
        twin: the protocol with its mutants.
        engine: decides records.
    """

    def __init__(self, twin: Twin, engine: Engine) -> None:
        self._twin = twin
        self._engine = engine
        self._second = twin.second()
        self._number = {literal: number for number, literal in twin.on.items()}
        self._conditional = twin.inapplicable.keys() | self._second.inapplicable.keys()
        self.left = set(twin.on)

    def caught(self, case: Case, situation: Situation) -> Iterator[int]:
        """Give the mutants under which a definite expectation of a case fails.

        Of a definite status, one completion that comes out otherwise is enough.
        """
        given = [*self._said(case, situation), *self._watching(_definite(case.expect))]
        yield from self._found(given, self.left)

    def caught_in_doubt(
        self, case: Case, situation: Situation, clauses: Sequence[Collection[str]]
    ) -> Iterator[int]:
        """Give the mutants under which any expectation of a case fails.

        Where something is left open, the case is decided again under each mutant that
        changes some completion.

        Args:
            case: the case.
            situation: its record.
            clauses: by mutant, the clauses that it can change.
        """
        said = self._said(case, situation)
        reached = {"", *(clause for number in self.left for clause in clauses[number])}
        doubtful = {
            (what, clause)
            for what, clause in _all(case.expect) - _definite(case.expect)
            if clause in reached and (what != APPLICABILITY or clause in self._conditional)
        }
        if not doubtful:
            return
        for number in self._found([*said, *self._watching(doubtful)], set(self.left)):
            given = [self._twin.on[number], *said]
            if self._fails(case.expect, given, clauses[number]):
                self.left.discard(number)
                yield number

    def _fails(self, expect: Expectations, given: list[int], clauses: Collection[str]) -> bool:
        """Tell whether an expectation fails that concerns some clauses, or the verdict."""
        second = self._second
        possible = second.satisfiable
        if expect.verdict is Verdict.UNDETERMINED and not (
            possible([*given, second.eligible]) and possible([*given, -second.eligible])
        ):
            return True
        for clause, status in expect.statuses.items():
            if clause not in clauses:
                continue
            violated = second.violated.get(clause)
            violable = violated is not None and possible([*given, violated])
            certain = violated is not None and violable and not possible([*given, -violated])
            out = second.inapplicable.get(clause)
            inapplicable = out is not None and not possible([*given, -out])
            found = Consequences(
                frozenset([clause] if violable else ()),
                frozenset([clause] if certain else ()),
                frozenset([clause] if inapplicable else ()),
            )
            if status_of(self._engine.protocol.clauses[clause], found) is not status:
                return True
        return False

    def _said(self, case: Case, situation: Situation) -> list[int]:
        """Give assumptions for a record, and for how the text is read."""
        return [*self._twin.readings(case.readings), *literals(self._twin, situation)]

    def changed(self, number: int, *, verdict: bool = False) -> list[int]:
        """Give assumptions that a mutant changes a status or the verdict, or the verdict."""
        twin = self._twin
        watched = {(VERDICT, "")} if verdict else set(twin.watch)
        return [-twin.tolerate, twin.on[number], twin.seen, *self._watching(watched)]

    def readings(self, assumptions: Sequence[int]) -> dict[str, str] | None:
        """Give the fewest readings other than the defaults under which somebody fulfils them.

        Returns:
            Options by ambiguity; None if nobody fulfils the assumptions.
        """
        twin = self._twin
        defaults = twin.protocol.default_readings()
        other = {lit: key for key, lit in twin.reading.items() if defaults[key[0]] != key[1]}
        other = {} if twin.settled else other
        true = twin.true_literals(assumptions, other)
        while true:
            fewer = twin.true_literals([*assumptions, -twin.at_least(len(true), [*other])], other)
            if fewer is None:
                break
            true = fewer
        return None if true is None else dict(sorted(other[literal] for literal in true))

    def decide(self, number: int, situation: Situation, readings: Mapping[str, str]) -> Decision:
        """Decide a record under a mutant, as the text is read."""
        given = [*self._second.readings(readings), self._twin.on[number]]
        return self._engine.conclude(self._second, situation, given)

    def _watching(self, changes: Iterable[Change]) -> list[int]:
        wanted = set(changes)
        return [lit if change in wanted else -lit for change, lit in self._twin.watch.items()]

    def _found(self, given: list[int], left: set[int]) -> Iterator[int]:
        """Give, one by one, what is left of the mutants and changes what is watched."""
        twin = self._twin
        assumptions = [twin.seen, *given]
        while left:
            ruled_out = [-literal for number, literal in twin.on.items() if number not in left]
            held = twin.true_literals([*assumptions, *ruled_out], self._number)
            if held is None:
                return
            number = self._number[next(iter(held))]
            left.discard(number)
            yield number


def _all(expect: Expectations) -> set[Change]:
    found: set[Change] = {(VERDICT, "")} if expect.verdict is not None else set()
    return found | {(what, c) for c in expect.statuses for what in (STATUS, APPLICABILITY)}


def _definite(expect: Expectations) -> set[Change]:
    """Give what cannot change in any completion without an expectation failing."""
    found: set[Change] = set()
    if expect.verdict not in (None, Verdict.UNDETERMINED):
        found.add((VERDICT, ""))
    for clause, status in expect.statuses.items():
        if status is Status.NOT_APPLICABLE:
            found.add((APPLICABILITY, clause))
        elif status is not Status.UNKNOWN:
            found.add((STATUS, clause))
    return found
