"""What a record says of a lesion."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .codes import CODES
from .completions import Entry, Gap
from .readers import Reader, attested, choice, flag, settle
from .spans import times, windowed
from .values import Number, Span, integer, quantity

SITES = ("lung", "adrenal", "kidney", "lymph_node", "liver", "bone", "brain", "esophagus")
LENGTHS = ("longest_diameter", "short_axis", "conglomerate_diameter")


class Lesion(Entry):
    """One lesion."""


def site_of(lesion: Entry) -> Any:
    """The site; an unknown one may be any of the usual ones or of those in the record."""
    value = lesion.raw.get("site")
    if value is not None and value != "unknown":
        return CODES.get(value, value)
    others = [one.get("site") for one in lesion.patient.raw.get("lesions") or ()]
    known = [CODES.get(one, one) for one in others if one is not None and one != "unknown"]
    return Gap(dict.fromkeys((*SITES, *known)))


def number_of(lesion: Entry) -> Any:
    """How many lesions the entry stands for; beyond five nothing changes."""
    value = lesion.raw.get("number")
    if value is None:
        return 1 if lesion.recorded else Gap((1, 2, 3, 4, 5))
    number = integer(value)
    if not isinstance(number, Span):
        return number
    low = max(1, 1 if number.lo is None else int(number.lo) + number.lo_open)
    high = max(low, 5) if number.hi is None else int(number.hi) - number.hi_open
    return low if low == high else Gap(range(low, min(high, max(low, 5)) + 1))


def group_of(lesion: Entry) -> Any:
    """The group of adjacent nodes; unrecorded nodes may belong to a recorded group."""
    value = lesion.raw.get("adjacent_group")
    if lesion.recorded:
        return value
    listed = lesion.patient.raw.get("lesions") or ()
    return Gap(dict.fromkeys((None, *(one.get("adjacent_group") for one in listed))))


def slice_span(lesion: Entry) -> Number | Span | None:
    """Slice thickness as given."""
    value = lesion.raw.get("slice_thickness")
    return None if value is None else quantity(str(value), "length")


def slice_of(lesion: Entry) -> Any:
    """Slice thickness; it only matters whether it exceeds 5 mm and half of a diameter.

    Measurability falls monotonically with it, so the extremes cover every case.
    """
    value = slice_span(lesion)
    if value is None and lesion.recorded:
        return 5  # the vocabulary: a lesion without slice_thickness has slices of 5 mm
    if value is None:
        return Gap((5, 1000))
    if not isinstance(value, Span):
        return value
    low = 0 if value.lo is None else value.lo
    high = 1000 if value.hi is None else value.hi
    tiny = Fraction(1, 10**6)
    return Gap((low + tiny if value.lo_open else low, high - tiny if value.hi_open else high))


def length_points(patient: Entry) -> tuple[Number, ...]:
    """Critical points of all lengths of lesions: limits and whatever the record gives."""
    points: set[Number] = {10, 15, 20, 50}
    for raw in patient.raw.get("lesions") or ():
        for name in (*LENGTHS, "slice_thickness"):
            if raw.get(name) is not None:
                value = quantity(str(raw[name]), "length")
                ends = (value.lo, value.hi) if isinstance(value, Span) else (value,)
                for end in ends:
                    if end is not None:
                        points.add(end)
                        if name == "slice_thickness":
                            points.update((2 * end, 2 * (end + Fraction(1, 10**6))))
    return tuple(points)


def length(name: str) -> Reader:
    """A diameter of a lesion."""

    def read(lesion: Entry) -> Any:
        raw = lesion.raw.get(name)
        if raw is None and name == "conglomerate_diameter":
            raw = said_in_group(lesion, name)
        value = None if raw is None else quantity(str(raw), "length")
        if value is not None and not isinstance(value, Span):
            return value
        return settle(value, length_points(lesion.patient), 0)

    return read


def said_in_group(lesion: Entry, name: str) -> Any:
    """What another node of the group says (the vocabulary: one of them says it for all)."""
    label = lesion.raw.get("adjacent_group")
    listed = lesion.patient.raw.get("lesions") or ()
    said = [one.get(name) for one in listed if label and one.get("adjacent_group") == label]
    return next((value for value in said if value is not None), None)


# Elapsed calendar times are in half steps (months_back), so 3 months are 6.
_DETECTED = ("after_diagnosis", "after_treatment")

Lesion.readers = {
    "site": site_of,
    "station": choice("station", "supraclavicular", "station_7", "cervical"),
    "nodal_class": choice("nodal_class", "nonregional", "regional"),
    "bone": choice("bone", "pelvis", "thoracic_vertebra"),
    "number": number_of,
    "longest": length("longest_diameter"),
    "short_axis": length("short_axis"),
    "conglomerate": length("conglomerate_diameter"),
    "modality": choice("modality", "ct", "caliper", "chest_xray", "other_modality"),
    "slice": slice_of,
    "character": choice("character", "lytic_soft_tissue", "solid", "blastic"),
    "measurable": attested("measurable"),
    "pathology": choice("pathology", "squamous_cell_carcinoma", "none", "different"),
    "second_primary": flag("second_primary", False),
    "second_primary_absent": lambda e: e.recorded and e.raw.get("second_primary") is None,
    "visible_on_ct": flag("visible_on_ct", True),
    "pet": choice("pet", "avid", "not_avid", absent="not_done"),
    "positive": flag("positive", True),
    "group": group_of,
    "after_diagnosis": times("after_diagnosis", (0, 6, 12), _DETECTED),
    "after_treatment": times("after_treatment", (0, 6, 12), _DETECTED),
    "days_after_treatment": windowed("days_after_treatment", ("days_after_diagnosis",)),
    "local_treatment": choice("local_treatment", "none", "radiotherapy", "surgery"),
    "in_radiation_field": flag("in_radiation_field", False),
    "progressed": flag("progressed_since_radiotherapy", True),
    "uncontrolled": attested("uncontrolled"),
    "symptomatic": flag("symptomatic", False),
    "progressing": flag("progressing", False),
    "needs_steroids": flag("needs_steroids", False),
}
