"""What verifying reports: findings, each with a proof or a patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from oligoasp.verify.witness import Witness

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
"""From the gravest to the slightest."""


class Kind(NamedTuple):
    """A kind of finding: its stable code, its name and how grave it is."""

    code: str
    name: str
    severity: str


class Shown(NamedTuple):
    """A patient shown in a finding: what he or she shows, and the record."""

    role: str
    witness: Witness


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect, or one thing worth knowing, with what proves it.

    Attributes:
        kind: the kind of finding.
        subject: what it is about: a clause, an intent, a reading, a parameter.
        clauses: the clauses it speaks of, in the order of the protocol.
        message: what is the matter, in a sentence without a final period.
        details: further sentences.
        sets: minimal sets of clauses that prove it.
        patients: patients who prove it.
        scope: in which space the proof holds.
        place: file and line, for findings about the rules themselves.
    """

    kind: Kind
    subject: str
    clauses: tuple[str, ...]
    message: str
    details: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()
    patients: tuple[Shown, ...] = ()
    scope: str = ""
    place: str = ""

    @property
    def key(self) -> tuple[int, str, str]:
        """A key that sorts findings: the gravest first, then by code."""
        return SEVERITIES.index(self.kind.severity), self.kind.code, self.subject


def joined(names: tuple[str, ...] | list[str], word: str = "and") -> str:
    """Join names: "I2.a, I2.b and E4.b"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
