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
from oligoasp.record.facts import Pair, Value
from oligoasp.solver.ahead import Ahead, Apart, begin
from oligoasp.solver.ground import Index
from oligoasp.solver.program import all_read, text
from oligoasp.verify.alternatives import Alternatives, Reading, Turns, Worlds
from oligoasp.verify.crowd import CircularError, Crowd, Seed, neighbours
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.hygiene import heads
from oligoasp.verify.passages import Loss, narrowed
from oligoasp.verify.space import (
    FEW,
    MOST_LESIONS,
    Person,
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
        upset: of each reading, the intents of whom the crowd has nobody eligible under it.
    """

    turns: Turns
    upset: dict[Reading, list[str]]


class Seeds(NamedTuple):
    """Eligible patients of a small space: the open atoms that hold of each.

    Attributes:
        groups: intents, each in one group, with somebody who is a case of all of a group.
        ordinary: whoever is nearest to the typical patient.
        others: by intent of the ordinary one, whoever is nearest and no case of it.
    """

    groups: list[tuple[list[str], frozenset[int]]]
    ordinary: frozenset[int]
    others: dict[str, frozenset[int]]


class Survey:
    """A protocol, its patient space, and what has been found out about it so far.

    Args:
        protocol: the protocol.
        readings: options other than the defaults, by ambiguity.
        most: how many entries there may be of the kinds that may have several.
        patients: whether findings that have another proof also show patients.
        directions: whether to say of each reading whom it admits and whom it excludes, or only
            whether it decides about somebody.

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
    ) -> None:
        self.protocol = protocol
        self.chosen = dict(readings or {})
        self._all_chosen = {**protocol.default_readings(), **self.chosen}
        self.most = most
        self.patients = patients
        self.directions = directions
        self.told: Callable[[int], None] = lambda number: None
        self.replayed = 0
        self._few = min(FEW, most)
        self._calendar = Gaps(protocol)
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
        return self._space_of(self._few, traced=True)

    def _space_of(self, most: int, *, traced: bool = False) -> Space:
        shape = shape_of(self.protocol, most)
        protocol = with_calendar(self.protocol)
        session = WholeSession(protocol, shape, self._calendar, traced=traced)
        space = Space(self.protocol, most, session)
        wishes = self.intended(space).values() if most == self._few else None
        space.prepare(self._all_chosen, wishes)
        if most != self._few:
            # The first question takes long, whatever it is; nobody is waiting yet.
            space.exists([space.session.nobody])
        return space

    def look_ahead(self) -> None:
        """Begin to find out what depends on readings, which takes as long as all the rest."""
        _ = self.small, self.crowd  # what both need, so that it is found out once
        _ = self.space  # made meanwhile
        all_read()
        # What is added to the small space makes all that is asked of it later take longer.
        self._ahead = begin(
            apart=lambda: self._what_turns(self.small),
            beside=lambda: self._what_turns(self._second_small),
        )

    @cached_property
    def _second_small(self) -> Space:
        """Another small space, to which other readings are added: what is asked takes longer."""
        return self._space_of(self._few, traced=True)

    @cached_property
    def _second_whole(self) -> Space:
        """Another whole space, for the same."""
        few = self._few == self.most
        return self._second_small if few else self._space_of(self.most, traced=True)

    def _alternatives(self, space: Space) -> Alternatives:
        """Give what writes other readings in a space."""
        session = space.session
        index = self._index if space is self.small else Index(session.rules)
        outcomes = [session.eligible, *self.intended(space).values()]
        return Alternatives(index, session.reading, self._all_chosen, outcomes)

    @cached_property
    def _worlds(self) -> Worlds:
        """Every other reading of the text, in the second small space."""
        return Worlds(self._second_small.session, self._alternatives(self._second_small))

    @cached_property
    def _whole_worlds(self) -> Worlds:
        """Every other reading of the text, in the second whole space."""
        if self._few == self.most:
            return self._worlds
        return Worlds(self._second_whole.session, self._alternatives(self._second_whole))

    def _what_turns(self, space: Space) -> Turned:
        """Find out what depends on readings, adding them to a space."""
        rules = self._alternatives(self.small)
        known: Turns = {}
        upset: dict[Reading, list[str]] = {}
        intended = self.intended(self.small)
        here = self.crowd.possible & self.crowd.holding(self.small.session.eligible)
        for key, (cone, constraints) in rules.cones.items():
            crowd = self.crowd.under(rules.options(key), cone, constraints)
            there = crowd.possible & crowd.holding(self.small.session.eligible)
            for gains, mask in ((False, here & ~there & crowd.possible), (True, there & ~here)):
                if mask:
                    known.setdefault(key, set()).add(gains)
            shut = [
                intent
                for intent in self.intents
                if intent not in intended or not there & crowd.holding(intended[intent])
            ]
            if shut:
                upset[key] = shut
        worlds = self._worlds if space is not self.small else Worlds(space.session, rules)
        turns = worlds.turning(space.readings(self.chosen), both=self.directions, known=known)
        return Turned(turns, upset)

    @cached_property
    def _turned(self) -> Turned:
        if self._ahead is not None:
            return self._ahead.result()
        return self._what_turns(self._second_small)

    # ---- the crowd --------------------------------------------------------------------

    @cached_property
    def _index(self) -> Index:
        """The ground rules of the small space."""
        return Index(self.small.session.rules)

    @cached_property
    def seeds(self) -> Seeds | None:
        """Eligible patients of the small space; None if there are none."""
        small, intended = self.small, self.intended(self.small)
        eligible = small.assume(Question(eligible=True, readings=self.chosen)) or []
        open_atoms = self._index.chosen
        wanted = [*open_atoms, *intended.values()]
        ordinary = small.nearest(eligible, wanted)
        if ordinary is None:
            return None
        groups = []
        left = dict(intended)
        while left:
            first, literal = next(iter(left.items()))
            found = small.versatile([*eligible, literal], list(left.values()), wanted)
            group = [i for i, lit in left.items() if found is not None and lit in found]
            if found is not None:
                groups.append((group, found & open_atoms))
            for intent in group or [first]:
                del left[intent]
        others: dict[str, frozenset[int]] = {}
        cases = {i: literal for i, literal in intended.items() if literal in ordinary}
        nobody = small.nearest([*eligible, *(-lit for lit in cases.values())], wanted)
        for intent, literal in cases.items():
            found = nobody or small.nearest([*eligible, -literal], wanted)
            if found is not None:
                others[intent] = found & open_atoms
        return Seeds(groups, ordinary & open_atoms, others)

    @cached_property
    def _made_up(self) -> tuple[Crowd, dict[frozenset[int], int]]:
        """The crowd, and of each seed the bits of those who are or adjoin it."""
        seeds, session = self.seeds, self.small.session
        if seeds is not None:
            found = [seeds.ordinary, *seeds.others.values(), *(true for _, true in seeds.groups)]
            distinct = list(dict.fromkeys(found))
            around = [Seed(true, session.has, self.small.usual) for true in distinct]
            number, groups, chosen = neighbours(around, session.has, session.present)
            chosen |= {
                literal: (1 << number) - 1 if self._all_chosen[name] == option else 0
                for (name, option), literal in session.reading.items()
            }
            try:
                crowd = Crowd(self._index, number, chosen)
                for literal in (session.eligible, *session.violated.values()):
                    crowd.holding(literal)
                for literal in self.intended(self.small).values():
                    crowd.holding(literal)
            except CircularError:
                pass
            else:
                return crowd, dict(zip(distinct, groups, strict=True))
        return Crowd(self._index, 0, {}), {}

    @property
    def around(self) -> dict[frozenset[int], int]:
        """The bits of whoever of the crowd is or adjoins each seed."""
        return self._made_up[1]

    @property
    def circular(self) -> bool:
        """Whether rules derive atoms from each other, so that no crowd can be evaluated."""
        return self.seeds is not None and not self.crowd.everyone

    @property
    def crowd(self) -> Crowd:
        """Patients of the small space around eligible ones; nobody if they cannot be evaluated."""
        return self._made_up[0]

    def _seen(self, question: Question) -> int:
        """Give the bits of those of the crowd who are like that."""
        session, crowd = self.small.session, self.crowd
        assumptions = self.small.assume(question)
        if assumptions is None or question.free or question.readings != self.chosen:
            return 0
        found = crowd.possible
        for literal in assumptions[len(session.readings(question.readings)) :]:
            found &= crowd.holding(literal)
        return found

    @property
    def spaces(self) -> Iterable[Space]:
        """The spaces, the small one first."""
        yield self.small
        if self._whole is not None:
            yield self.space

    def holds(self, question: Question) -> bool:
        """Tell whether there is somebody like that, asking a small space first."""
        return bool(self._seen(question)) or any(space.holds(question) for space in self.spaces)

    # ---- clauses ----------------------------------------------------------------------

    @cached_property
    def testing(self) -> list[str]:
        """The clauses that test, in the order of the protocol."""
        return [c.id for c in self.protocol.clauses.values() if c.tests]

    @cached_property
    def violable(self) -> list[str]:
        """The clauses that someone can violate, as the text is read."""
        crowd = self.crowd
        clauses = self.small.session.violated
        found = {c for c, literal in clauses.items() if crowd.possible & crowd.holding(literal)}
        found |= self._alone
        for space in self.spaces:
            left = set(space.clauses) - found
            if left:
                found |= space.session.violated_somewhere(space.readings(self.chosen), left)
        return self.protocol.in_order(found)

    @cached_property
    def _alone(self) -> frozenset[str]:
        """The clauses that someone of the small space violates who violates no other."""
        small, crowd = self.small, self.crowd
        one, several = 0, 0
        for literal in small.session.violated.values():
            violating = crowd.holding(literal)
            several |= one & violating
            one |= violating
        just_one = crowd.possible & one & ~several
        found = {c for c, lit in small.session.violated.items() if just_one & crowd.holding(lit)}
        left = small.session.violated.keys() - found
        return frozenset(found | small.violated_alone(self.chosen, left))

    @cached_property
    def indispensable(self) -> frozenset[str]:
        """The clauses that someone violates who violates no other."""
        found = self._alone
        return frozenset(
            found
            | {
                clause
                for clause in self.violable
                if clause not in found
                and self._whole is not None
                and self.space.holds(
                    Question(violated=(clause,), met=self.others(clause), readings=self.chosen)
                )
            }
        )

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
            sets = self.small.all_blame(little, clauses, self._suspects(question))
            if all(sets) and not any(self.space.exists([*fixed, *self.space.met(s)]) for s in sets):
                return sets
        return self.space.all_blame(fixed, clauses)

    def _suspects(self, question: Question) -> list[str] | None:
        """Give the clauses that everybody of the crowd violates who is like that.

        The answer is None if nobody is.
        """
        seen = self._seen(question)
        violated = self.small.session.violated
        if not seen:
            return None
        return [c for c, literal in violated.items() if not seen & ~self.crowd.holding(literal)]

    @cached_property
    def barred(self) -> list[tuple[Pair, str]]:
        """The values of attributes that somebody has but nobody who is eligible.

        Only kinds of people and entries count, not numbers: those are what limits are for.
        A value that one clause rules out at once is left aside.
        """
        small, session, crowd = self.small, self.small.session, self.crowd
        attributes = self.protocol.vocabulary.attributes
        values = {
            literal: (pair, str(value))
            for pair, of_pair in session.has.items()
            if pair[0][1] <= 1 and attributes[pair[0][0], pair[1]].type in ("flag", "choice")
            for value, literal in of_pair.items()
        }
        someone = crowd.possible & crowd.holding(session.eligible)
        left = [literal for literal in values if not someone & crowd.holding(literal)]
        eligible = small.assume(Question(eligible=True, readings=self.chosen))
        assert eligible is not None
        fixed = small.readings(self.chosen)
        found = []
        for literal in session.nowhere(eligible, left):
            pair, value = values[literal]
            group = Question(having=((pair, value),), readings=self.chosen)
            if small.always_violated([*fixed, literal], self._suspects(group)):
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
        return [i for i in self.intents if self.holds(self.admitted(i))]

    @cached_property
    def closed_doors(self) -> dict[str, list[tuple[str, ...]]]:
        """The intents of which nobody is eligible, with every minimal set that shuts the door."""
        found = {}
        for intent in self.intents:
            anyone = replace(self.admitted(intent), eligible=False)
            if intent not in self.open_doors and self.holds(anyone):
                found[intent] = self.all_blame(anyone, self.others())
        return found

    @cached_property
    def narrowed(self) -> dict[str, list[Loss]]:
        """What an ordinary eligible patient may have instead, but none of a kind with open door.

        Whoever is nearest to the typical patient, eligible and no case of an intent may have
        some values instead of his own, all else being equal, and stay eligible. The losses of
        an intent are those of them that somebody who is a case of it has, but nobody eligible.
        """
        return narrowed(self)

    def intended(self, space: Space) -> dict[str, int]:
        """Give the atom of each intent of which somebody in a space can be a case."""
        literals = {i: space.session.named("intended", i) for i in intents_of(space)}
        return {intent: literal for intent, literal in literals.items() if literal is not None}

    @cached_property
    def shut_doors(self) -> dict[tuple[str, str], list[str]]:
        """The readings each of which alone shuts doors, with the intents whose door it shuts."""
        shut: dict[tuple[str, str], list[str]] = {}
        for name in self.protocol.ambiguities:
            for option in self._others(name):
                readings = {**self.chosen, name: option}
                unseen = self._turned.upset.get((name, option), ())
                found = [
                    intent
                    for intent in self.open_doors
                    if intent in unseen
                    and not self.holds(replace(self.admitted(intent), readings=readings))
                ]
                if found:
                    shut[name, option] = found
        return shut

    # ---- readings ---------------------------------------------------------------------

    def _others(self, name: str) -> list[str]:
        """Give the options of a passage besides the chosen one."""
        ambiguity = self.protocol.ambiguities[name]
        default = self.chosen.get(name, ambiguity.default)
        return [option for option in ambiguity.options if option != default]

    @cached_property
    def turns(self) -> dict[Reading, set[bool]]:
        """In which directions each reading decides: true where it admits someone more.

        Where directions are not asked for, one of them does.
        """
        known = self._turned.turns
        others = {(name, o) for name in self.protocol.ambiguities for o in self._others(name)}
        if not others - known.keys() or self._whole is None:
            return known
        found = self._whole_worlds.turning(
            self._second_whole.readings(self.chosen),
            both=self.directions,
            known={key: {True, False} for key in known},
        )
        return {**found, **known}

    def parting(self, question: Question) -> list[str] | None:
        """Give the readings each of which alone makes somebody like that possible.

        Nobody is like that as the text is read. The answer is None if nobody is, however
        many passages are read differently.
        """
        anyhow = replace(question, readings={}, free=tuple(self.protocol.ambiguities))
        found: set[Reading] = set()
        for space in self.spaces:
            found |= space.parting(question, self._all_chosen, known=found)
            if not found and not self.space.holds(anyhow):
                return None
        return [
            f"{name}={option}"
            for name in self.protocol.ambiguities
            for option in self._others(name)
            if (name, option) in found
        ]

    # ---- witnesses --------------------------------------------------------------------

    def witness(self, question: Question, name: str) -> Witness | None:
        """Give the patient nearest to the typical one who is like that, in the smallest space."""
        for space in self.spaces:
            assumptions = space.assume(question)
            if assumptions is not None:
                unused = self.protocol.unasked({**self._all_chosen, **question.readings})
                found = self._finder(space).find(assumptions, name, question.readings, unused)
                if found is not None:
                    return self._counted(found)
        return None

    def turning(
        self, name: str, option: str, *, gains: bool, besides: Witness | None = None
    ) -> Witness | None:
        """Give the typical patient whose verdict turns on a reading, replayed under both.

        Args:
            name: the ambiguity.
            option: the other option of it.
            gains: whether the patient is eligible under it only, or not under it only.
            besides: a patient from whom this one is to differ: in what is unusual, if that can be.
        """
        label = f"{name}-{option}-{'in' if gains else 'out'}".replace("_", "-")
        space, worlds = self._second_small, self._worlds
        turns = [*space.readings(self.chosen), worlds.turn((name, option), gains=gains)]
        if not space.exists(turns):
            space, worlds = self._second_whole, self._whole_worlds
            turns = [*space.readings(self.chosen), worlds.turn((name, option), gains=gains)]
        if besides is not None:
            turns = self._differing(space, turns, besides.person)
            label += "-2"
        witnesses = self._finder(space)
        other = {**self._all_chosen, name: option}
        unused = self.protocol.unasked(self._all_chosen) & self.protocol.unasked(other)
        found = witnesses.find(turns, label, self.chosen, unused)
        if found is None:
            return None
        witnesses.check(found, {**self.chosen, name: option}, eligible=gains)
        return self._counted(found)

    def _differing(self, space: Space, assumptions: list[int], person: Person) -> list[int]:
        """Ask for somebody else: who lacks something unusual, or else anything, of a person."""
        for pairs in (person.unusual, person.values):
            values = [space.session.has[pair][person.values[pair]] for pair in pairs]
            found = assumptions + space.session.any_of([[-value for value in values]])
            if space.exists(found):
                break
        return found

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

    def region(self, loss: Loss, values: Iterable[Value]) -> str:
        """Say which values of the attribute of a loss these are."""
        entity = next(pair[0] for pair in self.small.session.has if pair[0][0] == loss.kind)
        return self._words.region(entity, loss.attribute, values)

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
