"""A criterion that excludes nobody whom the others do not exclude as well.

Every patient who violates the criterion violates another one too, whatever else is true of
the patient. The finding names every minimal set of other criteria that already implies it:
drop one member of such a set and somebody would slip through.

Bad:

    inclusion:  at most 4 metastases
    exclusion:  more than 4 metastases

Good:

    inclusion:  at most 4 metastases

Why it matters: an amendment that changes only one of the two changes nothing, and no one
notices. A trial that raises its limit in the inclusion criteria goes on excluding the very
patients it wanted, by the exclusion criteria.
"""

from __future__ import annotations

from collections.abc import Iterator

from oligoasp.verify.findings import WARNING, Finding, Kind, joined
from oligoasp.verify.space import Question
from oligoasp.verify.survey import Survey

KINDS = (Kind("V201", "redundant-criterion", WARNING),)


def find(survey: Survey) -> Iterator[Finding]:
    """Give every criterion that others imply."""
    if not survey.anyone:
        return
    for clause in survey.violable:
        if clause in survey.indispensable:
            continue
        others = survey.others(clause)
        alone = Question(violated=(clause,), met=others, readings=survey.chosen)
        sets = survey.all_blame(Question(violated=(clause,), readings=survey.chosen), others)
        smallest = sets[0]
        yield Finding(
            KINDS[0],
            clause,
            tuple(survey.protocol.in_order({clause, *(c for s in sets for c in s)})),
            f"{clause} excludes nobody whom {joined(smallest)} "
            f"{'does' if len(smallest) == 1 else 'do'} not exclude as well",
            tuple(_details(survey, alone, sets)),
            tuple(sets),
            scope=survey.scope,
        )


def _details(survey: Survey, alone: Question, sets: list[tuple[str, ...]]) -> Iterator[str]:
    if len(sets) > 1:
        verb = "do" if len(sets) > 2 else "does"
        yield f"so {verb} {joined([joined(s) for s in sets[1:]], 'or')}"
    if not survey.protocol.ambiguities:
        return
    parting = survey.parting(alone)
    if parting is None:
        yield "whatever reading of the text is chosen"
    elif parting:
        yield f"not so if the text is read differently: {joined(parting, 'or')}"
    else:
        yield "as the text is read by default; under several other readings together it is not"
