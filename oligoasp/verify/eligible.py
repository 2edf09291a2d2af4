"""Nobody is eligible.

There is no patient at all who meets every criterion. The finding names every minimal set of
criteria that cannot be met together; one criterion of each has to change. A criterion that
everybody violates by itself has a code of its own.

Bad:

    inclusion:  haemoglobin at least 9 g/dL
    exclusion:  haemoglobin above 8 g/dL

Good:

    inclusion:  haemoglobin at least 9 g/dL
    exclusion:  haemoglobin above 18 g/dL

Why it matters: a trial with such criteria cannot enrol, and screening logs show only that
each patient failed something.
"""

from __future__ import annotations

from collections.abc import Iterator

from oligoasp.verify.findings import ERROR, Finding, Kind, joined
from oligoasp.verify.space import Question
from oligoasp.verify.survey import Survey

KINDS = (
    Kind("V101", "no-eligible-patient", ERROR),
    Kind("V103", "always-violated", ERROR),
)


def find(survey: Survey) -> Iterator[Finding]:
    """Give the sets of criteria that nobody meets together."""
    if survey.anyone:
        return
    fixed = survey.space.assume(Question(readings=survey.chosen))
    assert fixed is not None
    clauses = tuple(survey.protocol.in_order(survey.space.clauses))
    if not survey.space.exists(fixed):
        yield Finding(
            KINDS[0],
            survey.protocol.name,
            (),
            "no patient is possible at all: the integrity rules contradict each other",
            scope=survey.scope,
        )
        return
    for blamed in survey.all_blame(Question(readings=survey.chosen), clauses):
        if len(blamed) == 1:
            yield Finding(
                KINDS[1],
                blamed[0],
                blamed,
                f"everybody violates {blamed[0]}",
                sets=(blamed,),
                scope=survey.scope,
            )
        else:
            yield Finding(
                KINDS[0],
                " ".join(blamed),
                blamed,
                f"nobody meets {joined(blamed)} together, so nobody is eligible",
                sets=(blamed,),
                scope=survey.scope,
            )
