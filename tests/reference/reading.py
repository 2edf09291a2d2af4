"""What a record says of the patient: values and gaps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .ambiguities import DEFAULT, Readings
from .completions import Entry, Gap, World
from .entries import (
    Comorbidity,
    Definitive,
    Effusion,
    Malignancy,
    Operation,
    PregnancyTest,
    Therapy,
    Toxicity,
    Trauma,
    Trial,
)
from .lesions import Lesion
from .measurements import latest, measured, multiple, reading
from .readers import Reader, attested, choice, field, flag, settle
from .spans import ENROLLMENT, START, times, windowed
from .values import Number, Span, complete_years, date_span, integer, quantity


def age_span(p: Entry) -> Number | Span | None:
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


def clearance_of(p: Entry) -> Any:
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
