"""Corners of results: enzymes, creatinine and clearance, lung function."""

from __future__ import annotations

from collections.abc import Iterator

from .basics import Record, product
from .limits import CLEARANCE, COCKCROFT, EDGE, EDGE_RATIO, ENZYMES, against
from .patients import baseline, changed, metastases, woman


def corner_labs() -> Iterator[Record]:
    """Liver and bone metastases x enzymes; creatinine x clearance; lungs x FEV1."""
    base = baseline()
    places = ((), ("liver",), ("bone",), ("liver", "bone"))
    ratios = tuple(against(v, "40") for v in ("100", "100.1", "150", "200", "200.1"))
    for sites, gone, enzyme, value in product(places, (False, True), ENZYMES, ratios):
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
                "labs.creatinine": against(level, uln, "mg/dL"),
            },
        )
    for impaired, irradiated, thoracic, fev1, site in product(
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
