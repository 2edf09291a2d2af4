"""Two criteria that say almost the same, with a different anchor, limit or burden of proof.

A protocol names the pairs. For each the finding shows a patient who violates only the one
and a patient who violates only the other, or proves that there is none: then the criterion is
implied, and is reported as redundant instead.

Bad:

    inclusion:  no chemotherapy within 3 months before the start of treatment
    exclusion:  chemotherapy within 3 months before enrollment

Good:

    inclusion:  no chemotherapy within 3 months before enrollment

Why it matters: a site reads the two as one and checks only one of them; the patients in the
difference are the protocol deviations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from oligoasp.solver.program import text
from oligoasp.verify.findings import NOTE, Finding, Kind, Shown
from oligoasp.verify.inventor import UNSHOWN
from oligoasp.verify.space import Question
from oligoasp.verify.survey import Survey

KINDS = (Kind("V401", "overlapping-criteria", NOTE),)


def find(survey: Survey) -> Iterator[Finding]:
    """Give the difference of each pair of overlapping criteria."""
    if not survey.anyone:
        return
    for row in survey.small.session.facts("overlap", 3):
        one, other, topic = map(text, row)
        details: list[str] = []
        patients: list[Shown] = []
        differs = False
        for this, that in ((one, other), (other, one)):
            difference = _difference(survey, this, that)
            if difference is None:
                details.append(f"whoever violates {this} violates {that} too")
                continue
            differs = True
            if not survey.patients:
                details.append(f"someone violates {this}, not {that}")
                continue
            name = f"{this}-not-{that}".replace(".", "").lower()
            role = f"violates {this}, not {that}"
            if (patient := survey.inventor.witness(difference, name)) is not None:
                patients.append(Shown(role, patient))
            else:
                details.append(f"someone {role}; {UNSHOWN}")
        if not differs:
            continue
        yield Finding(
            KINDS[0],
            f"{one} {other}",
            (one, other),
            f"{one} and {other} overlap ({topic}) but differ",
            tuple(details),
            patients=tuple(patients),
            scope=survey.scope,
        )


def _difference(survey: Survey, this: str, that: str) -> Question | None:
    """Ask for someone who violates this and not that, and nothing else if possible."""
    alone = Question(violated=(this,), met=survey.others(this), readings=survey.chosen)
    if this in survey.indispensable:
        return alone
    question = replace(alone, met=(that,))
    return question if survey.holds(question) else None
