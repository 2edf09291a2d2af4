"""The eligibility criteria of NCT03904927 in plain Python.

One function per testing clause: True if the (fully known) patient violates it, False if
not, None where it does not apply. ``statuses`` turns them into statuses of a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from typing import Any

from .ambiguities import CALENDAR, DEFAULT, Readings
from .completions import LIMIT, Branch, Entry, Search, Test, TooManyCompletions, World
from .reading import NOT_STATED, Patient, constraints

__all__ = ["CLAUSES", "INCLUSION", "TooManyCompletions", "statuses"]

Clause = Callable[[Any], bool | None]

MONTHS_6 = 12  # elapsed calendar times are in half steps
MONTHS_12 = 24
YEARS_5 = 10

SQUAMOUS = frozenset(
    {
        "squamous_cell_carcinoma",
        "keratinizing_squamous_cell_carcinoma",
        "nonkeratinizing_squamous_cell_carcinoma",
        "spindle_cell_squamous_carcinoma",
        "basaloid_squamous_cell_carcinoma",
    }
)
REGIONAL = frozenset(
    {
        *("station_1r", "station_1l", "station_2r", "station_2l", "station_4r", "station_4l"),
        *("station_7", "station_8u", "station_8m", "station_8lo", "station_9r", "station_9l"),
        *("station_15", "station_16", "station_17", "station_18", "station_19", "station_20"),
        *("level_vi", "level_vii"),
    }
)
NONREGIONAL = frozenset(
    {
        *("supraclavicular", "level_ii", "level_iii", "level_iv", "level_v", "axillary"),
        *("para_aortic", "hepatoduodenal", "mesenteric", "pulmonary_hilar", "inguinal"),
    }
)
SYSTEMS = {
    "brain": "cns",
    "spinal_cord": "cns",
    "epidural": "cns",
    "leptomeninges": "cns",
    "skin": "skin_soft_tissue",
    "soft_tissue": "skin_soft_tissue",
    "lymph_node": "nonregional_nodes",
}
VERTEBRAE = frozenset({"cervical_vertebra", "thoracic_vertebra", "lumbar_vertebra", "sacrum"})
ANTITUMOR = frozenset({"chemotherapy", "immunotherapy", "targeted", "hormonal", "other_antitumor"})
ALWAYS_MAJOR = frozenset({"esophagectomy", "thoracotomy", "laparotomy", "craniotomy"})
NEVER_MAJOR = frozenset({"endoscopy", "needle_biopsy", "port_insertion"})
NEVER_MEASURABLE = frozenset(
    {"effusion_or_ascites", "lymphangitic", "leptomeningeal", "blastic", "lytic_bone_only"}
)
ONE_AND_A_HALF = Fraction(3, 2)
TWO_AND_A_HALF = Fraction(5, 2)
ALBUMIN = Fraction(28, 10)

# ---- Notions the clauses share -------------------------------------------------


def is_current(lesion: Any) -> bool:
    """Neither subsided nor removed."""
    return (
        lesion.visible_on_ct is not False
        and lesion.pet != "not_avid"
        and lesion.local_treatment not in ("surgery", "excision_biopsy")
    )


def is_regional(lesion: Any) -> bool:
    """A regional node by AJCC 8; where the station leaves it open, the investigator's call."""
    if lesion.site != "lymph_node":
        return False
    station = lesion.station
    if station in REGIONAL:
        return True
    if station in NONREGIONAL:
        return False
    return bool(lesion.nodal_class == "regional")


def is_distant(lesion: Any) -> bool:
    """In an organ other than the oesophagus, or a non-regional node."""
    site = lesion.site
    if site == "lymph_node":
        return not is_regional(lesion)
    return bool(site != "esophagus")


def in_window(p: Any, elapsed: int) -> bool:
    """Whether a time, counted as the window is, lies within three months."""
    return bool(p.readings.within(elapsed, p.window.length))


def has_metastasis(p: Any, site: str) -> bool:
    """A current metastasis in this organ."""
    return any(one.site == site and is_current(one) for one in p.lesions)


def is_synchronous(p: Any) -> bool:
    """Not induced, not repeat, and a current metastasis found within 6 months."""
    return (
        not p.earlier_polymetastatic
        and not p.earlier_oligometastatic
        and any(
            is_distant(one) and is_current(one) and one.after_diagnosis <= MONTHS_6
            for one in p.lesions
        )
    )


def units(p: Any) -> Iterable[tuple[str, int]]:
    """Counted distant metastases: organ system and how many."""
    groups = set()
    for one in p.lesions:
        if is_distant(one) and is_current(one):
            site = one.site
            if site == "lymph_node" and one.group is not None:
                if one.group not in groups:
                    groups.add(one.group)
                    yield "nonregional_nodes", 1
            else:
                yield SYSTEMS.get(site, site), one.number


def more_than_four(p: Any) -> bool:
    """More than four metastases by the counting notes."""
    total = 0
    for _, number in units(p):
        total += number
        if total > 4:
            return True
    if total + 2 <= 4:  # the primary and the regional nodes add at most two
        return False
    regional = [one for one in p.lesions if is_regional(one) and is_current(one)]
    if any(one.positive for one in regional):
        total += 1
        regional = []
        if total > 4:
            return True
    if total + bool(regional) + 1 > 4 and is_synchronous(p):
        total += bool(regional) + bool(p.primary_visible)
    return total > 4


def is_measurable(lesion: Any) -> bool:
    """Measurable by RECIST 1.1: as judged by the investigator, else derived."""
    judged = lesion.measurable
    if judged is False:
        return False
    in_field = lesion.in_radiation_field
    if judged is True:
        return not in_field or lesion.progressed
    if in_field:
        if not lesion.progressed:
            return False
    elif lesion.local_treatment not in ("none", "needle_biopsy"):
        return False
    character = lesion.character
    if character in NEVER_MEASURABLE:
        return False
    if lesion.site == "bone" and character != "lytic_soft_tissue":
        return False
    modality = lesion.modality
    if lesion.site == "lymph_node":
        least, size = 15, lesion.short_axis
        if modality not in ("ct", "mri"):
            return False
    else:
        if modality not in ("ct", "mri", "chest_xray", "caliper"):
            return False
        least, size = (20 if modality == "chest_xray" else 10), lesion.longest
    if size < least:
        return False
    if modality not in ("ct", "mri"):
        return True
    thickness = lesion.slice
    return bool(thickness <= 5 or size >= 2 * thickness)


def has_potential(p: Any) -> bool:
    """Childbearing potential of a woman: as judged by the investigator, else derived."""
    judged = p.childbearing
    if judged is not NOT_STATED:
        return bool(judged)
    return bool(
        p.age < 60
        and p.menarche
        and p.sterilization == "none"
        and not (p.amenorrhea >= MONTHS_12 and not p.other_cause)
    )


def enzyme_limit(p: Any) -> int | Fraction:
    """The limit for ALT and AST in force."""
    return 5 if has_metastasis(p, "liver") else TWO_AND_A_HALF


def alp_limit(p: Any) -> int | Fraction:
    """The limit for ALP in force."""
    return 5 if has_metastasis(p, "liver") or has_metastasis(p, "bone") else TWO_AND_A_HALF


LIMIT_BROKEN: dict[str, Callable[[Any], bool]] = {
    "anemia": lambda p: p.hemoglobin < 9,
    "neutrophil_count_decreased": lambda p: p.neutrophils < ONE_AND_A_HALF,
    "platelet_count_decreased": lambda p: p.platelets < 100,
    "hypoalbuminemia": lambda p: p.albumin < ALBUMIN,
    "blood_bilirubin_increased": lambda p: p.bilirubin > ONE_AND_A_HALF,
    "alanine_aminotransferase_increased": lambda p: p.alt > enzyme_limit(p),
    "aspartate_aminotransferase_increased": lambda p: p.ast > enzyme_limit(p),
    "alkaline_phosphatase_increased": lambda p: p.alp > alp_limit(p),
    "creatinine_increased": lambda p: p.creatinine > ONE_AND_A_HALF and p.clearance <= 60,
}

# ---- Inclusion -----------------------------------------------------------------


def i1_a(p: Any) -> bool:
    """I1.a: pathologically confirmed esophageal squamous cell carcinoma."""
    return (
        p.primary_site == "other_site"
        or p.confirmed_by not in ("histology", "cytology")
        or not (
            p.histology in SQUAMOUS
            or (p.histology == "adenosquamous_carcinoma" and p.histology_accepted)
        )
    )


def _is_radical(one: Any) -> bool:
    if not (one.completed and one.intent == "curative" and one.end_enrollment >= 0):
        return False
    kind = one.type
    if kind == "surgery":
        return bool(one.residual == "r0" or (one.residual == "rx" and one.radical))
    return bool(kind in ("radiotherapy", "chemoradiotherapy") or one.radical)


def i1_c(p: Any) -> bool:
    """I1.c: after initial radical treatment [i.e., completely resected surgery or radical
    (chemo)radiotherapy].
    """
    return not any(_is_radical(one) for one in p.definitive)


def i1_d(p: Any) -> bool:
    """I1.d: the primary esophageal sites are controlled."""
    return p.primary_status != "controlled" or has_metastasis(p, "esophagus")


def i1_n1_a(p: Any) -> bool:
    """I1.n1.a: patients with distant organ metastases or non-regional lymph node metastases;
    or patients with distant organs/non-regional lymph node metastases and regional lymph
    node metastases as defined in the eighth edition of the AJCC.
    """
    return not any(is_distant(one) and is_current(one) for one in p.lesions)


def i1_n1_b(p: Any) -> bool:
    """I1.n1.b: Patients with only regional lymph node metastasis and/or
    anastomotic/esophageal recurrence are not eligible for enrollment.
    """
    some = False
    for one in p.lesions:
        if is_current(one):
            if is_distant(one):
                return False
            some = True
    return some


def i1_n2(p: Any) -> bool:
    """I1.n2: oligometastasis including synchronous oligometastasis, metachronous
    oligometastasis, and repeat oligometastasis could be enrolled in this trial.
    """
    return p.earlier_polymetastatic or more_than_four(p)


def i1_n3(p: Any) -> bool | None:
    """I1.n3: In visceral metastases or non-regional lymph node metastases, at least one
    metastatic lesion obtains pathological confirmation.
    """
    some = False
    for one in p.lesions:
        if is_distant(one):
            if one.pathology == "squamous_cell_carcinoma":
                return False
            some = True
    return True if some else None


def i2_a(p: Any) -> bool:
    """I2.a: The total number of metastases is 4 or less."""
    return more_than_four(p)


def i2_b(p: Any) -> bool:
    """I2.b: maximum 3 metastases in any single organ system (i.e. lung, liver)."""
    count: dict[str, int] = {}
    for system, number in units(p):
        count[system] = count.get(system, 0) + number
        if count[system] > 3:
            return True
    return False


def i2_c(p: Any) -> bool:
    """I2.c: The maximum diameter for each lesion should be less than 5 cm."""
    for one in p.lesions:
        if is_distant(one) and is_current(one):
            grouped = one.site == "lymph_node" and one.group is not None
            if (one.conglomerate if grouped else one.longest) >= 50:
                return True
    return False


def i3(p: Any) -> bool:
    """I3: All metastases of current diagnosis did not receive local treatment such as
    radiotherapy, surgery, radiofrequency ablation before enrollment.
    """
    return any(
        is_distant(one) and one.local_treatment not in ("none", "needle_biopsy")
        for one in p.lesions
    )


def i4_b(p: Any) -> bool:
    """I4.b: no anti-tumor medication was received within 3 months prior to the start of
    treatment.
    """
    before = p.readings.washout_anchor
    first_dose, last_dose, end = f"first_{before}", f"last_{before}", f"end_{before}"
    for one in p.therapies:
        if one.drug_class in ANTITUMOR:
            last = getattr(one, last_dose)
            if in_window(p, last) if last > 0 else getattr(one, first_dose) > 0:
                return True
    return any(
        one.type == "chemoradiotherapy"
        and getattr(one, end) > 0
        and in_window(p, getattr(one, end))
        for one in p.definitive
    )


def i5_a(p: Any) -> bool:
    """I5.a: The measurable lesion was determined by the investigator based on the RECIST 1.1
    assessment.
    """
    return not any(
        is_current(one) and (not is_regional(one) or one.positive) and is_measurable(one)
        for one in p.lesions
    )


def i6_a(p: Any) -> bool:
    """I6.a: The patient is over 18 years old."""
    return bool(p.age < 18)


def i6_b(p: Any) -> bool:
    """I6.b: has an ECOG score of 0-1."""
    return bool(p.ecog > 1)


def i7(p: Any) -> bool:
    """I7: Estimated survival time >12 weeks."""
    return bool(p.survival <= 12)


def i8_1(p: Any) -> bool:
    """I8.1: Neutrophil absolute count (ANC) ≥ 1.5 × 10^9 / L."""
    return bool(p.neutrophils < ONE_AND_A_HALF)


def i8_2(p: Any) -> bool:
    """I8.2: platelets ≥ 100 × 10^9 / L."""
    return bool(p.platelets < 100)


def i8_3(p: Any) -> bool:
    """I8.3: Hemoglobin ≥ 9g / dL."""
    return bool(p.hemoglobin < 9)


def i8_4(p: Any) -> bool:
    """I8.4: serum albumin ≥ 2.8g / dL."""
    return bool(p.albumin < ALBUMIN)


def i8_5a(p: Any) -> bool:
    """I8.5a: Total bilirubin ≤ 1.5 × ULN."""
    return bool(p.bilirubin > ONE_AND_A_HALF)


def i8_5b(p: Any) -> bool | None:
    """I8.5b: ALT, AST and / or AKP ≤ 2.5 × ULN."""
    if has_metastasis(p, "liver"):
        return None
    return (
        p.alt > TWO_AND_A_HALF
        or p.ast > TWO_AND_A_HALF
        or (p.alp > TWO_AND_A_HALF and not has_metastasis(p, "bone"))
    )


def i8_5c(p: Any) -> bool | None:
    """I8.5c: if there is liver metastasis, ALT and / or AST ≤ 5 × ULN."""
    if not has_metastasis(p, "liver"):
        return None
    return bool(p.alt > 5 or p.ast > 5)


def i8_5d(p: Any) -> bool | None:
    """I8.5d: if there is liver metastasis or bone metastasis AKP ≤ 5 × ULN."""
    if not has_metastasis(p, "liver") and not has_metastasis(p, "bone"):
        return None
    return bool(p.alp > 5)


def i8_6(p: Any) -> bool:
    """I8.6: serum creatinine ≤ 1.5 × ULN or creatinine clearance > 60 mL / min."""
    return bool(p.creatinine > ONE_AND_A_HALF and p.clearance <= 60)


def i8_7(p: Any) -> bool | None:
    """I8.7: For patients with pulmonary lesions or previous lung irradiation who are known or
    suspected to have impaired lung function, the forced expiratory volume (FEV1) for 1
    second of lung function must be above 1L.
    """
    if p.impaired not in ("known", "suspected"):
        return None
    if not p.lung_irradiated and not has_metastasis(p, "lung"):
        return None
    return bool(p.fev1 <= 1)


def i9_a(p: Any) -> bool | None:
    """I9.a: Female subjects of childbearing age must have a negative urine or serum pregnancy
    test within 72 hours prior to randomization.
    """
    if p.sex != "female" or not has_potential(p):
        return None
    negative = False
    for one in p.tests:
        result = one.result
        if result in ("positive", "negative") and 0 <= one.minutes <= 72 * 60:
            if result == "positive":
                return True
            negative = True
    return not negative


def i9_b(p: Any) -> bool | None:
    """I9.b: Subjects agreed to adequate contraception during the trial."""
    if p.sex == "female" and not has_potential(p):
        return None
    return not p.contraception


def i10_a(p: Any) -> bool:
    """I10.a: The patient is voluntarily enrolled."""
    return not p.voluntary


def i10_b(p: Any) -> bool:
    """I10.b: obtained the informed consent form signed by the patient or his legal
    representative.
    """
    return p.signed_by not in ("patient", "representative") or p.consent_days < 0


# ---- Exclusion -----------------------------------------------------------------


def e1_a(p: Any) -> bool:
    """E1.a: Primary tumor of esophagus is confirmed uncontrolled or progressive by imaging or
    gastroscope.
    """
    return p.primary_status != "controlled" and p.primary_status_by in ("imaging", "endoscopy")


def e1_b(p: Any) -> bool:
    """E1.b: any esophageal or nodal recurrence locates in the previous radiation field."""
    return any(
        one.site in ("esophagus", "lymph_node")
        and one.in_radiation_field
        and is_current(one)
        and (one.site == "esophagus" or one.positive)
        for one in p.lesions
    )


def e2(p: Any) -> bool:
    """E2: The pathological diagnosis of any metastatic lesion is clearly different from the
    primary tumor or diagnosed as a second primary tumor.
    """
    distant = [one for one in p.lesions if is_distant(one)]
    if any(one.pathology == "different" for one in distant):
        return True
    silent = [one for one in distant if one.second_primary_absent]
    if any(one.second_primary for one in distant if not one.second_primary_absent):
        return True
    if not silent or any(one.pathology == "squamous_cell_carcinoma" for one in distant):
        return False
    return any(one.second_primary for one in silent)


def e3(p: Any) -> bool:
    """E3: Patients participated in any investigational drug study within 4 weeks preceding
    the start of treatment.
    """
    return any(one.days > 0 and p.readings.within(one.days, 28) for one in p.trials)


def e4_a(p: Any) -> bool:
    """E4.a: If there is a metastasis within 3 months after definitive treatment.

    Perhaps meant: the primary has to be controlled for three months. A primary that is not
    controlled is the matter of I1.d and E1.a.
    """
    if not p.definitive:
        return False
    if p.readings.early_metastasis == "primary_control":
        return bool(p.primary_status == "controlled" and p.controlled_for < p.window.length)
    ever = p.readings.early_which == "ever"
    return any(
        is_distant(one) and (ever or is_current(one)) and _is_early(p, _after_treatment(p, one))
        for one in p.lesions
    ) or (ever and _is_early(p, p.first_after_treatment))


def _after_treatment(p: Any, lesion: Any) -> int:
    found: int = lesion.after_treatment if p.window is CALENDAR else lesion.days_after_treatment
    return found


def _is_early(p: Any, after_treatment: int) -> bool:
    """Not later than three months after treatment; what was known by then is not 'after'."""
    known_before = after_treatment <= 0
    if known_before and p.readings.early_synchronous == "not_excluded":
        return False
    return known_before or in_window(p, after_treatment)


def e4_b(p: Any) -> bool:
    """E4.b: the number of metastases is more than 4."""
    return more_than_four(p)


def e5_a(p: Any) -> bool:
    """E5.a: Patients with uncontrolled brain metastases.

    What the investigator calls uncontrolled is so, even if it is recorded as gone.
    """
    for one in p.lesions:
        if one.site == "brain":
            judged = one.uncontrolled
            if judged is NOT_STATED:
                active = one.symptomatic or one.progressing or one.needs_steroids
                judged = active and is_current(one)
            if judged:
                return True
    return False


def e5_b(p: Any) -> bool:
    """E5.b: vertebral body metastasis with spinal cord compression symptoms."""
    return p.cord_symptoms and any(
        one.site == "bone" and one.bone in VERTEBRAE and is_current(one) for one in p.lesions
    )


def e6(p: Any) -> bool:
    """E6: The toxicity of previous anti-tumor treatment has not recovered to ≤ National
    Cancer Institute Common Terminology Criteria for Adverse Events (CTCAE) v5.0 level 1
    (except for hair loss) or the level specified by the inclusion/exclusion criteria.
    """
    for one in p.toxicities:
        if one.grade >= 2 and one.related and one.term != "alopecia":
            broken = LIMIT_BROKEN.get(one.term)
            if broken is None or broken(p):
                return True
    return False


def e7(p: Any) -> bool:
    """E7: Patients with uncontrolled pleural, pericardial or pelvic effusion that requires
    repeated drainage.
    """
    return any(
        one.site in ("pleural", "pericardial", "pelvic", "peritoneal")
        and one.uncontrolled
        and one.repeated_drainage
        for one in p.effusions
    )


def _is_major(one: Any) -> bool:
    procedure = one.procedure
    return procedure in ALWAYS_MAJOR or (procedure not in NEVER_MAJOR and one.major)


def _is_recent(p: Any, before_enrollment: int) -> bool:
    return before_enrollment >= 0 and in_window(p, before_enrollment)


def e8(p: Any) -> bool:
    """E8: Patients who have received chemotherapy, anti-tumor medication, major surgery or
    severe trauma within 3 months before enrollment.
    """
    for one in p.therapies:
        if one.drug_class in ANTITUMOR:
            last = one.last_enrollment
            if in_window(p, last) if last >= 0 else one.first_enrollment >= 0:
                return True
    treatments = {"chemoradiotherapy", "surgery"}
    if p.readings.recent_radiotherapy == "counts":
        treatments.add("radiotherapy")
    return (
        any(one.type in treatments and _is_recent(p, one.end_enrollment) for one in p.definitive)
        or any(_is_recent(p, one.before) and _is_major(one) for one in p.operations)
        or any(_is_recent(p, one.before) and one.severe for one in p.traumas)
    )


def e9_a(p: Any) -> bool | None:
    """E9.a: Pregnant. A positive test of a woman of 60 or more is a false one."""
    if p.sex != "female":
        return None
    return p.pregnant or (p.age < 60 and any(one.result == "positive" for one in p.tests))


def e9_b(p: Any) -> bool | None:
    """E9.b: breastfeeding women."""
    return p.breastfeeding if p.sex == "female" else None


def e10(p: Any) -> bool:
    """E10: Patients with history of immunodeficiency, or severe medical diseases that are not
    well controlled, which may have effect on the treatment of this study.
    """
    return p.immunodeficiency or any(
        one.severe and not one.controlled and one.affects for one in p.comorbidities
    )


def _is_low_risk(one: Any) -> bool:
    kind = one.type
    return bool(
        kind == "cervix_in_situ"
        or (kind in ("basal_cell_skin", "squamous_cell_skin") and one.well_treated)
        or one.low_risk
        or one.survival > 90
    )


def e11(p: Any) -> bool:
    """E11: Any other malignant tumor was diagnosed within 5 years prior to or after the
    diagnosis of ESCC, except for malignant tumors with a low risk of metastasis and death
    (5-year survival rate >90%), such as well-treated basal cells or squamous cell skin
    cancer or cervical cancer in situ.
    """
    return any(one.years <= YEARS_5 and not _is_low_risk(one) for one in p.malignancies)


def e12(p: Any) -> bool:
    """E12: The investigator judged that patients could not cooperate with the treatment, or
    have other factors that might cause him to be forced to terminate the study.
    """
    return bool(p.cannot_cooperate or p.other_factors)


CLAUSES: dict[str, Clause] = {
    "I1.a": i1_a,
    "I1.c": i1_c,
    "I1.d": i1_d,
    "I1.n1.a": i1_n1_a,
    "I1.n1.b": i1_n1_b,
    "I1.n2": i1_n2,
    "I1.n3": i1_n3,
    "I2.a": i2_a,
    "I2.b": i2_b,
    "I2.c": i2_c,
    "I3": i3,
    "I4.b": i4_b,
    "I5.a": i5_a,
    "I6.a": i6_a,
    "I6.b": i6_b,
    "I7": i7,
    "I8.1": i8_1,
    "I8.2": i8_2,
    "I8.3": i8_3,
    "I8.4": i8_4,
    "I8.5a": i8_5a,
    "I8.5b": i8_5b,
    "I8.5c": i8_5c,
    "I8.5d": i8_5d,
    "I8.6": i8_6,
    "I8.7": i8_7,
    "I9.a": i9_a,
    "I9.b": i9_b,
    "I10.a": i10_a,
    "I10.b": i10_b,
    "E1.a": e1_a,
    "E1.b": e1_b,
    "E2": e2,
    "E3": e3,
    "E4.a": e4_a,
    "E4.b": e4_b,
    "E5.a": e5_a,
    "E5.b": e5_b,
    "E6": e6,
    "E7": e7,
    "E8": e8,
    "E9.a": e9_a,
    "E9.b": e9_b,
    "E10": e10,
    "E11": e11,
    "E12": e12,
}
INCLUSION = frozenset(name for name in CLAUSES if name.startswith("I"))

# ---- From two-valued clauses to the statuses of a record -----------------------


def _is(clause: Clause, p: Patient, wanted: bool | None) -> bool:
    found = clause(p)
    return found is None if wanted is None else found is not None and bool(found) is wanted


def _violated(clause: Clause, p: Patient, wanted: bool) -> bool:
    return bool(clause(p)) is wanted


def _find(p: Patient, test: Test, limit: int, *, harmful_first: bool) -> bool:
    return Search(p.world, constraints(p), limit, harmful_first=harmful_first).find([test])


def _status(p: Patient, clause: Clause, limit: int) -> bool | str | None:
    """True: violated in every completion; False and None: in none; "unknown": in some."""
    try:
        found = clause(p)
    except Branch:
        pass
    else:
        return None if found is None else bool(found)
    if _find(p, partial(_violated, clause, p, True), limit, harmful_first=True):
        some = _find(p, partial(_violated, clause, p, False), limit, harmful_first=False)
        return "unknown" if some else True
    applies = _find(p, partial(_is, clause, p, False), limit, harmful_first=False)
    return False if applies else None


def statuses(
    record: dict[str, Any], readings: Readings = DEFAULT, *, limit: int = LIMIT
) -> tuple[str, dict[str, str]]:
    """The verdict and the status of every testing clause.

    Raises:
        TooManyCompletions: if a search took more than ``limit`` steps.
    """
    p = Patient(World(), record, readings)
    found: dict[str, str] = {}
    violated = False
    open_clauses: list[Clause] = []
    for name, clause in CLAUSES.items():
        status = _status(p, clause, limit)
        if status is None:
            found[name] = "not applicable"
        elif status == "unknown":
            found[name] = "unknown"
            open_clauses.append(clause)
        else:
            violated = violated or status is True
            if name[0] == "I":
                found[name] = "not met" if status else "met"
            else:
                found[name] = "present" if status else "absent"
    if violated:
        return "ineligible", found
    if not open_clauses:
        return "eligible", found
    tests: list[Test] = [partial(_violated, clause, p, False) for clause in open_clauses]
    joint = Search(p.world, constraints(p), limit, wide=True)
    return ("undetermined" if joint.find(tests) else "ineligible"), found


def violations(entry: Entry) -> list[str]:
    """The clauses that a fully known patient violates."""
    return [name for name, clause in CLAUSES.items() if clause(entry)]
