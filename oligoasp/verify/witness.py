"""Witnesses: persons whom the solver made up, as records that went through the pipeline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from oligoasp.decide import Decision, Engine, Status, Verdict
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import THE_PATIENT
from oligoasp.record.read import Record, parse_record
from oligoasp.verify.nearest import Person
from oligoasp.verify.realize import Data, Realizer, UnrealisableError
from oligoasp.verify.space import Space

MOST_TRIES = 20
"""How many persons are tried whom no record was found for."""


class MismatchError(Exception):
    """A witness did not replay: the pipeline decides otherwise than the solver said."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A complete record, what is unusual about it, and how it was decided."""

    name: str
    data: Data
    person: Person
    verdict: Verdict
    statuses: Mapping[str, Status]
    readings: Mapping[str, str]
    summary: str
    default_verdict: Verdict
    default_statuses: Mapping[str, Status]

    @property
    def violates(self) -> tuple[str, ...]:
        """The clauses that the patient violates."""
        return tuple(c for c, s in self.statuses.items() if s.blocks)


class Witnesses:
    """Finds witnesses and replays each of them.

    Args:
        space: the space that they come from.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._realizer = Realizer(space)
        self._engine = Engine(space.protocol)

    def find(
        self,
        assumptions: Sequence[int],
        name: str,
        readings: Mapping[str, str] | None = None,
        unused: Collection[tuple[str, str]] = (),
    ) -> Witness | None:
        """Give the record nearest to the typical patient who fulfils assumptions.

        Args:
            assumptions: what the patient has to fulfil, readings included.
            name: the name of the record.
            readings: the readings other than the defaults, for the replay.
            unused: attributes, by kind, that no rule asks for that matters here.

        Returns:
            None if nobody does, or no record was found for the first that do.

        Raises:
            MismatchError: the pipeline decides the record otherwise than the solver said.
        """
        searching: list[int] = []  # what is excluded without proof is so for this search alone
        at_end: Person | None = None
        for _ in range(MOST_TRIES):
            person = self.space.nearest.person([*assumptions, *searching], unused)
            if person is None:
                break
            try:
                data = self._realizer.record(person, name)
            except UnrealisableError as refused:
                at_end = at_end or (None if refused.proved else person)
                searching = searching or [self.space.session.free()]
                self._exclude(person, refused, searching)
                continue
            return self.replay(person, data, readings or {})
        if at_end is not None:
            try:
                data = self._realizer.record(at_end, name, plain=False)
            except UnrealisableError:
                return None
            return self.replay(at_end, data, readings or {})
        return None

    def _exclude(
        self, person: Person, refused: UnrealisableError, searching: Sequence[int]
    ) -> None:
        """Take out of the space what no record says: for good if that is proved."""
        session = self.space.session
        body = [session.has[pair][person.values[pair]] for pair in refused.pairs]
        body += [
            -literal
            for entity, literal in session.present.items()
            if entity[0] in refused.kinds and entity not in person.entities
        ]
        session.forbid(body if refused.proved else [*body, *searching])

    def replay(self, person: Person, data: Data, readings: Mapping[str, str]) -> Witness:
        """Send a record through the whole pipeline and compare.

        Raises:
            MismatchError: the answer differs from what the solver said.
        """
        try:
            record = parse_record(data, self.space.protocol.vocabulary)
            decision = self._decide(record, readings)
            plain = self._decide(record, {}) if readings else decision
        except RecordError as error:
            raise MismatchError(f"witness {data['id']}: {error}") from None
        self._compare(person, decision, bool(readings), str(data["id"]))
        return Witness(
            str(data["id"]),
            data,
            person,
            decision.verdict,
            decision.statuses,
            dict(readings),
            self.describe(person, record),
            plain.verdict,
            plain.statuses,
        )

    def describe(self, person: Person, record: Record) -> str:
        """Say in what a person differs from the typical patient."""
        from oligoasp.explain.words import Words  # noqa: PLC0415 - only for patients shown

        situation = self._engine.compile(record)
        words = Words(self._engine, situation)
        parts = []
        vocabulary = self.space.protocol.vocabulary
        for entity in person.entities:
            ordinary = [
                (e, a)
                for e, a in person.unusual
                if e == entity and vocabulary.attributes[e[0], a].origin.form != "recorded"
            ]
            said = [
                f"{vocabulary.attributes[e[0], a].label} {words.value(e, a)}" for e, a in ordinary
            ]
            if entity == THE_PATIENT:
                parts += said
            else:
                parts.append(f"{words.entity(entity)}{': ' if said else ''}{', '.join(said)}")
        return "; ".join(parts) or "a typical patient"

    def check(self, witness: Witness, readings: Mapping[str, str], *, eligible: bool) -> None:
        """Send a witness through the pipeline once more, as the text is read otherwise.

        Raises:
            MismatchError: the verdict is not what the solver said.
        """
        record = parse_record(witness.data, self.space.protocol.vocabulary)
        verdict = self._decide(record, readings).verdict
        wrong = Verdict.INELIGIBLE if eligible else Verdict.ELIGIBLE
        if verdict is wrong:
            raise MismatchError(f"witness {witness.name}: {verdict} under {dict(readings)}")

    def _decide(self, record: Record, readings: Mapping[str, str]) -> Decision:
        situation = self._engine.compile(record)
        session = self.space.session
        return self._engine.conclude(session, situation, session.readings(readings))

    def _compare(self, person: Person, decision: Decision, lenient: bool, name: str) -> None:
        omits = any(
            value == "no"
            and self.space.protocol.vocabulary.attributes[pair[0][0], pair[1]].origin.form
            == "recorded"
            for pair, value in person.values.items()
        )
        for clause, status in decision.statuses.items():
            said = clause in person.violated
            if status is Status.UNKNOWN and (lenient or omits):
                continue
            if status is Status.UNKNOWN or status.blocks != said:
                verb = "violates" if said else "does not violate"
                raise MismatchError(
                    f"witness {name}: the solver says it {verb} {clause}, but it is {status}"
                )
