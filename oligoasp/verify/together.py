"""Criteria that some group of people can meet one by one, but never together.

The group is everybody who has some value of one attribute: women, patients with a brain
metastasis, patients after radiotherapy. Each of the criteria lets some of them pass, and
still nobody of the group is eligible, because no one meets all of a minimal set. A criterion
that shuts out the whole group by itself is no finding: that is what criteria are for.

Bad:

    inclusion:  smokers only
    exclusion:  women without contraception
    exclusion:  smoking women with contraception

Good:

    inclusion:  smokers only
    exclusion:  women without contraception

Why it matters: a site screens such patients, each fails another criterion, and nobody sees
that the group as a whole was never eligible.
"""

from __future__ import annotations

from collections.abc import Iterator

from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Pair
from oligoasp.verify.findings import WARNING, Finding, Kind, joined
from oligoasp.verify.space import Question
from oligoasp.verify.survey import Survey

KINDS = (Kind("V202", "never-met-together", WARNING),)


def find(survey: Survey) -> Iterator[Finding]:
    """Give the minimal sets of criteria that nobody of some group meets together."""
    if not survey.anyone:
        return
    found: dict[tuple[Pair, tuple[tuple[str, ...], ...]], list[str]] = {}
    for pair, value in survey.barred:
        group = Question(having=((pair, value),), readings=survey.chosen)
        sets = tuple(survey.all_blame(group, survey.others()))
        if list(sets) in survey.closed_doors.values():
            continue  # the text even means to admit such people: a closed door
        if sets and all(len(one) > 1 for one in sets):
            found.setdefault((pair, sets), []).append(value)
    for (pair, sets), values in found.items():
        attribute = survey.protocol.vocabulary.attributes[pair[0][0], pair[1]]
        labels = survey.protocol.vocabulary.domains.get(attribute.of, {})
        kind = survey.protocol.vocabulary.kinds[attribute.kind]
        whose = "" if kind.name == PATIENT else f"{kind.label}: "
        said = joined([labels.get(value, value) for value in values], "or")
        clauses = survey.protocol.in_order({clause for one in sets for clause in one})
        yield Finding(
            KINDS[0],
            f"{attribute.kind}.{attribute.name}={'/'.join(values)}",
            tuple(clauses),
            f"nobody with {whose}{attribute.label} {said} meets {joined(sets[0])} together",
            (f"nor {joined([joined(one) for one in sets[1:]], 'nor')} together",)
            if len(sets) > 1
            else (),
            sets,
            scope=survey.scope,
        )
