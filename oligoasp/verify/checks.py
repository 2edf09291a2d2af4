"""The checks, in the order in which they run, and the run itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from types import ModuleType

from oligoasp.verify import (
    directions,
    doors,
    eligible,
    hygiene,
    never,
    overlap,
    readings,
    redundant,
    together,
)
from oligoasp.verify.findings import Finding, Kind
from oligoasp.verify.survey import Survey

CHECKS: tuple[ModuleType, ...] = (
    eligible,
    never,
    redundant,
    together,
    doors,
    overlap,
    readings,
    directions,
    hygiene,
)


def kinds() -> dict[str, tuple[Kind, ModuleType]]:
    """Give every kind of finding, by code, with the module that finds it."""
    return {kind.code: (kind, module) for module in CHECKS for kind in module.KINDS}


def page(code: str) -> str:
    """Give the doc page of a kind of finding."""
    kind, module = kinds()[code]
    return f"{kind.code} {kind.name} ({kind.severity})\n\n{inspect.getdoc(module)}"


def run(survey: Survey, codes: Iterable[str], clauses: Sequence[str] = ()) -> list[Finding]:
    """Give the findings of some kinds, sorted.

    Args:
        survey: the protocol and what is known of it.
        codes: the codes of the kinds.
        clauses: beginnings of clauses; only findings that speak of one of them are given.
    """
    wanted = set(codes)
    if wanted & {kind.code for kind in readings.KINDS}:
        survey.decisive.begin()
    # What was begun has time until all else is found out.
    last = sorted(CHECKS, key=lambda module: module is readings)
    found = [
        finding
        for module in last
        if wanted & {kind.code for kind in module.KINDS}
        for finding in module.find(survey)
        if finding.kind.code in wanted
        and (not clauses or any(c.startswith(tuple(clauses)) for c in finding.clauses))
    ]
    places = {clause: number for number, clause in enumerate(survey.protocol.clauses)}

    def place(finding: Finding) -> int:
        about = finding.subject if finding.subject in places else "".join(finding.clauses[:1])
        return places.get(about, len(places))

    return sorted(found, key=lambda f: (*f.key[:2], place(f), f.subject))
