"""The whole patient space of a protocol, and canonical points of it.

Nothing about the patient is fixed, and the rules are those that decide. A question is a
set of assumptions; an answer is a proof that nobody fulfils them, or the person nearest
to the protocol's typical patient who does.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import clingo
from clingo import Function, Symbol
from clingo.backend import Backend, HeuristicType

from oligoasp.protocol.load import calendar_file
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Entity, Pair, Value
from oligoasp.solver.minimal import group_oracle, shrink
from oligoasp.solver.program import ASKING, GroundRules, load_control, text
from oligoasp.solver.session import Consequences, Session, Shape, _facts, following
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.imposed import impose
from oligoasp.verify.timeline import LONGEST, Timeline

MOST_LESIONS = 7
"""How many entries of the kind with the most room are considered."""

SEVERAL = 8
"""How many atoms are looked for at once in somebody in whom they hold."""

FEW = 2
"""How many entries of the other kinds are considered."""

ABOVE_ALL = 30000
"""A preference above all that are typical; the solver knows 32,767 levels."""

ABOVE_NEAREST = 20000
"""A preference above all that say what is near to the usual."""

NEVER = 32000
"""The preference that preferences are out of force where they are not asked for."""


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


@dataclass(frozen=True, slots=True)
class Person:
    """A point of the space: who is there, what each attribute is, and what is violated."""

    entities: tuple[Entity, ...]
    values: Mapping[Pair, Value]
    violated: frozenset[str]
    unusual: tuple[Pair, ...]


class WholeSession(Session):
    """A session that knows what the calendar makes impossible, and that also gives facts.

    Args:
        protocol: the protocol, with the rules of the calendar among its files.
        shape: how many entries of each kind there may be.
        calendar: what the calendar makes of the vocabulary, if known already.
        traced: whether to keep the ground rules.
    """

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        calendar: Gaps | None = None,
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
        self._impose(calendar or Gaps(protocol))

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
        left = list(literals)
        for model in self.models(assumptions) if left else ():
            left = [literal for literal in left if not model.is_true(literal)]
            model.context.add_clause(left)
        return left

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
        return self._found(assumptions, "some_violated", clauses, ())

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

    def consequences(
        self, assumptions: Sequence[int], settled: Container[str] = ()
    ) -> Consequences | None:
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
        wishes = list(literals)
        levels = range(above + len(wishes), above, -1)
        with self._control.backend() as backend:
            force: int = backend.add_atom()
            backend.add_rule([force], [], choice=True)
            backend.add_heuristic(force, HeuristicType.False_, NEVER, NEVER, [])
            for level, literal in zip(levels, wishes, strict=True):
                sign = HeuristicType.True_ if literal > 0 else HeuristicType.False_
                backend.add_heuristic(abs(literal), sign, level, level, [force])
        return force

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
        self.regions: dict[str, Regions] = regions_of(protocol)
        self.typical = typical_values(self.session)
        self.clauses = {
            clause: literal
            for clause, literal in self.session.violated.items()
            if clause in protocol.clauses
        }
        self.usual = {
            pair: self._usual_value(pair, list(values)) for pair, values in self.session.has.items()
        }
        entities = {entity: number for number, entity in enumerate(self.session.entities())}
        names = {name: number for number, name in enumerate(protocol.vocabulary.attributes)}
        self._wishes: dict[int, int] = {}
        rare = {(kind, name) for kind, name, _, _ in protocol.asked_if}
        self._order = sorted(
            self.session.has,
            key=lambda pair: (
                (pair[0][0], pair[1]) in rare,
                entities[pair[0]],
                self._rank(pair),
                names[pair[0][0], pair[1]],
            ),
        )
        self.pins = [
            *self.session.present.values(),
            *(literal for values in self.session.has.values() for literal in values.values()),
        ]

    def _scale_is_counted(self, pair: Pair) -> bool:
        attribute = self.protocol.vocabulary.attributes[pair[0][0], pair[1]]
        return attribute.type == "number" and self.protocol.vocabulary.scales[attribute.of].counted

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
        wishes = [self._wishes[literal] for literal in cases.values() if literal in self._wishes]
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

    def person(
        self, assumptions: Sequence[int], unused: Collection[tuple[str, str]] = ()
    ) -> Person | None:
        """Give the person nearest to the typical patient who fulfils assumptions.

        Nearest means: going through what is usual in a fixed order (as few entries as can
        be, then attribute by attribute), each is kept unless the assumptions and what was
        kept before forbid it; then what is unusual is as near to the usual as it can be. So
        the answer depends on nothing but the question.

        Args:
            assumptions: what the person has to fulfil.
            unused: attributes, by kind, that do not matter to the question: they are left out.
        """
        session = self.session
        literals = [*self.pins, *session.violated.values()]
        true = self.nearest(assumptions, literals)
        if true is None:
            return None
        entities = tuple(e for e, literal in session.present.items() if literal in true)
        here = set(entities)
        chosen: dict[Pair, Value] = {}
        for pair in self._order:
            if pair[0] in here and (pair[0][0], pair[1]) not in unused:
                held = next((v for v, lit in session.has[pair].items() if lit in true), None)
                if held is not None:
                    chosen[pair] = held
        return Person(
            entities,
            chosen,
            frozenset(c for c, literal in session.violated.items() if literal in true),
            tuple(pair for pair, value in chosen.items() if value != self.usual[pair]),
        )

    def nearest(self, assumptions: Sequence[int], literals: Sequence[int]) -> frozenset[int] | None:
        """Give which literals hold in the person nearest to the typical patient, as `person`."""
        return self.session.preferred(assumptions, [self._usually, self._nearly], literals)

    def versatile(
        self, assumptions: Sequence[int], wishes: Sequence[int], literals: Sequence[int]
    ) -> frozenset[int] | None:
        """Give which literals hold in somebody who has what is wished, as far as can be.

        Args:
            assumptions: what has to hold.
            wishes: what is to hold as well, if it can beside those before; then what is usual.
            literals: the literals in question.
        """
        self._wish(wishes)
        forces = [*(self._wishes[wish] for wish in wishes), self._usually]
        return self.session.preferred(assumptions, forces, literals)

    def prepare(self, chosen: Mapping[str, str], wishes: Iterable[int] | None = None) -> None:
        """Make what will be asked with: the next question after anything new takes long.

        Args:
            chosen: how every ambiguous passage is read.
            wishes: what people will be asked for as far as it can be, if they will.
        """
        self._one_other(chosen)
        if wishes is not None:
            _ = self._usually, self._nearly
            self._wish(wishes)
            self._several_violated()

    def _wish(self, wishes: Iterable[int]) -> None:
        for wish in wishes:
            if wish not in self._wishes:
                above = ABOVE_ALL - len(self._wishes)
                self._wishes[wish] = self.session.prefer([wish], above)

    def _several_violated(self) -> int:
        """Give an atom that holds if several clauses are violated."""
        return self.session.at_least(2, [self.session.violated[c] for c in self.clauses])

    def _one_other(self, chosen: Mapping[str, str]) -> list[int]:
        """Give assumptions that just one passage is read differently."""
        other = [lit for key, lit in self.session.reading.items() if key[1] != chosen[key[0]]]
        if not other:
            return []
        return [self.session.at_least(1, other), -self.session.at_least(2, other)]

    @cached_property
    def _usually(self) -> int:
        """The atom that makes the solver prefer what is usual."""
        session = self.session
        atoms = session.any_of([self._odd(pair) for pair in self._order])
        odd = dict(zip(self._order, atoms, strict=True))
        counted = [-odd[pair] for pair in self._order if self._scale_is_counted(pair)]
        absent = [-literal for e, literal in reversed(session.present.items()) if e[0] != PATIENT]
        usual = [-odd[pair] for pair in self._order if not self._scale_is_counted(pair)]
        return session.prefer([*counted, *absent, *usual], ABOVE_NEAREST)

    @cached_property
    def _nearly(self) -> int:
        """The atom that makes the solver prefer what is near to the usual."""
        return self.session.prefer(
            self.session.has[pair][value]
            for pair in self._order
            for value in self._nearest(pair)
            if value != self.usual[pair]
        )

    def _odd(self, pair: Pair) -> list[int]:
        return [lit for value, lit in self.session.has[pair].items() if value != self.usual[pair]]

    def _nearest(self, pair: Pair) -> list[Value]:
        """Give the values of an attribute, those first that are nearest to what is usual."""
        usual, values = self.usual[pair], list(self.session.has[pair])
        if isinstance(usual, int):
            numbers = [value for value in values if isinstance(value, int)]
            at = usual
            return [*sorted(numbers, key=lambda value: (value < 0 <= at, abs(value - at)))]
        return values

    def _usual_value(self, pair: Pair, values: list[Value]) -> Value:
        usual = self.typical.get((pair[0][0], pair[1]))
        attribute = self.protocol.vocabulary.attributes[pair[0][0], pair[1]]
        if attribute.type == "number" and usual is not None:
            scale = self.protocol.vocabulary.scales[attribute.of]
            return self.regions[attribute.of].representative(scale.code(Fraction(usual)))
        return usual if usual in values else values[0]

    def _rank(self, pair: Pair) -> int:
        """Give a place in the order: what is recorded at all stands before what it says."""
        attribute = self.protocol.vocabulary.attributes[pair[0][0], pair[1]]
        return 0 if attribute.origin.form == "recorded" else 1


def _hitting_sets(sets: Sequence[Sequence[int]]) -> list[frozenset[int]]:
    """Give the minimal sets that share an element with each of some sets."""
    found: list[frozenset[int]] = [frozenset()]
    for one in sets:
        grown = {h if not h.isdisjoint(one) else h | {e} for h in found for e in one}
        found = [h for h in grown if not any(other < h for other in grown)]
    return sorted(found, key=sorted)


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


def typical_values(session: WholeSession) -> dict[tuple[str, str], str]:
    """Give what is typical of an attribute, as the protocol's files say it."""
    return {
        (text(kind), text(attribute)): text(value)
        for kind, attribute, value in session.facts("typical", 3)
    }
