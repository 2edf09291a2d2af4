"""Corners of everything that is neither number nor date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .basics import Record, product
from .limits import EDGE, EDGE_RATIO, EDGE_SIZES, ENZYMES, GOOD, GOOD_RATIO, LABS, SIZES, against
from .patients import baseline, changed, metastases
from .words import (
    BONES,
    CHARACTERS,
    FAR_STATIONS,
    LOCAL,
    LOOSE_SITES,
    NEAR_STATIONS,
    OPEN_STATIONS,
    ORGANS,
    OTHER_HISTOLOGY,
    PRIMARY_SITES,
    SQUAMOUS,
    TERMS,
)


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


def corner_rest() -> Iterator[Record]:
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
    for kind, intent, completed, residual, radical in product(
        ("surgery", "endoscopic_resection", "radiotherapy", "chemoradiotherapy"),
        ("curative", "palliative"),
        (True, False),
        ("r0", "r1", "r2", "rx"),
        (None, True, False),
    ):
        changes = {"type": kind, "intent": intent, "completed": completed, "radical": radical}
        changes["residual"] = residual if kind == "surgery" else None
        yield changed(base, {f"definitive_treatments.0.{k}": v for k, v in changes.items()})
    for status, method in product(
        ("controlled", "uncontrolled", "progressing"), ("imaging", "endoscopy", "clinical")
    ):
        yield changed(base, {"primary.status": status, "primary.status_by": method})
    for judged, sign, value, gone in product(
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
    for bone, symptoms, gone in product(BONES, (True, False), (True, False)):
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
            against("1.9", "1.2", "mg/dL"),
            against("1.8", "1.2", "mg/dL"),
        ),
    }
    for term, grade, related in product((*TERMS, *levels), (0, 1, 2, 3, 4), (True, False)):
        one = {"term": term, "grade": grade, "related": related}
        yield changed(base, {"toxicities": [one]})
        if term in levels:
            name, *at_limit = levels[term]
            for result in at_limit:
                yield changed(base, {"toxicities": [one], f"labs.{name}": result})
    for site, loose, drained in product(
        ("pleural", "pericardial", "pelvic", "peritoneal", "other_effusion"),
        (True, False),
        (True, False),
    ):
        one = {"site": site, "uncontrolled": loose, "repeated_drainage": drained}
        yield changed(base, {"effusions": [one]})
    for severe, controlled, affects in product((True, False), (True, False), (True, False)):
        one = {"severe": severe, "controlled": controlled, "may_affect_treatment": affects}
        yield changed(base, {"comorbidities": [one]})
    findings = ("squamous_cell_carcinoma", "none", "different", "benign", "inconclusive")
    for first, second, primary, gone in product(
        findings, findings, (None, True, False, "unknown"), ({}, {"visible_on_ct": False})
    ):
        lesions = metastases("lung", "liver")
        lesions[0]["pathology"] = first
        lesions[1] |= {"pathology": second, **gone}
        if primary is not None:
            lesions[1]["second_primary"] = primary
        yield changed(base, {"lesions": lesions})
    for one_site, other_site, first, second in product(
        ("station_7", "supraclavicular", "esophagus", "lung"),
        ("station_4r", "axillary", "esophagus", "liver"),
        ({}, {"visible_on_ct": False}, {"local_treatment": "surgery"}),
        ({}, {"pet": "not_avid"}, {"local_treatment": "excision_biopsy"}),
    ):
        lesions = metastases(one_site, other_site)
        lesions[0] |= first
        lesions[1] |= second
        yield changed(base, {"lesions": lesions})
