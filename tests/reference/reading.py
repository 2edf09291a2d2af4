"""What a record says about each attribute that the criteria read: a value or a gap."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

from .ambiguities import DEFAULT, Readings
from .completions import Entry, Gap, Key, Test, World
from .values import (
    DateSpan,
    Number,
    Span,
    cells,
    complete_years,
    date_span,
    days_back,
    elapsed,
    integer,
    minute_span,
    months_back,
    quantity,
    ratio,
    years_back,
)

Reader = Callable[[Any], Any]

SAME_DAY_TEST_IS_BEFORE = True
"""A pregnancy test and a randomization on one day, one of them without a time: True takes
the test to come first (clauses.yaml: "difference <= 2 days met"), False leaves it open
(a date is any time of that day)."""

NOT_STATED = "not_stated"

CODES = {
    "icd-o-3|C15.9": "esophagus",
    "icd-10-cm|C15.9": "esophagus",
    "icd-o-3|C15.0": "cervical_esophagus",
    "icd-o-3|C15.1": "thoracic_esophagus",
    "icd-o-3|C15.2": "abdominal_esophagus",
    "icd-o-3|C15.3": "upper_third_esophagus",
    "icd-10-cm|C15.3": "upper_third_esophagus",
    "icd-o-3|C15.4": "middle_third_esophagus",
    "icd-10-cm|C15.4": "middle_third_esophagus",
    "icd-o-3|C15.5": "lower_third_esophagus",
    "icd-10-cm|C15.5": "lower_third_esophagus",
    "icd-o-3|C15.8": "overlapping_esophagus",
    "icd-10-cm|C15.8": "overlapping_esophagus",
    "icd-o-3|8070/3": "squamous_cell_carcinoma",
    "snomed|1162767002": "squamous_cell_carcinoma",
    "icd-o-3|8071/3": "keratinizing_squamous_cell_carcinoma",
    "icd-o-3|8072/3": "nonkeratinizing_squamous_cell_carcinoma",
    "icd-o-3|8074/3": "spindle_cell_squamous_carcinoma",
    "icd-o-3|8083/3": "basaloid_squamous_cell_carcinoma",
    "icd-o-3|8560/3": "adenosquamous_carcinoma",
    "icd-o-3|8070/2": "squamous_cell_carcinoma_in_situ",
    "icd-o-3|8140/3": "adenocarcinoma",
    "snomed|1187332001": "adenocarcinoma",
    "icd-o-3|8041/3": "small_cell_carcinoma",
    "snomed|94391008": "lung",
    "icd-10-cm|C78.00": "lung",
    "icd-10-cm|C78.01": "lung",
    "icd-10-cm|C78.02": "lung",
    "snomed|94381002": "liver",
    "icd-10-cm|C78.7": "liver",
    "snomed|94222008": "bone",
    "icd-10-cm|C79.51": "bone",
    "snomed|94225005": "brain",
    "icd-10-cm|C79.31": "brain",
    "snomed|94161006": "adrenal",
    "snomed|94360002": "kidney",
    "snomed|94493005": "pleura",
    "snomed|94484009": "pericardium",
    "snomed|94432003": "muscle",
    "snomed|94392001": "lymph_node",
    "snomed|314960002": "esophagus",
    "snomed|94181007": "axillary",
    "snomed|94519005": "para_aortic",
    "snomed|94339008": "inguinal",
    "snomed|94397007": "cervical",
    "snomed|94408005": "mediastinal",
    "snomed|94351005": "intrathoracic",
    "snomed|94347008": "abdominal",
    "snomed|94274006": "thoracic_vertebra",
    "snomed|94478006": "pelvis",
    "snomed|373808002": "curative",
    "snomed|363676003": "palliative",
}

# ---- Generic readers -----------------------------------------------------------


def field(raw: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, None if absent."""
    section, _, name = path.partition(".")
    value = raw.get(section)
    if name:
        return value.get(name) if value is not None else None
    return value


def plain(path: str) -> Callable[[dict[str, Any]], Any]:
    """A fast ``field`` for one path."""
    section, _, name = path.partition(".")
    if not name:
        return lambda raw: raw.get(section)

    def nested(raw: dict[str, Any]) -> Any:
        inner = raw.get(section)
        return inner.get(name) if inner is not None else None

    return nested


def flag(path: str, harmless: bool) -> Reader:
    """A flag; the harmless value is tried first."""
    get = plain(path)
    gap = Gap((harmless, not harmless))

    def read(entry: Entry) -> Any:
        value = get(entry.raw)
        return value if value is True or value is False else gap

    return read


def choice(path: str, *candidates: str, absent: str | None = None) -> Reader:
    """A choice, with representatives of the groups of values that the clauses tell apart."""
    get = plain(path)
    gap = Gap(candidates)

    def read(entry: Entry) -> Any:
        value = get(entry.raw)
        if value is None and absent is not None and entry.recorded:
            return absent
        if value is None or value == "unknown":
            return gap
        return CODES.get(value, value) if "|" in value else value

    return read


def attested(path: str) -> Reader:
    """A judgement: absent means not stated, ``unknown`` leaves it open."""
    get = plain(path)
    gap = Gap((NOT_STATED, True, False))

    def read(entry: Entry) -> Any:
        value = get(entry.raw)
        if value is True or value is False:
            return value
        if value is None and entry.recorded:
            return NOT_STATED
        return gap

    return read


def settle(
    value: Number | Span | None, critical: tuple[Number, ...], least: Number, integral: bool = False
) -> Any:
    """A number if it is known, else a gap with one representative per cell."""
    if value is None:
        value = Span(least)
    elif not isinstance(value, Span):
        return value
    elif value.lo is None:
        value = Span(least, False, value.hi, value.hi_open)
    found = cells(value, critical, integral=integral)
    return found[0] if len(found) == 1 else Gap(found)


def bounds(span: tuple[int, int] | None) -> Span | int:
    """An elapsed time as a number or a span."""
    if span is None:
        return Span()
    return span[0] if span[0] == span[1] else Span(span[0], False, span[1], False)


def times(name: str, critical: tuple[int, ...], linked: tuple[str, ...] = ()) -> Reader:
    """An elapsed time; linked ones are compared with it, so they share critical points."""
    return _times(name, lambda p: critical, linked)


def windowed(name: str, linked: tuple[str, ...] = ()) -> Reader:
    """An elapsed time as ``times``, of which it matters whether it is within three months."""
    return _times(name, lambda p: (0, p.window.length), linked)


def _times(
    name: str, critical: Callable[[Patient], tuple[int, ...]], linked: tuple[str, ...]
) -> Reader:
    def read(entry: Entry) -> Any:
        value = bounds(SPANS[name](entry))
        if not isinstance(value, Span):
            return value
        points = set(critical(entry if isinstance(entry, Patient) else entry.patient))
        for other in linked:
            ends = SPANS[other](entry)
            if ends is not None:
                points.update(ends)
        return Gap(cells(value, points, integral=True))

    return read


# ---- Measurements --------------------------------------------------------------


def latest(raw: Any, enrollment: DateSpan | None) -> list[Any]:
    """The measurements that may be the one that counts; none if perhaps none does.

    The vocabulary: of several, "the latest on or before enrollment counts"; so one that was
    taken after enrollment is no result, even if it is the only one. One that may have been
    taken before or after, where a date is known in part, may count or not.
    """
    if raw is None:
        return []
    if not isinstance(raw, list):
        raw = [raw]
    if enrollment is None:
        return list(raw)
    undated = []
    dated = []
    for one in raw:
        day = one.get("date") if isinstance(one, dict) else None
        if day is None:
            undated.append(one)
        else:
            dated.append((*date_span(str(day)), one))
    counting = [first for first, last, _ in dated if last <= enrollment[0]]
    if not counting:
        return undated
    return undated + [
        one for first, last, one in dated if first <= enrollment[1] and last >= max(counting)
    ]


def reading(raw: Any, scale: str) -> Number | Span:
    """The value of one measurement."""
    if isinstance(raw, dict):
        return quantity(f"{raw['value']} {raw.get('unit', '')}", scale)
    return quantity(str(raw), scale)


def hull(found: list[Number | Span]) -> Number | Span | None:
    """The least span of all that a value may be; None if there is none."""
    if len(found) < 2:
        return found[0] if found else None
    spans = [v if isinstance(v, Span) else Span(v, False, v, False) for v in found]
    lows = [(s.lo, s.lo_open) for s in spans if s.lo is not None]
    highs = [(s.hi, not s.hi_open) for s in spans if s.hi is not None]
    lo, lo_open = min(lows) if len(lows) == len(spans) else (None, False)
    hi, closed = max(highs) if len(highs) == len(spans) else (None, True)
    return lo if lo is not None and lo == hi else Span(lo, lo_open, hi, not closed)


def measured(path: str, scale: str, critical: tuple[Number, ...]) -> Reader:
    """A measurement."""
    get = plain(path)

    def read(p: Patient) -> Any:
        found = [reading(one, scale) for one in latest(get(p.raw), p.enrollment)]
        return settle(hull(found), critical, 0, scale == "count")

    return read


def multiple(path: str, scale: str, *critical: Fraction) -> Reader:
    """A measurement as a multiple of its upper limit of normal."""
    get = plain(path)

    def read(p: Patient) -> Any:
        found = latest(get(p.raw), p.enrollment)
        if any(not isinstance(one, dict) or one.get("uln") is None for one in found):
            return settle(None, critical, 0)
        values = [ratio(str(o["value"]), o["unit"], str(o["uln"]), scale) for o in found]
        return settle(hull(values), critical, 0)

    return read


# ---- The patient ---------------------------------------------------------------


def anchor(*sources: str) -> Callable[[dict[str, Any]], DateSpan | None]:
    """The date of the first source that the record gives."""

    def read(raw: dict[str, Any]) -> DateSpan | None:
        dates = raw.get("dates")
        if dates is not None:
            for source in sources:
                value = dates.get(source)
                if value is not None:
                    return date_span(str(value))
        return None

    return read


ENROLLMENT = anchor("enrollment", "registration", "randomization")
START = anchor("treatment_start", "enrollment", "registration", "randomization")


def age_span(p: Patient) -> Number | Span | None:
    """Complete years of age at enrollment."""
    born = p.raw.get("birth_date")
    if born is None:
        years = p.raw.get("age")
        return None if years is None else integer(years)
    if p.enrollment is None:
        return None
    birth = date_span(str(born))
    low = complete_years(birth[1], p.enrollment[0])
    high = complete_years(birth[0], p.enrollment[1])
    return low if low == high else Span(low, False, high, False)


def clearance_of(p: Patient) -> Any:
    """Creatinine clearance: measured, or by Cockcroft-Gault from exactly known parts."""
    if field(p.raw, "labs.creatinine_clearance") is not None:
        measurement: Any = MEASURED_CLEARANCE(p)
        return measurement
    creatinine = latest(field(p.raw, "labs.creatinine"), p.enrollment)
    weight = latest(p.raw.get("weight"), p.enrollment)
    age = age_span(p)
    sex = p.raw.get("sex")
    if len(creatinine) == len(weight) == 1 and isinstance(age, int) and sex in ("male", "female"):
        mg_dl = reading(creatinine[0], "creatinine")
        kg = reading(weight[0], "weight")
        if not isinstance(mg_dl, Span) and not isinstance(kg, Span) and mg_dl > 0:
            male = (140 - age) * kg / (72 * mg_dl)
            return male if sex == "male" else male * Fraction(85, 100)
    return settle(None, (60,), 0)


MEASURED_CLEARANCE = measured("labs.creatinine_clearance", "clearance", (60,))


def treatment_end(p: Patient) -> DateSpan | None:
    """The latest end of definitive treatment; None unless every end is known in part.

    A drug whose record does not say that it was adjuvant may have been.
    """
    listed = p.raw.get("definitive_treatments")
    if not listed or "definitive_treatments" in p.incomplete:
        return None
    ends = [one.get("end") for one in listed]
    if p.readings.definitive_end == "all_curative":
        drugs = p.raw.get("systemic_therapies")
        if drugs is None or "systemic_therapies" in p.incomplete:
            return None
        ends += [one.get("adjuvant_end") for one in drugs]
    low = high = None
    for end in ends:
        if end is None:
            return None
        span = date_span(str(end))
        low = span[0] if low is None or span[0] > low else low
        high = span[1] if high is None or span[1] > high else high
    if low is None or high is None:
        return None
    return (high, high) if low == high else (low, high)


class Patient(Entry):
    """The patient."""

    def __init__(self, world: World, raw: dict[str, Any], readings: Readings = DEFAULT) -> None:
        super().__init__(world, raw, None, True)
        self.readings = readings
        self.window = readings.window
        self.enrollment = ENROLLMENT(raw)
        self.start = START(raw)
        self.incomplete = frozenset(raw.get("incomplete_lists") or ())


def entries(name: str, kind: type[Entry], extra: int = 1) -> Reader:
    """A list; an open one may hold unrecorded entries, of which a few stand for all."""

    def read(p: Patient) -> Any:
        raw = p.raw.get(name)
        known = () if raw is None else tuple([kind(p.world, one, p, True) for one in raw])
        if raw is not None and name not in p.incomplete:
            return known
        candidates = [known]
        for _ in range(extra):
            candidates.append((*candidates[-1], kind(p.world, {}, p, False)))
        return Gap(candidates, candidates[:2])

    return read


# ---- Lesions -------------------------------------------------------------------

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


def length_points(patient: Patient) -> tuple[Number, ...]:
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


def negated(span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Time on from the anchor instead of back."""
    return None if span is None else (-span[1], -span[0])


def day_of(entry: Entry, name: str) -> DateSpan | None:
    """A date of an entry."""
    value = field(entry.raw, name)
    return None if value is None else date_span(str(value))


def diagnosis(patient: Patient) -> DateSpan | None:
    """The day of diagnosis of the primary."""
    return day_of(patient, "primary.diagnosis")


def before_enrollment(path: str) -> Callable[[Any], tuple[int, int] | None]:
    """Time from a date of an entry to enrollment, counted as for the three-month window."""
    return lambda e: elapsed(e.patient.window.step, e.patient.enrollment, day_of(e, path))


def before_start(path: str) -> Callable[[Any], tuple[int, int] | None]:
    """Time from a date of an entry to the start of study treatment, counted likewise."""
    return lambda e: elapsed(e.patient.window.step, e.patient.start, day_of(e, path))


def minutes_before_randomization(test: Entry) -> tuple[int, int] | None:
    """Minutes from a pregnancy test to randomization."""
    taken = test.raw.get("time")
    dates = test.patient.raw.get("dates") or {}
    fixed = None
    for source in ("randomization", "enrollment", "registration"):
        fixed = dates.get(source)
        if fixed is not None:
            break
    if taken is None or fixed is None:
        return None
    first, last = minute_span(str(taken))
    early, late = minute_span(str(fixed))
    low, high = early - last, late - first
    one_day = first // 1440 == last // 1440 == early // 1440 == late // 1440
    if SAME_DAY_TEST_IS_BEFORE and one_day and low < high:
        low = max(low, 0)
    return low, high


SPANS: dict[str, Callable[[Any], tuple[int, int] | None]] = {
    "consent": lambda p: elapsed(days_back, p.enrollment, day_of(p, "consent.date")),
    "amenorrhea": lambda p: elapsed(
        months_back, p.enrollment, day_of(p, "reproduction.last_menstruation")
    ),
    "after_diagnosis": lambda e: negated(
        elapsed(months_back, diagnosis(e.patient), day_of(e, "detected"))
    ),
    "after_treatment": lambda e: negated(
        elapsed(months_back, treatment_end(e.patient), day_of(e, "detected"))
    ),
    "days_after_treatment": lambda e: negated(
        elapsed(days_back, treatment_end(e.patient), day_of(e, "detected"))
    ),
    "days_after_diagnosis": lambda e: negated(
        elapsed(days_back, diagnosis(e.patient), day_of(e, "detected"))
    ),
    "first_after_treatment": lambda p: negated(
        elapsed(p.window.step, treatment_end(p), day_of(p, "course.first_metastasis"))
    ),
    "controlled_for": lambda p: elapsed(
        p.window.step, p.enrollment, day_of(p, "primary.controlled_since")
    ),
    "end_enrollment": before_enrollment("end"),
    "end_start": before_start("end"),
    "first_enrollment": before_enrollment("first_dose"),
    "last_enrollment": before_enrollment("last_dose"),
    "first_start": before_start("first_dose"),
    "last_start": before_start("last_dose"),
    "event_enrollment": before_enrollment("date"),
    "intervention_start": lambda e: elapsed(
        days_back, e.patient.start, day_of(e, "last_intervention")
    ),
    "trial_end_start": lambda e: elapsed(days_back, e.patient.start, day_of(e, "end")),
    "years_before": lambda e: elapsed(years_back, diagnosis(e.patient), day_of(e, "diagnosis")),
    "minutes_before": minutes_before_randomization,
}

# Elapsed calendar times are in half steps (months_back), so 3 months are 6.
_DETECTED = ("after_diagnosis", "after_treatment")
_ENDED = ("end_enrollment", "end_start")
_DOSES = ("first_enrollment", "last_enrollment", "first_start", "last_start")

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


# ---- Other entries -------------------------------------------------------------


class Definitive(Entry):
    """One definitive treatment of the primary."""

    readers: ClassVar[dict[str, Reader]] = {
        "type": choice(
            "type", "radiotherapy", "chemoradiotherapy", "surgery", "endoscopic_resection"
        ),
        "intent": choice("intent", "curative", "palliative"),
        "residual": choice("residual", "r0", "rx", "r1"),
        "completed": flag("completed", True),
        "radical": flag("radical", True),
        **{name: windowed(name, _ENDED) for name in _ENDED},
    }


class Therapy(Entry):
    """One systemic therapy."""

    readers: ClassVar[dict[str, Reader]] = {
        "drug_class": choice("class", "not_antitumor", "chemotherapy"),
        **{name: windowed(name, _DOSES) for name in _DOSES},
    }


class Operation(Entry):
    """One operation."""

    readers: ClassVar[dict[str, Reader]] = {
        "procedure": choice("procedure", "endoscopy", "other_procedure", "esophagectomy"),
        "major": flag("major", False),
        "before": windowed("event_enrollment"),
    }


class Trauma(Entry):
    """One trauma."""

    readers: ClassVar[dict[str, Reader]] = {
        "severe": flag("severe", False),
        "before": windowed("event_enrollment"),
    }


class PregnancyTest(Entry):
    """One pregnancy test."""

    readers: ClassVar[dict[str, Reader]] = {
        "result": choice("result", "negative", "indeterminate", "positive"),
        "minutes": times("minutes_before", (0, 72 * 60)),
    }


class Toxicity(Entry):
    """One toxicity of previous treatment."""

    readers: ClassVar[dict[str, Reader]] = {
        "term": choice(
            "term",
            "alopecia",
            "fatigue",
            "anemia",
            "neutrophil_count_decreased",
            "platelet_count_decreased",
            "hypoalbuminemia",
            "blood_bilirubin_increased",
            "alanine_aminotransferase_increased",
            "aspartate_aminotransferase_increased",
            "alkaline_phosphatase_increased",
            "creatinine_increased",
        ),
        "grade": lambda e: settle(
            None if e.raw.get("grade") is None else integer(e.raw["grade"]), (1, 2), 0, True
        ),
        "related": flag("related", False),
    }


class Effusion(Entry):
    """One effusion."""

    readers: ClassVar[dict[str, Reader]] = {
        "site": choice("site", "other_effusion", "pleural"),
        "uncontrolled": flag("uncontrolled", False),
        "repeated_drainage": flag("repeated_drainage", False),
    }


class Malignancy(Entry):
    """One other malignancy."""

    readers: ClassVar[dict[str, Reader]] = {
        "type": choice("type", "cervix_in_situ", "basal_cell_skin", "other_malignancy"),
        "years": times("years_before", (0, 10)),
        "survival": lambda e: settle(
            None
            if e.raw.get("five_year_survival") is None
            else quantity(str(e.raw["five_year_survival"]), "percent"),
            (90,),
            0,
        ),
        "low_risk": flag("low_risk", True),
        "well_treated": flag("well_treated", True),
    }


class Comorbidity(Entry):
    """One comorbidity."""

    readers: ClassVar[dict[str, Reader]] = {
        "severe": flag("severe", False),
        "controlled": flag("controlled", True),
        "affects": flag("may_affect_treatment", False),
    }


class Trial(Entry):
    """One participation in a drug study."""

    readers: ClassVar[dict[str, Reader]] = {
        "days": times("intervention_start", (0, 28), ("trial_end_start",)),
        "end_days": times("trial_end_start", (0, 28), ("intervention_start",)),
    }


_LIMIT = Fraction(3, 2)

Patient.readers = {
    "sex": choice("sex", "male", "female"),
    "age": lambda p: settle(age_span(p), (18, 60), 0, True),
    "ecog": measured("ecog", "count", (1, 2)),
    "survival": lambda p: settle(
        None
        if p.raw.get("estimated_survival") is None
        else quantity(str(p.raw["estimated_survival"]), "weeks"),
        (12,),
        0,
    ),
    "primary_site": choice("primary.site", "esophagus", "other_site"),
    "histology": choice(
        "primary.histology", "squamous_cell_carcinoma", "adenosquamous_carcinoma", "adenocarcinoma"
    ),
    "histology_accepted": flag("primary.histology_accepted", True),
    "confirmed_by": choice("primary.confirmed_by", "histology", "not_confirmed"),
    "primary_status": choice("primary.status", "controlled", "uncontrolled"),
    "primary_status_by": choice("primary.status_by", "clinical", "imaging"),
    "primary_visible": flag("primary.visible_on_imaging", False),
    "controlled_for": windowed("controlled_for"),
    "first_after_treatment": windowed("first_after_treatment"),
    "earlier_oligometastatic": flag("course.earlier_oligometastatic", True),
    "earlier_polymetastatic": flag("course.earlier_polymetastatic", False),
    "neutrophils": measured("labs.neutrophils", "cells", (_LIMIT,)),
    "platelets": measured("labs.platelets", "cells", (100,)),
    "hemoglobin": measured("labs.hemoglobin", "hemoglobin", (9,)),
    "albumin": measured("labs.albumin", "albumin", (Fraction(28, 10),)),
    "bilirubin": multiple("labs.bilirubin", "bilirubin", _LIMIT),
    "alt": multiple("labs.alt", "enzyme", Fraction(5, 2), Fraction(5)),
    "ast": multiple("labs.ast", "enzyme", Fraction(5, 2), Fraction(5)),
    "alp": multiple("labs.alp", "enzyme", Fraction(5, 2), Fraction(5)),
    "creatinine": multiple("labs.creatinine", "creatinine", _LIMIT),
    "clearance": clearance_of,
    "impaired": choice("lung.impaired_function", "none", "known"),
    "lung_irradiated": flag("lung.irradiated", False),
    "thoracic_radiotherapy": flag("lung.thoracic_radiotherapy", True),
    "fev1": measured("lung.fev1", "volume", (1,)),
    "cord_symptoms": flag("spinal_cord.compression_symptoms", False),
    "childbearing": attested("reproduction.childbearing_potential"),
    "menarche": flag("reproduction.menarche", True),
    "amenorrhea": times("amenorrhea", (0, 24)),
    "other_cause": flag("reproduction.other_cause_of_amenorrhea", False),
    "sterilization": choice("reproduction.sterilization", "none", "hysterectomy"),
    "pregnant": flag("reproduction.pregnant", False),
    "breastfeeding": flag("reproduction.breastfeeding", False),
    "contraception": flag("reproduction.contraception_agreed", True),
    "voluntary": flag("consent.voluntary", True),
    "signed_by": choice("consent.signed_by", "patient", "nobody"),
    "consent_days": times("consent", (0,)),
    "cannot_cooperate": flag("judgement.cannot_cooperate", False),
    "other_factors": flag("judgement.other_factors", False),
    "immunodeficiency": flag("immunodeficiency.history", False),
    "lesions": entries("lesions", Lesion, 2),
    "definitive": entries("definitive_treatments", Definitive),
    "therapies": entries("systemic_therapies", Therapy),
    "operations": entries("operations", Operation),
    "traumas": entries("traumas", Trauma),
    "tests": entries("pregnancy_tests", PregnancyTest),
    "toxicities": entries("toxicities", Toxicity),
    "effusions": entries("effusions", Effusion),
    "malignancies": entries("other_malignancies", Malignancy),
    "comorbidities": entries("comorbidities", Comorbidity),
    "trials": entries("trial_participations", Trial),
}

# ---- What is impossible --------------------------------------------------------


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
