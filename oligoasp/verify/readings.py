"""A passage that can be read in several ways, and whether that decides about a patient.

A reading is *decisive* if some patient is eligible when the passage is read in one way and
not when it is read in the other; with `--patients` the finding shows two of them, and both
directions where there are both. It is *idle* if that is proved to happen for nobody: then the
ambiguity may be left alone, or its rule is wrong. A reading may also *shut a door*: under it,
nobody of a kind that the text means to admit is eligible, which is a strong reason against it.

Bad:

    the patient is over 18 years old        (18 years and a day? 19 completed years?)

Good:

    the patient is at least 18 years old on the day of consent

Why it matters: two sites that read a decisive passage differently run two different trials.
Most such passages are found after the first protocol deviation; the list is there before.
"""

from __future__ import annotations

from collections.abc import Iterator

from oligoasp.protocol.model import Ambiguity
from oligoasp.verify.findings import NOTE, WARNING, Finding, Kind, Shown, joined
from oligoasp.verify.inventor import UNSHOWN
from oligoasp.verify.survey import Survey

KINDS = (
    Kind("V501", "decisive-reading", NOTE),
    Kind("V502", "idle-reading", WARNING),
    Kind("V503", "reading-shuts-door", WARNING),
)


def find(survey: Survey) -> Iterator[Finding]:
    """Give what is known of every reading."""
    if not survey.anyone:
        return
    shut: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for (name, option), closed in survey.shut_doors.items():
        shut.setdefault(name, {})[option] = [survey.intents[intent] for intent in closed]
    for ambiguity in survey.protocol.ambiguities.values():
        default = survey.chosen.get(ambiguity.name, ambiguity.default)
        lines, patients, matters = [], [], False
        for option in ambiguity.options:
            if option == default:
                continue
            ways = survey.decisive.turns.get((ambiguity.name, option))
            if ways is None:
                continue
            matters = True
            if not survey.directions:
                lines.append(f"{option} ({ambiguity.options[option]}) changes a verdict")
                continue
            for gains in sorted(ways):
                lines.append(
                    f"{option} ({ambiguity.options[option]}) "
                    f"{'admits someone more' if gains else 'excludes someone more'}"
                )
                if survey.patients:
                    shown = survey.inventor.turning(ambiguity.name, option, gains=gains)
                    if shown is not None:
                        role = "only eligible" if gains else "no longer eligible"
                        patients.append(Shown(f"{role} under {ambiguity.name}={option}", shown))
                        last = option, gains
                    else:
                        lines.append(f"of that, {UNSHOWN}")
        if len(patients) == 1:
            option, gains = last
            ((role, first),) = patients
            another = survey.inventor.turning(ambiguity.name, option, gains=gains, besides=first)
            patients += [Shown(role, another)] if another is not None else []
        if matters:
            yield Finding(
                KINDS[0],
                ambiguity.name,
                (ambiguity.clause,),
                f"{ambiguity.clause}: {_question(ambiguity)} The answer decides about a patient",
                (f"read by default as {default} ({ambiguity.options[default]})", *lines),
                patients=tuple(patients),
                scope=survey.scope,
            )
        else:
            yield Finding(
                KINDS[1],
                ambiguity.name,
                (ambiguity.clause,),
                f"{ambiguity.clause}: {_question(ambiguity)} No answer ever changes a verdict",
                scope=survey.scope,
            )
        for option, doors in shut.get(ambiguity.name, {}).items():
            names = [words for _, words in doors]
            yield Finding(
                KINDS[2],
                f"{ambiguity.name}={option}",
                tuple(
                    survey.protocol.in_order({ambiguity.clause, *(clause for clause, _ in doors)})
                ),
                f"if {ambiguity.clause} is read as {ambiguity.name}={option} "
                f"({ambiguity.options[option]}), nobody is eligible of those whom the text means "
                f"to admit as {joined(names)}",
                scope=survey.scope,
            )


def _question(ambiguity: Ambiguity) -> str:
    text = ambiguity.question
    return text[0].upper() + text[1:]
