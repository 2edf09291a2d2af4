"""A random eligible patient, from whom random records start."""

from __future__ import annotations

import random
from datetime import date

from .basics import DAY, Record, iso, months, pick
from .limits import (
    CLEARANCE,
    ENZYMES,
    GOOD,
    GOOD_RATIO,
    LABS,
    NODES,
    SIZES,
    SLICES,
    THREE_MONTHS,
    WEIGHTS,
)
from .words import (
    ANTITUMOR,
    BONES,
    FAR_STATIONS,
    LOOSE_SITES,
    NEAR_STATIONS,
    OPEN_STATIONS,
    ORGANS,
    PRIMARY_SITES,
    SITE_CODES,
    SQUAMOUS,
    TERMS,
)

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
FIRST_DAY = DAY(date(2019, 3, 1))
DAYS = DAY(date(2024, 12, 31)) - FIRST_DAY


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

    def any_lesion(self) -> Record:
        """One of the lesions."""
        one: Record = pick(self.rng, self.record["lesions"])
        return one

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
