"""Answers as data: the models behind every output format, and the JSON that is documented.

Fields are only ever added; a field that changes its meaning changes ``format``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from oligoasp.decide import Status, Verdict


class Answer(BaseModel):
    """Base of all answers: immutable, and without surprises."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProtocolName(Answer):
    """Which protocol gave the answer, and under which readings other than the defaults."""

    id: str
    name: str
    version: str
    readings: dict[str, str] = Field(default_factory=dict)


class Source(Answer):
    """A field of the record that an answer rests on."""

    field: str = Field(description="path in the record, such as lesions[0].site")
    line: int | None = Field(default=None, description="line in the file")
    text: str = Field(description="what was typed there; empty where the record is silent")


class Evidence(Answer):
    """Why a clause has its status, in a sentence, with the fields it rests on."""

    text: str
    sources: tuple[Source, ...] = ()


class ClauseAnswer(Answer):
    """The status of a clause."""

    clause: str
    section: str
    text: str = Field(description="the clause's exact words")
    status: Status
    evidence: tuple[Evidence, ...] = Field(
        default=(), description="for a blocking clause, what blocks; holds whatever is missing"
    )
    values: tuple[Evidence, ...] = Field(
        default=(), description="what the record says of the attributes that the clause reads"
    )
    missing: tuple[str, ...] = Field(
        default=(), description="for an unknown clause, the missing items that would settle it"
    )


class Conflict(Answer):
    """Clauses that can each be met, but not together: a minimal set."""

    clauses: tuple[str, ...]


class Reason(Answer):
    """A minimal set of recorded facts that suffices to make the patient ineligible."""

    clauses: tuple[str, ...] = Field(description="the clauses that these facts violate")
    facts: tuple[Source, ...]


class Change(Answer):
    """One fact that would have to be different."""

    item: str = Field(description="what it is, in words")
    source: Source
    needed: str = Field(description="what it would have to be")
    means: str | None = Field(default=None, description="what a site can do, if anything")


class Remedy(Answer):
    """A minimal set of changes after which a blocking set of clauses no longer blocks."""

    clauses: tuple[str, ...]
    actionable: bool = Field(description="whether a site can bring all of the changes about")
    changes: tuple[Change, ...]


class Waiting(Answer):
    """The earliest date on which waiting alone removes blockers."""

    clauses: tuple[str, ...] = Field(description="the blockers that waiting removes")
    date: str = Field(description="earliest date of enrollment (and later dates with it)")
    days: int = Field(description="days after the date of enrollment in the record")
    verdict: Verdict = Field(description="the verdict on that date, all else unchanged")


class Item(Answer):
    """A missing piece of information."""

    item: str = Field(description="what it is, in words")
    request: str = Field(default="", description="what to obtain, in words")
    passes: str = Field(
        default="", description='which answer lets the clauses pass: "if …" or "unless …"'
    )
    field: str = Field(description="path in the record where it belongs")
    needed: str = Field(description="what it has to be")
    note: str = Field(default="", description="why what is recorded does not suffice")
    ends: str = Field(
        default="", description="what, as a single answer, would make the patient ineligible"
    )


class Need(Answer):
    """What is still needed to settle clauses favourably: any one of the alternatives."""

    clauses: tuple[str, ...]
    alternatives: tuple[tuple[Item, ...], ...]


class ReadingMatters(Answer):
    """A reading of the text under which the verdict would differ."""

    reading: str
    option: str
    clause: str
    question: str
    meaning: str
    verdict: Verdict


class NearMiss(Answer):
    """A recorded value that meets its limit by a small margin."""

    clause: str
    text: str
    sources: tuple[Source, ...]


class Explanation(Answer):
    """The full answer for one patient, in the order in which it is read.

    ``complete`` is false where a list was cut at its limit.
    """

    format: Literal["oligoasp.explanation/1"] = "oligoasp.explanation/1"
    protocol: ProtocolName
    record: str
    source: str
    verdict: Verdict
    blockers: tuple[str, ...] = Field(description="clauses that each make the patient ineligible")
    conflicts: tuple[Conflict, ...] = ()
    clauses: tuple[ClauseAnswer, ...]
    counted: tuple[str, ...] = Field(
        default=(), description="what was counted as metastases, where it is certain"
    )
    possibly_counted: tuple[str, ...] = Field(
        default=(), description="what counts or not, depending on what is not recorded"
    )
    reasons: tuple[Reason, ...] = Field(
        default=(), description="minimal sufficient sets of recorded facts, smallest first"
    )
    remedies: tuple[Remedy, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    needs: tuple[Need, ...] = ()
    no_longer_matters: tuple[str, ...] = ()
    readings: tuple[ReadingMatters, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    notes: tuple[str, ...] = Field(
        default=(), description="what was assumed, such as a derived date"
    )
    complete: bool = True


class Check(Answer):
    """The short answer for one of many patients."""

    format: Literal["oligoasp.check/1"] = "oligoasp.check/1"
    record: str
    source: str
    line: int | None = None
    verdict: Verdict
    blockers: tuple[str, ...] = ()
    conflict: bool = Field(
        default=False, description="ineligible only because clauses cannot be met together"
    )
    unknown: tuple[str, ...] = ()


class Refusal(Answer):
    """A record that could not be read, with everything that is wrong with it."""

    format: Literal["oligoasp.error/1"] = "oligoasp.error/1"
    source: str
    line: int | None = None
    record: str | None = None
    problems: tuple[str, ...]
