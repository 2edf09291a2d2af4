"""A session of the whole patient space, in which nothing about the patient is fixed.

Besides what any session is asked, it tells what holds in somebody, in everybody and in nobody
who fulfils assumptions, it finds whom preferences describe best, and rules can be added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

import clingo
from clingo import Function, Symbol
from clingo.backend import Backend, HeuristicType

from oligoasp.protocol.load import calendar_file
from oligoasp.protocol.model import Protocol
from oligoasp.solver.program import ASKING, GroundRules, load_control
from oligoasp.solver.session import Consequences, Session, Shape, _facts, following
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.imposed import impose

SEVERAL = 8
"""How many atoms are looked for at once in somebody in whom they hold."""

NEVER = 32000
"""The preference that preferences are out of force where they are not asked for."""


class WholeSession(Session):
    """A session that knows what the calendar makes impossible, and that also gives facts.

    Args:
        protocol: the protocol, with the rules of the calendar among its files.
        shape: how many entries of each kind there may be.
        calendar: gives what the calendar makes of the vocabulary, if somebody else needs it too.
        traced: whether to keep the ground rules.
    """

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        calendar: Callable[[], Gaps] | None = None,
        *,
        traced: bool = False,
    ) -> None:
        self.protocol = protocol
        self.shape = shape
        self.settled: dict[str, str] = {}
        self._rules = GroundRules() if traced else None
        facts = space_facts(protocol, shape)
        self._control = load_control(protocol.files, facts, ASKING, self._rules, edit=protocol.edit)
        self._index()
        self._impose(calendar() if calendar else Gaps(protocol))

    def _impose(self, calendar: Gaps) -> None:
        """Keep out whom no calendar has."""
        with self._control.backend() as backend:
            impose(calendar, backend, self.has, self.present)

    def facts(self, name: str, arity: int) -> list[list[Symbol]]:
        """Give the arguments of the facts ``name/arity``, in the order of the files."""
        rows = self._control.symbolic_atoms.by_signature(name, arity)
        return [row.symbol.arguments for row in rows if row.is_fact]

    def brave(self, assumptions: Sequence[int], literals: Sequence[int]) -> frozenset[int]:
        """Give which of some literals hold in some person who fulfils the assumptions."""
        found: set[int] = set()
        self._mode("auto", 1)
        left = list(literals)
        while left:
            model = self.true_literals(assumptions, left)
            if model is None:
                break
            found |= model
            left = [literal for literal in left if literal not in found]
            for literal in left[:1]:
                better = self.true_literals([*assumptions, literal], left)
                if better is None:
                    left = left[1:]
                else:
                    found |= better
                    left = [other for other in left if other not in found]
        return frozenset(found)

    def nowhere(self, assumptions: Sequence[int], literals: Iterable[int]) -> list[int]:
        """Give the literals that hold in nobody who fulfils the assumptions."""
        asked = list(literals)
        found = self.somewhere(assumptions, asked) if asked else ()
        return [literal for literal in asked if literal not in found]

    def models(self, assumptions: Sequence[int]) -> Iterator[clingo.Model]:
        """Give people who fulfil assumptions, one after the other, until there are no more.

        Whoever takes one may add a clause that the next ones have to fulfil.
        """
        self._mode("auto", 0)
        try:
            with self._control.solve(assumptions=list(assumptions), yield_=True) as handle:
                yield from handle
        finally:
            self._mode("auto", 1)

    def violated_somewhere(self, assumptions: Sequence[int], clauses: Set[str]) -> set[str]:
        """Give, of some clauses, those that someone who fulfils the assumptions violates."""
        violated = {self.violated[clause]: clause for clause in clauses}
        return {violated[literal] for literal in self.somewhere(assumptions, violated)}

    def brave_of_few(self, assumptions: Sequence[int], literals: Sequence[int]) -> frozenset[int]:
        """Do as ``brave``, but ask for people in whom several of the literals hold at once."""
        found: set[int] = set()
        left = list(literals)
        several = min(SEVERAL, len(left))
        while several > 1 and len(left) > 1:
            several = min(several, len(left))
            model = self.true_literals([*assumptions, self.at_least(several, left)], left)
            if model:
                found |= model
                left = [literal for literal in left if literal not in model]
            else:
                several //= 2
        return self.brave(assumptions, left) | found

    def possibly_violated(self, assumptions: Sequence[int]) -> set[str]:
        """Give the clauses that someone who fulfils the assumptions violates."""
        shown = self.shown_somewhere(assumptions)
        return {s.arguments[0].string for s in shown if s.name == "violated"}

    def always_violated(self, assumptions: Sequence[int]) -> set[str] | None:
        """Give the clauses that all who fulfil the assumptions violate; None if nobody does."""
        shown = self._shown("cautious", assumptions)
        if shown is None:
            return None
        return {s.arguments[0].string for s in shown if s.name == "violated"}

    def shown_somewhere(self, assumptions: Sequence[int]) -> list[Symbol]:
        """Give the shown atoms each of which holds in someone who fulfils the assumptions."""
        return self._shown("brave", assumptions) or []

    def consequences(self, assumptions: Sequence[int]) -> Consequences | None:
        """Give what every completion, and what some completion, violates.

        Two calls do, whatever is asked: a record of a witness leaves next to nothing open.
        """
        certain = self._shown("cautious", assumptions)
        if certain is None:
            return None
        possible = self._shown("brave", assumptions) or []
        return Consequences(
            frozenset(s.arguments[0].string for s in possible if s.name == "violated"),
            frozenset(s.arguments[0].string for s in certain if s.name == "violated"),
            frozenset(s.arguments[0].string for s in certain if s.name == "inapplicable"),
        )

    def _shown(self, mode: str, assumptions: Sequence[int]) -> list[Symbol] | None:
        """Give the shown atoms of all models together; None if there is no model."""
        last: list[list[Symbol]] = []
        self._mode(mode, 0)
        self._control.solve(
            assumptions=list(assumptions),
            on_model=lambda model: last.append(list(model.symbols(shown=True))),
        )
        self._mode("auto", 1)
        return last[-1] if last else None

    def prefer(self, literals: Iterable[int], above: int = 0) -> int:
        """Say what is to hold if it can, what stands first before what comes later.

        A solver that always decides what is preferred first, and as it is preferred, finds
        the model that is best in this order: whatever it gives up is ruled out by what it
        was asked and by what it kept before.

        Args:
            literals: what is preferred.
            above: how many preferences, given at another time, come after these.

        Returns:
            An atom that puts the preferences in force; see `preferred`.
        """
        (force,) = self.prefer_apart([(list(literals), above)])
        return force

    def prefer_apart(self, preferences: Iterable[tuple[Sequence[int], int]]) -> list[int]:
        """Do what `prefer` does for preferences each of which is put in force by itself.

        Args:
            preferences: the two arguments of `prefer`, for each.
        """
        forces: list[int] = []
        with self._control.backend() as backend:
            for literals, above in preferences:
                force = backend.add_atom()
                forces.append(force)
                backend.add_rule([force], [], choice=True)
                backend.add_heuristic(force, HeuristicType.False_, NEVER, NEVER, [])
                levels = range(above + len(literals), above, -1)
                for level, literal in zip(levels, literals, strict=True):
                    sign = HeuristicType.True_ if literal > 0 else HeuristicType.False_
                    backend.add_heuristic(abs(literal), sign, level, level, [force])
        return forces

    def preferred(
        self, assumptions: Sequence[int], forces: Sequence[int], literals: Iterable[int]
    ) -> frozenset[int] | None:
        """Give which of some literals hold in the best model, by preferences in force."""
        return self.true_literals([*assumptions, *forces], literals)

    def any_of(self, groups: Sequence[Sequence[int]]) -> list[int]:
        """Give an atom for each group of literals that holds if some of them does."""
        with self._control.backend() as backend:
            atoms = [backend.add_atom() for _ in groups]
            for atom, group in zip(atoms, groups, strict=True):
                for literal in group:
                    backend.add_rule([atom], [literal])
        return atoms

    def adding(self) -> Backend:
        """Give what adds rules to the ground program."""
        return self._control.backend()

    def free(self) -> int:
        """Give a new atom that nothing else depends on."""
        with self._control.backend() as backend:
            atom: int = backend.add_atom()
            backend.add_rule([atom], [], choice=True)
        return atom

    def named(self, name: str, argument: str) -> int | None:
        """Give the literal of an atom with a constant as its argument, if it can hold."""
        arguments = [Function(argument)] if argument else []
        atom = self._control.symbolic_atoms[Function(name, arguments)]
        return None if atom is None else atom.literal

    def forbid(self, literals: Sequence[int]) -> None:
        """Rule out, for good, that literals hold together."""
        with self._control.backend() as backend:
            backend.add_rule([], list(literals))


def with_calendar(protocol: Protocol) -> Protocol:
    """Give a protocol with what the calendar makes impossible, which no record can say."""
    return replace(protocol, files=(*protocol.files, calendar_file()))


def space_facts(
    protocol: Protocol,
    shape: Shape,
    settled: Mapping[str, str] | None = None,
    unused: Collection[tuple[str, str]] = (),
) -> str:
    """Give the facts that a session of the whole space adds to the rules.

    Args:
        protocol: the protocol.
        shape: how many entries of each kind there may be.
        settled: readings that are settled for good, by ambiguity.
        unused: attributes, by kind, that no rule asks for under these.
    """
    return _facts(protocol, shape, settled or {}, unused) + following(shape)
