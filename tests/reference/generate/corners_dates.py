"""Corners of elapsed times, the three-month window among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from .basics import DAY, Record, iso, months, product
from .limits import THREE_MONTHS
from .patients import baseline, changed, metastases
from .words import MALIGNANCIES

TREATMENT_ENDS = (
    *("2023-11-30", "2023-11-29", "2023-08-31", "2022-11-30", "2021-10-11"),
    *("2023-12-01", "2023-02-01", "2023-07-01", "2022-12-02"),
)
ENROLLMENTS = (
    *("2024-03-15", "2024-05-31", "2024-05-30", "2023-05-31", "2024-02-29", "2023-02-28"),
    *("2024-11-30", "2024-12-31", "2024-01-01"),
)


def around(anchor: str, n: int, offsets: Sequence[int] = (-1, 0, 1)) -> list[str]:
    return [iso(months(DAY(date.fromisoformat(anchor)), n) + at) for at in offsets]


def corner_dates() -> Iterator[Record]:
    """Windows with clamping at the end of the month."""
    base = baseline()
    for enrollment, lag in product(ENROLLMENTS, (0, 1, 10, 31)):
        start = iso(DAY(date.fromisoformat(enrollment)) + lag)
        fixed = {
            "dates": {"enrollment": enrollment, "treatment_start": start},
            "consent.date": enrollment,
            "lesions.0.detected": iso(DAY(date.fromisoformat(enrollment)) - 10),
        }
        here = changed(base, fixed)
        days = {day for at in (enrollment, start) for n in (0, -3) for day in around(at, n)}
        for day in sorted(days):
            month_before = iso(DAY(date.fromisoformat(day)) - 30)
            for first, kind in product((day, month_before), ("chemotherapy", "bone_agent")):
                therapy = {"class": kind, "first_dose": first, "last_dose": day}
                yield changed(here, {"systemic_therapies": [therapy]})
            yield changed(here, {"traumas": [{"severe": True, "date": day}]})
            for procedure, major in (
                *(("laparotomy", False), ("endoscopy", True), ("other_procedure", True)),
                ("thoracoscopy", False),
            ):
                one = {"procedure": procedure, "major": major, "date": day}
                yield changed(here, {"operations": [one]})
            for kind in ("surgery", "radiotherapy", "chemoradiotherapy"):
                more = {"type": kind, "intent": "curative", "completed": True, "end": day}
                if kind == "surgery":
                    more["residual"] = "r0"
                kept = base["definitive_treatments"]
                yield changed(here, {"definitive_treatments": [*kept, more]})
                yield changed(here, {"definitive_treatments": [more]})
        for back in (27, 28, 29, 0, -1, 1):
            day = iso(DAY(date.fromisoformat(start)) - back)
            yield changed(here, {"trial_participations": [{"last_intervention": day}]})
    for end in TREATMENT_ENDS[:5]:
        for n in (0, 3):
            for day in around(end, n, (-2, -1, 0, 1, 2)):
                yield changed(
                    base,
                    {
                        "definitive_treatments.0.end": end,
                        "lesions": metastases("lung", detected=day),
                    },
                )
    for diagnosis in ("2023-02-28", "2024-02-29", "2021-08-02", "2020-08-31"):
        for n in (-60, 0, 6):
            for day in around(diagnosis, n):
                for kind, treated, low, survival in product(
                    MALIGNANCIES[:4], (False, True), (False, True), ("90 %", "90.1 %", "89.9 %")
                ):
                    one = {"type": kind, "diagnosis": day, "well_treated": treated}
                    one |= {"low_risk": low, "five_year_survival": survival}
                    changes: Record = {
                        "primary.diagnosis": diagnosis,
                        "other_malignancies": [one],
                    }
                    if diagnosis > "2021-10-11":
                        changes["definitive_treatments.0.end"] = diagnosis
                        changes["dates"] = {"enrollment": "2024-12-02"}
                        changes["lesions.0.detected"] = iso(
                            months(DAY(date.fromisoformat(diagnosis)), 7)
                        )
                    yield changed(base, changes)


def _three_months(anchor: str, sign: int) -> list[str]:
    """Days about three months from the anchor, by the calendar and in days."""
    day = DAY(date.fromisoformat(anchor))
    found = {*around(anchor, 3 * sign), *(iso(day + sign * days) for days in THREE_MONTHS)}
    return sorted(found)


def window_corners() -> Iterator[Record]:
    """What may have been within three months, a few days off, however a month is counted."""
    base = baseline()
    for enrollment, lag in product((*ENROLLMENTS, "2024-03-01", "2023-05-01"), (0, 10)):
        start = iso(DAY(date.fromisoformat(enrollment)) + lag)
        here = changed(
            base,
            {
                "dates": {"enrollment": enrollment, "treatment_start": start},
                "consent.date": enrollment,
                "lesions.0.detected": iso(DAY(date.fromisoformat(enrollment)) - 10),
            },
        )
        for day in sorted({*_three_months(enrollment, -1), *_three_months(start, -1)}):
            therapy = {"class": "chemotherapy", "first_dose": day, "last_dose": day}
            yield changed(here, {"systemic_therapies": [therapy]})
            yield changed(here, {"traumas": [{"severe": True, "date": day}]})
            yield changed(here, {"operations": [{"procedure": "laparotomy", "date": day}]})
            yield changed(here, {"primary.controlled_since": day})
            for kind in ("radiotherapy", "chemoradiotherapy"):
                one = {"type": kind, "intent": "curative", "completed": True, "end": day}
                yield changed(here, {"definitive_treatments": [one]})
        for month in sorted({day[:7] for day in _three_months(start, -1)}):
            yield changed(here, {"traumas": [{"severe": True, "date": month}]})
            therapy = {"class": "chemotherapy", "first_dose": month, "last_dose": month}
            yield changed(here, {"systemic_therapies": [therapy]})
    for end in TREATMENT_ENDS:
        for day in (end, *_three_months(end, 1)):
            found = metastases("lung", detected=day)
            drug = {"class": "chemotherapy", "first_dose": "2021-09-01", "last_dose": end}
            yield changed(base, {"definitive_treatments.0.end": end, "lesions": found})
            yield changed(
                base,
                {"lesions": found, "systemic_therapies": [drug | {"adjuvant_end": end}]},
            )
            yield changed(
                base,
                {"definitive_treatments.0.end": end, "course.first_metastasis": day},
            )
        for month in sorted({day[:7] for day in _three_months(end, 1)}):
            found = metastases("lung", detected=month)
            yield changed(base, {"definitive_treatments.0.end": end, "lesions": found})
