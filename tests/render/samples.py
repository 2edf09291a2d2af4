"""Explanations made by hand, one for each verdict."""

from __future__ import annotations

from dataclasses import replace

from oligoasp.answers import (
    Change,
    ClauseAnswer,
    Conflict,
    Evidence,
    Explanation,
    Filing,
    Item,
    NearMiss,
    Need,
    ProtocolName,
    ReadingMatters,
    Reason,
    Remedy,
    Source,
    Waiting,
)
from oligoasp.decide import Status, Verdict

PROTOCOL = ProtocolName(id="NCT00000000", name="Example 1", version="2.1", readings={})

TEXTS = {
    "I1": ("inclusion", "Neutrophil absolute count (ANC) ≥ 1.5 × 10^9 / L"),
    "I2": ("inclusion", "serum creatinine ≤ 1.5 × ULN or creatinine clearance > 60 mL / min"),
    "I3": ("inclusion", "obtained the informed consent form signed by the patient"),
    "E1": (
        "exclusion",
        "Patients who have received chemotherapy, anti-tumor medication, major surgery or severe "
        "trauma within 3 months before enrollment",
    ),
    "E2": ("exclusion", "Pregnant"),
}

ANC = Source(field="labs.neutrophils", line=12, text="1.2 10*9/L")
DOSE = Source(field="systemic_therapies[0].last_dose", line=31, text="2024-05-02")
CREATININE = Source(field="labs.creatinine", line=14, text="1.8 mg/dL")
CONSENT = Source(field="consent.date", text="")


def clauses(**statuses: Status) -> dict[str, ClauseAnswer]:
    defaults = {"I1": Status.MET, "I2": Status.MET, "I3": Status.MET}
    defaults |= {"E1": Status.ABSENT, "E2": Status.NOT_APPLICABLE}
    return {
        clause: ClauseAnswer(
            clause=clause, section=section, text=text, status=statuses.get(clause, defaults[clause])
        )
        for clause, (section, text) in TEXTS.items()
    }


def ineligible() -> Explanation:
    found = clauses(I1=Status.NOT_MET, E1=Status.PRESENT, I3=Status.UNKNOWN)
    below = "ANC 1.2 × 10⁹/L is below the required 1.5 × 10⁹/L"
    found["I1"] = replace(found["I1"], evidence=(Evidence(text=below, sources=(ANC,)),))
    found["E1"] = replace(
        found["E1"],
        evidence=(
            Evidence(text="chemotherapy ended 49 days before enrollment", sources=(DOSE,)),
            *(Evidence(text=f"operation o{number}") for number in range(1, 5)),
        ),
    )
    return Explanation(
        protocol=replace(PROTOCOL, readings={"window": "half_open"}),
        record="P-017 [pilot]",
        source="cohort/p017.yaml",
        verdict=Verdict.INELIGIBLE,
        blockers=("I1", "E1"),
        clauses=tuple(found.values()),
        counted=("l1", "l2", "the regional nodes as one"),
        number_counted=3,
        reasons=(
            Reason(clauses=("I1",), facts=(ANC,)),
            Reason(clauses=("E1",), facts=(DOSE,)),
            Reason(clauses=("I2",), facts=(CREATININE, CONSENT)),
        ),
        remedies=(
            Remedy(
                clauses=("I1",),
                actionable=True,
                changes=(
                    Change(
                        item="neutrophils",
                        source=ANC,
                        needed="at least 1.5 × 10⁹/L",
                        means="repeat the test",
                    ),
                ),
            ),
            Remedy(
                clauses=("E1",),
                actionable=False,
                changes=(
                    Change(item="last dose", source=DOSE, needed="earlier than 2024-03-20"),
                    Change(item="consent", source=CONSENT, needed="signed"),
                ),
            ),
            Remedy(
                clauses=("I1",),
                actionable=False,
                changes=(Change(item="age", source=ANC, needed="at least 18 a"),),
            ),
        ),
        waiting=(
            Waiting(
                clauses=("E1",),
                date="2024-08-03",
                days=44,
                verdict=Verdict.INELIGIBLE,
                still=("I1",),
            ),
            Waiting(clauses=("I1", "E1"), date="2024-06-21", days=1, verdict=Verdict.ELIGIBLE),
        ),
        no_longer_matters=("pregnancy test",),
        notes=("enrollment is taken from dates.registration",),
    )


def undetermined() -> Explanation:
    found = clauses(I2=Status.UNKNOWN, I3=Status.UNKNOWN)
    found["I2"] = replace(found["I2"], missing=("creatinine", "clearance"))
    creatinine = Item(
        item="serum creatinine",
        request="the serum creatinine with its upper limit of normal",
        passes="if at most 1.5 × ULN",
        field="labs.creatinine",
        needed="at most 1.5 × ULN",
        note="the result is older than 14 days",
        ends="above 1.5 × ULN",
    )
    clearance = Item(
        item="creatinine clearance", field="labs.clearance_measured", needed="above 60 mL/min"
    )
    consent = Item(
        item="informed consent",
        request="a signed informed consent form",
        passes="unless signed by nobody",
        field="consent.signed_by",
        needed="signed by the patient",
        ends="nobody",
    )
    dated = Item(item="date of consent", field="consent.date", needed="before 2024-06-20")
    return Explanation(
        protocol=PROTOCOL,
        record="P-018",
        source="-",
        verdict=Verdict.UNDETERMINED,
        blockers=(),
        clauses=tuple(found.values()),
        needs=(
            Need(clauses=("I2",), alternatives=((creatinine,), (clearance,))),
            Need(clauses=("I3",), alternatives=((consent, dated), (clearance,))),
        ),
        no_longer_matters=tuple(f"item {number}" for number in range(1, 12)),
        readings=(
            ReadingMatters(
                reading="window",
                option="half_open",
                clause="E1",
                question="does a window include the day exactly 3 months away?",
                meaning="no: that day is outside",
                verdict=Verdict.ELIGIBLE,
            ),
        ),
        complete=False,
        incomplete=("needs",),
        remarks=(Evidence(text="outside 0.1 to 50; are the digits right?", sources=(ANC,)),),
        warnings=(Evidence(text="age of the creatinine: 40 days, more than 28", sources=(ANC,)),),
        filing=Filing(program="0.1.0", rules="0123456789abcdef", record="fedcba9876543210"),
    )


def eligible() -> Explanation:
    found = clauses()
    found["I1"] = replace(
        found["I1"], values=(Evidence(text="neutrophils: 1.55 × 10⁹/L", sources=(ANC,)),)
    )
    return Explanation(
        protocol=PROTOCOL,
        record="P-019",
        source="p019.yaml",
        verdict=Verdict.ELIGIBLE,
        blockers=(),
        clauses=tuple(found.values()),
        near_misses=(
            NearMiss(clause="I1", text="1.55 is 3 % above the limit of 1.5", sources=(ANC,)),
        ),
    )


def conflicting() -> Explanation:
    return Explanation(
        protocol=PROTOCOL,
        record="P-020",
        source="p020.yaml",
        verdict=Verdict.INELIGIBLE,
        blockers=(),
        conflicts=(
            Conflict(
                clauses=("I1", "I2", "E2"),
                needs=tuple(
                    Need(
                        clauses=(clause,),
                        alternatives=(
                            (
                                Item(
                                    item="x",
                                    request=f"the answer for {clause}",
                                    passes="if yes",
                                    field="x",
                                    needed="yes",
                                ),
                            ),
                        )
                        * number,
                    )
                    for number, clause in enumerate(("I1", "I2", "E2"), 2)
                ),
            ),
        ),
        clauses=tuple(clauses(I1=Status.UNKNOWN, I2=Status.UNKNOWN).values()),
    )


def troublesome() -> Explanation:
    """A patient with ten problems."""
    texts = {f"I{number}": f"Criterion {number} " + "on and on " * 12 for number in range(1, 11)}
    answers = [
        ClauseAnswer(
            clause=clause,
            section="inclusion",
            text=text,
            status=Status.NOT_MET,
            evidence=(Evidence(text="the value is below the limit of 3.5 g/dL", sources=(ANC,)),),
        )
        for clause, text in texts.items()
    ]
    change = Change(item="value", source=ANC, needed="at least 3.5 g/dL", means="repeat the test")
    return Explanation(
        protocol=PROTOCOL,
        record="P-021",
        source="p021.yaml",
        verdict=Verdict.INELIGIBLE,
        blockers=tuple(texts),
        clauses=tuple(answers),
        reasons=tuple(
            Reason(clauses=(clause,), facts=(replace(ANC, line=number),))
            for number, clause in enumerate(texts)
        ),
        remedies=tuple(
            Remedy(clauses=(clause,), actionable=True, changes=(change,)) for clause in texts
        ),
    )
