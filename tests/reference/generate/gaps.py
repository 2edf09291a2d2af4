"""Records with parts missing: fields, entries and whole lists removed, dates known in part."""

from __future__ import annotations

import random

from ..values import date_span
from .basics import DAY, Record, clone, iso, pick

DATES = (
    *(("", "birth_date"), ("dates", "treatment_start"), ("dates", "randomization")),
    *(("primary", "diagnosis"), ("consent", "date"), ("reproduction", "last_menstruation")),
    *(("primary", "controlled_since"), ("course", "first_metastasis")),
    *(("lesions", "detected"), ("definitive_treatments", "end")),
    *(("systemic_therapies", "first_dose"), ("systemic_therapies", "last_dose")),
    ("systemic_therapies", "adjuvant_end"),
    *(("operations", "date"), ("traumas", "date"), ("pregnancy_tests", "time")),
    *(("other_malignancies", "diagnosis"), ("trial_participations", "last_intervention")),
)
LISTS = (
    *("lesions", "definitive_treatments", "systemic_therapies", "operations", "traumas"),
    *("pregnancy_tests", "toxicities", "effusions", "other_malignancies", "comorbidities"),
    "trial_participations",
)
SECTIONS = (
    *("dates", "primary", "course", "labs", "lung", "spinal_cord", "reproduction", "consent"),
    *("judgement", "immunodeficiency"),
)
TOP = ("sex", "birth_date", "age", "ecog", "estimated_survival", "weight")
# Attributes that have no meaning once the other is open: they go with it.
DEPENDENTS: dict[str, tuple[str, ...]] = {
    "sex": (
        *("childbearing_potential", "menarche", "last_menstruation", "sterilization"),
        *("other_cause_of_amenorrhea", "pregnant", "breastfeeding"),
    ),
    "menarche": ("last_menstruation", "other_cause_of_amenorrhea"),
    "histology": ("histology_accepted",),
    "status": ("controlled_since",),
    "site": (
        *("station", "nodal_class", "short_axis", "adjacent_group", "conglomerate_diameter"),
        *("positive", "bone", "symptomatic", "progressing", "needs_steroids", "uncontrolled"),
    ),
    "in_radiation_field": ("progressed_since_radiotherapy",),
    "modality": ("slice_thickness",),
    "type": ("residual", "dose"),
    "adjacent_group": ("conglomerate_diameter",),
}
MAY_BE_UNKNOWN = ("childbearing_potential", "measurable", "uncontrolled", "pet", "second_primary")
MEANT = (*MAY_BE_UNKNOWN, "number", "adjacent_group", "dates", "creatinine_clearance")
WORDS = frozenset(
    {
        *("sex", "site", "station", "histology", "confirmed_by", "status", "status_by", "pet"),
        *("modality", "character", "pathology", "local_treatment", "type", "intent", "residual"),
        *("impaired_function", "sterilization", "signed_by", "result", "term", "procedure"),
    }
)


def vague(text: str, rng: random.Random) -> str:
    """A partial date that leaves open which day it was."""
    chance = rng.random()
    if len(text) > 10 and ".." not in text and chance < 0.4:
        return text[:10]
    first, last = date_span(text)
    if chance < 0.65 or first != last:
        return text[:7] if first == last else text[:4] if len(text) < 10 else text
    if chance < 0.75:
        return text[:4]
    ends = (DAY(first) - int(rng.random() * 40), DAY(first) + int(rng.random() * 40))
    return f"{iso(ends[0])}..{iso(ends[1])}"


def vague_date(record: Record, rng: random.Random) -> None:
    section, name = pick(rng, DATES)
    place = record.get(section) if section else record
    if isinstance(place, list):
        place = pick(rng, place) if place else None
    if place and name in place:
        place[name] = vague(place[name], rng)


def _loosen(group: str, lesions: list[Record]) -> None:
    """A group of which one member is left is no group."""
    members = [one for one in lesions if one.get("adjacent_group") == group]
    if len(members) == 1:
        members[0].pop("adjacent_group")
        members[0].pop("conglomerate_diameter", None)


def _open_field(
    record: Record, place: Record, name: str, rng: random.Random, only_gaps: bool
) -> None:
    """Remove a field, or say that it is unknown, or say less of it."""
    value = place[name]
    judged = record.get("reproduction", {}).get("childbearing_potential") is not None
    if only_gaps and (
        place is record.get("dates")
        or (name == "site" and ("adjacent_group" in place or "uncontrolled" in place))
        or (name == "sex" and judged)
    ):
        return
    if only_gaps and name in MEANT:
        if name in MAY_BE_UNKNOWN:
            place[name] = "unknown"
        return
    group = place.get("adjacent_group")
    chance = rng.random()
    if isinstance(value, dict) and chance < 0.5:
        value.pop(pick(rng, [key for key in value if key in ("uln", "date")] or ("uln",)), None)
        return
    if isinstance(value, str) and chance < 0.3 and value.endswith((" mm", " cm")):
        number, unit = value.split(" ")
        if number.replace(".", "", 1).isdigit():
            low, high = float(number) * 0.8, float(number) * 1.2
            place[name] = pick(
                rng, (f">={number} {unit}", f"<={number} {unit}", f"{low:.1f}..{high:.1f} {unit}")
            )
            return
    if name == "dates" or (place is record.get("dates") and name == "enrollment"):
        _undate(record)
    word = name in WORDS or isinstance(value, bool)
    if word and chance > 0.75:
        place[name] = "unknown"
    else:
        del place[name]
    dependents = DEPENDENTS.get(name, ())
    where = record.get("reproduction", {}) if name == "sex" else place
    if name in ("site", "type") and place is record.get("primary"):
        dependents = ()
    for other in dependents:
        where.pop(other, None)
    if group is not None and name in ("site", "adjacent_group"):
        _loosen(group, record["lesions"])


def _undate(record: Record) -> None:
    """Without a date of enrollment there is no telling which of several results counts."""
    labs = record.get("labs", {})
    for place in (record, labs, record.get("lung", {})):
        for name, value in place.items():
            measured = place is not record or name == "ecog"
            if measured and isinstance(value, list):
                place[name] = value[0]


def remove_parts(record: Record, rng: random.Random, n: int, *, only_gaps: bool = False) -> Record:
    """A copy of the record with n random parts missing.

    With ``only_gaps``, nothing goes whose absence has a meaning of its own (a date of
    treatment start, a group, a judgement), so that the original is one of the completions.
    """
    enrolled = record.get("dates", {}).get("enrollment")
    record = clone(record)
    for _ in range(n):
        chance = rng.random()
        if chance < 0.12:
            vague_date(record, rng)
        elif chance < 0.18:
            name = pick(rng, LISTS)
            open_lists = record.setdefault("incomplete_lists", [])
            if name in record and name not in open_lists:
                open_lists.append(name)
        elif chance < 0.24:
            record.pop(pick(rng, LISTS), None)
        elif chance < 0.27:
            name = pick(rng, LISTS)
            grouped = any("adjacent_group" in one for one in record.get(name) or ())
            if record.get(name) and not (only_gaps and grouped):
                gone = record[name].pop(int(rng.random() * len(record[name])))
                open_lists = record.setdefault("incomplete_lists", [])
                if name not in open_lists:
                    open_lists.append(name)
                if gone.get("adjacent_group") is not None:
                    _loosen(gone["adjacent_group"], record[name])
        elif chance < 0.6:
            name = pick(rng, LISTS[:3]) if rng.random() < 0.8 else pick(rng, LISTS)
            if record.get(name):
                place = pick(rng, record[name])
                names = [key for key in place if key not in ("id", "name")]
                if names:
                    _open_field(record, place, pick(rng, names), rng, only_gaps)
        elif chance < 0.7:
            names = [name for name in TOP if name in record]
            if names:
                _open_field(record, record, pick(rng, names), rng, only_gaps)
        else:
            place = record.get(pick(rng, SECTIONS))
            if place:
                _open_field(record, place, pick(rng, list(place)), rng, only_gaps)
    if not record.get("incomplete_lists", True):
        del record["incomplete_lists"]
    dates = record.get("dates", {})
    if enrolled and "enrollment" not in dates and "registration" in dates:
        # It stands for enrollment then, and nothing can have been found after that.
        dates["registration"] = enrolled
    return record
