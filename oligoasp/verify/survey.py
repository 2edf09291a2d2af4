"""The survey: what all checks of one run share, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from oligoasp.protocol.encoded import without_rule
from oligoasp.protocol.model import Protocol
from oligoasp.record.facts import Pair
from oligoasp.solver.program import text
from oligoasp.verify.alternatives import Reading
from oligoasp.verify.decisive import Decisive
from oligoasp.verify.inventor import Inventor
from oligoasp.verify.seeds import Surroundings
from oligoasp.verify.space import MOST_LESIONS, Question, Space, scope_of
from oligoasp.verify.spaces import Spaces, intents

if TYPE_CHECKING:
    from oligoasp.explain.words import Words


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
        spaces: the patient space, smaller and larger.
        inventor: finds patients whom findings show, and replays them.
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
        self.patients = patients
        self.directions = directions
        self.spaces = Spaces(protocol, self.chosen, most)
        self.around = Surroundings(self.spaces)
        self.decisive = Decisive(self.spaces, self.around, directions=directions)
        self.inventor = Inventor(self.spaces, self.decisive)

    @property
    def small(self) -> Space:
        """The small space."""
        return self.spaces.small

    @property
    def space(self) -> Space:
        """The whole space."""
        return self.spaces.whole

    def holds(self, question: Question) -> bool:
        """Tell whether there is somebody like that, asking a small space first."""
        return bool(self.around.seen(question)) or any(
            space.holds(question) for space in self.spaces
        )

    # ---- clauses ----------------------------------------------------------------------

    @cached_property
    def testing(self) -> list[str]:
        """The clauses that test, in the order of the protocol."""
        return [c.id for c in self.protocol.clauses.values() if c.tests]

    @cached_property
    def violable(self) -> list[str]:
        """The clauses that someone can violate, as the text is read."""
        crowd = self.around.crowd
        clauses = self.small.session.violated
        found = {c for c, literal in clauses.items() if crowd.possible & crowd.holding(literal)}
        found |= self._alone
        for space in self.spaces:
            left = set(space.clauses) - found
            if left:
                found |= space.session.violated_somewhere(space.readings(self.chosen), left)
        return self.protocol.in_order(found)

    @cached_property
    def unencoded(self) -> list[str]:
        """The clauses that test although no rule says when they are violated."""
        return without_rule(self.protocol) if len(self.violable) < len(self.testing) else []

    @cached_property
    def _alone(self) -> frozenset[str]:
        """The clauses that someone of the small space violates who violates no other."""
        small, crowd = self.small, self.around.crowd
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
                and not self.spaces.alone
                and self.space.holds(
                    Question(violated=(clause,), met=self.others(clause), readings=self.chosen)
                )
            }
        )

    @cached_property
    def anyone(self) -> bool:
        """Whether anybody is eligible."""
        return self.holds(Question(eligible=True, readings=self.chosen))

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
        if not self.spaces.alone and little is not None:
            sets = self.small.all_blame(little, clauses, self._suspects(question))
            if all(sets) and not any(self.space.exists([*fixed, *self.space.met(s)]) for s in sets):
                return sets
        return self.space.all_blame(fixed, clauses)

    def _suspects(self, question: Question) -> list[str] | None:
        """Give the clauses that everybody of the crowd violates who is like that.

        The answer is None if nobody is.
        """
        seen = self.around.seen(question)
        violated = self.small.session.violated
        if not seen:
            return None
        return [
            c for c, literal in violated.items() if not seen & ~self.around.crowd.holding(literal)
        ]

    @cached_property
    def barred(self) -> list[tuple[Pair, str]]:
        """The values of attributes that somebody has but nobody who is eligible.

        Only kinds of people and entries count, not numbers: those are what limits are for.
        A value that one clause rules out at once is left aside.
        """
        small, session, crowd = self.small, self.small.session, self.around.crowd
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
        return intents(self.small)

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
    def shut_doors(self) -> dict[tuple[str, str], list[str]]:
        """The readings each of which alone shuts doors, with the intents whose door it shuts."""
        shut: dict[tuple[str, str], list[str]] = {}
        for name in self.protocol.ambiguities:
            for option in self.decisive.others(name):
                readings = {**self.chosen, name: option}
                unseen = self.decisive.upset.get((name, option), ())
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

    def parting(self, question: Question) -> list[str] | None:
        """Give the readings each of which alone makes somebody like that possible.

        Nobody is like that as the text is read. The answer is None if nobody is, however
        many passages are read differently.
        """
        anyhow = replace(question, readings={}, free=tuple(self.protocol.ambiguities))
        found: set[Reading] = set()
        for space in self.spaces:
            found |= space.parting(question, self.spaces.all_chosen, known=found)
            if not found and not self.space.holds(anyhow):
                return None
        return [
            f"{name}={option}"
            for name in self.protocol.ambiguities
            for option in self.decisive.others(name)
            if (name, option) in found
        ]

    # ---- words ------------------------------------------------------------------------

    @cached_property
    def words(self) -> Words:
        """Words for the values of attributes, whoever has them."""
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
