"""A kind of patient whom the text means to admit, and whom the criteria keep out.

A protocol states as intents whom its text means to admit, each with the clause whose words
say so. A door is closed if no eligible patient is of that kind; the finding names a minimal
set of clauses that shuts it. A passage is narrow if eligible patients of that kind exist, but
some values that others may have are ruled out for them; the finding says which, and shows
a patient who gets through.

Bad:

    note:       synchronous disease can be enrolled
    exclusion:  metastasis found less than 6 months after diagnosis

Good:

    note:       synchronous disease can be enrolled
    exclusion:  metastasis found less than 3 months after the end of treatment

Why it matters: the investigators promise patients and the ethics committee a population that
the trial cannot contain, and its results are read as if it did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from oligoasp.verify.findings import ERROR, NOTE, WARNING, Finding, Kind, Shown, joined
from oligoasp.verify.space import Question
from oligoasp.verify.survey import UNSHOWN, Survey

KINDS = (
    Kind("V301", "closed-door", ERROR),
    Kind("V302", "narrow-passage", NOTE),
    Kind("V303", "open-door", NOTE),
    Kind("V304", "intent-without-patient", WARNING),
)


def find(survey: Survey) -> Iterator[Finding]:
    """Give, for each intent, the clauses that shut its door, or a patient who passes."""
    if not survey.anyone:
        return
    for intent, (clause, words) in survey.intents.items():
        admitted = survey.admitted(intent)
        if intent in survey.open_doors:
            if survey.patients or survey.passages:
                yield from _open(survey, intent, clause, words, admitted)
            continue
        anyone = replace(admitted, eligible=False)
        if intent not in survey.closed_doors:
            yield Finding(
                KINDS[3],
                intent,
                (clause,),
                f"nobody at all is a case of {words}",
                scope=survey.scope,
            )
            continue
        sets = survey.closed_doors[intent]
        readings = survey.parting(admitted)
        more = [s for s in sets if len(s) > 1 and s != sets[0]]
        details = []
        if more:
            verb = "does" if len(more) == 1 else "do"
            details.append(f"so {verb} {joined([joined(s) for s in more], 'or')} together")
        if readings:
            details.append(f"open if the text is read differently: {joined(readings, 'or')}")
        blocked = survey.witness(
            replace(anyone, met=survey.others(*(c for s in sets for c in s))),
            f"door-{intent.replace('_', '-')}",
        )
        if blocked is None:
            details.append(UNSHOWN)
        yield Finding(
            KINDS[0],
            intent,
            tuple(survey.protocol.in_order({clause, *(c for s in sets for c in s)})),
            f"{clause} means to admit {words}, but {_culprits(sets)} the door",
            tuple(details),
            tuple(sets),
            (Shown("kept out", blocked),) if blocked else (),
            scope=survey.scope,
        )


def _culprits(sets: list[tuple[str, ...]]) -> str:
    """Say which clauses shut a door: the minimal sets, of which those of one clause first."""
    single = [s[0] for s in sets if len(s) == 1]
    if len(single) > 1:
        return f"each of {joined(single)} shuts"
    if single:
        return f"{single[0]} shuts"
    return f"{joined(sets[0])} together shut"


def _open(
    survey: Survey, intent: str, clause: str, words: str, admitted: Question
) -> Iterator[Finding]:
    lost = sorted(_lost(survey, admitted)) if survey.passages else []
    patient = survey.witness(admitted, f"open-{intent.replace('_', '-')}")
    shown = (Shown("gets through", patient),) if patient else ()
    unshown = () if patient else (UNSHOWN,)
    if lost:
        yield Finding(
            KINDS[1],
            intent,
            (clause,),
            f"{clause} means to admit {words}: eligible only by a narrow passage",
            (*lost, *unshown),
            patients=shown,
            scope=survey.scope,
        )
    else:
        yield Finding(
            KINDS[2],
            intent,
            (clause,),
            f"{clause} means to admit {words}, and does",
            unshown,
            patients=shown,
            scope=survey.scope,
        )


def _lost(survey: Survey, admitted: Question) -> Iterator[str]:
    """Say which values others may have, and someone of the kind, but no eligible one of it."""
    small = survey.small
    eligible = survey.reach_of_eligible
    of_kind = small.reach(replace(admitted, eligible=False))
    both = small.reach(admitted)
    for pair, values in eligible.items():
        gone = [v for v in values if v in of_kind[pair] and v not in both[pair]]
        if not gone:
            continue
        fixed = survey.space.assume(admitted)
        assert fixed is not None
        has = survey.space.session.has[pair]
        gone = [v for v in gone if not survey.space.exists([*fixed, has[v]])]
        if gone:
            yield survey.never_so(pair, gone)
