"""What a record can say: kinds of entry, fields and attributes, as the rules declare them.

Everything here is read from facts of the logic program (see
``asp/oncology/vocabulary.lp``); nothing about a disease or a trial stands in Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

PATIENT = "patient"
YES, NO = "yes", "no"


class Scale(NamedTuple):
    """A scale on which numbers are compared: canonical UCUM unit and resolution."""

    name: str
    unit: str
    resolution: Fraction
    label: str
    discrete: bool = False  # whole steps only
    counted: bool = False  # numbers that rules add up

    def code(self, value: Fraction) -> int:
        """Give the integer that stands for a value: even on a step, odd between two.

        Args:
            value: the exact value in the scale's canonical unit.

        Returns:
            Twice the number of steps, plus one if the value lies strictly between steps.
        """
        return self.code_of(value.numerator, value.denominator)

    def code_of(self, numerator: int, denominator: int) -> int:
        """Give the integer that stands for a fraction, which need not be in lowest terms."""
        step = self.resolution
        whole, rest = divmod(numerator * step.denominator, denominator * step.numerator)
        return 2 * whole + (rest != 0)


class Kind(NamedTuple):
    """A kind of entry: the patient, or the entries of one list of the record."""

    name: str
    list_name: str
    unrecorded: int
    label: str


class FieldType(NamedTuple):
    """Type of a field: its form, and the scale or the domain that it refers to."""

    form: str  # text, flag, date, datetime, choice, integer, quantity, measurement, group
    of: str = ""


class Range(NamedTuple):
    """Accepted values of a numeric field, in the canonical unit of its scale."""

    least: Decimal
    most: Decimal
    hint: str


class Reach(NamedTuple):
    """The least and the most number that there can be on a scale (None: unbounded)."""

    least: Decimal | None
    most: Decimal | None


class Field(NamedTuple):
    """What a coordinator types: a dotted path inside an entry of some kind."""

    kind: str
    path: str
    type: FieldType
    help: str
    range: Range | None = None
    uln_range: Range | None = None


class Origin(NamedTuple):
    """How an attribute comes from fields: a form with its arguments (see the .lp file)."""

    form: str  # field, ratio, quotient, before, after, age, recorded, cockcroft_gault
    arguments: tuple[str, ...]


class Attribute(NamedTuple):
    """What a rule sees of an entry.

    ``type`` is "flag", "choice", "number" or "group"; ``of`` names the domain of a
    choice or the scale of a number.
    """

    kind: str
    name: str
    type: str
    of: str
    origin: Origin
    label: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields of an entry of which any may make the attribute known."""
        match self.origin.form, self.origin.arguments:
            case "before", (_, path, _):
                return (path,)
            case "after", (_, _, path):
                return (path,)
            case "age", (birth, years, _):
                return birth, years
        return self.origin.arguments[:1]


class AnchorSource(NamedTuple):
    """Where an anchor date may stand: a path of the patient, or the latest of a list."""

    path: str
    latest_of: str = ""  # the list whose field `path` is meant, or empty
    kind: str = PATIENT  # the kind of entry in that list


class Condition(NamedTuple):
    """An attribute exists only if another one has one of these values (or none of them)."""

    attribute: str
    other: str
    values: frozenset[str]
    negated: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """The vocabulary of one protocol: the engine's only knowledge of records.

    All mappings keep a stable order. ``fields`` and ``attributes`` are keyed by
    (kind, path) and (kind, name); ``domains`` maps a domain to its values and their
    labels; ``codes`` maps (domain, system, code) to a value.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)
    most: dict[str, Decimal] = field(default_factory=dict)  # of scales for what is calculated
    fields: dict[tuple[str, str], Field] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Attribute] = field(default_factory=dict)
    domains: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    anchors: dict[str, tuple[tuple[AnchorSource, ...], ...]] = field(default_factory=dict)
    postponable: set[str] = field(default_factory=set)  # dates that move when a site waits
    shared: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, path) -> group
    absent: dict[tuple[str, str], str] = field(default_factory=dict)
    in_order: list[tuple[str, str, str]] = field(default_factory=list)  # kind, earlier, later
    observed: list[tuple[str, str]] = field(default_factory=list)  # kind, path
    called_by: dict[str, list[str]] = field(default_factory=dict)  # kind -> paths, best first
    also_called: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # (kind, path)
    also_said: dict[str, dict[str, str]] = field(default_factory=dict)  # domain -> name -> value
    birth: list[str] = field(default_factory=list)  # paths of the patient
    proves: set[tuple[str, str]] = field(default_factory=set)  # implies its condition
    ignorable: set[tuple[str, str]] = field(default_factory=set)  # may stand without meaning
    conditions: dict[tuple[str, str], tuple[Condition, ...]] = field(default_factory=dict)

    def reach(self) -> dict[str, Reach]:
        """Give what numbers there can be on each scale.

        What is calculated rather than recorded is not negative, and may be of any size, unless
        the vocabulary says how much it is at most.
        """
        ranges: dict[str, list[Range | None]] = {name: [] for name in self.scales}
        for field_ in self.fields.values():
            if field_.type.of in ranges:
                ranges[field_.type.of].append(field_.range)
        calculated = {a.of for a in self.attributes.values() if a.origin.form != "field"}
        found = {}
        for name, scale in self.scales.items():
            known = [r for r in ranges[name] if r is not None]
            least = min([Decimal(0), *(r.least for r in known)])
            bounded = known and not scale.counted and name not in calculated
            most = max(r.most for r in known) if bounded else self.most.get(name)
            every = len(known) == len(ranges[name])
            found[name] = Reach(least, most) if every else Reach(None, None)
        return found
