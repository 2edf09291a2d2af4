"""What remains for those whom the text means to admit: the passage, where it is narrow.

Whoever is nearest to the typical patient, eligible and no case of an intent may have some
values instead of his own, all else being equal, and stay eligible. A passage is narrow if
somebody who is a case of the intent may have such a value as well, but nobody who is eligible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from oligoasp.record.facts import Entity, Value
from oligoasp.verify.space import Named
from oligoasp.verify.spaces import intended
from oligoasp.verify.survey import Survey


class Loss(NamedTuple):
    """What is ruled out for those whom the text means to admit.

    Attributes:
        kind: whose attribute, the patient's or that of a kind of entry.
        attribute: its name.
        values: the values that nobody eligible of them has.
        left: the values that somebody eligible of them has.
        sets: every minimal set of clauses to blame.
    """

    kind: str
    attribute: str
    values: list[Value]
    left: list[Value]
    sets: tuple[tuple[str, ...], ...]


def narrowed(survey: Survey) -> dict[str, list[Loss]]:
    """Give what is ruled out for those of each intent whose door is open, if something is."""
    candidates = _not_seen(survey)
    for space in survey.spaces:
        for intent, values in candidates.items():
            if values:
                space.thin_out(survey.admitted(intent), intent, candidates)
    found = {i: _losses(survey, i, values) for i, values in candidates.items()}
    return {intent: losses for intent, losses in found.items() if losses}


def region(survey: Survey, loss: Loss, values: Iterable[Value]) -> str:
    """Say which values of the attribute of a loss these are."""
    return survey.words.region(_some(survey, loss.kind), loss.attribute, values)


def _some(survey: Survey, kind: str) -> Entity:
    """Give some entry of a kind."""
    return next(pair[0] for pair in survey.small.session.has if pair[0][0] == kind)


def _not_seen(survey: Survey) -> dict[str, list[Named]]:
    """Give, for each intent, what may be lost: what others have and cases, but none eligible.

    That is as the crowd shows it, so that somebody else may be eligible and have it.
    """
    seeds, crowd = survey.around.seeds, survey.around.crowd
    if seeds is None:
        return {}
    having: dict[Named, int] = defaultdict(int)
    for (entity, name), of_pair in survey.small.session.has.items():
        for value, atom in of_pair.items():
            having[entity[0], name, value] |= crowd.holding(atom)
    eligible = crowd.possible & crowd.holding(survey.small.session.eligible)
    found = {}
    for intent, literal in intended(survey.small).items():
        if intent in survey.open_doors:
            cases = crowd.possible & crowd.holding(literal)
            others = eligible & ~cases
            others &= survey.around.adjoining.get(seeds.others.get(intent, seeds.ordinary), 0)
            found[intent] = [
                named
                for named, mask in having.items()
                if mask & others and mask & cases and not mask & cases & eligible
            ]
    return found


def _losses(survey: Survey, intent: str, lost: Sequence[Named]) -> list[Loss]:
    """Say which clauses are to blame for what is lost, unless it is the one that admits them.

    What the clause rules out whose words mean to admit somebody is no news: the words say so.
    """
    own = survey.intents[intent][0]
    anyone = replace(survey.admitted(intent), eligible=False)
    by_sets: dict[tuple[str, str, tuple[tuple[str, ...], ...]], list[Value]] = {}
    for kind, name, value in lost:
        entity = _some(survey, kind)
        having = replace(anyone, having=(((entity, name), value),))
        if survey.holds(replace(having, met=(own,))):
            sets = tuple(survey.all_blame(having, survey.others()))
            by_sets.setdefault((kind, name, sets), []).append(value)
    return [
        Loss(kind, name, values, _left(survey, intent, kind, name), sets)
        for (kind, name, sets), values in by_sets.items()
    ]


def _left(survey: Survey, intent: str, kind: str, name: str) -> list[Value]:
    """Give the values of an attribute that eligible cases of an intent have."""
    pair = next(p for p in survey.space.session.has if (p[0][0], p[1]) == (kind, name))
    atoms = survey.space.session.has[pair]
    assumptions = survey.space.assume(survey.admitted(intent)) or []
    nowhere = set(survey.space.session.nowhere(assumptions, atoms.values()))
    return [value for value, literal in atoms.items() if literal not in nowhere]
