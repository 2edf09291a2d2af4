"""Deciding: the status of every clause and the verdict, over all completions of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Self

from oligoasp.memo import Memo
from oligoasp.protocol.model import INCLUSION, Clause, Protocol
from oligoasp.protocol.vocabulary import Condition
from oligoasp.record.asked import field_of
from oligoasp.record.errors import Problem, RecordError, close, join, listing
from oligoasp.record.facts import Compiler, Entity, Fact, Situation
from oligoasp.record.read import Entry, Record
from oligoasp.record.sense import Sense
from oligoasp.solver.minimal import group_oracle, shrink
from oligoasp.solver.program import ProgramError
from oligoasp.solver.session import Consequences, Session, Shape

MOST_DECIDING, MOST_EXPLAINING = 64, 8
"""How many programs of late are kept to decide in, and to explain in, which take more memory."""


class Verdict(StrEnum):
    """Whether a patient is eligible, as far as the record tells."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


class Status(StrEnum):
    """Status of a clause: of an inclusion (met) or of an exclusion (present)."""

    blocks: bool
    """Whether the status alone makes the patient ineligible."""

    def __new__(cls, value: str, blocks: bool = False) -> Self:
        """Make a member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.blocks = blocks
        return member

    MET = "met"
    NOT_MET = "not met", True
    ABSENT = "absent"
    PRESENT = "present", True
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Decision(NamedTuple):
    """The answer to "eligible?": the verdict and each clause's status.

    ``statuses`` has the clauses that test, in the order of the protocol; ``violated``
    and ``violable`` may name others too.
    """

    verdict: Verdict
    statuses: dict[str, Status]
    violated: frozenset[str]
    violable: frozenset[str]


class Engine:
    """Answers questions about records, under one protocol and one reading of it.

    Args:
        protocol: the protocol.
        readings: options other than the defaults, by ambiguity.
        compiler: turns records into situations, if not as the protocol's limits say.

    Raises:
        ProgramError: the protocol has no such ambiguity or option.
    """

    def __init__(
        self,
        protocol: Protocol,
        readings: Mapping[str, str] | None = None,
        compiler: Compiler | None = None,
    ) -> None:
        self.protocol = protocol
        self.readings = dict(readings or {})
        self._check_readings()
        self.compiler = compiler or Compiler(protocol)
        self.sense = Sense(protocol.vocabulary)
        self._deciding = Memo(self._made, MOST_DECIDING)
        self._explaining = Memo(self._made, MOST_EXPLAINING)

    def _check_readings(self) -> None:
        problems = []
        for name, option in self.readings.items():
            ambiguity = self.protocol.ambiguities.get(name)
            if ambiguity is None:
                hint = listing(close(name, self.protocol.ambiguities, 3))
                problems.append(f"no reading `{name}`" + (f"; did you mean {hint}?" * bool(hint)))
            elif option not in ambiguity.options:
                known = ", ".join(ambiguity.options)
                problems.append(f"reading {name}: no option `{option}`; known: {known}")
        if problems:
            raise ProgramError(problems)

    def session(
        self,
        situation: Situation,
        spare: Iterable[str] = (),
        *,
        open_readings: bool = False,
        traced: bool = False,
    ) -> Session:
        """Give a session with room for exactly the entries that a record may have.

        Args:
            situation: the record.
            spare: kinds with room for one entry more, although their list is complete.
            open_readings: whether readings can be chosen anew; else they are settled.
            traced: whether the record will be explained: dependencies can be asked for, and
                entries that are not recorded come in turn.
        """
        sessions = self._explaining if open_readings or traced else self._deciding
        return sessions[self.shape(situation, spare), open_readings, traced]

    def _made(self, key: tuple[Shape, bool, bool]) -> Session:
        shape, open_readings, traced = key
        settled = None if open_readings else self.settled
        return Session(
            *(self.protocol, shape, settled),
            traced=traced,
            in_turn=traced,
            kept=traced or open_readings,
        )

    @property
    def settled(self) -> dict[str, str]:
        """The reading of every ambiguity."""
        return {**self.protocol.default_readings(), **self.readings}

    def shape(self, situation: Situation, spare: Iterable[str] = ()) -> Shape:
        """Give how many entries of each kind a record may have."""
        kinds = self.protocol.vocabulary.kinds
        roomy = frozenset(spare)
        return tuple(
            (
                name,
                len(ids)
                + (kinds[name].unrecorded if name in situation.open_lists else name in roomy),
            )
            for name, ids in situation.ids.items()
        )

    def roomy(self, needed: Shape, long: int = 1, short: int = 1) -> Shape:
        """Give a shape with room for a record that many other records fit in, too.

        Args:
            needed: how many entries of each kind the record may have.
            long: the least room of lists that may be long; each gets room of its own.
            short: the least room of the others, which get all the same.
        """
        kinds = self.protocol.vocabulary.kinds
        most = max((n for kind, n in needed if kinds[kind].unrecorded < 2), default=0)
        return tuple(
            (kind, _room(number, long) if kinds[kind].unrecorded > 1 else _room(most, short))
            for kind, number in needed
        )

    def compile(self, record: Record) -> Situation:
        """Turn a record into a situation.

        Raises:
            RecordError: two fields of the record contradict each other.
        """
        situation = self.compiler.compile(record)
        said = (self._contradiction(situation, *c) for c in situation.contradictions)
        problems = list(dict.fromkeys(said))  # several attributes may come from one field
        problems += self.sense.problems(record, situation.derivation)
        if problems:
            raise RecordError(problems)
        return situation

    def decide(self, record: Record, readings: Mapping[str, str] | None = None) -> Decision:
        """Decide whether the patient of a record is eligible.

        Args:
            record: the record.
            readings: options instead of those of this engine, by ambiguity.

        Raises:
            RecordError: nobody can be as the record says.
        """
        situation = self.compile(record)
        session = self.session(situation, open_readings=bool(readings))
        chosen = session.readings({**self.readings, **(readings or {})})
        return self.conclude(session, situation, chosen)

    def conclude(self, session: Session, situation: Situation, readings: list[int]) -> Decision:
        """Decide in a session that has room for the record.

        Args:
            session: the session.
            situation: the record as the rules see it.
            readings: assumptions for the readings of the text.

        Raises:
            RecordError: nobody can be as the record says.
        """
        assumptions = [*readings, *literals(session, situation)]
        found = session.consequences(assumptions)
        if found is None:
            raise RecordError(self._impossible(session, situation, readings))
        verdict = Verdict.UNDETERMINED
        if not found.violable:
            verdict = Verdict.ELIGIBLE
        elif found.violated or not session.satisfiable([*assumptions, session.eligible]):
            verdict = Verdict.INELIGIBLE
        return Decision(
            verdict,
            {c.id: status_of(c, found) for c in self.protocol.clauses.values() if c.tests},
            found.violated,
            found.violable,
        )

    def _contradiction(
        self, situation: Situation, entity: Entity, attribute: str, other: str
    ) -> Problem:
        kind = entity[0]
        path = self.path(situation, entity, attribute)
        governing = self.path(situation, entity, other)
        entry = entry_of(situation, entity)
        wanted = self._condition(kind, attribute, other)
        verb = "is not" if wanted.negated else "is"
        return Problem(
            situation.record.source,
            situation.record.where(path),
            situation.record.id,
            path,
            f"`{entry.text(self.field_path(situation, entity, attribute))}` "
            f"although {governing} is `{entry.text(self.field_path(situation, entity, other))}`",
            f"the field only where {governing} {verb} {' or '.join(sorted(wanted.values))}",
        )

    def _condition(self, kind: str, attribute: str, other: str) -> Condition:
        """Give the condition on another attribute on which, maybe by others, one depends."""
        conditions = self.protocol.vocabulary.conditions
        waiting = [attribute]
        for name in waiting:
            for condition in conditions.get((kind, name), ()):
                if condition.other == other:
                    return condition
                waiting.append(condition.other)
        raise LookupError(f"{attribute} does not depend on {other}")

    def _impossible(
        self, session: Session, situation: Situation, readings: list[int]
    ) -> list[Problem]:
        """Say which fields cannot be true together, and why not."""
        groups = literal_groups(session, situation)
        keys = list(groups)
        oracle = group_oracle([groups[k] for k in keys], readings, session.core)
        together = [keys[i] for i in shrink(list(oracle(range(len(keys))) or ()), oracle)]
        said = [lit for key in together for lit in groups[key]]
        tolerant = session.tolerant([*readings, *said])
        rows = session.rows("impossible", 1)
        certain = session.extent(tolerant, rows)
        why = [rows[lit][0].string for lit in rows if certain and lit in certain.everywhere]
        record = situation.record
        fields = {}
        for entity, attribute in together:
            if (
                attribute
                and entry_of(situation, entity).get(self.field_path(situation, entity, attribute))
                is not None
            ):
                path = self.path(situation, entity, attribute)
                typed = entry_of(situation, entity).text(
                    self.field_path(situation, entity, attribute)
                )
                fields[path] = f"{path} `{typed}`"
        found = " with ".join(fields.values()) or "a record that contradicts itself"
        line = next((record.where(path) for path in fields), record.line)
        accepted = "what can be true together"
        if why:
            accepted += f": {'; '.join(why)}"
        return [Problem(record.source, line, record.id, "", found, accepted)]

    def field_path(self, situation: Situation, entity: Entity, attribute: str) -> str:
        """Give the path, inside its entry, of the field that an attribute comes from.

        Of several fields that could say it, the one that the record gives, else the first.
        """
        of = self.protocol.vocabulary.attributes[entity[0], attribute]
        return field_of(of, entry_of(situation, entity).values)

    def path(self, situation: Situation, entity: Entity, attribute: str) -> str:
        """Give the path, in the whole record, of the field that an attribute comes from."""
        return join(entry_of(situation, entity).path, self.field_path(situation, entity, attribute))


def entry_of(situation: Situation, entity: Entity) -> Entry:
    """Give the record itself, or the entry of it that an entity stands for."""
    kind, index = entity
    if not index:
        return situation.record
    return (situation.record.entries(kind) or [])[index - 1]


def status_of(clause: Clause, found: Consequences) -> Status:
    """Give the status of a clause from what follows over all completions."""
    included = clause.section == INCLUSION
    if clause.id in found.violated:
        return Status.NOT_MET if included else Status.PRESENT
    if clause.id in found.inapplicable:
        return Status.NOT_APPLICABLE
    if clause.id in found.violable:
        return Status.UNKNOWN
    return Status.MET if included else Status.ABSENT


def statuses_of(clause: Clause) -> tuple[Status, ...]:
    """Give the statuses that a clause can have."""
    own = (Status.ABSENT, Status.PRESENT)
    if clause.section == INCLUSION:
        own = (Status.MET, Status.NOT_MET)
    return (*own, Status.UNKNOWN, Status.NOT_APPLICABLE)


def _room(number: int, least: int) -> int:
    """Round the number of entries up, so that few programs serve many records."""
    return max(least, 1 << max(number - 1, 0).bit_length())


def literals(session: Session, situation: Situation) -> list[int]:
    """Give the assumptions that say all that a record says."""
    return [lit for group in literal_groups(session, situation).values() for lit in group]


def literal_groups(session: Session, situation: Situation) -> dict[tuple[Entity, str], list[int]]:
    """Give the assumptions for a record, grouped by what says them.

    Returns:
        Assumptions by (entity, attribute); presence of an entry has the attribute "", and
        completeness of a list the entity (kind, 0) with the attribute "".
    """
    groups: dict[tuple[Entity, str], list[int]] = {}
    for kind, room in session.shape:
        recorded = len(situation.ids[kind])
        more = kind in situation.open_lists
        there, gone = presence(session, kind, room, recorded, more=more)
        for index, literal in enumerate(there, 1):
            groups[(kind, index), ""] = [literal]
        if gone:
            groups[(kind, 0), ""] = gone
    for entity, facts in situation.said.items():
        for attribute, said in said_literals(session, entity, facts).items():
            groups[entity, attribute] = said
    return groups


def presence(
    session: Session, kind: str, room: int, recorded: int, *, more: bool
) -> tuple[list[int], list[int]]:
    """Give the assumptions for the entries that are there, and for those that are not.

    Args:
        session: the session.
        kind: the kind of entry.
        room: for how many entries the session has room.
        recorded: how many entries the record has.
        more: whether there may be more.
    """
    last = recorded + (session.protocol.vocabulary.kinds[kind].unrecorded if more else 0)
    there = [session.present[kind, index] for index in range(1, recorded + 1)]
    return there, [-session.present[kind, index] for index in range(last + 1, room + 1)]


def said_literals(
    session: Session, entity: Entity, facts: Mapping[str, Fact]
) -> dict[str, list[int]]:
    """Give the assumptions for what is said of the patient or of an entry, by attribute."""
    found = {}
    for attribute, fact in facts.items():
        # Without candidates, no rule of this session asks for it.
        candidates = session.has.get((entity, attribute))
        if not fact.values or not candidates:
            continue
        # Where an attribute has a meaning only under a condition, it does not imply that.
        if len(fact.values) == 1 and (entity[0], attribute) not in session.conditional:
            found[attribute] = [candidates[fact.values[0]]]
        else:
            allowed = set(fact.values)
            found[attribute] = [
                -literal for value, literal in candidates.items() if value not in allowed
            ]
    return found
