"""What is impossible: the integrity rules, as tests of a completion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .completions import Entry, Key, Test
from .entries import Definitive, Therapy, Trial
from .lesions import Lesion
from .reading import Patient
from .spans import SPANS


def _reproduction(p: Patient) -> list[Test]:
    def carrying() -> bool:
        return bool(p.pregnant)

    return [
        lambda: not (p.sex == "female" and (carrying() or p.breastfeeding) and p.age >= 60),
        lambda: not (p.sex == "female" and carrying() and p.sterilization != "none"),
        lambda: not (p.sex == "female" and (carrying() or p.breastfeeding) and not p.menarche),
        lambda: not (p.sex == "female" and carrying() and p.childbearing is False),
    ]


def _lesion(lesion: Entry) -> list[Test]:
    return [
        lambda: lesion.site != "lymph_node" or lesion.short_axis <= lesion.longest,
        lambda: lesion.after_treatment <= lesion.after_diagnosis,
    ]


def _found_on_one_day(lesion: Entry) -> list[Test]:
    """The times of one detection, in days and in calendar months, are those of one day."""
    since = SPANS["days_after_diagnosis"](lesion)
    return [
        lambda: (lesion.days_after_treatment > 0) is (lesion.after_treatment > 0),
        lambda: (lesion.days_after_treatment < 0) is (lesion.after_treatment < 0),
        lambda: since is None or lesion.days_after_treatment <= since[1],
    ]


def _nested(outer: Entry, inner: Entry) -> Test:
    return lambda: (
        not (
            outer.site == inner.site == "lymph_node"
            and outer.group is not None
            and outer.group == inner.group
        )
        or inner.longest <= outer.conglomerate
    )


def _therapy(one: Entry) -> list[Test]:
    return [
        lambda: one.last_enrollment <= one.first_enrollment,
        lambda: one.last_start <= one.first_start,
        lambda: one.last_enrollment <= one.last_start,
        lambda: one.first_enrollment <= one.first_start,
    ]


def _ended_in_order(one: Entry) -> Test:
    return lambda: one.end_enrollment <= one.end_start


def _left_after_last_dose(one: Entry) -> Test:
    return lambda: one.end_days <= one.days


def listed_now(p: Patient) -> tuple[Entry, ...]:
    """The lesions of the completion under way: the recorded ones if that is still open."""
    key: Key = (p, "lesions")
    found: tuple[Entry, ...] = p.world.assignment.get(key) or p.__dict__.get("lesions") or ()
    return found


def _group(entry: Entry) -> Any:
    """The group of a lesion, None if it is still open."""
    if entry.recorded:
        return entry.group
    return entry.world.assignment.get((entry, "group"))


def constraints(p: Patient) -> Callable[[set[Entry]], list[Test]]:
    """The impossibilities that bind the gaps of the entries touched by a search."""

    def of(touched: set[Entry]) -> list[Test]:
        tests: list[Test] = []
        lesions = {one for one in touched if isinstance(one, Lesion)}
        if lesions:
            groups = {_group(one) for one in lesions} - {None}
            members = [one for one in listed_now(p) if _group(one) in groups] if groups else []
            order = [one for one in listed_now(p) if one in lesions or one in members]
            for one in order:
                tests += _lesion(one)
                if (one, "days_after_treatment") in p.world.assignment:
                    tests += _found_on_one_day(one)
            tests += [_nested(outer, inner) for outer in members for inner in members]
        for one in touched:
            if isinstance(one, Therapy):
                tests += _therapy(one)
            elif isinstance(one, Definitive):
                tests.append(_ended_in_order(one))
            elif isinstance(one, Trial):
                tests.append(_left_after_last_dose(one))
        if p in touched:
            names = {name for entry, name in p.world.assignment if entry is p}
            if names & {"lung_irradiated", "thoracic_radiotherapy"}:
                tests.append(lambda: not p.lung_irradiated or p.thoracic_radiotherapy)
            if names & REPRODUCTION:
                tests += _reproduction(p)
        return tests

    return of


REPRODUCTION = {
    "sex",
    "age",
    "menarche",
    "sterilization",
    "pregnant",
    "breastfeeding",
    "childbearing",
}
