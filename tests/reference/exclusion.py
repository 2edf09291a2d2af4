"""The exclusion criteria of NCT03904927 in plain Python, one function per testing clause.

True: the (fully known) patient violates it; False: not; None: it does not apply.
"""

from __future__ import annotations

from typing import Any

from .ambiguities import CALENDAR
from .notions import (
    ALWAYS_MAJOR,
    ANTITUMOR,
    LIMIT_BROKEN,
    NEVER_MAJOR,
    VERTEBRAE,
    YEARS_5,
    in_window,
    is_current,
    is_distant,
    more_than_four,
)
from .readers import NOT_STATED


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
