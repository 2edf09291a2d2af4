"""The survey: what all checks of one run share, so that nothing is asked twice.

Whatever is possible with few entries is possible with many, since entries may be absent. So
a question first goes to a small space, and to the whole one only if nobody there will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Pair, Value
from oligoasp.solver.ahead import Ahead, Apart, begin
from oligoasp.solver.program import all_read, text
from oligoasp.verify.alternatives import Reading, Turns, Worlds
from oligoasp.verify.double import DoubleSession
from oligoasp.verify.gaps import calendar_facts
from oligoasp.verify.hygiene import heads
from oligoasp.verify.space import (
    FEW,
    MOST_LESIONS,
    Question,
    Space,
    WholeSession,
    scope_of,
    shape_of,
    with_calendar,
)
from oligoasp.verify.witness import MOST_TRIES, Witness, Witnesses

if TYPE_CHECKING:
    from oligoasp.explain.words import Words


class Turned(NamedTuple):
    """What depends on readings.

    Attributes:
        turns: in which directions each decides.
        upset: groups of intents, with the readings that may upset a patient who has them all.
    """

    turns: Turns
    upset: list[tuple[list[str], set[Reading]]]


class Survey:
    """A protocol, its patient space, and what has been found out about it so far.

    Args:
        protocol: the protocol.
        readings: options other than the defaults, by ambiguity.
        most: how many entries there may be of the kinds that may have several.
        patients: whether findings that have another proof also show patients.
        directions: whether to say of each reading whom it admits and whom it excludes, or only
            whether it decides about somebody.
        passages: whether to look for narrow passages, which takes a while.
        groups: whether to look for groups of whom nobody is eligible, which does too.

    Attributes:
        told: is told how many patients have been invented and replayed so far.
        replayed: how many have been.
    """

    def __init__(
        self,
        protocol: Protocol,
        readings: Mapping[str, str] | None = None,
        most: int = MOST_LESIONS,
        *,
        patients: bool = False,
        directions: bool = True,
        passages: bool = False,
        groups: bool = False,
    ) -> None:
        self.protocol = protocol
        self.chosen = dict(readings or {})
        self._all_chosen = {**protocol.default_readings(), **self.chosen}
        self.most = most
        self.patients = patients
        self.directions = directions
        self.passages = passages
        self.groups = groups
        self.told: Callable[[int], None] = lambda number: None
        self.replayed = 0
        self._few = min(FEW, most)
        self._calendar = calendar_facts(protocol)
        self._traced = False
        self._ahead: Ahead[Turned] | Apart[Turned] | None = None
        self._witnesses: dict[int, Witnesses] = {}

    # ---- spaces -----------------------------------------------------------------------

    @cached_property
    def _whole(self) -> Ahead[Space] | None:
        """The whole space in the making: grounding takes no turn at Python, so it is for free."""
        return Ahead(lambda: self._space_of(self.most)) if self._few < self.most else None

    @cached_property
    def space(self) -> Space:
        """The whole space."""
        return self.small if self._whole is None else self._whole.result()

    @cached_property
    def small(self) -> Space:
        """A small space, in which whatever is possible is possible in the whole one too."""
        _ = self._whole
        return self._space_of(self._few, traced=self._traced)

    def _space_of(self, most: int, *, traced: bool = False) -> Space:
        shape = shape_of(self.protocol, most)
        protocol = with_calendar(self.protocol)
        session = WholeSession(protocol, shape, self._calendar, traced=traced)
        space = Space(self.protocol, most, session)
        wishes = self._intended(space).values() if most == self._few else None
        space.prepare(self._all_chosen, wishes)
        return space

    def look_ahead(self) -> None:
        """Begin to find out on which readings verdicts turn, beside everything else."""
        if self._ahead is None:
            self._traced = True
            _ = self.small, self.space  # both are made at once
            all_read()
            self._ahead = begin(
                lambda: self._what_turns(*self._worlds_in(self.small)),
                lambda: self._what_turns(*self._worlds),
            )

    @cached_property
    def _worlds(self) -> tuple[Space, Worlds]:
        """Another small space, with every other reading of the text."""
        return self._worlds_in(self._space_of(self._few, traced=True))

    def _worlds_in(self, space: Space) -> tuple[Space, Worlds]:
        """Add every other reading of the text to a space; all questions to it take longer then."""
        intended = self._intended(space).values()
        return space, Worlds(space.session, self._all_chosen, intended)

    def _what_turns(self, space: Space, worlds: Worlds) -> Turned:
        """Find out what depends on readings."""
        groups = self._groups_in(space)
        fixed = space.readings(self.chosen)
        turns = worlds.turning(fixed, both=self.directions)
        intended = self._intended(space)
        upset = [
            (group, worlds.upset([*fixed, *pins], [intended[intent] for intent in group]))
            for group, pins in groups
        ]
        return Turned(turns, upset)

    @cached_property
    def _turned(self) -> Turned:
        self.look_ahead()
        assert self._ahead is not None
        return self._ahead.result()

    @property
    def _spaces(self) -> Iterable[Space]:
        yield self.small
        if self._whole is not None:
            yield self.space

    def holds(self, question: Question) -> bool:
        """Tell whether there is somebody like that, asking a small space first."""
        return any(space.holds(question) for space in self._spaces)

    # ---- clauses ----------------------------------------------------------------------

    @cached_property
    def testing(self) -> list[str]:
        """The clauses that test, in the order of the protocol."""
        return [c.id for c in self.protocol.clauses.values() if c.tests]

    @cached_property
    def violable(self) -> list[str]:
        """The clauses that someone can violate, as the text is read."""
        found = set(self._alone)
        for space in self._spaces:
            left = set(space.clauses) - found
            found |= space.session.violated_somewhere(space.readings(self.chosen), left)
        return self.protocol.in_order(found)

    @cached_property
    def indispensable(self) -> frozenset[str]:
        """The clauses that someone violates who violates no other."""
        return self._alone | {
            clause
            for clause in self.violable
            if clause not in self._alone
            and self._whole is not None
            and self.space.holds(
                Question(violated=(clause,), met=self.others(clause), readings=self.chosen)
            )
        }

    @cached_property
    def _alone(self) -> frozenset[str]:
        """The clauses that someone in the small space violates who violates no other."""
        return frozenset(self.small.violable(self.chosen, alone=True))

    @cached_property
    def anyone(self) -> bool:
        """Whether anybody is eligible."""
        return self.holds(Question(eligible=True, readings=self.chosen))

    @cached_property
    def encoded(self) -> frozenset[str]:
        """The clauses that have a rule."""
        return heads(self.protocol.files)

    def others(self, *left_out: str) -> tuple[str, ...]:
        """Give the clauses that someone can violate, but for some."""
        return tuple(c for c in self.violable if c not in left_out)

    def all_blame(self, question: Question, clauses: Sequence[str]) -> list[tuple[str, ...]]:
        """Give every minimal set of clauses that nobody like that meets together.

        What is minimal in the small space and impossible in the whole one is minimal in the
        whole one, since whoever is possible in the small one is possible there.
        """
        fixed = self.space.assume(question)
        if fixed is None:
            return []
        little = self.small.assume(question)
        if self._whole is not None and little is not None:
            sets = self.small.all_blame(little, clauses)
            if all(sets) and not any(self.space.exists([*fixed, *self.space.met(s)]) for s in sets):
                return sets
        return self.space.all_blame(fixed, clauses)

    @cached_property
    def reach_of_eligible(self) -> dict[Pair, list[Value]]:
        """The values that each attribute has in some eligible patient."""
        return self.small.reach(Question(eligible=True, readings=self.chosen))

    @cached_property
    def barred(self) -> list[tuple[Pair, str]]:
        """The values of attributes that somebody has but nobody who is eligible.

        Only kinds of people and entries count, not numbers: those are what limits are for.
        A value that one clause rules out at once is left aside.
        """
        small, session = self.small, self.small.session
        attributes = self.protocol.vocabulary.attributes
        values = {
            literal: (pair, str(value))
            for pair, of_pair in session.has.items()
            if pair[0][1] <= 1 and attributes[pair[0][0], pair[1]].type in ("flag", "choice")
            for value, literal in of_pair.items()
        }
        eligible = small.assume(Question(eligible=True, readings=self.chosen))
        assert eligible is not None
        found = []
        for literal in session.nowhere(eligible, values):
            pair, value = values[literal]
            group = Question(having=((pair, value),), readings=self.chosen)
            fixed = [literal, *small.readings(self.chosen)]
            core = session.core([*fixed, *small.met(small.clauses)]) or fixed
            if not all(session.satisfiable([*fixed, met]) for met in (core[0], core[-1])):
                continue
            if self.holds(group) and not self.holds(replace(group, eligible=True)):
                found.append((pair, value))
        return found

    # ---- intents ----------------------------------------------------------------------

    @cached_property
    def intents(self) -> dict[str, tuple[str, str]]:
        """Whom the text means to admit: clause and words of each intent."""
        return intents_of(self.small)

    def admitted(self, *intents: str) -> Question:
        """Ask for somebody eligible of some kinds at once."""
        goals = tuple(("intended", intent) for intent in intents)
        return Question(eligible=True, goals=goals, readings=self.chosen)

    @cached_property
    def open_doors(self) -> list[str]:
        """The intents of which there is an eligible patient."""
        open_ = {intent for group, _ in self._groups_in(self.small) for intent in group}
        return [i for i in self.intents if i in open_ or self.holds(self.admitted(i))]

    @cached_property
    def closed_doors(self) -> dict[str, list[tuple[str, ...]]]:
        """The intents of which nobody is eligible, with every minimal set that shuts the door."""
        found = {}
        for intent in self.intents:
            anyone = replace(self.admitted(intent), eligible=False)
            if intent not in self.open_doors and self.holds(anyone):
                found[intent] = self.all_blame(anyone, self.others())
        return found

    def _groups_in(self, small: Space) -> list[tuple[list[str], list[int]]]:
        """Give groups of intents, and for each somebody eligible of a space who has them all."""
        left = self._intended(small)
        groups = []
        while left:
            first = next(iter(left))
            assumptions = small.assume(self.admitted(first))
            wanted = [*small.pins, *left.values()]
            found = assumptions and small.versatile(assumptions, list(left.values()), wanted)
            if not found:
                del left[first]  # not of anybody in the small space
                continue
            group = [intent for intent, literal in left.items() if literal in found]
            groups.append((group, [lit if lit in found else -lit for lit in small.pins]))
            left = {i: literal for i, literal in left.items() if i not in group}
        return groups

    def _intended(self, space: Space) -> dict[str, int]:
        """Give the atom of each intent of which somebody in a space can be a case."""
        literals = {i: space.session.named("intended", i) for i in intents_of(space)}
        return {intent: literal for intent, literal in literals.items() if literal is not None}

    @cached_property
    def shut_doors(self) -> dict[tuple[str, str], list[str]]:
        """The readings each of which alone shuts doors, with the intents whose door it shuts."""
        shut: dict[tuple[str, str], list[str]] = {}
        for group, changed in self._turned.upset:
            for name, option in sorted(changed):
                self._shut_by(name, option, group, shut)
        grouped = {intent for group, _ in self._turned.upset for intent in group}
        for intent in self.open_doors:
            if intent not in grouped:
                for name in self.protocol.ambiguities:
                    for option in self._alternatives(name):
                        self._shut_by(name, option, [intent], shut)
        return {key: [i for i in self.intents if i in found] for key, found in shut.items()}

    def _shut_by(
        self, name: str, option: str, intents: list[str], shut: dict[tuple[str, str], list[str]]
    ) -> None:
        """Add the intents, all open, of which nobody is eligible under a reading."""
        readings = {**self.chosen, name: option}
        small = self.small
        if small.holds(replace(self.admitted(*intents), readings=readings)):
            return
        literals = {intent: small.session.named("intended", intent) for intent in intents}
        wishes = [literal for literal in literals.values() if literal is not None]
        assumptions = small.assume(Question(eligible=True, readings=readings))
        together = assumptions and small.versatile(assumptions, wishes, wishes)
        for intent in intents:
            if together and literals[intent] in together:
                continue
            if not self.holds(replace(self.admitted(intent), readings=readings)):
                shut.setdefault((name, option), []).append(intent)

    # ---- readings ---------------------------------------------------------------------

    def _alternatives(self, name: str) -> list[str]:
        ambiguity = self.protocol.ambiguities[name]
        default = self.chosen.get(name, ambiguity.default)
        return [option for option in ambiguity.options if option != default]

    @cached_property
    def turns(self) -> dict[Reading, set[bool]]:
        """In which directions each reading decides: true where it admits someone more.

        Where directions are not asked for, one of them does.
        """
        found = {key: set(ways) for key, ways in self._turned.turns.items()}
        others = {(name, o) for name in self.protocol.ambiguities for o in self._alternatives(name)}
        if others - found.keys():
            self._turning(self._whole_double, found)
        return found

    def _turning(self, double: DoubleSession, found: dict[Reading, set[bool]]) -> None:
        """Add the readings, of those not known to, that decide about somebody."""
        settled = [-lit for key, lit in double.other.items() if key in found]
        for sign in (1, -1):
            differs = [sign * double.eligible, -sign * double.eligible2]
            for key in double.others([*double.readings(self.chosen), *differs, *settled]):
                found.setdefault(key, set()).add(sign < 0)

    def parting(self, question: Question) -> list[str] | None:
        """Give the readings each of which alone makes somebody like that possible.

        Nobody is like that as the text is read. The answer is None if nobody is, however
        many passages are read differently.
        """
        found: set[Reading] = set()
        for space in self._spaces:
            found |= space.parting(question, self._all_chosen, known=found)
        anyhow = replace(question, readings={}, free=tuple(self.protocol.ambiguities))
        if not found and not self.holds(anyhow):
            return None
        return [
            f"{name}={option}"
            for name in self.protocol.ambiguities
            for option in self._alternatives(name)
            if (name, option) in found
        ]

    @cached_property
    def _whole_double(self) -> DoubleSession:
        """The whole space with every rule once more for other readings."""
        shape = shape_of(self.protocol, self.most)
        return DoubleSession(with_calendar(self.protocol), shape, calendar=self._calendar)

    @cached_property
    def _whole_space(self) -> Space:
        return Space(self.protocol, self.most, self._whole_double)

    def _turn(self, double: DoubleSession, name: str, option: str, gains: bool) -> list[int]:
        sign = -1 if gains else 1
        return [
            *double.readings(self.chosen),
            *double.readings2({**self.chosen, name: option}),
            sign * double.eligible,
            -sign * double.eligible2,
        ]

    # ---- witnesses --------------------------------------------------------------------

    def witness(self, question: Question, name: str) -> Witness | None:
        """Give the patient nearest to the typical one who is like that, in the smallest space."""
        for space in self._spaces:
            assumptions = space.assume(question)
            if assumptions is not None and space.exists(assumptions):
                unused = self.protocol.unasked({**self._all_chosen, **question.readings})
                found = self._finder(space).find(assumptions, name, question.readings, unused)
                if found is not None:
                    return self._counted(found)
        return None

    def turning(self, name: str, option: str, *, gains: bool) -> Witness | None:
        """Give the typical patient whose verdict turns on a reading, replayed under both."""
        label = f"{name}-{option}-{'in' if gains else 'out'}".replace("_", "-")
        space, worlds = self._worlds
        turns = [*space.readings(self.chosen), worlds.turn((name, option), gains=gains)]
        if not space.exists(turns):
            space = self._whole_space
            turns = self._turn(self._whole_double, name, option, gains)
        witnesses = self._finder(space)
        other = {**self._all_chosen, name: option}
        unused = self.protocol.unasked(self._all_chosen) & self.protocol.unasked(other)
        found = witnesses.find(turns, label, self.chosen, unused)
        if found is None:
            return None
        witnesses.check(found, {**self.chosen, name: option}, eligible=gains)
        return self._counted(found)

    def _counted(self, witness: Witness) -> Witness:
        self.replayed += 1
        self.told(self.replayed)
        return witness

    def _finder(self, space: Space) -> Witnesses:
        key = id(space)
        if key not in self._witnesses:
            self._witnesses[key] = Witnesses(space)
        return self._witnesses[key]

    # ---- words ------------------------------------------------------------------------

    def never_so(self, pair: Pair, values: list[Value]) -> str:
        """Say that an attribute never has some values."""
        label = self.protocol.vocabulary.attributes[pair[0][0], pair[1]].label
        kind = pair[0][0]
        whose = "" if kind == PATIENT else f" of any {self.protocol.vocabulary.kinds[kind].label}"
        region = self._words.region(pair[0], pair[1], values)
        return f"{label}{whose} never {region}"

    @cached_property
    def _words(self) -> Words:
        from oligoasp.decide import Engine  # noqa: PLC0415 - only for narrow passages
        from oligoasp.explain.words import Words  # noqa: PLC0415
        from oligoasp.record.read import parse_record  # noqa: PLC0415

        record = parse_record({"id": "nobody"}, self.protocol.vocabulary)
        engine = Engine(self.protocol)
        return Words(engine, engine.compile(record))

    @cached_property
    def accepted(self) -> dict[tuple[str, str], str]:
        """Why findings are accepted, by code and subject, as the protocol's files say it."""
        return {
            (text(code), text(subject)): text(reason)
            for code, subject, reason in self.small.session.facts("accepted", 3)
            if text(reason).strip()
        }

    @cached_property
    def scope(self) -> str:
        """In which space a proof holds, and why that is enough or that it is a bound."""
        return scope_of(self.space)


UNSHOWN = (
    f"no record was found for such a patient: the first {MOST_TRIES} would need dates or numbers "
    "that do not go together"
)
"""What is said where somebody exists in the space whom no record shows."""


def intents_of(space: Space) -> dict[str, tuple[str, str]]:
    """Give whom the text means to admit: clause and words of each intent."""
    rows = [tuple(map(text, row)) for row in space.session.facts("intent", 3)]
    return {row[0]: (row[1], row[2]) for row in rows}
