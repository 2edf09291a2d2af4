"""The eligible patients around whom corners lie, and how to change them."""

from __future__ import annotations

from typing import Any

from .basics import Record, clone
from .words import FAR_STATIONS, NEAR_STATIONS, OPEN_STATIONS


def baseline() -> Record:
    """An eligible patient, completely recorded: one lung metastasis."""
    return {
        "sex": "male",
        "birth_date": "1961-04-17",
        "dates": {
            "enrollment": "2024-03-15",
            "randomization": "2024-03-18 09:00",
            "treatment_start": "2024-03-25",
        },
        "ecog": 1,
        "estimated_survival": "9 mo",
        "weight": "64 kg",
        "primary": {
            "site": "middle_third_esophagus",
            "histology": "squamous_cell_carcinoma",
            "confirmed_by": "histology",
            "diagnosis": "2021-08-02",
            "status": "controlled",
            "status_by": "imaging",
            "visible_on_imaging": False,
        },
        "course": {"earlier_oligometastatic": False, "earlier_polymetastatic": False},
        "labs": {
            "neutrophils": "3.2 10*9/L",
            "platelets": "210 10*9/L",
            "hemoglobin": "12.1 g/dL",
            "albumin": "3.9 g/dL",
            "bilirubin": {"value": "0.8", "unit": "mg/dL", "uln": "1.2"},
            "alt": {"value": "31", "unit": "U/L", "uln": "40"},
            "ast": {"value": "28", "unit": "U/L", "uln": "40"},
            "alp": {"value": "96", "unit": "U/L", "uln": "120"},
            "creatinine": {"value": "0.9", "unit": "mg/dL", "uln": "1.2"},
        },
        "lung": {
            "impaired_function": "none",
            "irradiated": False,
            "thoracic_radiotherapy": True,
            "fev1": "2.1 L",
        },
        "spinal_cord": {"compression_symptoms": False},
        "reproduction": {"contraception_agreed": True},
        "consent": {"voluntary": True, "signed_by": "patient", "date": "2024-03-12"},
        "judgement": {"cannot_cooperate": False, "other_factors": False},
        "immunodeficiency": {"history": False},
        "lesions": [
            {
                "id": "l1",
                "site": "lung",
                "longest_diameter": "18 mm",
                "modality": "ct",
                "slice_thickness": "5 mm",
                "character": "solid",
                "pathology": "squamous_cell_carcinoma",
                "visible_on_ct": True,
                "pet": "avid",
                "detected": "2024-02-20",
                "local_treatment": "none",
                "in_radiation_field": False,
            }
        ],
        "definitive_treatments": [
            {
                "type": "surgery",
                "intent": "curative",
                "completed": True,
                "residual": "r0",
                "end": "2021-10-11",
            }
        ],
        "systemic_therapies": [
            {"class": "chemotherapy", "first_dose": "2021-11-15", "last_dose": "2022-02-07"}
        ],
        "operations": [],
        "traumas": [],
        "pregnancy_tests": [],
        "toxicities": [],
        "effusions": [],
        "other_malignancies": [],
        "comorbidities": [],
        "trial_participations": [],
    }


def woman() -> Record:
    """The eligible patient as a woman of childbearing potential."""
    return changed(
        baseline(),
        {
            "sex": "female",
            "birth_date": "1985-06-30",
            "reproduction": {
                "menarche": True,
                "sterilization": "none",
                "last_menstruation": "2024-03-01",
                "other_cause_of_amenorrhea": False,
                "pregnant": False,
                "breastfeeding": False,
                "contraception_agreed": True,
            },
            "pregnancy_tests": [
                {"specimen": "serum", "result": "negative", "time": "2024-03-17 10:00"}
            ],
        },
    )


def changed(record: Record, changes: dict[str, Any]) -> Record:
    """A copy with some dotted paths set (None removes); entries of lists by position."""
    record = clone(record)
    for path, value in changes.items():
        place: Any = record
        *steps, name = path.split(".")
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        if value is None:
            place.pop(name, None)
        else:
            place[name] = clone(value)
    return record


def metastases(*sites: str, **common: Any) -> list[Record]:
    """Lesions like the one of the eligible patient at other sites (or nodal stations)."""
    found = []
    for at, site in enumerate(sites, 1):
        one: Record = {**baseline()["lesions"][0], "id": f"l{at}", "site": site}
        if site in FAR_STATIONS or site in NEAR_STATIONS or site in OPEN_STATIONS:
            one |= {"site": "lymph_node", "station": site, "positive": True, "short_axis": "16 mm"}
        elif site == "bone":
            one |= {"bone": "pelvis", "character": "lytic_soft_tissue"}
        elif site == "brain":
            one |= {"symptomatic": False, "progressing": False, "needs_steroids": False}
        found.append(one | common)
    return found
