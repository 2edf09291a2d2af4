"""Aspects of the tumour and its treatment, each of which may or may not violate something."""

from __future__ import annotations

from datetime import date

from .basics import DAY, iso, pick
from .limits import EDGE_NODES, EDGE_SIZES, EDGE_SLICES, SLICES
from .maker import Maker
from .words import ANTITUMOR, CHARACTERS, LOCAL, MODALITIES, ORGANS, OTHER_DRUGS, OTHER_HISTOLOGY


def histology(m: Maker) -> None:
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


def definitive(m: Maker) -> None:
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


def treatment_end(m: Maker) -> None:
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
        one = m.any_lesion()
        end = m.near(DAY(date.fromisoformat(one["detected"])), -3)
    m.record["definitive_treatments"][-1]["end"] = iso(max(end, m.diagnosis))


def primary_status(m: Maker) -> None:
    primary = m.record["primary"]
    primary["status"] = pick(m.rng, ("controlled", "uncontrolled", "progressing"))
    primary["status_by"] = pick(m.rng, ("imaging", "endoscopy", "clinical"))
    if primary["status"] != "controlled":
        primary.pop("controlled_since", None)


def controlled_since(m: Maker) -> None:
    primary = m.record["primary"]
    if primary["status"] == "controlled":
        primary["controlled_since"] = iso(max(m.near(m.enrollment, -3), m.diagnosis))


def recurrence(m: Maker) -> None:
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


def regional_only(m: Maker) -> None:
    m.record["lesions"] = [m.regional() for _ in range(int(m.rng.random() * 3))]
    if m.rng.random() < 0.4:
        m.record["lesions"].append(m.distant())
    if m.rng.random() < 0.2:
        m.record["lesions"].append(m.lesion("esophagus"))


def more_lesions(m: Maker) -> None:
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


def synchronous(m: Maker) -> None:
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


def early_detection(m: Maker) -> None:
    if m.record["definitive_treatments"] and m.record["lesions"]:
        ends = [one["end"] for one in m.record["definitive_treatments"]]
        end = DAY(date.fromisoformat(max(ends)))
        day = m.near(end, pick(m.rng, (0, 3, 3)))
        m.any_lesion()["detected"] = iso(max(min(day, m.enrollment), m.diagnosis))


def first_metastasis(m: Maker) -> None:
    if m.record["definitive_treatments"]:
        end = DAY(date.fromisoformat(max(one["end"] for one in m.record["definitive_treatments"])))
        day = m.near(end, pick(m.rng, (0, 3, 3)))
        m.record["course"]["first_metastasis"] = iso(max(min(day, m.enrollment), m.diagnosis))


def adjuvant(m: Maker) -> None:
    last = m.near(DAY(date.fromisoformat(m.any_lesion()["detected"])), pick(m.rng, (0, -3, -3)))
    therapy = {"class": pick(m.rng, ANTITUMOR), "first_dose": iso(last - 60)}
    m.record["systemic_therapies"] = [therapy | {"last_dose": iso(last), "adjuvant_end": iso(last)}]


def course(m: Maker) -> None:
    course = m.record["course"]
    course["earlier_oligometastatic"] = m.rng.random() < 0.5
    course["earlier_polymetastatic"] = m.rng.random() < 0.5


def pathology(m: Maker) -> None:
    rng = m.rng
    options = ("squamous_cell_carcinoma", "none", "none", "benign", "inconclusive")
    for one in m.record["lesions"]:
        one["pathology"] = pick(rng, options)
        if rng.random() < 0.3:
            one["second_primary"] = rng.random() < 0.1
    if m.record["lesions"] and rng.random() < 0.2:
        m.any_lesion()["pathology"] = "different"
    # Without a confirmed lesion, silence on second primaries would leave E2 open.
    if rng.random() < 0.8:
        for one in m.record["lesions"]:
            one.setdefault("second_primary", False)


def size(m: Maker) -> None:
    rng = m.rng
    one = m.any_lesion()
    if "adjacent_group" in one:
        diameter = pick(rng, ("50 mm", "50.1 mm", "49.99 mm", "5.5 cm"))
        for other in m.record["lesions"]:
            if other.get("adjacent_group") == one["adjacent_group"]:
                other["conglomerate_diameter"] = diameter
    elif "short_axis" in one:
        one["longest_diameter"], one["short_axis"] = pick(rng, EDGE_NODES)
    else:
        one["longest_diameter"] = pick(rng, EDGE_SIZES)


def local_treatment(m: Maker) -> None:
    m.any_lesion()["local_treatment"] = pick(m.rng, LOCAL)


def subsided(m: Maker) -> None:
    one = m.any_lesion()
    one["visible_on_ct"] = m.rng.random() < 0.5
    one["pet"] = pick(m.rng, ("avid", "not_avid", "not_done"))


def measurable(m: Maker) -> None:
    rng = m.rng
    whole = rng.random() < 0.5
    for one in m.record["lesions"] if whole else (m.any_lesion(),):
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


def in_field(m: Maker) -> None:
    one = m.any_lesion()
    one["in_radiation_field"] = True
    one["progressed_since_radiotherapy"] = m.rng.random() < 0.6
    if m.rng.random() < 0.3:
        one["measurable"] = m.rng.random() < 0.7


def nodes(m: Maker) -> None:
    for _ in range(1 + int(m.rng.random() * 2)):
        one = m.regional()
        one["positive"] = m.rng.random() < 0.6
        one["in_radiation_field"] = m.rng.random() < 0.3
        if one["in_radiation_field"]:
            one["progressed_since_radiotherapy"] = m.rng.random() < 0.6
        m.record["lesions"].append(one)


def second_primary(m: Maker) -> None:
    one = m.any_lesion()
    if m.rng.random() < 0.5:
        one["second_primary"] = m.rng.random() < 0.6
    else:
        one["pathology"] = pick(m.rng, ("different", "inconclusive", "benign"))


def therapy(m: Maker) -> None:
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


def brain(m: Maker) -> None:
    rng = m.rng
    one = m.lesion("brain")
    one[pick(rng, ("symptomatic", "progressing", "needs_steroids"))] = rng.random() < 0.7
    if rng.random() < 0.4:
        one["uncontrolled"] = rng.random() < 0.5
    m.record["lesions"].append(one)


def spine(m: Maker) -> None:
    one = m.lesion("bone")
    m.record["spinal_cord"]["compression_symptoms"] = m.rng.random() < 0.7
    if m.rng.random() < 0.15:
        one["local_treatment"] = "surgery"
    m.record["lesions"].append(one)
