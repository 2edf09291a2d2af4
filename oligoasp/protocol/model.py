"""A protocol as data: clauses, parameters, readings, phrases and the record vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oligoasp.protocol.vocabulary import Vocabulary

if TYPE_CHECKING:
    from oligoasp.protocol.remarks import Remark
    from oligoasp.solver.edit import Edit

INCLUSION, EXCLUSION = "inclusion", "exclusion"
ROLES = ("test", "definition", "permission")


@dataclass(frozen=True)
class Clause:
    """An atomic clause: its section, its role and its exact words."""

    id: str
    section: str
    role: str  # one of ROLES
    text: str
    used_by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tests(self) -> bool:
        """Whether the clause has a status of its own."""
        return self.role == "test"


@dataclass(frozen=True)
class Parameter:
    """A number of the protocol; ``code`` is its place on its scale."""

    name: str
    scale: str
    value: str
    unit: str
    source: str
    code: int


@dataclass(frozen=True)
class Ambiguity:
    """A place where the text can be read in several ways."""

    name: str
    clause: str
    question: str
    options: dict[str, str]
    default: str


class Former(NamedTuple):
    """The clauses of a version that was amended."""

    version: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Protocol:
    """Everything that the engine knows about one protocol."""

    folder: Path
    id: str
    name: str
    title: str
    version: str
    files: tuple[Path, ...]
    clauses: dict[str, Clause]
    parameters: dict[str, Parameter]
    ambiguities: dict[str, Ambiguity]
    phrases: dict[str, str]
    actions: dict[str, str]
    unit_names: dict[str, str]
    means: dict[tuple[str, str], str]
    means_if: dict[tuple[str, str, str], str]  # (kind, attribute, value)
    list_means: dict[str, str]
    requests: dict[tuple[str, str], str]  # (kind, path) -> how to ask for it
    typical: dict[tuple[str, str], str]  # (kind, attribute) -> value of a typical patient
    bounds: dict[str, Parameter]  # numbers of remarks, of which no rule knows
    remarks: tuple[Remark, ...]  # what may be a slip
    warnings: tuple[Remark, ...]  # what is right, but should be known
    vocabulary: Vocabulary
    limits: dict[str, tuple[int, ...]]  # scale -> sorted codes of its parameters
    edit: Edit | None = None  # what amendments change in the rules of the files
    asked_if: tuple[tuple[str, str, str, str], ...] = ()  # kind, attribute, ambiguity, option
    former: tuple[Former, ...] = ()  # the versions that were amended, oldest first

    def quantity(self, value: str, unit: str) -> str:
        """Write a number with its unit as it stands in a sentence: "1 day", "3 months"."""
        name = self.unit_names.get(unit, unit)
        if value == "1" and unit in self.unit_names and name.isalpha():
            name = name.removesuffix("s")
        return f"{value} {name}".strip()

    def number(self, name: str) -> Parameter:
        """Give a number that a remark names: one of its own, or a parameter."""
        return self.bounds.get(name) or self.parameters[name]

    def limit(self, name: str) -> str:
        """Write such a number with its unit, as it is stated."""
        found = self.number(name)
        return self.quantity(found.value, found.unit)

    def in_order(self, clauses: Iterable[str]) -> list[str]:
        """Put clause ids into the order of the protocol."""
        wanted = set(clauses)
        return [c for c in self.clauses if c in wanted]

    def unasked(self, readings: Mapping[str, str]) -> frozenset[tuple[str, str]]:
        """Give the attributes, by kind, that no rule asks for as some passages are read.

        Args:
            readings: the option of each of these passages.
        """
        asked = {
            (kind, name)
            for kind, name, ambiguity, option in self.asked_if
            if readings.get(ambiguity, option) == option
        }
        return frozenset((kind, name) for kind, name, _, _ in self.asked_if) - asked

    def default_readings(self) -> dict[str, str]:
        """Give the option of each ambiguity that holds unless someone chooses another."""
        return {name: ambiguity.default for name, ambiguity in self.ambiguities.items()}


def clause_order(clause_id: str) -> tuple[object, ...]:
    """Give a sort key that puts clause ids into the order of a protocol's text.

    Letters and numbers alternate, numbers compare as numbers: I1.d < I1.n1.a < I2.a.
    """
    parts = re.findall(r"\d+|[A-Za-z]+", clause_id)
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts)


def section_order(clause: Clause) -> tuple[object, ...]:
    """Give a sort key that puts clauses into the order of a protocol's text."""
    sections = (INCLUSION, EXCLUSION)
    known = clause.section in sections
    return (sections.index(clause.section) if known else 9, clause_order(clause.id))
