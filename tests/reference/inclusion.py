"""The inclusion criteria of NCT03904927 in plain Python, one function per testing clause.

True: the (fully known) patient violates it; False: not; None: it does not apply.
"""

from __future__ import annotations

from typing import Any

from .notions import (
    ALBUMIN,
    ANTITUMOR,
    ONE_AND_A_HALF,
    SQUAMOUS,
    TWO_AND_A_HALF,
    has_metastasis,
    has_potential,
    in_window,
    is_current,
    is_distant,
    is_measurable,
    is_regional,
    more_than_four,
    units,
)


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
