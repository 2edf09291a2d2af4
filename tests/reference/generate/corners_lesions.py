"""Corners of lesions: how many count, which are measurable."""

from __future__ import annotations

from collections.abc import Iterator

from .basics import Record, product
from .limits import EDGE_NODES, EDGE_SIZES, EDGE_SLICES, NODES
from .patients import baseline, changed, metastases
from .words import MODALITIES


def corner_counts() -> Iterator[Record]:
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
    for number, more in product((1, 2, 3, 4, 5), (0, 1, 2, 3)):
        lesions = metastases("lung", *("liver", "bone", "kidney")[:more])
        lesions[0]["number"] = number
        yield changed(base, {"lesions": lesions})
    for nodes, others, labels, diameter in product(
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
    for detected, visible, regional, positive, count, repeat, induced in product(
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


def corner_recist() -> Iterator[Record]:
    """Modality x size x slice; nodes; fields of radiation."""
    base = baseline()
    for modality, size, thickness in product(MODALITIES, EDGE_SIZES[8:], EDGE_SLICES):
        one = {"lesions.0.modality": modality, "lesions.0.longest_diameter": size}
        one["lesions.0.slice_thickness"] = thickness if modality in ("ct", "mri") else None
        yield changed(base, one)
    for (longest, short), modality, thickness in product(
        (*EDGE_NODES, *NODES), MODALITIES, ("5 mm", "8 mm", "7.5 mm")
    ):
        (node,) = metastases("supraclavicular", longest_diameter=longest, short_axis=short)
        node |= {"modality": modality, "slice_thickness": thickness}
        if modality not in ("ct", "mri"):
            del node["slice_thickness"]
        yield changed(base, {"lesions": [node]})
    for site, field, progressed, judged, treated, positive in product(
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
