"""A synthetic cohort: plausible patients with oesophageal cancer, as charts have them.

Seeded; the same seed gives the same records. Sites follow what series of recurrences
report (nodes first, then lung, liver, bone), laboratory values are correlated with
liver disease and age, and what is missing is missing together: a patient without a
staging CT has no sizes, one who was not seen by the nurse has neither weight nor ECOG.

    python -m tests.cohort --records 1000 --seed 1 > cohort.ndjson
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

Record = dict[str, Any]

STATIONS = ("supraclavicular", "level_iv", "para_aortic", "axillary", "station_4r", "station_7")
ORGANS = (
    ("lymph_node", 55),
    ("lung", 20),
    ("liver", 12),
    ("bone", 8),
    ("brain", 2),
    ("adrenal", 3),
)
DRUGS = (("chemotherapy", 75), ("immunotherapy", 20), ("targeted", 5))


def cohort(records: int, seed: int) -> Iterator[Record]:
    """Give the records of a cohort.

    Args:
        records: how many.
        seed: the same seed gives the same records.
    """
    rng = random.Random(seed)
    for number in range(1, records + 1):
        yield patient(rng, f"P{number:06}")


def patient(rng: random.Random, name: str) -> Record:
    """Give one patient."""
    enrollment = date(2019, 3, 1) + timedelta(rng.randrange(900))
    age = min(max(int(rng.gauss(63, 8)), 36), 86)
    female = rng.random() < 0.2
    treated = enrollment - timedelta(int(rng.lognormvariate(6.0, 0.7)) + 20)
    diagnosed = treated - timedelta(rng.randrange(20, 160))
    record: Record = {
        "id": name,
        "sex": "female" if female else "male",
        "birth_date": (enrollment - timedelta(int(age * 365.25) + rng.randrange(365))).isoformat(),
        "dates": {"enrollment": enrollment.isoformat()},
        "primary": {
            "site": rng.choice(
                ["upper_third_esophagus", "middle_third_esophagus", "lower_third_esophagus"]
            ),
            "histology": _one(rng, (("squamous_cell_carcinoma", 93), ("adenocarcinoma", 7))),
            "confirmed_by": "histology",
            "diagnosis": _vague(rng, diagnosed),
            "status": _one(rng, (("controlled", 88), ("progressing", 8), ("uncontrolled", 4))),
            "status_by": "imaging",
            "visible_on_imaging": rng.random() < 0.15,
        },
        "course": {
            "earlier_oligometastatic": rng.random() < 0.1,
            "earlier_polymetastatic": rng.random() < 0.04,
        },
        "definitive_treatments": [_definitive(rng, treated)],
        "systemic_therapies": _therapies(rng, treated, enrollment),
        "lesions": _lesions(rng, treated, enrollment),
        "traumas": [],
        "operations": [],
        "effusions": [],
        "trial_participations": [],
        "immunodeficiency": {"history": rng.random() < 0.01},
        "consent": {
            "voluntary": True,
            "signed_by": "patient",
            "date": (enrollment - timedelta(rng.randrange(0, 14))).isoformat(),
        },
        "judgement": {"cannot_cooperate": rng.random() < 0.02, "other_factors": False},
        "reproduction": {"contraception_agreed": True},
        "lung": {
            "impaired_function": _one(rng, (("none", 80), ("suspected", 12), ("known", 8))),
            "irradiated": False,
            "thoracic_radiotherapy": rng.random() < 0.5,
            "fev1": f"{max(rng.gauss(2.3, 0.5), 0.6):.2f} L",
        },
    }
    if female:
        record["reproduction"] |= {"menarche": True, "sterilization": "none"}
        if age < 60:
            last = enrollment - timedelta(rng.choice([20, 700, 2500]))
            record["reproduction"] |= {
                "last_menstruation": last.isoformat(),
                "other_cause_of_amenorrhea": False,
            }
        record["reproduction"] |= {"pregnant": False, "breastfeeding": False}
        record["pregnancy_tests"] = [
            {"specimen": "serum", "result": "negative", "time": f"{enrollment} 07:30"}
        ]
        record["dates"]["randomization"] = f"{enrollment} 14:00"
    if rng.random() < 0.93:
        record["ecog"] = _one(rng, ((0, 35), (1, 52), (2, 11), (3, 2)))
        record["weight"] = f"{max(rng.gauss(58 if female else 64, 9), 38):.1f} kg"
    if rng.random() < 0.9:
        record["estimated_survival"] = f"{rng.choice([4, 6, 9, 12, 18])} mo"
    if rng.random() < 0.92:
        record["labs"] = _labs(rng, age, any(x["site"] == "liver" for x in record["lesions"]))
    if rng.random() < 0.9:
        record["toxicities"] = _toxicities(rng)
    if rng.random() < 0.95:
        record["comorbidities"] = _comorbidities(rng)
        record["other_malignancies"] = _malignancies(rng, diagnosed)
    return record


def _one(rng: random.Random, choices: tuple[tuple[Any, int], ...]) -> Any:
    return rng.choices([c for c, _ in choices], [w for _, w in choices])[0]


def _vague(rng: random.Random, day: date) -> str:
    return day.isoformat()[: _one(rng, ((10, 85), (7, 13), (4, 2)))]


def _definitive(rng: random.Random, end: date) -> Record:
    kind = _one(rng, (("surgery", 60), ("chemoradiotherapy", 32), ("radiotherapy", 8)))
    treatment = {"type": kind, "intent": "curative", "completed": True, "end": end.isoformat()}
    if kind == "surgery":
        treatment["residual"] = _one(rng, (("r0", 90), ("r1", 6), ("rx", 4)))
    else:
        treatment["dose"] = f"{rng.choice([50.4, 60, 61.2])} Gy"
    return treatment


def _therapies(rng: random.Random, treated: date, enrollment: date) -> list[Record]:
    found = []
    for _ in range(_one(rng, ((0, 45), (1, 40), (2, 15)))):
        last = min(treated + timedelta(rng.randrange(0, 420)), enrollment - timedelta(3))
        first = last - timedelta(rng.randrange(21, 120))
        found.append(
            {
                "class": _one(rng, DRUGS),
                "first_dose": first.isoformat(),
                "last_dose": last.isoformat(),
            }
        )
    return found


def _lesions(rng: random.Random, treated: date, enrollment: date) -> list[Record]:
    number = _one(rng, ((1, 42), (2, 25), (3, 14), (4, 8), (5, 5), (6, 4), (8, 2)))
    main = _one(rng, ORGANS)
    confirmed = rng.random() < 0.75
    measured = rng.random() < 0.96
    found_on = max(treated + timedelta(10), enrollment - timedelta(rng.randrange(10, 90)))
    lesions = []
    for index in range(number):
        site = main if rng.random() < 0.7 else _one(rng, ORGANS)
        size = rng.lognormvariate(3.05, 0.45)
        lesion: Record = {
            "id": f"l{index + 1}",
            "site": site,
            "modality": "ct",
            "slice_thickness": "5 mm",
            "visible_on_ct": True,
            "detected": found_on.isoformat(),
            "local_treatment": "none" if rng.random() < 0.95 else "radiotherapy",
            "in_radiation_field": rng.random() < 0.05,
            "pathology": "squamous_cell_carcinoma" if confirmed and not index else "none",
            "character": "solid",
        }
        if measured:
            lesion["longest_diameter"] = f"{size:.0f} mm"
        if site == "lymph_node":
            lesion |= {"station": rng.choice(STATIONS), "positive": True}
            if measured:
                lesion["short_axis"] = f"{size * 0.7:.0f} mm"
        elif site in ("lung", "adrenal"):
            lesion["laterality"] = rng.choice(["left", "right"])
        elif site == "bone":
            lesion |= {"bone": rng.choice(["rib", "thoracic_vertebra", "pelvis"])}
            lesion["character"] = rng.choice(["lytic_soft_tissue", "blastic"])
        elif site == "brain":
            lesion |= {"symptomatic": rng.random() < 0.3, "progressing": False}
            lesion["needs_steroids"] = False
        if lesion["in_radiation_field"]:
            lesion["progressed_since_radiotherapy"] = True
        lesions.append(lesion)
    return lesions


def _labs(rng: random.Random, age: int, liver: bool) -> Record:
    strain = 1.6 if liver else 1.0
    labs: Record = {
        "neutrophils": f"{rng.lognormvariate(1.2, 0.4):.2f} 10*9/L",
        "platelets": f"{max(rng.gauss(210, 60), 40):.0f} 10*9/L",
        "hemoglobin": f"{max(rng.gauss(122, 15), 70):.0f} g/L",
        "albumin": f"{max(rng.gauss(39, 4), 22):.0f} g/L",
        "bilirubin": _with_uln(f"{rng.lognormvariate(2.3, 0.4) * strain:.1f}", "umol/L", 21),
        "alt": _with_uln(f"{rng.lognormvariate(3.0, 0.5) * strain:.0f}", "U/L", 50),
        "ast": _with_uln(f"{rng.lognormvariate(3.1, 0.4) * strain:.0f}", "U/L", 40),
        "alp": _with_uln(f"{rng.lognormvariate(4.4, 0.3) * strain:.0f}", "U/L", 125),
        "creatinine": _with_uln(f"{rng.lognormvariate(4.2, 0.2) + age / 5:.0f}", "umol/L", 104),
    }
    for name in list(labs):
        if rng.random() < 0.02:
            del labs[name]
    return labs


def _with_uln(value: str, unit: str, uln: int) -> Record:
    return {"value": value, "unit": unit, "uln": uln}


def _toxicities(rng: random.Random) -> list[Record]:
    if rng.random() < 0.8:
        return []
    term = rng.choice(["peripheral_sensory_neuropathy", "anemia", "fatigue", "esophagitis"])
    return [{"term": term, "grade": _one(rng, ((1, 75), (2, 20), (3, 5))), "related": True}]


def _comorbidities(rng: random.Random) -> list[Record]:
    if rng.random() < 0.75:
        return []
    return [
        {
            "name": "chronic disease",
            "severe": rng.random() < 0.2,
            "controlled": rng.random() < 0.85,
            "may_affect_treatment": rng.random() < 0.3,
        }
    ]


def _malignancies(rng: random.Random, diagnosed: date) -> list[Record]:
    if rng.random() < 0.94:
        return []
    when = diagnosed - timedelta(rng.randrange(-400, 4000))
    return [
        {
            "type": _one(rng, (("other_malignancy", 70), ("basal_cell_skin", 30))),
            "diagnosis": _vague(rng, when),
            "well_treated": True,
            "low_risk": rng.random() < 0.3,
        }
    ]


def main() -> None:
    """Write a cohort to standard output, one record per line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for record in cohort(options.records, options.seed):
        sys.stdout.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
