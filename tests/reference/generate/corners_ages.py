"""Corners of age, childbearing potential and pregnancy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .basics import DAY, Record, iso, product
from .corners_dates import ENROLLMENTS, around
from .patients import baseline, changed, woman


def corner_ages() -> Iterator[Record]:
    """Age x birthday x childbearing potential; tests; pregnancy."""
    for enrollment in ENROLLMENTS:
        for years in (17, 18, 19, 59, 60, 61):
            for birth in around(enrollment, -12 * years):
                here = {"birth_date": birth, "dates": {"enrollment": enrollment}}
                here["consent.date"] = enrollment
                here["lesions.0.detected"] = iso(DAY(date.fromisoformat(enrollment)) - 10)
                yield changed(baseline(), here)
                last = {"reproduction.last_menstruation": here["lesions.0.detected"]}
                yield changed(woman(), {**here, **last, "pregnancy_tests": []})
    base = woman()
    for birth, years in (("2006-02-28", 18), ("2006-03-01", 18), ("1964-02-29", 60)):
        for day in around(birth, 12 * years, (-1, 0, 1, 2)):
            here = {"birth_date": birth, "dates": {"enrollment": day}, "pregnancy_tests": []}
            last = {"reproduction.last_menstruation": iso(DAY(date.fromisoformat(day)) - 10)}
            yield changed(base, {**here, **last, "consent.date": day})
    for menarche, last, other, sterile, judged in product(
        (True, False),
        ("2023-03-14", "2023-03-15", "2023-03-16", "2024-03-01"),
        (True, False),
        ("none", "hysterectomy", "bilateral_salpingectomy", "bilateral_oophorectomy"),
        (None, True, False),
    ):
        for tests, agreed in product(([], base["pregnancy_tests"]), (True, False)):
            yield changed(
                base,
                {
                    "reproduction.menarche": menarche,
                    "reproduction.last_menstruation": last if menarche else None,
                    "reproduction.other_cause_of_amenorrhea": other if menarche else None,
                    "reproduction.sterilization": sterile,
                    "reproduction.childbearing_potential": judged,
                    "reproduction.contraception_agreed": agreed,
                    "pregnancy_tests": tests,
                },
            )
    times = (
        *("2024-03-15 09:00", "2024-03-15 08:59", "2024-03-15 09:01", "2024-03-18 09:00"),
        *("2024-03-18 09:01", "2024-03-18 08:59", "2024-03-15", "2024-03-16", "2024-03-17"),
        *("2024-03-18", "2024-03-14", "2024-03-19", "2024-03", "2024-03-14 23:59"),
    )
    fixed = ("2024-03-18 09:00", "2024-03-18", "2024-03-18 00:00", "2024-03-18 23:59")
    results = ("negative", "positive", "indeterminate")
    for time, at, result in product(times, fixed, results):
        test = {"specimen": "urine", "result": result, "time": time}
        yield changed(base, {"dates.randomization": at, "pregnancy_tests": [test]})
        both = [test, *base["pregnancy_tests"]]
        yield changed(base, {"dates.randomization": at, "pregnancy_tests": both})
    for pregnant, breastfeeding in product((True, False), (True, False)):
        yield changed(
            base,
            {"reproduction.pregnant": pregnant, "reproduction.breastfeeding": breastfeeding},
        )
