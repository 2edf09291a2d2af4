"""A criterion that nobody can violate.

The rule of the criterion exists, but no patient fulfils it: it is shut out by the integrity
rules, by other definitions, or it asks for a value that the vocabulary does not have.

Bad:

    exclusion:  a pregnant man

Good:

    exclusion:  a pregnant woman

Why it matters: the criterion looks like a safeguard and is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from oligoasp.verify.findings import WARNING, Finding, Kind, joined
from oligoasp.verify.space import Question
from oligoasp.verify.survey import Survey

KINDS = (Kind("V102", "never-violated", WARNING),)


def find(survey: Survey) -> Iterator[Finding]:
    """Give every criterion that has a rule but no patient who violates it."""
    for clause in survey.testing:
        if clause in survey.violable or clause in survey.unencoded:
            continue
        question = Question(violated=(clause,), readings=survey.chosen)
        helping = survey.parting(question)
        note = f"only if the text is read differently: {joined(helping, 'or')}" if helping else ""
        yield Finding(
            KINDS[0],
            clause,
            (clause,),
            f"nobody can violate {clause}",
            (note,) if note else (),
            scope=survey.scope,
        )
