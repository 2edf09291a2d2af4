"""Random and corner records, JSON-serializable, all of them possible patients.

``random_record`` starts from an eligible patient and perturbs some aspects, with values at,
just below and just above every limit. ``remove_parts`` opens gaps. ``corners`` walks
systematically around the limits of one patient.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from .values import add_months, date_span

Record = dict[str, Any]
T = TypeVar("T")

DAY = date.toordinal
MONTH_ENDS = tuple(
    DAY(date(*day))
    for day in (
        (2021, 5, 31),
        (2022, 5, 31),
        (2024, 5, 31),
        (2024, 5, 30),
        (2024, 2, 29),
        (2023, 2, 28),
        (2020, 11, 30),
        (2021, 7, 31),
        (2023, 12, 31),
        (2024, 3, 31),
    )
)
THREE_MONTHS = tuple(range(88, 94))
"""Days around what three months may be taken for: 89 to 92 by the calendar, or 90, 91, 92."""
FIRST_DAY = DAY(date(2019, 3, 1))
DAYS = DAY(date(2024, 12, 31)) - FIRST_DAY


def pick(rng: random.Random, options: Sequence[T]) -> T:
    """A random element (faster than ``rng.choice``)."""
    return options[int(rng.random() * len(options))]


def iso(ordinal: int) -> str:
    """The date of an ordinal as text."""
    return date.fromordinal(ordinal).isoformat()


def months(ordinal: int, n: int) -> int:
    """The day n calendar months later, as an ordinal."""
    return DAY(add_months(date.fromordinal(ordinal), n))


def grid(unit: str, *values: str) -> tuple[str, ...]:
    """Quantities in one unit."""
    return tuple(f"{value} {unit}" for value in values)


def limits(unit: str, *rows: tuple[str, str]) -> tuple[dict[str, str], ...]:
    """Measurements with their upper limit of normal."""
    return tuple({"value": value, "unit": unit, "uln": uln} for value, uln in rows)


# Values on the allowed side, and values on both sides, of each limit.
GOOD: dict[str, tuple[Any, ...]] = {
    "neutrophils": (
        *grid("10*9/L", "1.5", "1.50", "1.501", "2.4", "3.2", "5.1"),
        *grid("/uL", "1500", "2800"),
        *grid("10*3/uL", "1.5", "4.4"),
    ),
    "platelets": (
        *grid("10*9/L", "100", "100.1", "148", "210", "305"),
        *grid("/uL", "100000", "187000"),
        "100 10*3/uL",
    ),
    "hemoglobin": (
        *grid("g/dL", "9", "9.0", "9.01", "10.4", "12.1", "13.8"),
        *grid("g/L", "90", "121"),
        *grid("mmol/L", "5.586", "5.59", "7.5"),
    ),
    "albumin": (*grid("g/dL", "2.8", "2.81", "3.6", "4.1"), *grid("g/L", "28", "28.1", "39")),
}
EDGE: dict[str, tuple[Any, ...]] = {
    "neutrophils": (
        *grid("10*9/L", "1.5", "1.499", "1.4999", "1.501", "1.49", "1.2", "0.9"),
        *grid("/uL", "1499", "1500", "1501"),
    ),
    "platelets": (
        *grid("10*9/L", "100", "99.9", "99.99", "99", "100.1", "80"),
        *grid("/uL", "99999", "99900", "100000"),
    ),
    "hemoglobin": (
        *grid("g/dL", "9", "8.99", "8.999", "8.9", "9.01", "7.4"),
        *grid("g/L", "89.9", "90", "89"),
        *grid("mmol/L", "5.58", "5.584", "5.59"),
    ),
    "albumin": (
        *grid("g/dL", "2.8", "2.79", "2.799", "2.7", "2.81", "2.3"),
        *grid("g/L", "27.9", "28", "27"),
    ),
    "survival": (
        *grid("wk", "12", "12.01", "11.99", "13", ">12", "8", ">=12"),
        *grid("mo", "3", "2.7", "2.8", "6", "2", "1"),
        *grid("d", "84", "85", "83"),
    ),
    "fev1": (
        *grid("L", "1", "1.0", "1.001", "0.999", "1.01", "0.8", "0.6", "2.2"),
        *grid("mL", "1000", "1001", "999"),
    ),
}
GOOD_RATIO = {
    "bilirubin": limits("mg/dL", ("0.8", "1.2"), ("1.8", "1.2"), ("1.5", "1"), ("0.4", "1.1"))
    + limits("umol/L", ("14", "21"), ("31.5", "21"), ("30", "20")),
    "enzyme": limits("U/L", ("31", "40"), ("22", "35"), ("100", "40"), ("87.5", "35"), ("60", "40"))
    + limits("ukat/L", ("0.5", "0.7"), ("1.75", "0.7")),
    "creatinine": limits("mg/dL", ("0.9", "1.2"), ("1.8", "1.2"), ("0.7", "1"), ("1.5", "1.0"))
    + limits("umol/L", ("80", "104"), ("156", "104"), ("62", "110")),
}
EDGE_RATIO = {
    "bilirubin": limits(
        "mg/dL", ("1.8", "1.2"), ("1.801", "1.2"), ("1.799", "1.2"), ("1.51", "1"), ("2.4", "1.1")
    )
    + limits("umol/L", ("31.5", "21"), ("31.6", "21"), ("31.51", "21"), ("45", "21")),
    "enzyme": limits(
        "U/L",
        *(("100", "40"), ("100.1", "40"), ("99.9", "40"), ("101", "40"), ("150", "40")),
        *(("200", "40"), ("200.1", "40"), ("199.9", "40"), ("201", "40"), ("260", "40")),
        *(("87.6", "35"), ("175", "35"), ("175.1", "35"), ("110", "35"), ("84", "33.6")),
    )
    + limits("ukat/L", ("1.75", "0.7"), ("1.76", "0.7"), ("3.5", "0.7"), ("3.51", "0.7")),
    "creatinine": limits(
        "mg/dL", ("1.8", "1.2"), ("1.801", "1.2"), ("1.82", "1.2"), ("2.1", "1.2"), ("1.51", "1")
    )
    + limits("umol/L", ("156", "104"), ("156.1", "104"), ("170", "104"), ("210", "104")),
}
CLEARANCE = (
    *grid("mL/min", "60", "60.01", "59.99", "60.1", "59", "61", "45", "88"),
    *grid("mL/s", "1", "1.01", "0.99", "1.2"),
)
WEIGHTS = ("70 kg", "58.5 kg", "64 kg", "51 kg", "82.4 kg", "61200 g", "150 [lb_av]", "45.2 kg")
# Around a clearance of 60 by Cockcroft-Gault: creatinine and ULN (mg/dL), weight, age, sex.
COCKCROFT = (
    ("0.972", "0.6", "59.9904 kg", 70, "male"),
    ("1.75", "1.1", "108 kg", 70, "male"),
    ("1.75", "1.1", "108.01 kg", 70, "male"),
    ("1.75", "1.1", "107.99 kg", 70, "male"),
    ("1.7", "1.1", "108 kg", 72, "female"),
    ("1.7", "1.1", "107.9 kg", 72, "female"),
    ("1.7", "1.1", "108.1 kg", 72, "female"),
)
LOOSE_SITES = (
    *("adrenal", "kidney", "pleura", "pericardium", "peritoneum", "skin", "soft_tissue"),
    *("muscle", "spleen", "gastrointestinal", "pancreas", "thyroid", "breast", "spinal_cord"),
    *("epidural", "leptomeninges", "other_organ"),
)
ORGANS = ("lung", "lung", "lung", "liver", "liver", "bone", "brain", "adrenal")
SITE_CODES = {
    "lung": ("snomed|94391008", "icd-10-cm|C78.01"),
    "liver": ("snomed|94381002", "icd-10-cm|C78.7"),
    "bone": ("snomed|94222008",),
    "brain": ("snomed|94225005",),
}
FAR_STATIONS = (
    *("supraclavicular", "supraclavicular", "level_ii", "level_iii", "level_iv", "level_v"),
    *("axillary", "para_aortic", "hepatoduodenal", "mesenteric", "pulmonary_hilar", "inguinal"),
)
NEAR_STATIONS = (
    *("station_1r", "station_1l", "station_2r", "station_2l", "station_4r", "station_4l"),
    *("station_7", "station_8u", "station_8m", "station_8lo", "station_9r", "station_9l"),
    *("station_15", "station_16", "station_17", "station_18", "station_19", "station_20"),
    *("level_vi", "level_vii"),
)
OPEN_STATIONS = (
    *("station_5", "station_6", "station_3p", "station_10", "cervical", "mediastinal"),
    *("intrathoracic", "abdominal", "other_station"),
)
BONES = (
    *("cervical_vertebra", "thoracic_vertebra", "lumbar_vertebra", "sacrum", "pelvis", "rib"),
    *("sternum", "skull", "clavicle", "scapula", "humerus", "femur", "other_bone"),
)
SIZES = ("10 mm", "10.1 mm", "1.0 cm", "18 mm", "27.5 mm", "31 mm", "4.9 cm", "49.9 mm", "12 mm")
EDGE_SIZES = (
    *("50 mm", "49.9 mm", "49.99 mm", "50.1 mm", "5 cm", "5.0 cm", "4.99 cm", "62 mm"),
    *("10 mm", "9.9 mm", "9.99 mm", "8 mm", "19.9 mm", "20 mm", "12 mm", "11.9 mm", "15 mm"),
)
NODES = (
    *(("15 mm", "15 mm"), ("24 mm", "15 mm"), ("22 mm", "16 mm"), ("3.1 cm", "2.0 cm")),
    *(("49.9 mm", "15.1 mm"), ("20 mm", "18 mm")),
)
EDGE_NODES = (
    *(("22 mm", "14.9 mm"), ("15 mm", "14.99 mm"), ("24 mm", "15 mm"), ("12 mm", "9 mm")),
    *(("50 mm", "30 mm"), ("50.1 mm", "15 mm"), ("49.9 mm", "15 mm"), ("30 mm", "16 mm")),
)
SLICES = ("5 mm", "5 mm", "3 mm", "1 mm", "2.5 mm", "5.0 mm", "1.25 mm")
EDGE_SLICES = ("5 mm", "6 mm", "7.5 mm", "8 mm", "10 mm", "5.5 mm", "3 mm")
MODALITIES = ("ct", "mri", "chest_xray", "caliper", "pet_ct", "ultrasound", "other_modality")
CHARACTERS = (
    *("solid", "cystic", "lytic_soft_tissue", "lytic_bone_only", "blastic"),
    *("effusion_or_ascites", "lymphangitic", "leptomeningeal"),
)
LOCAL = (
    *("radiotherapy", "surgery", "ablation", "excision_biopsy", "needle_biopsy"),
    *("chemoembolization", "brachytherapy", "palliative_radiotherapy", "other_local", "none"),
)
SQUAMOUS = (
    *("squamous_cell_carcinoma",) * 5,
    *("keratinizing_squamous_cell_carcinoma", "nonkeratinizing_squamous_cell_carcinoma"),
    *("spindle_cell_squamous_carcinoma", "basaloid_squamous_cell_carcinoma"),
    *("icd-o-3|8070/3", "snomed|1162767002", "icd-o-3|8083/3"),
)
OTHER_HISTOLOGY = (
    *("squamous_cell_carcinoma_in_situ", "adenocarcinoma", "small_cell_carcinoma"),
    *("other_histology", "icd-o-3|8140/3", "icd-o-3|8070/2"),
)
PRIMARY_SITES = (
    *("esophagus", "cervical_esophagus", "thoracic_esophagus", "abdominal_esophagus"),
    *("upper_third_esophagus", "middle_third_esophagus", "lower_third_esophagus"),
    *("overlapping_esophagus", "icd-o-3|C15.4"),
)
ANTITUMOR = ("chemotherapy", "chemotherapy", "immunotherapy", "targeted", "hormonal")
OTHER_DRUGS = ("traditional_medicine", "bone_agent", "not_antitumor", "other_antitumor")
PROCEDURES = (
    *("esophagectomy", "thoracotomy", "laparotomy", "thoracoscopy", "laparoscopy", "craniotomy"),
    *("endoscopy", "needle_biopsy", "port_insertion", "other_procedure", "other_procedure"),
)
ANALYTES = (
    *("anemia", "neutrophil_count_decreased", "platelet_count_decreased", "hypoalbuminemia"),
    *("blood_bilirubin_increased", "alanine_aminotransferase_increased"),
    *("aspartate_aminotransferase_increased", "alkaline_phosphatase_increased"),
    "creatinine_increased",
)
TERMS = (
    *("alopecia", "fatigue", "peripheral_sensory_neuropathy", "hypothyroidism", "pneumonitis"),
    *("white_blood_cell_decreased", "dysphagia", "esophagitis", "other_term"),
)
MALIGNANCIES = (
    *("basal_cell_skin", "squamous_cell_skin", "cervix_in_situ"),
    *("other_malignancy", "other_malignancy"),
)
LABS = ("neutrophils", "platelets", "hemoglobin", "albumin")
ENZYMES = ("alt", "ast", "alp")


class Maker:
    """One record in the making."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.next = 0
        self.start = self.end = 0
        self.record: Record = {}
        self.base()

    # -- dates --

    def near(self, anchor: int, n: int) -> int:
        """A day at, just before or just after the one n months from the anchor."""
        if abs(n) == 3 and self.rng.random() < 0.4:
            days = pick(self.rng, THREE_MONTHS)
            return anchor + (days if n > 0 else -days)
        return months(anchor, n) + pick(self.rng, (-20, -2, -1, -1, 0, 0, 0, 1, 1, 2, 20))

    def dates(self) -> Record:
        """The anchors."""
        rng = self.rng
        r = rng.random
        enrollment = pick(rng, MONTH_ENDS) if r() < 0.3 else FIRST_DAY + int(r() * DAYS)
        self.enrollment = self.start = self.randomization = enrollment
        dates: Record = {"enrollment": iso(enrollment)}
        if r() < 0.2:
            dates["registration"] = iso(enrollment - int(r() * 3))
        if r() < 0.5:
            self.randomization = enrollment + int(r() * 8)
            dates["randomization"] = iso(self.randomization)
            if r() < 0.6:
                dates["randomization"] += pick(rng, (" 09:00", " 14:30", " 00:00", " 23:59"))
        if r() < 0.6:
            self.start = self.randomization + int(r() * 14)
            dates["treatment_start"] = iso(self.start)
        else:
            self.start = enrollment
        return dates

    # -- lesions --

    def lesion(self, site: str) -> Record:
        """A lesion that violates nothing by itself."""
        rng = self.rng
        r = rng.random
        self.next += 1
        code = pick(rng, SITE_CODES[site]) if r() < 0.05 and site in SITE_CODES else site
        one: Record = {
            "id": f"l{self.next}",
            "site": code,
            "longest_diameter": pick(rng, SIZES),
            "modality": "ct" if r() < 0.8 else "mri",
            "slice_thickness": pick(rng, SLICES),
            "character": "solid" if r() < 0.9 else "cystic",
            "pathology": "squamous_cell_carcinoma" if r() < 0.6 else "none",
            "visible_on_ct": True,
            "detected": iso(max(self.enrollment - 5 - int(r() * 40), months(self.end, 4))),
            "local_treatment": "none" if r() < 0.8 else "needle_biopsy",
            "in_radiation_field": False,
        }
        if r() < 0.5:
            one["pet"] = "avid" if r() < 0.9 else "not_done"
        if site == "bone":
            one["bone"] = pick(rng, BONES)
            one["character"] = "lytic_soft_tissue"
        elif site == "brain":
            one["symptomatic"] = one["progressing"] = one["needs_steroids"] = False
        return one

    def node(self, station: str, nodal_class: str | None = None) -> Record:
        """A node that violates nothing by itself."""
        rng = self.rng
        one = self.lesion("lymph_node")
        one["longest_diameter"], one["short_axis"] = pick(rng, NODES)
        one["station"] = station
        if nodal_class is not None:
            one["nodal_class"] = nodal_class
        one["positive"] = True
        return one

    def distant(self) -> Record:
        """Any distant lesion."""
        rng = self.rng
        chance = rng.random()
        if chance < 0.6:
            return self.lesion(pick(rng, ORGANS))
        if chance < 0.68:
            return self.lesion(pick(rng, LOOSE_SITES))
        if chance < 0.93:
            return self.node(pick(rng, FAR_STATIONS))
        return self.node(pick(rng, OPEN_STATIONS), "nonregional")

    def regional(self) -> Record:
        """Any regional node."""
        if self.rng.random() < 0.8:
            return self.node(pick(self.rng, NEAR_STATIONS))
        return self.node(pick(self.rng, OPEN_STATIONS), "regional")

    def group(self, label: str, size: int) -> list[Record]:
        """Adjacent non-regional nodes, a group of their own."""
        used = {one.get("adjacent_group") for one in self.record.get("lesions", ())}
        while label in used:
            label += "a"
        diameter = pick(self.rng, ("49.9 mm", "4.99 cm", "49.95 mm"))
        nodes = []
        for _ in range(size):
            one = self.node(pick(self.rng, FAR_STATIONS))
            if one["longest_diameter"] == "49.9 mm" and diameter == "49.9 mm":
                one["longest_diameter"] = "30 mm"
            one["adjacent_group"] = label
            one["conglomerate_diameter"] = diameter
            nodes.append(one)
        return nodes

    # -- the eligible patient --

    def base(self) -> None:
        """An eligible patient."""
        rng = self.rng
        r = rng.random
        rec = self.record
        dates = self.dates()
        enrollment = self.enrollment
        self.end = months(enrollment, -6 - int(r() * 30)) - int(r() * 28)
        self.diagnosis = months(self.end, -int(r() * 6)) - int(r() * 28)
        self.female = female = r() < 0.4
        rec["sex"] = "female" if female else "male"
        if female:
            age = 18 + int(r() * 30) if r() < 0.5 else 50 + int(r() * 32)
        else:
            age = 40 + int(r() * 45) if r() < 0.9 else 18 + int(r() * 5)
        self.age(age)
        rec["dates"] = dates
        rec["ecog"] = 0 if r() < 0.4 else 1
        rec["estimated_survival"] = pick(rng, ("6 mo", ">12 wk", "26 wk", "3 mo", "12.01 wk"))
        rec["weight"] = pick(rng, WEIGHTS)
        rec["primary"] = {
            "site": pick(rng, PRIMARY_SITES),
            "histology": pick(rng, SQUAMOUS),
            "confirmed_by": "histology" if r() < 0.9 else "cytology",
            "diagnosis": iso(self.diagnosis),
            "status": "controlled",
            "status_by": pick(rng, ("imaging", "endoscopy", "clinical")),
            "controlled_since": iso(self.end),
            "visible_on_imaging": r() < 0.2,
        }
        rec["course"] = {
            "earlier_oligometastatic": r() < 0.25,
            "earlier_polymetastatic": False,
        }
        rec["labs"] = self.labs()
        rec["lung"] = {
            "impaired_function": "none" if r() < 0.8 else "suspected",
            "irradiated": False,
            "thoracic_radiotherapy": r() < 0.5,
            "fev1": pick(rng, ("2.2 L", "1.01 L", "1.001 L", "1800 mL", "3.0 L")),
        }
        rec["spinal_cord"] = {"compression_symptoms": False}
        rec["reproduction"] = {"contraception_agreed": True}
        rec["consent"] = {
            "voluntary": True,
            "signed_by": "patient" if r() < 0.9 else "representative",
            "date": iso(enrollment - int(r() * 6)),
        }
        rec["judgement"] = {"cannot_cooperate": False, "other_factors": False}
        rec["immunodeficiency"] = {"history": False}
        rec["lesions"] = self.some_lesions()
        rec["definitive_treatments"] = [self.definitive()]
        therapies = rec["systemic_therapies"] = []
        if r() < 0.5:
            last = months(enrollment, -4 - int(r() * 9)) - int(r() * 20)
            therapies.append(
                {
                    "class": pick(rng, ANTITUMOR),
                    "first_dose": iso(last - int(r() * 120)),
                    "last_dose": iso(last),
                }
            )
            if r() < 0.6:
                therapies[0]["adjuvant_end"] = iso(last)
        for name in ("operations", "traumas", "pregnancy_tests", "toxicities", "effusions"):
            rec[name] = []
        rec["other_malignancies"] = []
        rec["comorbidities"] = []
        rec["trial_participations"] = []
        if r() < 0.2:
            rec["toxicities"].append(
                {"term": pick(rng, TERMS), "grade": int(r() * 2), "related": r() < 0.7}
            )
        if female:
            self.woman()

    def age(self, years: int, days: int | None = None) -> None:
        """Sets the age; days after the birthday."""
        rec = self.record
        if days is None and self.rng.random() < 0.15:
            rec.pop("birth_date", None)
            rec["age"] = years
            return
        if days is None:
            days = int(self.rng.random() * 364)
        rec.pop("age", None)
        rec["birth_date"] = iso(months(self.enrollment, -12 * years) - days)

    def labs(self) -> Record:
        """Laboratory values within the limits."""
        rng = self.rng
        labs: Record = {name: pick(rng, GOOD[name]) for name in LABS}
        labs["bilirubin"] = pick(rng, GOOD_RATIO["bilirubin"]).copy()
        for name in ENZYMES:
            labs[name] = pick(rng, GOOD_RATIO["enzyme"]).copy()
        labs["creatinine"] = pick(rng, GOOD_RATIO["creatinine"]).copy()
        if rng.random() < 0.25:
            labs["creatinine_clearance"] = pick(rng, CLEARANCE)
        return labs

    def some_lesions(self) -> list[Record]:
        """One to four counted metastases, and perhaps more that do not count."""
        rng = self.rng
        r = rng.random
        found: list[Record] = []
        wanted = pick(rng, (1, 1, 1, 2, 2, 3))
        if r() < 0.12:
            found += self.group("g1", 2 + int(r() * 2))
            wanted -= 1
        while wanted > 0:
            one = self.distant()
            if r() < 0.06 and wanted > 1 and "station" not in one:
                one["number"] = 2
                wanted -= 1
            found.append(one)
            wanted -= 1
        if r() < 0.12:
            found.append(self.regional())
        if r() < 0.06:
            one = self.distant()
            one["visible_on_ct"] = False
            found.append(one)
        found[0]["pathology"] = "squamous_cell_carcinoma"
        return found

    def definitive(self) -> Record:
        """A radical treatment of the primary."""
        rng = self.rng
        kind = pick(rng, ("surgery", "surgery", "radiotherapy", "chemoradiotherapy"))
        one: Record = {
            "type": kind,
            "intent": "curative",
            "completed": True,
            "end": iso(self.end),
        }
        if kind == "surgery":
            one["residual"] = "r0"
        else:
            one["dose"] = pick(rng, ("50.4 Gy", "60 Gy", "41.4 Gy"))
        return one

    def woman(self) -> None:
        """What is recorded for women."""
        rng = self.rng
        r = rng.random
        rec = self.record
        old = "birth_date" not in rec or rec["birth_date"] < iso(months(self.enrollment, -620))
        reproduction = rec["reproduction"]
        reproduction["menarche"] = True
        reproduction["sterilization"] = pick(
            rng, ("none", "none", "none", "hysterectomy", "bilateral_salpingectomy")
        )
        back = 24 + int(r() * 60) if old else 0
        reproduction["last_menstruation"] = iso(months(self.enrollment, -back) - int(r() * 28))
        reproduction["other_cause_of_amenorrhea"] = False
        reproduction["pregnant"] = reproduction["breastfeeding"] = False
        if r() < 0.2:
            reproduction["childbearing_potential"] = not old
        rec["pregnancy_tests"].append(self.pregnancy_test(int(r() * 3)))

    def pregnancy_test(self, days: int) -> Record:
        """A negative test some days before randomization."""
        rng = self.rng
        time = iso(self.randomization - days)
        if rng.random() < 0.6:
            time += pick(rng, (" 00:00", " 08:59", " 09:00", " 09:01", " 14:30", " 14:29"))
        return {
            "specimen": "serum" if rng.random() < 0.5 else "urine",
            "result": "negative",
            "time": time,
        }


# ---- Aspects: each may or may not violate something ------------------------------


def _any_lesion(m: Maker) -> Record:
    one: Record = pick(m.rng, m.record["lesions"])
    return one


def _histology(m: Maker) -> None:
    primary = m.record["primary"]
    chance = m.rng.random()
    if chance < 0.3:
        primary["histology"] = pick(m.rng, OTHER_HISTOLOGY)
    elif chance < 0.6:
        primary["histology"] = "adenosquamous_carcinoma"
        primary["histology_accepted"] = m.rng.random() < 0.5
    elif chance < 0.7:
        primary["site"] = "other_site"
    elif chance < 0.8:
        primary["confirmed_by"] = "not_confirmed"


def _definitive(m: Maker) -> None:
    rng = m.rng
    if not m.record["definitive_treatments"]:
        return
    one = m.record["definitive_treatments"][0]
    for name in ("residual", "dose"):
        one.pop(name, None)
    kind = one["type"] = pick(
        rng, ("surgery", "surgery", "endoscopic_resection", "radiotherapy", "chemoradiotherapy")
    )
    if kind == "surgery":
        one["residual"] = pick(rng, ("r0", "r1", "r2", "rx", "rx"))
    one["radical"] = rng.random() < 0.6
    one["completed"] = rng.random() < 0.85
    one["intent"] = "curative" if rng.random() < 0.85 else "palliative"
    if rng.random() < 0.1:
        m.record["definitive_treatments"] = []
    elif rng.random() < 0.2:
        m.record["definitive_treatments"].append(m.definitive())


def _treatment_end(m: Maker) -> None:
    rng = m.rng
    if not m.record["definitive_treatments"]:
        return
    chance = rng.random()
    if chance < 0.3:
        end = m.near(m.enrollment, -3)
    elif chance < 0.5:
        end = m.near(m.start, -3)
    elif chance < 0.6:
        end = m.enrollment + pick(rng, (-1, 0, 1))
    else:
        one = _any_lesion(m)
        end = m.near(DAY(date.fromisoformat(one["detected"])), -3)
    m.record["definitive_treatments"][-1]["end"] = iso(max(end, m.diagnosis))


def _primary_status(m: Maker) -> None:
    primary = m.record["primary"]
    primary["status"] = pick(m.rng, ("controlled", "uncontrolled", "progressing"))
    primary["status_by"] = pick(m.rng, ("imaging", "endoscopy", "clinical"))
    if primary["status"] != "controlled":
        primary.pop("controlled_since", None)


def _controlled_since(m: Maker) -> None:
    primary = m.record["primary"]
    if primary["status"] == "controlled":
        primary["controlled_since"] = iso(max(m.near(m.enrollment, -3), m.diagnosis))


def _recurrence(m: Maker) -> None:
    one = m.lesion("esophagus")
    chance = m.rng.random()
    if chance < 0.5:
        one["visible_on_ct"] = False
    elif chance < 0.6:
        one["pet"] = "not_avid"
    one["in_radiation_field"] = m.rng.random() < 0.4
    if one["in_radiation_field"]:
        one["progressed_since_radiotherapy"] = m.rng.random() < 0.5
    m.record["lesions"].append(one)


def _regional_only(m: Maker) -> None:
    m.record["lesions"] = [m.regional() for _ in range(int(m.rng.random() * 3))]
    if m.rng.random() < 0.4:
        m.record["lesions"].append(m.distant())
    if m.rng.random() < 0.2:
        m.record["lesions"].append(m.lesion("esophagus"))


def _more_lesions(m: Maker) -> None:
    rng = m.rng
    lesions = m.record["lesions"]
    site = pick(rng, ORGANS) if rng.random() < 0.5 else None
    for _ in range(1 + int(rng.random() * 3)):
        lesions.append(m.lesion(site) if site is not None else m.distant())
    chance = rng.random()
    if chance < 0.2:
        lesions.append(m.regional())
    elif chance < 0.3:
        lesions.append(m.regional())
        lesions[-1]["positive"] = False
    elif chance < 0.45:
        lesions += m.group("g2", 2 + int(rng.random() * 2))
    if rng.random() < 0.3 and "adjacent_group" not in lesions[-1]:
        lesions[-1]["number"] = pick(rng, (2, 3, 4))


def _synchronous(m: Maker) -> None:
    rng = m.rng
    m.record["course"]["earlier_oligometastatic"] = rng.random() < 0.15
    m.record["primary"]["visible_on_imaging"] = rng.random() < 0.6
    for one in m.record["lesions"]:
        if rng.random() < 0.6:
            day = max(m.near(m.diagnosis, 6), m.diagnosis)
            one["detected"] = iso(min(day, m.enrollment))
    if rng.random() < 0.4:
        m.record["lesions"].append(m.regional())
        m.record["lesions"][-1]["positive"] = rng.random() < 0.5
    for _ in range(int(rng.random() * 3)):
        m.record["lesions"].append(m.distant())


def _early_detection(m: Maker) -> None:
    if m.record["definitive_treatments"] and m.record["lesions"]:
        ends = [one["end"] for one in m.record["definitive_treatments"]]
        end = DAY(date.fromisoformat(max(ends)))
        day = m.near(end, pick(m.rng, (0, 3, 3)))
        _any_lesion(m)["detected"] = iso(max(min(day, m.enrollment), m.diagnosis))


def _first_metastasis(m: Maker) -> None:
    if m.record["definitive_treatments"]:
        end = DAY(date.fromisoformat(max(one["end"] for one in m.record["definitive_treatments"])))
        day = m.near(end, pick(m.rng, (0, 3, 3)))
        m.record["course"]["first_metastasis"] = iso(max(min(day, m.enrollment), m.diagnosis))


def _adjuvant(m: Maker) -> None:
    last = m.near(DAY(date.fromisoformat(_any_lesion(m)["detected"])), pick(m.rng, (0, -3, -3)))
    therapy = {"class": pick(m.rng, ANTITUMOR), "first_dose": iso(last - 60)}
    m.record["systemic_therapies"] = [therapy | {"last_dose": iso(last), "adjuvant_end": iso(last)}]


def _course(m: Maker) -> None:
    course = m.record["course"]
    course["earlier_oligometastatic"] = m.rng.random() < 0.5
    course["earlier_polymetastatic"] = m.rng.random() < 0.5


def _pathology(m: Maker) -> None:
    rng = m.rng
    options = ("squamous_cell_carcinoma", "none", "none", "benign", "inconclusive")
    for one in m.record["lesions"]:
        one["pathology"] = pick(rng, options)
        if rng.random() < 0.3:
            one["second_primary"] = rng.random() < 0.1
    if m.record["lesions"] and rng.random() < 0.2:
        _any_lesion(m)["pathology"] = "different"
    # Without a confirmed lesion, silence on second primaries would leave E2 open.
    if rng.random() < 0.8:
        for one in m.record["lesions"]:
            one.setdefault("second_primary", False)


def _size(m: Maker) -> None:
    rng = m.rng
    one = _any_lesion(m)
    if "adjacent_group" in one:
        diameter = pick(rng, ("50 mm", "50.1 mm", "49.99 mm", "5.5 cm"))
        for other in m.record["lesions"]:
            if other.get("adjacent_group") == one["adjacent_group"]:
                other["conglomerate_diameter"] = diameter
    elif "short_axis" in one:
        one["longest_diameter"], one["short_axis"] = pick(rng, EDGE_NODES)
    else:
        one["longest_diameter"] = pick(rng, EDGE_SIZES)


def _local_treatment(m: Maker) -> None:
    _any_lesion(m)["local_treatment"] = pick(m.rng, LOCAL)


def _subsided(m: Maker) -> None:
    one = _any_lesion(m)
    one["visible_on_ct"] = m.rng.random() < 0.5
    one["pet"] = pick(m.rng, ("avid", "not_avid", "not_done"))


def _measurable(m: Maker) -> None:
    rng = m.rng
    whole = rng.random() < 0.5
    for one in m.record["lesions"] if whole else (_any_lesion(m),):
        chance = rng.random()
        if chance < 0.25:
            one["measurable"] = rng.random() < 0.4
        elif chance < 0.5:
            one["modality"] = modality = pick(rng, MODALITIES)
            if modality not in ("ct", "mri"):
                one.pop("slice_thickness", None)
            else:
                one["slice_thickness"] = pick(rng, SLICES)
        elif chance < 0.7:
            one["character"] = pick(rng, CHARACTERS)
        elif "slice_thickness" in one:
            one["slice_thickness"] = pick(rng, EDGE_SLICES)
        if "adjacent_group" in one:
            continue
        if "short_axis" in one:
            one["longest_diameter"], one["short_axis"] = pick(rng, EDGE_NODES)
        else:
            one["longest_diameter"] = pick(rng, EDGE_SIZES[8:])


def _in_field(m: Maker) -> None:
    one = _any_lesion(m)
    one["in_radiation_field"] = True
    one["progressed_since_radiotherapy"] = m.rng.random() < 0.6
    if m.rng.random() < 0.3:
        one["measurable"] = m.rng.random() < 0.7


def _nodes(m: Maker) -> None:
    for _ in range(1 + int(m.rng.random() * 2)):
        one = m.regional()
        one["positive"] = m.rng.random() < 0.6
        one["in_radiation_field"] = m.rng.random() < 0.3
        if one["in_radiation_field"]:
            one["progressed_since_radiotherapy"] = m.rng.random() < 0.6
        m.record["lesions"].append(one)


def _second_primary(m: Maker) -> None:
    one = _any_lesion(m)
    if m.rng.random() < 0.5:
        one["second_primary"] = m.rng.random() < 0.6
    else:
        one["pathology"] = pick(m.rng, ("different", "inconclusive", "benign"))


def _therapy(m: Maker) -> None:
    rng = m.rng
    chance = rng.random()
    if chance < 0.4:
        last = m.near(m.enrollment, -3)
    elif chance < 0.75:
        last = m.near(m.start, -3)
    elif chance < 0.85:
        last = m.enrollment + pick(rng, (-1, 0, 1, 2))
    else:
        last = m.start + pick(rng, (-1, 0, 1))
    first = last - pick(rng, (0, 1, 21, 84, 200))
    classes = ANTITUMOR if rng.random() < 0.6 else OTHER_DRUGS
    therapy = {"class": pick(rng, classes), "first_dose": iso(first), "last_dose": iso(last)}
    if rng.random() < 0.5:
        therapy["adjuvant_end"] = iso(last)
    m.record["systemic_therapies"].append(therapy)


def _age(m: Maker) -> None:
    rng = m.rng
    years = pick(rng, (18, 18, 17, 19, 60, 59)) if m.female else pick(rng, (18, 18, 17, 19))
    m.age(years, pick(rng, (0, 0, 1, -1, 364, 180)))
    if m.female:
        reproduction = m.record["reproduction"]
        reproduction["pregnant"] = reproduction["breastfeeding"] = False


def _ecog(m: Maker) -> None:
    value = pick(m.rng, (0, 1, 1, 2, 2, 3, 4))
    if m.rng.random() < 0.2:
        m.record["ecog"] = [
            {"value": pick(m.rng, (0, 1, 2)), "date": iso(m.enrollment - 30)},
            {"value": value, "date": iso(m.enrollment - int(m.rng.random() * 5))},
            {"value": pick(m.rng, (0, 2)), "date": iso(m.enrollment + 7)},
        ]
    else:
        m.record["ecog"] = value


def _survival(m: Maker) -> None:
    m.record["estimated_survival"] = pick(m.rng, EDGE["survival"])


def _dated(m: Maker, value: Any, others: Sequence[Any]) -> Any:
    """Sometimes a measurement among others, of which it is the one that counts."""
    rng = m.rng
    if rng.random() > 0.15:
        return value

    def at(one: Any, day: int) -> Record:
        if isinstance(one, str):
            number, _, unit = one.partition(" ")
            return {"value": number, "unit": unit, "date": iso(day)}
        return {**one, "date": iso(day)}

    last = m.enrollment - int(rng.random() * 10)
    found = [
        at(pick(rng, others), last - 1 - int(rng.random() * 30)),
        at(value, last),
        at(pick(rng, others), m.enrollment + 1 + int(rng.random() * 5)),
    ]
    if rng.random() < 0.5:
        found.reverse()
    return found[:2] if rng.random() < 0.3 and found[0]["date"] < found[2]["date"] else found


def _lab(m: Maker) -> None:
    name = pick(m.rng, LABS)
    m.record["labs"][name] = _dated(m, pick(m.rng, EDGE[name]), EDGE[name])


def _ratio(m: Maker) -> None:
    rng = m.rng
    name = pick(rng, ("bilirubin", "alt", "ast", "alp", "alp", "creatinine"))
    rows = EDGE_RATIO["enzyme" if name in ENZYMES else name]
    value = pick(rng, rows).copy()
    if name == "creatinine":
        m.record["labs"].pop("creatinine_clearance", None)
        if rng.random() < 0.4:
            m.record["labs"]["creatinine_clearance"] = pick(rng, CLEARANCE)
    m.record["labs"][name] = _dated(m, value, rows)


def _enzymes(m: Maker) -> None:
    rng = m.rng
    for name in ENZYMES:
        m.record["labs"][name] = pick(rng, EDGE_RATIO["enzyme"]).copy()
    site = pick(rng, ("liver", "bone"))
    m.record["lesions"].append(m.lesion(site))
    if rng.random() < 0.15:
        m.record["lesions"][-1]["visible_on_ct"] = False


def _cockcroft(m: Maker) -> None:
    creatinine, uln, weight, age, sex = pick(m.rng, COCKCROFT)
    if (sex == "female") == m.female:
        m.age(age)
        if m.female:
            m.record["reproduction"]["pregnant"] = False
            m.record["reproduction"]["breastfeeding"] = False
        m.record["weight"] = weight
        m.record["labs"].pop("creatinine_clearance", None)
        m.record["labs"]["creatinine"] = {"value": creatinine, "unit": "mg/dL", "uln": uln}


def _lung(m: Maker) -> None:
    rng = m.rng
    thoracic = rng.random() < 0.7
    m.record["lung"] = {
        "impaired_function": pick(rng, ("known", "suspected", "known", "none")),
        "irradiated": thoracic and rng.random() < 0.6,
        "thoracic_radiotherapy": thoracic,
        "fev1": _dated(m, pick(rng, EDGE["fev1"]), EDGE["fev1"]),
    }


def _tests(m: Maker) -> None:
    rng = m.rng
    if not m.female:
        return
    tests = m.record["pregnancy_tests"] = []
    for _ in range(pick(rng, (0, 1, 1, 1, 2))):
        one = m.pregnancy_test(pick(rng, (0, 1, 2, 3, 3, 3, 4, -1)))
        if rng.random() < 0.25:
            one["result"] = pick(rng, ("positive", "indeterminate"))
        tests.append(one)


def _reproduction(m: Maker) -> None:
    rng = m.rng
    reproduction = m.record["reproduction"]
    reproduction["contraception_agreed"] = rng.random() < 0.5
    if not m.female:
        return
    reproduction.pop("childbearing_potential", None)
    reproduction["menarche"] = menarche = rng.random() < 0.9
    if menarche:
        reproduction["last_menstruation"] = iso(m.near(m.enrollment, -12))
        reproduction["other_cause_of_amenorrhea"] = rng.random() < 0.3
    else:
        reproduction.pop("last_menstruation", None)
        reproduction.pop("other_cause_of_amenorrhea", None)
    if rng.random() < 0.5:
        reproduction["sterilization"] = "none"
    if rng.random() < 0.3:
        reproduction["childbearing_potential"] = rng.random() < 0.5


def _pregnant(m: Maker) -> None:
    rng = m.rng
    if not m.female:
        return
    reproduction = m.record["reproduction"]
    m.age(20 + int(rng.random() * 38))
    reproduction["menarche"] = True
    reproduction.setdefault("last_menstruation", iso(months(m.enrollment, -1)))
    reproduction.setdefault("other_cause_of_amenorrhea", False)
    reproduction["breastfeeding"] = rng.random() < 0.4
    if rng.random() < 0.4:
        reproduction["pregnant"] = True
        reproduction["sterilization"] = "none"
        if reproduction.get("childbearing_potential") is False:
            reproduction["childbearing_potential"] = True


def _consent(m: Maker) -> None:
    consent = m.record["consent"]
    chance = m.rng.random()
    if chance < 0.3:
        consent["voluntary"] = False
    elif chance < 0.6:
        consent["signed_by"] = pick(m.rng, ("nobody", "representative"))
    else:
        consent["date"] = iso(m.enrollment + pick(m.rng, (-1, 0, 1, 2)))


def _trial(m: Maker) -> None:
    day = m.start - pick(m.rng, (28, 28, 29, 27, 1, 0, 60, -1))
    m.record["trial_participations"].append(
        {"last_intervention": iso(day), "end": iso(day + int(m.rng.random() * 100))}
    )


def _brain(m: Maker) -> None:
    rng = m.rng
    one = m.lesion("brain")
    one[pick(rng, ("symptomatic", "progressing", "needs_steroids"))] = rng.random() < 0.7
    if rng.random() < 0.4:
        one["uncontrolled"] = rng.random() < 0.5
    m.record["lesions"].append(one)


def _spine(m: Maker) -> None:
    one = m.lesion("bone")
    m.record["spinal_cord"]["compression_symptoms"] = m.rng.random() < 0.7
    if m.rng.random() < 0.15:
        one["local_treatment"] = "surgery"
    m.record["lesions"].append(one)


def _toxicity(m: Maker) -> None:
    rng = m.rng
    term = pick(rng, ANALYTES if rng.random() < 0.6 else TERMS)
    m.record["toxicities"].append(
        {"term": term, "grade": pick(rng, (0, 1, 2, 2, 3, 4)), "related": rng.random() < 0.8}
    )
    if term == "anemia":
        m.record["labs"]["hemoglobin"] = pick(rng, EDGE["hemoglobin"])
    elif term.startswith("alkaline"):
        m.record["labs"]["alp"] = pick(rng, EDGE_RATIO["enzyme"]).copy()
    elif term.startswith("alanine"):
        m.record["labs"]["alt"] = pick(rng, EDGE_RATIO["enzyme"]).copy()
    elif term.startswith("creat"):
        m.record["labs"]["creatinine"] = pick(rng, EDGE_RATIO["creatinine"]).copy()


def _effusion(m: Maker) -> None:
    rng = m.rng
    sites = ("pleural", "pericardial", "pelvic", "peritoneal", "other_effusion")
    m.record["effusions"].append(
        {
            "site": pick(rng, sites),
            "uncontrolled": rng.random() < 0.8,
            "repeated_drainage": rng.random() < 0.8,
        }
    )


def _operation(m: Maker) -> None:
    rng = m.rng
    day = m.near(m.enrollment, -3) if rng.random() < 0.7 else m.enrollment + pick(rng, (-1, 0, 1))
    if rng.random() < 0.7:
        one: Record = {"procedure": pick(rng, PROCEDURES), "major": rng.random() < 0.6}
        m.record["operations"].append({**one, "date": iso(day)})
    else:
        m.record["traumas"].append({"severe": rng.random() < 0.7, "date": iso(day)})


def _immunity(m: Maker) -> None:
    rng = m.rng
    if rng.random() < 0.3:
        m.record["immunodeficiency"]["history"] = True
    for _ in range(1 + int(rng.random() * 2)):
        m.record["comorbidities"].append(
            {
                "severe": rng.random() < 0.7,
                "controlled": rng.random() < 0.4,
                "may_affect_treatment": rng.random() < 0.7,
            }
        )


def _malignancy(m: Maker) -> None:
    rng = m.rng
    day = m.near(m.diagnosis, -60) if rng.random() < 0.7 else m.diagnosis + int(rng.random() * 99)
    survival = pick(rng, ("90 %", "90.1 %", "95 %", "60 %", "89.9 %"))
    m.record["other_malignancies"].append(
        {
            "type": pick(rng, MALIGNANCIES),
            "diagnosis": iso(day),
            "five_year_survival": survival,
            "low_risk": rng.random() < 0.2,
            "well_treated": rng.random() < 0.6,
        }
    )


def _judgement(m: Maker) -> None:
    m.record["judgement"] = {
        "cannot_cooperate": m.rng.random() < 0.3,
        "other_factors": m.rng.random() < 0.3,
    }


ON_LESIONS: tuple[Callable[[Maker], None], ...] = (
    *(_pathology, _size, _local_treatment, _subsided, _measurable, _in_field),
    *(_second_primary, _early_detection, _treatment_end, _adjuvant),
)
ASPECTS: tuple[Callable[[Maker], None], ...] = (
    *(_histology, _definitive, _primary_status, _recurrence, _more_lesions, _more_lesions),
    *(_synchronous, _synchronous, _regional_only, _course, _nodes, _therapy, _therapy, _age),
    *(_ecog, _survival, _lab, _lab, _ratio, _ratio, _enzymes, _cockcroft, _lung, _tests, _tests),
    *(_reproduction, _pregnant, _consent, _trial, _brain, _spine, _toxicity, _toxicity),
    *(_effusion, _operation, _immunity, _malignancy, _judgement),
    *(_controlled_since, _first_metastasis),
    *ON_LESIONS,
)
HOW_MANY = (0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 8)


def random_record(rng: random.Random) -> Record:
    """A possible patient, mostly with a complete record."""
    m = Maker(rng)
    for _ in range(pick(rng, HOW_MANY)):
        aspect = pick(rng, ASPECTS)
        if m.record["lesions"] or aspect not in ON_LESIONS:
            aspect(m)
    record = m.record
    if not record["lesions"] and rng.random() < 0.5:
        record["lesions"].append(m.distant())
    _mend(record)
    if rng.random() < 0.06:
        _vague_date(record, rng)
    return record


def _mend(record: Record) -> None:
    """Keep to what is possible where aspects meet."""
    ends = [one["end"] for one in record["definitive_treatments"]]
    if record["primary"]["histology"] != "adenosquamous_carcinoma":
        record["primary"].pop("histology_accepted", None)
    first = record["primary"]["diagnosis"]
    for one in record["lesions"]:
        one["detected"] = max(one["detected"], first)
    found = [one["detected"] for one in record["lesions"] if _is_metastasis(one)]
    if found:
        earlier = record["course"].get("first_metastasis")
        record["course"]["first_metastasis"] = min(found if earlier is None else [*found, earlier])
    assert all(end >= first for end in ends)
    reproduction = record["reproduction"]
    if reproduction.get("pregnant"):
        reproduction["sterilization"] = "none"
        if reproduction.get("childbearing_potential") is False:
            del reproduction["childbearing_potential"]
    young = _under_sixty(record)
    for name in ("pregnant", "breastfeeding"):
        if reproduction.get(name) and not (young and reproduction["menarche"]):
            reproduction[name] = False


def _is_metastasis(lesion: Record) -> bool:
    regional = lesion.get("station") in NEAR_STATIONS or lesion.get("nodal_class") == "regional"
    return lesion["site"] != "esophagus" and not regional


def _under_sixty(record: Record) -> bool:
    if "age" in record:
        return bool(record["age"] < 60)
    year, rest = record["birth_date"][:4], record["birth_date"][4:]
    sixty = f"{int(year) + 60}{rest}"
    return bool(sixty > record["dates"]["enrollment"])


# ---- Gaps ----------------------------------------------------------------------

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


def clone(value: Any) -> Any:
    """A deep copy of JSON-like data."""
    if isinstance(value, dict):
        return {key: clone(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clone(inner) for inner in value]
    return value


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


def _vague_date(record: Record, rng: random.Random) -> None:
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
            _vague_date(record, rng)
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


# ---- Corners -------------------------------------------------------------------


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


def _against(value: str, uln: str, unit: str = "U/L") -> Record:
    return {"value": value, "unit": unit, "uln": uln}


def _single_corners() -> Iterator[tuple[str, Iterable[Any]]]:
    """Paths and the values at which they are looked at."""
    for name in LABS:
        yield f"labs.{name}", (*EDGE[name], *GOOD[name])
    yield "estimated_survival", EDGE["survival"]
    for name in ("bilirubin", "creatinine"):
        yield f"labs.{name}", (*EDGE_RATIO[name], *GOOD_RATIO[name])
    for name in ENZYMES:
        yield f"labs.{name}", (*EDGE_RATIO["enzyme"], *GOOD_RATIO["enzyme"])
    yield "ecog", (0, 1, 2, 3, 4, "0", "1", "2")
    yield "primary.site", (*PRIMARY_SITES, "other_site")
    yield "primary.histology", (*SQUAMOUS, *OTHER_HISTOLOGY)
    yield "primary.confirmed_by", ("histology", "cytology", "not_confirmed")
    yield "lesions.0.longest_diameter", (*SIZES, *EDGE_SIZES)
    yield "lesions.0.character", CHARACTERS
    yield "lesions.0.local_treatment", LOCAL
    yield "lesions.0.pathology", ("squamous_cell_carcinoma", "different", "benign", "none")
    yield "lesions.0.pathology", ("inconclusive",)
    yield "lesions.0.pet", ("avid", "not_avid", "not_done")
    yield "lesions.0.visible_on_ct", (True, False)
    yield "lesions.0.second_primary", (True, False)
    yield "lesions.0.measurable", (True, False)
    yield "lesions.0.number", (1, 2, 3, 4, 5)
    yield "lesions", [metastases(site) for site in (*ORGANS, *LOOSE_SITES, "ovary", "esophagus")]
    yield "lesions", [metastases(station) for station in (*FAR_STATIONS, *NEAR_STATIONS)]
    yield "lesions", [[]]
    for verdict in ("regional", "nonregional"):
        yield "lesions", [metastases(one, nodal_class=verdict) for one in OPEN_STATIONS]
    for name in ("cannot_cooperate", "other_factors"):
        yield f"judgement.{name}", (True, False)
    yield "immunodeficiency.history", (True, False)
    yield "consent.voluntary", (True, False)
    yield "consent.signed_by", ("patient", "representative", "nobody")
    yield "consent.date", ("2024-03-14", "2024-03-15", "2024-03-16", "2024-03", "2024-02")
    yield "course.earlier_polymetastatic", (True, False)
    yield "reproduction.contraception_agreed", (True, False)


def _product(*axes: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    if not axes:
        yield ()
        return
    for head in axes[0]:
        for rest in _product(*axes[1:]):
            yield (head, *rest)


def _corner_labs() -> Iterator[Record]:
    """Liver and bone metastases x enzymes; creatinine x clearance; lungs x FEV1."""
    base = baseline()
    places = ((), ("liver",), ("bone",), ("liver", "bone"))
    ratios = tuple(_against(v, "40") for v in ("100", "100.1", "150", "200", "200.1"))
    for sites, gone, enzyme, value in _product(places, (False, True), ENZYMES, ratios):
        lesions = metastases("lung", *sites)
        for one in lesions[1:]:
            one["visible_on_ct"] = not gone
        yield changed(base, {"lesions": lesions, f"labs.{enzyme}": value})
        term = {"alt": "alanine", "ast": "aspartate", "alp": "alkaline"}[enzyme]
        full = f"{term}_{'phosphatase' if enzyme == 'alp' else 'aminotransferase'}_increased"
        toxicity = {"term": full, "grade": 2, "related": True}
        yield changed(base, {"lesions": lesions, f"labs.{enzyme}": value, "toxicities": [toxicity]})
    for creatinine in EDGE_RATIO["creatinine"]:
        for clearance in (None, *CLEARANCE):
            changes = {"labs.creatinine": creatinine, "labs.creatinine_clearance": clearance}
            yield changed(base, changes)
            toxicity = {"term": "creatinine_increased", "grade": 2, "related": True}
            yield changed(base, {**changes, "toxicities": [toxicity]})
    for level, uln, weight, age, sex in COCKCROFT:
        yield changed(
            base if sex == "male" else woman(),
            {
                "birth_date": None,
                "age": age,
                "weight": weight,
                "labs.creatinine": _against(level, uln, "mg/dL"),
            },
        )
    for impaired, irradiated, thoracic, fev1, site in _product(
        ("none", "suspected", "known"),
        (False, True),
        (False, True),
        EDGE["fev1"],
        ("lung", "liver"),
    ):
        if irradiated and not thoracic:
            continue
        lung = {"irradiated": irradiated, "thoracic_radiotherapy": thoracic, "fev1": fev1}
        lung["impaired_function"] = impaired
        yield changed(base, {"lung": lung, "lesions": metastases(site)})


def _corner_counts() -> Iterator[Record]:
    """Numbers, groups, organ systems; synchronous counting x primary x regional nodes."""
    base = baseline()
    for systems in (
        ("lung",) * 4,
        ("lung",) * 3,
        ("lung", "lung", "lung", "liver"),
        ("lung", "lung", "lung", "liver", "bone"),
        ("skin", "soft_tissue", "skin", "soft_tissue"),
        ("brain", "spinal_cord", "epidural", "leptomeninges"),
        ("supraclavicular", "axillary", "inguinal", "para_aortic"),
        ("supraclavicular", "axillary", "inguinal", "station_7"),
        ("pleura", "pericardium", "peritoneum", "other_organ", "spleen"),
    ):
        yield changed(base, {"lesions": metastases(*systems)})
        for at in range(len(systems)):
            for gone in ({"visible_on_ct": False}, {"pet": "not_avid"}):
                lesions = metastases(*systems)
                lesions[at] |= gone
                yield changed(base, {"lesions": lesions})
    for number, more in _product((1, 2, 3, 4, 5), (0, 1, 2, 3)):
        lesions = metastases("lung", *("liver", "bone", "kidney")[:more])
        lesions[0]["number"] = number
        yield changed(base, {"lesions": lesions})
    for nodes, others, labels, diameter in _product(
        (2, 3, 4), (0, 1, 2, 3, 4), (1, 2), ("49.9 mm", "50 mm", "50.1 mm")
    ):
        lesions = metastases(*("supraclavicular",) * nodes, *("lung", "liver", "bone")[:others])
        if labels == 2 and nodes < 4:
            continue
        for at in range(nodes):
            label = f"g{at // 2 if labels == 2 else 0}"
            lesions[at] |= {"adjacent_group": label, "conglomerate_diameter": diameter}
        yield changed(base, {"lesions": lesions})
        lesions[0]["number"] = 4
        yield changed(base, {"lesions": lesions})
        lesions[0] |= {"pet": "not_avid"}
        yield changed(base, {"lesions": lesions})
    for detected, visible, regional, positive, count, repeat, induced in _product(
        ("2022-02-01", "2022-02-02", "2022-02-03", "2021-08-02"),
        (False, True),
        (0, 1, 2),
        (False, True),
        (2, 3, 4),
        (False, True),
        (False, True),
    ):
        lesions = metastases("lung", "liver", "bone", "kidney")[:count]
        lesions[0]["detected"] = detected
        nodes = metastases(*("station_7", "station_4r")[:regional], positive=positive)
        for at, one in enumerate(nodes, 5):
            one["id"] = f"l{at}"
        yield changed(
            base,
            {
                "lesions": lesions + nodes,
                "primary.visible_on_imaging": visible,
                "course.earlier_oligometastatic": repeat,
                "course.earlier_polymetastatic": induced,
            },
        )


def _corner_recist() -> Iterator[Record]:
    """Modality x size x slice; nodes; fields of radiation."""
    base = baseline()
    for modality, size, thickness in _product(MODALITIES, EDGE_SIZES[8:], EDGE_SLICES):
        one = {"lesions.0.modality": modality, "lesions.0.longest_diameter": size}
        one["lesions.0.slice_thickness"] = thickness if modality in ("ct", "mri") else None
        yield changed(base, one)
    for (longest, short), modality, thickness in _product(
        (*EDGE_NODES, *NODES), MODALITIES, ("5 mm", "8 mm", "7.5 mm")
    ):
        (node,) = metastases("supraclavicular", longest_diameter=longest, short_axis=short)
        node |= {"modality": modality, "slice_thickness": thickness}
        if modality not in ("ct", "mri"):
            del node["slice_thickness"]
        yield changed(base, {"lesions": [node]})
    for site, field, progressed, judged, treated, positive in _product(
        ("lung", "supraclavicular", "station_7", "esophagus", "bone"),
        (False, True),
        (False, True),
        (None, False, True),
        ("none", "radiotherapy", "ablation", "excision_biopsy", "needle_biopsy"),
        (False, True),
    ):
        if progressed and not field:
            continue
        (one,) = metastases(site, in_radiation_field=field, local_treatment=treated)
        if field:
            one["progressed_since_radiotherapy"] = progressed
        if judged is not None:
            one["measurable"] = judged
        if "station" in one:
            one["positive"] = positive
        elif not positive:
            continue
        yield changed(base, {"lesions": [one]})
        more = metastases("liver", "lung", measurable=False)[1:]
        yield changed(base, {"lesions": [one, *more]})


TREATMENT_ENDS = (
    *("2023-11-30", "2023-11-29", "2023-08-31", "2022-11-30", "2021-10-11"),
    *("2023-12-01", "2023-02-01", "2023-07-01", "2022-12-02"),
)
ENROLLMENTS = (
    *("2024-03-15", "2024-05-31", "2024-05-30", "2023-05-31", "2024-02-29", "2023-02-28"),
    *("2024-11-30", "2024-12-31", "2024-01-01"),
)


def _around(anchor: str, n: int, offsets: Sequence[int] = (-1, 0, 1)) -> list[str]:
    return [iso(months(DAY(date.fromisoformat(anchor)), n) + at) for at in offsets]


def _corner_dates() -> Iterator[Record]:
    """Windows with clamping at the end of the month."""
    base = baseline()
    for enrollment, lag in _product(ENROLLMENTS, (0, 1, 10, 31)):
        start = iso(DAY(date.fromisoformat(enrollment)) + lag)
        fixed = {
            "dates": {"enrollment": enrollment, "treatment_start": start},
            "consent.date": enrollment,
            "lesions.0.detected": iso(DAY(date.fromisoformat(enrollment)) - 10),
        }
        here = changed(base, fixed)
        days = {day for at in (enrollment, start) for n in (0, -3) for day in _around(at, n)}
        for day in sorted(days):
            month_before = iso(DAY(date.fromisoformat(day)) - 30)
            for first, kind in _product((day, month_before), ("chemotherapy", "bone_agent")):
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
            for day in _around(end, n, (-2, -1, 0, 1, 2)):
                yield changed(
                    base,
                    {
                        "definitive_treatments.0.end": end,
                        "lesions": metastases("lung", detected=day),
                    },
                )
    for diagnosis in ("2023-02-28", "2024-02-29", "2021-08-02", "2020-08-31"):
        for n in (-60, 0, 6):
            for day in _around(diagnosis, n):
                for kind, treated, low, survival in _product(
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
    found = {*_around(anchor, 3 * sign), *(iso(day + sign * days) for days in THREE_MONTHS)}
    return sorted(found)


def window_corners() -> Iterator[Record]:
    """What may have been within three months, a few days off, however a month is counted."""
    base = baseline()
    for enrollment, lag in _product((*ENROLLMENTS, "2024-03-01", "2023-05-01"), (0, 10)):
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


def _corner_ages() -> Iterator[Record]:
    """Age x birthday x childbearing potential; tests; pregnancy."""
    for enrollment in ENROLLMENTS:
        for years in (17, 18, 19, 59, 60, 61):
            for birth in _around(enrollment, -12 * years):
                here = {"birth_date": birth, "dates": {"enrollment": enrollment}}
                here["consent.date"] = enrollment
                here["lesions.0.detected"] = iso(DAY(date.fromisoformat(enrollment)) - 10)
                yield changed(baseline(), here)
                yield changed(woman(), {**here, "pregnancy_tests": []})
    base = woman()
    for birth, years in (("2006-02-28", 18), ("2006-03-01", 18), ("1964-02-29", 60)):
        for day in _around(birth, 12 * years, (-1, 0, 1, 2)):
            here = {"birth_date": birth, "dates": {"enrollment": day}, "pregnancy_tests": []}
            yield changed(base, {**here, "consent.date": day})
    for menarche, last, other, sterile, judged in _product(
        (True, False),
        ("2023-03-14", "2023-03-15", "2023-03-16", "2024-03-01"),
        (True, False),
        ("none", "hysterectomy", "bilateral_salpingectomy", "bilateral_oophorectomy"),
        (None, True, False),
    ):
        for tests, agreed in _product(([], base["pregnancy_tests"]), (True, False)):
            yield changed(
                base,
                {
                    "reproduction.menarche": menarche,
                    "reproduction.last_menstruation": last if menarche else None,
                    "reproduction.other_cause_of_amenorrhea": other if menarche else None,
                    "reproduction.sterilization": sterile,
                    "reproduction.childbearing_potential": judged,
                    "reproduction.contraception_agreed": agreed,
                    "pregnancy_tests": tests,
                },
            )
    times = (
        *("2024-03-15 09:00", "2024-03-15 08:59", "2024-03-15 09:01", "2024-03-18 09:00"),
        *("2024-03-18 09:01", "2024-03-18 08:59", "2024-03-15", "2024-03-16", "2024-03-17"),
        *("2024-03-18", "2024-03-14", "2024-03-19", "2024-03", "2024-03-14 23:59"),
    )
    fixed = ("2024-03-18 09:00", "2024-03-18", "2024-03-18 00:00", "2024-03-18 23:59")
    results = ("negative", "positive", "indeterminate")
    for time, at, result in _product(times, fixed, results):
        test = {"specimen": "urine", "result": result, "time": time}
        yield changed(base, {"dates.randomization": at, "pregnancy_tests": [test]})
        both = [test, *base["pregnancy_tests"]]
        yield changed(base, {"dates.randomization": at, "pregnancy_tests": both})
    for pregnant, breastfeeding in _product((True, False), (True, False)):
        yield changed(
            base,
            {"reproduction.pregnant": pregnant, "reproduction.breastfeeding": breastfeeding},
        )


def _corner_rest() -> Iterator[Record]:
    """Everything that is neither number nor date."""
    base = baseline()
    for path, values in _single_corners():
        for one_value in values:
            yield changed(base, {path: one_value})
    for accepted in (True, False):
        yield changed(
            base,
            {
                "primary.histology": "adenosquamous_carcinoma",
                "primary.histology_accepted": accepted,
            },
        )
    for kind, intent, completed, residual, radical in _product(
        ("surgery", "endoscopic_resection", "radiotherapy", "chemoradiotherapy"),
        ("curative", "palliative"),
        (True, False),
        ("r0", "r1", "r2", "rx"),
        (None, True, False),
    ):
        changes = {"type": kind, "intent": intent, "completed": completed, "radical": radical}
        changes["residual"] = residual if kind == "surgery" else None
        yield changed(base, {f"definitive_treatments.0.{k}": v for k, v in changes.items()})
    for status, method in _product(
        ("controlled", "uncontrolled", "progressing"), ("imaging", "endoscopy", "clinical")
    ):
        yield changed(base, {"primary.status": status, "primary.status_by": method})
    for judged, sign, value, gone in _product(
        (None, True, False),
        ("symptomatic", "progressing", "needs_steroids"),
        (True, False),
        (True, False),
    ):
        lesions = metastases("lung", "brain")
        lesions[1] |= {sign: value, "visible_on_ct": not gone}
        if judged is not None:
            lesions[1]["uncontrolled"] = judged
        yield changed(base, {"lesions": lesions})
    for bone, symptoms, gone in _product(BONES, (True, False), (True, False)):
        lesions = metastases("lung", "bone")
        lesions[1] |= {"bone": bone, "visible_on_ct": not gone}
        changes = {"lesions": lesions, "spinal_cord.compression_symptoms": symptoms}
        yield changed(base, changes)
    levels: dict[str, tuple[Any, ...]] = {
        "anemia": ("hemoglobin", "8.9 g/dL", "9.5 g/dL"),
        "neutrophil_count_decreased": ("neutrophils", "1.4 10*9/L", "1.5 10*9/L"),
        "platelet_count_decreased": ("platelets", "99 10*9/L", "100 10*9/L"),
        "hypoalbuminemia": ("albumin", "2.7 g/dL", "2.9 g/dL"),
        "blood_bilirubin_increased": (
            "bilirubin",
            _against("1.9", "1.2", "mg/dL"),
            _against("1.8", "1.2", "mg/dL"),
        ),
    }
    for term, grade, related in _product((*TERMS, *levels), (0, 1, 2, 3, 4), (True, False)):
        one = {"term": term, "grade": grade, "related": related}
        yield changed(base, {"toxicities": [one]})
        if term in levels:
            name, *at_limit = levels[term]
            for result in at_limit:
                yield changed(base, {"toxicities": [one], f"labs.{name}": result})
    for site, loose, drained in _product(
        ("pleural", "pericardial", "pelvic", "peritoneal", "other_effusion"),
        (True, False),
        (True, False),
    ):
        one = {"site": site, "uncontrolled": loose, "repeated_drainage": drained}
        yield changed(base, {"effusions": [one]})
    for severe, controlled, affects in _product((True, False), (True, False), (True, False)):
        one = {"severe": severe, "controlled": controlled, "may_affect_treatment": affects}
        yield changed(base, {"comorbidities": [one]})
    findings = ("squamous_cell_carcinoma", "none", "different", "benign", "inconclusive")
    for first, second, primary, gone in _product(
        findings, findings, (None, True, False, "unknown"), ({}, {"visible_on_ct": False})
    ):
        lesions = metastases("lung", "liver")
        lesions[0]["pathology"] = first
        lesions[1] |= {"pathology": second, **gone}
        if primary is not None:
            lesions[1]["second_primary"] = primary
        yield changed(base, {"lesions": lesions})
    for one_site, other_site, first, second in _product(
        ("station_7", "supraclavicular", "esophagus", "lung"),
        ("station_4r", "axillary", "esophagus", "liver"),
        ({}, {"visible_on_ct": False}, {"local_treatment": "surgery"}),
        ({}, {"pet": "not_avid"}, {"local_treatment": "excision_biopsy"}),
    ):
        lesions = metastases(one_site, other_site)
        lesions[0] |= first
        lesions[1] |= second
        yield changed(base, {"lesions": lesions})


def corners() -> Iterator[Record]:
    """Every corner of the criteria around the eligible patients."""
    yield baseline()
    yield woman()
    yield from _corner_rest()
    yield from _corner_labs()
    yield from _corner_counts()
    yield from _corner_recist()
    yield from _corner_dates()
    yield from window_corners()
    yield from _corner_ages()
