"""Random records: an eligible patient with some aspects changed."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import disease, health
from .basics import Record, pick
from .gaps import vague_date
from .maker import Maker
from .words import NEAR_STATIONS

ON_LESIONS: tuple[Callable[[Maker], None], ...] = (
    disease.pathology,
    disease.size,
    disease.local_treatment,
    disease.subsided,
    disease.measurable,
    disease.in_field,
    disease.second_primary,
    disease.early_detection,
    disease.treatment_end,
    disease.adjuvant,
)
ASPECTS: tuple[Callable[[Maker], None], ...] = (
    disease.histology,
    disease.definitive,
    disease.primary_status,
    disease.recurrence,
    disease.more_lesions,
    disease.more_lesions,
    disease.synchronous,
    disease.synchronous,
    disease.regional_only,
    disease.course,
    disease.nodes,
    disease.therapy,
    disease.therapy,
    health.age,
    health.ecog,
    health.survival,
    health.lab,
    health.lab,
    health.ratio,
    health.ratio,
    health.enzymes,
    health.cockcroft,
    health.lung,
    health.tests,
    health.tests,
    health.reproduction,
    health.pregnant,
    health.consent,
    health.trial,
    disease.brain,
    disease.spine,
    health.toxicity,
    health.toxicity,
    health.effusion,
    health.operation,
    health.immunity,
    health.malignancy,
    health.judgement,
    disease.controlled_since,
    disease.first_metastasis,
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
        vague_date(record, rng)
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
