"""Notions that the criteria share: which lesions count, what is measurable, which limits hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from .readers import NOT_STATED

MONTHS_6 = 12  # elapsed calendar times are in half steps
MONTHS_12 = 24
YEARS_5 = 10

SQUAMOUS = frozenset(
    {
        "squamous_cell_carcinoma",
        "keratinizing_squamous_cell_carcinoma",
        "nonkeratinizing_squamous_cell_carcinoma",
        "spindle_cell_squamous_carcinoma",
        "basaloid_squamous_cell_carcinoma",
    }
)
REGIONAL = frozenset(
    {
        *("station_1r", "station_1l", "station_2r", "station_2l", "station_4r", "station_4l"),
        *("station_7", "station_8u", "station_8m", "station_8lo", "station_9r", "station_9l"),
        *("station_15", "station_16", "station_17", "station_18", "station_19", "station_20"),
        *("level_vi", "level_vii"),
    }
)
NONREGIONAL = frozenset(
    {
        *("supraclavicular", "level_ii", "level_iii", "level_iv", "level_v", "axillary"),
        *("para_aortic", "hepatoduodenal", "mesenteric", "pulmonary_hilar", "inguinal"),
    }
)
SYSTEMS = {
    "brain": "cns",
    "spinal_cord": "cns",
    "epidural": "cns",
    "leptomeninges": "cns",
    "skin": "skin_soft_tissue",
    "soft_tissue": "skin_soft_tissue",
    "lymph_node": "nonregional_nodes",
}
VERTEBRAE = frozenset({"cervical_vertebra", "thoracic_vertebra", "lumbar_vertebra", "sacrum"})
ANTITUMOR = frozenset({"chemotherapy", "immunotherapy", "targeted", "hormonal", "other_antitumor"})
ALWAYS_MAJOR = frozenset({"esophagectomy", "thoracotomy", "laparotomy", "craniotomy"})
NEVER_MAJOR = frozenset({"endoscopy", "needle_biopsy", "port_insertion"})
NEVER_MEASURABLE = frozenset(
    {"effusion_or_ascites", "lymphangitic", "leptomeningeal", "blastic", "lytic_bone_only"}
)
ONE_AND_A_HALF = Fraction(3, 2)
TWO_AND_A_HALF = Fraction(5, 2)
ALBUMIN = Fraction(28, 10)


def is_current(lesion: Any) -> bool:
    """Neither subsided nor removed."""
    return (
        lesion.visible_on_ct is not False
        and lesion.pet != "not_avid"
        and lesion.local_treatment not in ("surgery", "excision_biopsy")
    )


def is_regional(lesion: Any) -> bool:
    """A regional node by AJCC 8; where the station leaves it open, the investigator's call."""
    if lesion.site != "lymph_node":
        return False
    station = lesion.station
    if station in REGIONAL:
        return True
    if station in NONREGIONAL:
        return False
    return bool(lesion.nodal_class == "regional")


def is_distant(lesion: Any) -> bool:
    """In an organ other than the oesophagus, or a non-regional node."""
    site = lesion.site
    if site == "lymph_node":
        return not is_regional(lesion)
    return bool(site != "esophagus")


def in_window(p: Any, elapsed: int) -> bool:
    """Whether a time, counted as the window is, lies within three months."""
    return bool(p.readings.within(elapsed, p.window.length))


def has_metastasis(p: Any, site: str) -> bool:
    """A current metastasis in this organ."""
    return any(one.site == site and is_current(one) for one in p.lesions)


def is_synchronous(p: Any) -> bool:
    """Not induced, not repeat, and a current metastasis found within 6 months."""
    return (
        not p.earlier_polymetastatic
        and not p.earlier_oligometastatic
        and any(
            is_distant(one) and is_current(one) and one.after_diagnosis <= MONTHS_6
            for one in p.lesions
        )
    )


def units(p: Any) -> Iterable[tuple[str, int]]:
    """Counted distant metastases: organ system and how many."""
    groups = set()
    for one in p.lesions:
        if is_distant(one) and is_current(one):
            site = one.site
            if site == "lymph_node" and one.group is not None:
                if one.group not in groups:
                    groups.add(one.group)
                    yield "nonregional_nodes", 1
            else:
                yield SYSTEMS.get(site, site), one.number


def more_than_four(p: Any) -> bool:
    """More than four metastases by the counting notes."""
    total = 0
    for _, number in units(p):
        total += number
        if total > 4:
            return True
    if total + 2 <= 4:  # the primary and the regional nodes add at most two
        return False
    regional = [one for one in p.lesions if is_regional(one) and is_current(one)]
    if any(one.positive for one in regional):
        total += 1
        regional = []
        if total > 4:
            return True
    if total + bool(regional) + 1 > 4 and is_synchronous(p):
        total += bool(regional) + bool(p.primary_visible)
    return total > 4


def is_measurable(lesion: Any) -> bool:
    """Measurable by RECIST 1.1: as judged by the investigator, else derived."""
    judged = lesion.measurable
    if judged is False:
        return False
    in_field = lesion.in_radiation_field
    if judged is True:
        return not in_field or lesion.progressed
    if in_field:
        if not lesion.progressed:
            return False
    elif lesion.local_treatment not in ("none", "needle_biopsy"):
        return False
    character = lesion.character
    if character in NEVER_MEASURABLE:
        return False
    if lesion.site == "bone" and character != "lytic_soft_tissue":
        return False
    modality = lesion.modality
    if lesion.site == "lymph_node":
        least, size = 15, lesion.short_axis
        if modality not in ("ct", "mri"):
            return False
    else:
        if modality not in ("ct", "mri", "chest_xray", "caliper"):
            return False
        least, size = (20 if modality == "chest_xray" else 10), lesion.longest
    if size < least:
        return False
    if modality not in ("ct", "mri"):
        return True
    thickness = lesion.slice
    return bool(thickness <= 5 or size >= 2 * thickness)


def has_potential(p: Any) -> bool:
    """Childbearing potential of a woman: as judged by the investigator, else derived."""
    judged = p.childbearing
    if judged is not NOT_STATED:
        return bool(judged)
    return bool(
        p.age < 60
        and p.menarche
        and p.sterilization == "none"
        and not (p.amenorrhea >= MONTHS_12 and not p.other_cause)
    )


def enzyme_limit(p: Any) -> int | Fraction:
    """The limit for ALT and AST in force."""
    return 5 if has_metastasis(p, "liver") else TWO_AND_A_HALF


def alp_limit(p: Any) -> int | Fraction:
    """The limit for ALP in force."""
    return 5 if has_metastasis(p, "liver") or has_metastasis(p, "bone") else TWO_AND_A_HALF


LIMIT_BROKEN: dict[str, Callable[[Any], bool]] = {
    "anemia": lambda p: p.hemoglobin < 9,
    "neutrophil_count_decreased": lambda p: p.neutrophils < ONE_AND_A_HALF,
    "platelet_count_decreased": lambda p: p.platelets < 100,
    "hypoalbuminemia": lambda p: p.albumin < ALBUMIN,
    "blood_bilirubin_increased": lambda p: p.bilirubin > ONE_AND_A_HALF,
    "alanine_aminotransferase_increased": lambda p: p.alt > enzyme_limit(p),
    "aspartate_aminotransferase_increased": lambda p: p.ast > enzyme_limit(p),
    "alkaline_phosphatase_increased": lambda p: p.alp > alp_limit(p),
    "creatinine_increased": lambda p: p.creatinine > ONE_AND_A_HALF and p.clearance <= 60,
}
