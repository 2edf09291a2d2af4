"""A kind of patient whom the text means to admit, and whom the criteria keep out, or admit only
through a narrow passage.

A protocol states as intents whom its text means to admit, each with the clause whose words
say so. A door is closed if no eligible patient is of that kind; the finding names a minimal
set of clauses that shuts it. A passage is narrow if eligible patients of that kind exist, but
what an ordinary eligible patient may have instead, all else being equal, is ruled out for
them; the finding says what, names the clauses to blame and shows a patient who gets through.
What is ruled out for everybody is no news, nor what others may have by way of exception only,
nor what the clause itself says whose words mean to admit them. Passages are not looked for
where rules derive atoms from each other (a lesion belongs to the group of its neighbour, and
the neighbour to that of the lesion); that is said then.

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

from collections.abc import Iterator, Sequence
from dataclasses import replace

from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.verify.findings import ERROR, NOTE, WARNING, Finding, Kind, Shown, joined
from oligoasp.verify.inventor import UNSHOWN
from oligoasp.verify.passages import Loss, narrowed, region
from oligoasp.verify.survey import Survey

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
    for intent in survey.intents:
        if intent not in survey.open_doors:
            yield _closed(survey, intent)
    losses = narrowed(survey) if survey.open_doors else {}
    for intent in survey.open_doors:
        yield from _open(survey, intent, losses.get(intent, []))
    if survey.open_doors and survey.around.circular:
        yield Finding(
            KINDS[1],
            survey.protocol.name,
            (),
            "whether passages are narrow was not asked, since rules derive atoms from each other",
        )


def _closed(survey: Survey, intent: str) -> Finding:
    clause, words = survey.intents[intent]
    admitted = survey.admitted(intent)
    anyone = replace(admitted, eligible=False)
    if intent not in survey.closed_doors:
        return Finding(
            KINDS[3],
            intent,
            (clause,),
            f"nobody at all is a case of {words}",
            scope=survey.scope,
        )
    sets = survey.closed_doors[intent]
    readings = survey.parting(admitted)
    more = [s for s in sets if len(s) > 1 and s != sets[0]]
    details = []
    if more:
        verb = "does" if len(more) == 1 else "do"
        details.append(f"so {verb} {joined([joined(s) for s in more], 'or')} together")
    if readings:
        details.append(f"open if the text is read differently: {joined(readings, 'or')}")
    blocked = survey.inventor.witness(
        replace(anyone, met=survey.others(*(c for s in sets for c in s))),
        f"door-{intent.replace('_', '-')}",
    )
    if blocked is None:
        details.append(UNSHOWN)
    return Finding(
        KINDS[0],
        intent,
        tuple(survey.protocol.in_order({clause, *(c for s in sets for c in s)})),
        f"{clause} means to admit {words}, but {_culprits(sets, 'shut')} the door",
        tuple(details),
        tuple(sets),
        (Shown("kept out", blocked),) if blocked else (),
        scope=survey.scope,
    )


def _culprits(sets: Sequence[tuple[str, ...]], verb: str) -> str:
    """Say which clauses do something: the minimal sets, of which those of one clause first."""
    single = [s[0] for s in sets if len(s) == 1]
    if len(single) > 1:
        return f"each of {joined(single)} {verb}s"
    if single:
        return f"{single[0]} {verb}s"
    return f"{joined(sets[0])} together {verb}"


def _open(survey: Survey, intent: str, losses: Sequence[Loss]) -> Iterator[Finding]:
    clause, words = survey.intents[intent]
    if not losses and not survey.patients:
        return
    patient = survey.inventor.witness(survey.admitted(intent), f"open-{intent.replace('_', '-')}")
    shown = (Shown("gets through", patient),) if patient else ()
    unshown = () if patient else (UNSHOWN,)
    if losses:
        sets = tuple(dict.fromkeys(one for loss in losses for one in loss.sets))
        yield Finding(
            KINDS[1],
            intent,
            tuple(survey.protocol.in_order({clause, *(c for one in sets for c in one)})),
            f"{clause} means to admit {words}, but only by a narrow passage: "
            f"{'; '.join(_passage(survey, loss) for loss in losses)}",
            ("others who are eligible may have it, all else being equal", *unshown),
            sets,
            shown,
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


def _passage(survey: Survey, loss: Loss) -> str:
    """Say what remains of an attribute, and which clauses rule out what."""
    kind = survey.protocol.vocabulary.kinds[loss.kind]
    whose = "" if kind.name == PATIENT else f"{kind.label}: "
    label = survey.protocol.vocabulary.attributes[loss.kind, loss.attribute].label
    left, lost = (region(survey, loss, values) for values in (loss.left, loss.values))
    return f"{whose}{label} {left}, since {_culprits(loss.sets, 'rule')} out {lost}"
