"""What a record says of the entries of its lists, other than lesions."""

from __future__ import annotations

from typing import ClassVar

from .completions import Entry
from .readers import Reader, choice, flag, settle
from .spans import times, windowed
from .values import integer, quantity

_ENDED = ("end_enrollment", "end_start")
_DOSES = ("first_enrollment", "last_enrollment", "first_start", "last_start")


class Definitive(Entry):
    """One definitive treatment of the primary."""

    readers: ClassVar[dict[str, Reader]] = {
        "type": choice(
            "type", "radiotherapy", "chemoradiotherapy", "surgery", "endoscopic_resection"
        ),
        "intent": choice("intent", "curative", "palliative"),
        "residual": choice("residual", "r0", "rx", "r1"),
        "completed": flag("completed", True),
        "radical": flag("radical", True),
        **{name: windowed(name, _ENDED) for name in _ENDED},
    }


class Therapy(Entry):
    """One systemic therapy."""

    readers: ClassVar[dict[str, Reader]] = {
        "drug_class": choice("class", "not_antitumor", "chemotherapy"),
        **{name: windowed(name, _DOSES) for name in _DOSES},
    }


class Operation(Entry):
    """One operation."""

    readers: ClassVar[dict[str, Reader]] = {
        "procedure": choice("procedure", "endoscopy", "other_procedure", "esophagectomy"),
        "major": flag("major", False),
        "before": windowed("event_enrollment"),
    }


class Trauma(Entry):
    """One trauma."""

    readers: ClassVar[dict[str, Reader]] = {
        "severe": flag("severe", False),
        "before": windowed("event_enrollment"),
    }


class PregnancyTest(Entry):
    """One pregnancy test."""

    readers: ClassVar[dict[str, Reader]] = {
        "result": choice("result", "negative", "indeterminate", "positive"),
        "minutes": times("minutes_before", (0, 72 * 60)),
    }


class Toxicity(Entry):
    """One toxicity of previous treatment."""

    readers: ClassVar[dict[str, Reader]] = {
        "term": choice(
            "term",
            "alopecia",
            "fatigue",
            "anemia",
            "neutrophil_count_decreased",
            "platelet_count_decreased",
            "hypoalbuminemia",
            "blood_bilirubin_increased",
            "alanine_aminotransferase_increased",
            "aspartate_aminotransferase_increased",
            "alkaline_phosphatase_increased",
            "creatinine_increased",
        ),
        "grade": lambda e: settle(
            None if e.raw.get("grade") is None else integer(e.raw["grade"]), (1, 2), 0, True
        ),
        "related": flag("related", False),
    }


class Effusion(Entry):
    """One effusion."""

    readers: ClassVar[dict[str, Reader]] = {
        "site": choice("site", "other_effusion", "pleural"),
        "uncontrolled": flag("uncontrolled", False),
        "repeated_drainage": flag("repeated_drainage", False),
    }


class Malignancy(Entry):
    """One other malignancy."""

    readers: ClassVar[dict[str, Reader]] = {
        "type": choice("type", "cervix_in_situ", "basal_cell_skin", "other_malignancy"),
        "years": times("years_before", (0, 10)),
        "survival": lambda e: settle(
            None
            if e.raw.get("five_year_survival") is None
            else quantity(str(e.raw["five_year_survival"]), "percent"),
            (90,),
            0,
        ),
        "low_risk": flag("low_risk", True),
        "well_treated": flag("well_treated", True),
    }


class Comorbidity(Entry):
    """One comorbidity."""

    readers: ClassVar[dict[str, Reader]] = {
        "severe": flag("severe", False),
        "controlled": flag("controlled", True),
        "affects": flag("may_affect_treatment", False),
    }


class Trial(Entry):
    """One participation in a drug study."""

    readers: ClassVar[dict[str, Reader]] = {
        "days": times("intervention_start", (0, 28), ("trial_end_start",)),
        "end_days": times("trial_end_start", (0, 28), ("intervention_start",)),
    }
