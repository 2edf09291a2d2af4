"""The whole patient space of a protocol, and the questions that it is asked.

Nothing about the patient is fixed, and the rules are those that decide. A question is a
set of assumptions; an answer is a proof that nobody fulfils them, or somebody who does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Pair, Value
from oligoasp.solver.minimal import group_oracle, shrink
from oligoasp.solver.session import Shape
from oligoasp.verify.nearest import Nearest
from oligoasp.verify.timeline import LONGEST, Timeline
from oligoasp.verify.whole import WholeSession, with_calendar

MOST_LESIONS = 7
"""How many entries of the kind with the most room are considered."""

FEW = 2
"""How many entries of the other kinds are considered."""

Named = tuple[str, str, Value]
"""A value of an attribute of the patient or of whatever entry of a kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody has to be like, whatever the size of the space that is asked.

    ``goals`` are atoms without arguments besides a name, such as ``intended(synchronous)``;
    ``having`` are values of attributes.
    """

    violated: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    eligible: bool = False
    goals: tuple[tuple[str, str], ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    having: tuple[tuple[Pair, Value], ...] = ()


class Space:
    """Asks the whole patient space.

    Args:
        protocol: the protocol.
        most: how many entries there may be of the kinds that may have several.
        session: a session of that size, if there is one already.
    """

    def __init__(
        self, protocol: Protocol, most: int = MOST_LESIONS, session: WholeSession | None = None
    ) -> None:
        self.protocol = protocol
        self.shape = shape_of(protocol, most)
        self.session = session or WholeSession(with_calendar(protocol), self.shape)
        self.nearest = Nearest(protocol, self.session)
        self.clauses = {
            clause: literal
            for clause, literal in self.session.violated.items()
            if clause in protocol.clauses
        }

    # ---- assumptions ------------------------------------------------------------------

    def readings(self, chosen: Mapping[str, str] | None = None) -> list[int]:
        """Give assumptions for the readings: the defaults, except for those chosen."""
        return self.session.readings(chosen or {})

    def assume(self, question: Question) -> list[int] | None:
        """Give the assumptions of a question; None if it asks for what can never be."""
        session = self.session
        found = session.readings(question.readings, question.free)
        for clause in question.violated:
            if clause not in session.violated:
                return None
            found.append(session.violated[clause])
        found += self.met(question.met)
        if question.eligible:
            found.append(session.eligible)
        found += [session.has[pair][value] for pair, value in question.having]
        for name, argument in question.goals:
            literal = session.named(name, argument)
            if literal is None:
                return None
            found.append(literal)
        return found

    def holds(self, question: Question) -> bool:
        """Tell whether there is somebody like that."""
        assumptions = self.assume(question)
        return assumptions is not None and self.exists(assumptions)

    def parting(
        self,
        question: Question,
        chosen: Mapping[str, str],
        known: Iterable[tuple[str, str]] = (),
    ) -> set[tuple[str, str]]:
        """Give the readings each of which alone, instead of the chosen one, lets somebody be so.

        Args:
            question: who; its readings do not matter.
            chosen: how every ambiguous passage is read.
            known: readings that need not be asked about again.
        """
        session = self.session
        assumptions = self.assume(replace(question, readings={}, free=tuple(chosen)))
        if assumptions is None:
            return set()
        other = {k: lit for k, lit in session.reading.items() if k[1] != chosen[k[0]]}
        if not other:
            return set()
        literals = list(other.values())
        one = self._one_other(chosen)
        excluded = [-other[key] for key in known]
        found: set[tuple[str, str]] = set()
        while (
            true := session.true_literals([*assumptions, *one, *excluded], literals)
        ) is not None:
            more = [key for key, literal in other.items() if literal in true]
            found.update(more)
            excluded += [-other[key] for key in more]
        return found

    def violated_alone(self, readings: Mapping[str, str], clauses: Set[str]) -> set[str]:
        """Give, of some clauses, those that someone violates who violates no other."""
        if not clauses:
            return set()
        just_one = [*self.readings(readings), -self._several_violated()]
        return self.session.violated_somewhere(just_one, clauses)

    def thin_out(self, question: Question, intent: str, candidates: dict[str, list[Named]]) -> None:
        """Leave away what somebody like that has in the patient's attributes or in some entry.

        Args:
            question: who, of an intent.
            intent: the intent; what of its candidates is left, nobody like that has.
            candidates: what is in question, by intent; whoever is found may also be a case of
                other intents, whose candidates become fewer then.
        """
        assumptions = self.assume(question)
        if assumptions is None:
            return
        atoms: dict[Named, list[int]] = {}
        for (entity, name), of_pair in self.session.has.items():
            for value, literal in of_pair.items():
                atoms.setdefault((entity[0], name, value), []).append(literal)
        literals = {i: self.session.named("intended", i) for i in candidates}
        cases = {i: lit for i, lit in literals.items() if lit is not None and candidates[i]}
        wishes = self.nearest.known_wishes(cases.values())
        for model in self.session.models([*assumptions, *wishes]):
            for one, literal in cases.items():
                if model.is_true(literal):
                    candidates[one] = [
                        named
                        for named in candidates[one]
                        if not any(map(model.is_true, atoms[named]))
                    ]
            model.context.add_clause([x for named in candidates[intent] for x in atoms[named]])

    def met(self, clauses: Iterable[str]) -> list[int]:
        """Give assumptions that clauses are not violated."""
        return [-self.session.violated[c] for c in clauses if c in self.session.violated]

    def others(self, *left_out: str) -> list[str]:
        """Give every clause that can be violated, but for some."""
        return [c for c in self.protocol.in_order(self.clauses) if c not in left_out]

    # ---- questions --------------------------------------------------------------------

    def exists(self, assumptions: Sequence[int]) -> bool:
        """Tell whether there is somebody who fulfils assumptions."""
        return self.session.satisfiable(assumptions)

    def blame(self, fixed: Sequence[int], clauses: Sequence[str]) -> tuple[str, ...]:
        """Give a minimal set of clauses that nobody in the situation meets together."""
        oracle = group_oracle([self.met([c]) for c in clauses], fixed, self.session.core)
        every = range(len(clauses))
        found = oracle(list(every))
        if found is None:
            raise ValueError("somebody meets all of these clauses")
        return tuple(clauses[i] for i in shrink(list(found), oracle))

    def always_violated(
        self, fixed: Sequence[int], suspects: Sequence[str] | None = None
    ) -> set[str]:
        """Give the clauses that everybody in a situation violates; none if nobody is in it.

        Args:
            fixed: the situation.
            suspects: clauses besides which there are none, where somebody is in it.
        """
        if suspects is None:
            return self.session.always_violated(fixed) or set()
        return {c for c in suspects if not self.exists([*fixed, *self.met([c])])}

    def all_blame(
        self,
        fixed: Sequence[int],
        clauses: Sequence[str],
        suspects: Sequence[str] | None = None,
        limit: int = 200,
    ) -> list[tuple[str, ...]]:
        """Give every minimal set of clauses that nobody in the situation meets together.

        Args:
            fixed: the situation.
            clauses: the clauses in question.
            suspects: as for `always_violated`.
            limit: after how many sets to stop.
        """
        oracle = group_oracle([self.met([c]) for c in clauses], fixed, self.session.core)
        always = self.always_violated(fixed, suspects)
        found: list[tuple[int, ...]] = []
        found += [(n,) for n, clause in enumerate(clauses) if clause in always]
        settled: set[frozenset[int]] = set()
        again = True
        while again and len(found) < limit:
            again = False
            for hit in _hitting_sets(found):
                if hit in settled:
                    continue
                core = oracle([n for n in range(len(clauses)) if n not in hit])
                if core is None:
                    settled.add(hit)
                else:
                    found.append(shrink(list(core), oracle))
                    again = True
                    break
        named = [tuple(clauses[n] for n in one) for one in found]
        return sorted(named, key=lambda c: (len(c), [clauses.index(x) for x in c]))

    def prepare(self, chosen: Mapping[str, str], wishes: Iterable[int] | None = None) -> None:
        """Make what will be asked with: the next question after anything new takes long.

        Args:
            chosen: how every ambiguous passage is read.
            wishes: what people will be asked for as far as it can be, if they will.
        """
        self._one_other(chosen)
        if wishes is not None:
            self.nearest.prepare(wishes)
            self._several_violated()

    def _several_violated(self) -> int:
        """Give an atom that holds if several clauses are violated."""
        return self.session.at_least(2, [self.session.violated[c] for c in self.clauses])

    def _one_other(self, chosen: Mapping[str, str]) -> list[int]:
        """Give assumptions that just one passage is read differently."""
        other = [lit for key, lit in self.session.reading.items() if key[1] != chosen[key[0]]]
        if not other:
            return []
        return [self.session.at_least(1, other), -self.session.at_least(2, other)]


def _hitting_sets(sets: Sequence[Sequence[int]]) -> list[frozenset[int]]:
    """Give the minimal sets that share an element with each of some sets."""
    found: list[frozenset[int]] = [frozenset()]
    for one in sets:
        grown = {h if not h.isdisjoint(one) else h | {e} for h in found for e in one}
        found = [h for h in grown if not any(other < h for other in grown)]
    return sorted(found, key=sorted)


def shape_of(protocol: Protocol, most: int) -> Shape:
    """Give how many entries of each kind are considered."""
    kinds = [kind for kind in protocol.vocabulary.kinds.values() if kind.name != PATIENT]
    few = min(most, FEW)
    return tuple(
        (kind.name, most if kind.unrecorded > 1 else few * kind.unrecorded) for kind in kinds
    )


def scope_of(space: Space) -> str:
    """Say in which space a proof holds, and why that is enough or that it is a bound."""
    kinds = space.protocol.vocabulary.kinds
    lists = {k: kinds[k].list_name.replace("_", " ") for k, _ in space.shape}
    many = [f"{n} {lists[k]}" for k, n in space.shape if n > FEW]
    rest = sorted({n for _, n in space.shape if 0 < n <= FEW})
    parts = many + [f"{n} of every {'other ' if many else ''}list" for n in rest]
    dates = (
        f"; elapsed times of every calendar, the dates of the study within {LONGEST // 365} "
        "years of enrollment (a bound)"
        if Timeline(space.protocol.vocabulary).elapsed
        else ""
    )
    return (
        f"at most {' and '.join(parts) or 'the patient alone'} (a bound); every number that "
        f"a rule can tell apart (so no bound){dates}"
    )
