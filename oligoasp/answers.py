"""Answers as data: the models behind every output format, and the JSON that is documented.

Fields are only ever added; a field that changes its meaning changes ``format``.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, dataclass_transform

from oligoasp.decide import Status, Verdict

if TYPE_CHECKING:
    from pydantic import ConfigDict

_Answer = TypeVar("_Answer", bound="Answer")


class Answer:
    """Base of all answers: immutable, and without surprises.

    Answers are plain dataclasses, since pydantic takes longer to load than an answer to
    find. `pydantic.TypeAdapter` validates them and gives their JSON schema.
    """

    __pydantic_config__: ClassVar[ConfigDict] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
    }

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    _blank: ClassVar[dict[str, object]]
    """every field, in order, with its default"""
    _required: ClassVar[frozenset[str]]

    # Written once here: a dataclass that writes its own takes five times as long to load.

    def __init__(self, **values: object) -> None:
        own = vars(self)
        own |= self._blank
        own |= values
        if len(own) > len(self._blank) or not self._required <= values.keys():
            wrong = sorted((self._required - values.keys()) | (values.keys() - self._blank.keys()))
            raise TypeError(f"{type(self).__name__}: missing or unknown: {', '.join(wrong)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"


@dataclass_transform(kw_only_default=True, frozen_default=True)
def answer(cls: type[_Answer]) -> type[_Answer]:
    """Make a dataclass of an answer."""
    made = dataclass(init=False, kw_only=True, eq=False, repr=False)(cls)
    made._blank = {f.name: f.default for f in fields(made)}
    made._required = frozenset(n for n, default in made._blank.items() if default is MISSING)
    return made


@answer
class ProtocolName(Answer):
    """Which protocol gave the answer, and under which readings other than the defaults."""

    id: str
    name: str
    version: str
    readings: dict[str, str]


@answer
class Source(Answer):
    """A field of the record that an answer rests on."""

    field: str
    """path in the record, such as lesions[0].site"""
    line: int | None = None
    """line in the file"""
    text: str
    """what was typed there; empty where the record is silent"""


@answer
class Evidence(Answer):
    """Why a clause has its status, in a sentence, with the fields it rests on."""

    text: str
    sources: tuple[Source, ...] = ()


@answer
class ClauseAnswer(Answer):
    """The status of a clause."""

    clause: str
    section: str
    text: str
    """the clause's exact words"""
    status: Status
    evidence: tuple[Evidence, ...] = ()
    """for a blocking clause, what blocks; holds whatever is missing"""
    values: tuple[Evidence, ...] = ()
    """what the record says of the attributes that the clause reads"""
    missing: tuple[str, ...] = ()
    """for an unknown clause, the missing items that would settle it: with ``--full``, or if few
    clauses are open besides others that block"""


@answer
class Conflict(Answer):
    """Clauses that can each be met, but not together: a minimal set."""

    clauses: tuple[str, ...]
    needs: tuple[Need, ...] = ()
    """what each of them would need if the others were not there"""


@answer
class Reason(Answer):
    """A minimal set of recorded facts that suffices to make the patient ineligible."""

    clauses: tuple[str, ...]
    """the clauses that these facts violate"""
    facts: tuple[Source, ...]


@answer
class Change(Answer):
    """One fact that would have to be different."""

    item: str
    """what it is, in words"""
    source: Source
    needed: str
    """what it would have to be"""
    means: str | None = None
    """what a site can do, if anything"""


@answer
class Remedy(Answer):
    """A minimal set of changes after which a blocking set of clauses no longer blocks."""

    clauses: tuple[str, ...]
    actionable: bool
    """whether a site can bring all of the changes about"""
    changes: tuple[Change, ...]


@answer
class Waiting(Answer):
    """The earliest date on which waiting alone removes blockers."""

    clauses: tuple[str, ...]
    """the blockers that waiting removes"""
    date: str
    """earliest date of enrollment (and later dates with it)"""
    days: int
    """days after the date of enrollment in the record"""
    verdict: Verdict
    """the verdict on that date, all else unchanged"""
    still: tuple[str, ...] = ()
    """what blocks on that date"""


@answer
class Item(Answer):
    """A missing piece of information."""

    item: str
    """what it is, in words"""
    request: str = ""
    """what to obtain, in words"""
    passes: str = ""
    """which answer lets the clauses pass: "if …" or "unless …\""""
    field: str
    """path in the record where it belongs"""
    fields: tuple[str, ...] = ()
    """all paths in the record that are asked for"""
    complete_list: bool = False
    """whether a list has to be complete; what passes then depends on its entries"""
    needed: str
    """what it has to be"""
    note: str = ""
    """why what is recorded does not suffice"""
    ends: str = ""
    """what, as a single answer, would make the patient ineligible"""


@answer
class Need(Answer):
    """What is still needed to settle clauses favourably: any one of the alternatives.

    A clause may need several things, such as the size of each lesion: then it stands in several.
    The fields and lists of an alternative suffice, with the values given, for a patient who can
    be eligible, and it asks for no more than needed. Unless ``incomplete`` of the explanation
    names the needs, there is no other set of fields and lists that suffices, and of single
    fields no other value; that is proved by the solver.
    """

    clauses: tuple[str, ...]
    alternatives: tuple[tuple[Item, ...], ...]


@answer
class ReadingMatters(Answer):
    """A reading of the text under which the verdict would differ."""

    reading: str
    option: str
    clause: str
    question: str
    meaning: str
    verdict: Verdict


@answer
class NearMiss(Answer):
    """A recorded value that meets its limit by a small margin."""

    clause: str
    text: str
    sources: tuple[Source, ...]


@answer
class Filing(Answer):
    """Which program, rules and record gave an answer."""

    program: str
    """version of oligoasp"""
    rules: str
    """checksum of the rules, with amendments"""
    record: str
    """checksum of what the record says, whatever its layout"""
    date: str = ""
    """day of the run, if asked for"""


@answer
class Explanation(Answer):
    """The full answer for one patient, in the order in which it is read.

    ``complete`` is false where a list was cut at its limit.
    """

    format: Literal["oligoasp.explanation/1"] = "oligoasp.explanation/1"
    protocol: ProtocolName
    record: str
    source: str
    verdict: Verdict
    blockers: tuple[str, ...]
    """clauses that each make the patient ineligible"""
    conflicts: tuple[Conflict, ...] = ()
    clauses: tuple[ClauseAnswer, ...]
    counted: tuple[str, ...] = ()
    """what was counted as metastases, where it is certain"""
    number_counted: int = 0
    """how many these are: an entry may stand for several"""
    possibly_counted: tuple[str, ...] = ()
    """what counts or not, depending on what is not recorded"""
    reasons: tuple[Reason, ...] = ()
    """minimal sufficient sets of recorded facts, smallest first"""
    remedies: tuple[Remedy, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    needs: tuple[Need, ...] = ()
    """of the undetermined, what is still needed; of others nothing, whatever is open"""
    no_longer_matters: tuple[str, ...] = ()
    readings: tuple[ReadingMatters, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    remarks: tuple[Evidence, ...] = ()
    """what is possible and used as it stands, but should be compared with the chart"""
    warnings: tuple[Evidence, ...] = ()
    """what no clause asks for, but should be known, such as an old result"""
    notes: tuple[str, ...] = ()
    """what was assumed, such as a derived date"""
    complete: bool = True
    incomplete: tuple[str, ...] = ()
    """the lists that were cut: conflicts, remedies or needs"""
    filing: Filing | None = None
    """what gave the answer, with checksums"""


@answer
class Check(Answer):
    """The short answer for one of many patients."""

    format: Literal["oligoasp.check/1"] = "oligoasp.check/1"
    record: str
    source: str
    line: int | None = None
    verdict: Verdict
    blockers: tuple[str, ...] = ()
    conflict: bool = False
    """ineligible only because clauses cannot be met together"""
    unknown: tuple[str, ...] = ()
    remarks: tuple[Evidence, ...] = ()
    """what is possible and used as it stands, but should be compared with the chart"""


@answer
class Refusal(Answer):
    """A record that could not be read, with everything that is wrong with it."""

    format: Literal["oligoasp.error/1"] = "oligoasp.error/1"
    source: str
    line: int | None = None
    record: str | None = None
    problems: tuple[str, ...]


@answer
class Screened(Answer):
    """What a screening says of one patient: a row of its output."""

    format: Literal["oligoasp.screening/1"] = "oligoasp.screening/1"
    record: str
    source: str
    line: int | None = None
    verdict: Verdict
    blockers: tuple[str, ...] = ()
    conflict: bool = False
    """ineligible only because clauses cannot be met together"""
    clash: tuple[str, ...] = ()
    """these clauses, as few as can be"""
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """if undetermined, the fields on which it turns: left out, or stated too vaguely"""
    remarks: tuple[str, ...] = ()
    """fields that should be compared with the chart: what they say is possible, but unusual"""
    statuses: dict[str, Status]


@answer
class Attrition(Answer):
    """What a clause leaves of a cohort, after all clauses before it."""

    clause: str
    excluded: int
    """patients excluded here who were not before"""
    remaining: int
    uncertain: int
    """of these, patients with an unknown clause so far"""


@answer
class ClauseCount(Answer):
    """What a clause does to a cohort, whatever its place in the protocol."""

    clause: str
    blocks: int
    """patients whom it excludes"""
    alone: int
    """patients whom it alone excludes"""
    to_gain: int
    """of these, patients who would be eligible without it"""
    unknown: int
    """patients for whom it is unknown"""
    undetermined: int
    """undetermined patients for whom it is unknown"""
    decisive: int
    """of these, patients for whom nothing else is unknown"""
    not_applicable: int


@answer
class TogetherCount(Answer):
    """Clauses that exclude the same patients."""

    clauses: tuple[str, ...]
    blocked: int
    """patients whom all of them exclude"""
    only: int
    """patients whom these and no others exclude"""
    to_gain: int
    """of these, patients who would be eligible without them"""


@answer
class ClashCount(Answer):
    """Clauses, each of which some patients could meet, that they cannot meet together."""

    clauses: tuple[str, ...]
    patients: int


@answer
class MissingCount(Answer):
    """A field on which it turns whether undetermined patients are eligible."""

    field: str
    """its path; `lesions[].site` is that of any lesion"""
    patients: int


@answer
class RemarkCount(Answer):
    """A field of which some records say what should be compared with the chart."""

    field: str
    """its path; `lesions[].site` is that of any lesion"""
    patients: int


@answer
class Screening(Answer):
    """What a screening says of a whole cohort."""

    format: Literal["oligoasp.screening-summary/1"] = "oligoasp.screening-summary/1"
    protocol: ProtocolName
    source: str
    assessed: int
    """all records, those that could not be read included"""
    not_read: int
    eligible: int
    ineligible: int
    undetermined: int
    conflicts: int
    """of the ineligible, those only whose clauses cannot be met together"""
    clashes: tuple[ClashCount, ...] = ()
    """which clauses these are, the commonest first"""
    attrition: tuple[Attrition, ...]
    clauses: tuple[ClauseCount, ...]
    pairs: tuple[TogetherCount, ...]
    """the commonest pairs of blocking clauses"""
    sets: tuple[TogetherCount, ...]
    """sets of all the clauses that exclude a patient, most to gain first; blocked is only"""
    missing: tuple[MissingCount, ...] = ()
    """what the records of the undetermined leave out, the commonest first"""
    remarks: tuple[RemarkCount, ...] = ()
    """what should be compared with the chart, whatever the verdict, the commonest first"""
    sharing: int = 0
    """records, read or not, whose id others have too; each is counted"""
    repeated: dict[str, tuple[str, ...]]
    """ids that occur more than once, and where; a hundred at most"""
