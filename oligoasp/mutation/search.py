"""Asking a twin program which mutants change something, for one record or for anybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from oligoasp.decide import Decision, Engine, Status, Verdict, literals, status_of
from oligoasp.mutation.choice import Choice
from oligoasp.mutation.twin import APPLICABILITY, STATUS, VERDICT, Change, Twin
from oligoasp.record.facts import Situation
from oligoasp.solver.session import Consequences
from oligoasp.testing.cases import Case, Expectations

Stated: TypeAlias = tuple[Case, Situation]
"""A case, and its record as the rules see it."""


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

    def caught(self, cases: Sequence[Stated]) -> Iterator[tuple[int, int]]:
        """Give mutants under which a definite expectation of a case fails, and that case.

        Of a definite status, one completion that comes out otherwise is enough.

        Args:
            cases: cases with their records.

        Yields:
            Mutants with the place of a case, each mutant once.
        """
        choice = self._choice(cases, [_definite(case.expect) for case, _ in cases])
        for number, place in self._differing(choice):
            self.left.discard(number)
            yield number, place

    def caught_in_doubt(
        self, cases: Sequence[Stated], clauses: Sequence[Collection[str]]
    ) -> Iterator[tuple[int, int]]:
        """Give mutants under which any expectation of a case fails, and that case.

        Where something is left open, the case is decided again under each mutant that
        changes some completion.

        Args:
            cases: cases with their records.
            clauses: by mutant, the clauses that it can change.

        Yields:
            Mutants with the place of a case, each mutant once.
        """
        reached = {"", *(clause for number in self.left for clause in clauses[number])}
        doubtful = [
            {
                (what, clause)
                for what, clause in _all(case.expect) - _definite(case.expect)
                if clause in reached and (what != APPLICABILITY or clause in self._conditional)
            }
            for case, _ in cases
        ]
        open_ones = [place for place, changes in enumerate(doubtful) if changes]
        if not open_ones:
            return
        choice = self._choice(
            [cases[place] for place in open_ones], [doubtful[place] for place in open_ones]
        )
        literal = {place: one for one, place in choice.picked.items()}
        while found := self._differing(choice):
            for number, picked in found:
                place = open_ones[picked]
                on = self._twin.on[number]
                given = [-choice.force, on, *self._said(*cases[place])]
                if self._fails(cases[place][0].expect, given, clauses[number]):
                    self.left.discard(number)
                    yield number, place
                else:
                    self._twin.forbid([on, literal[picked]])

    def _choice(self, cases: Sequence[Stated], watched: Sequence[Collection[Change]]) -> Choice:
        """Let the solver pick one of some cases, of which it is watched what may change."""
        allowed: dict[int, list[int]] = {literal: [] for literal in self._twin.watch.values()}
        for place, changes in enumerate(watched):
            for change in changes:
                if change in self._twin.watch:
                    allowed[self._twin.watch[change]].append(place)
        return Choice(self._twin, [self._said(*one) for one in cases], allowed)

    def _differing(self, choice: Choice) -> list[tuple[int, int]]:
        """Give what is left of the mutants and changes what is watched of a case, with it."""
        twin = self._twin
        ruled_out = [-literal for number, literal in twin.on.items() if number not in self.left]
        return [
            (self._number[on], choice.picked[picked])
            for on, picked in twin.each_once(
                [twin.seen, choice.force, *ruled_out], self._number, choice.picked
            )
        ]

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
