"""Aspects of everything else about the patient, each of which may or may not violate something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .basics import Record, iso, months, pick
from .limits import CLEARANCE, COCKCROFT, EDGE, EDGE_RATIO, ENZYMES, LABS
from .maker import Maker
from .words import ANALYTES, MALIGNANCIES, PROCEDURES, TERMS


def age(m: Maker) -> None:
    rng = m.rng
    years = pick(rng, (18, 18, 17, 19, 60, 59)) if m.female else pick(rng, (18, 18, 17, 19))
    m.age(years, pick(rng, (0, 0, 1, -1, 364, 180)))
    if m.female:
        reproduction = m.record["reproduction"]
        reproduction["pregnant"] = reproduction["breastfeeding"] = False


def ecog(m: Maker) -> None:
    value = pick(m.rng, (0, 1, 1, 2, 2, 3, 4))
    if m.rng.random() < 0.2:
        m.record["ecog"] = [
            {"value": pick(m.rng, (0, 1, 2)), "date": iso(m.enrollment - 30)},
            {"value": value, "date": iso(m.enrollment - int(m.rng.random() * 5))},
            {"value": pick(m.rng, (0, 2)), "date": iso(m.enrollment + 7)},
        ]
    else:
        m.record["ecog"] = value


def survival(m: Maker) -> None:
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


def lab(m: Maker) -> None:
    name = pick(m.rng, LABS)
    m.record["labs"][name] = _dated(m, pick(m.rng, EDGE[name]), EDGE[name])


def ratio(m: Maker) -> None:
    rng = m.rng
    name = pick(rng, ("bilirubin", "alt", "ast", "alp", "alp", "creatinine"))
    rows = EDGE_RATIO["enzyme" if name in ENZYMES else name]
    value = pick(rng, rows).copy()
    if name == "creatinine":
        m.record["labs"].pop("creatinine_clearance", None)
        if rng.random() < 0.4:
            m.record["labs"]["creatinine_clearance"] = pick(rng, CLEARANCE)
    m.record["labs"][name] = _dated(m, value, rows)


def enzymes(m: Maker) -> None:
    rng = m.rng
    for name in ENZYMES:
        m.record["labs"][name] = pick(rng, EDGE_RATIO["enzyme"]).copy()
    site = pick(rng, ("liver", "bone"))
    m.record["lesions"].append(m.lesion(site))
    if rng.random() < 0.15:
        m.record["lesions"][-1]["visible_on_ct"] = False


def cockcroft(m: Maker) -> None:
    creatinine, uln, weight, age, sex = pick(m.rng, COCKCROFT)
    if (sex == "female") == m.female:
        m.age(age)
        if m.female:
            m.record["reproduction"]["pregnant"] = False
            m.record["reproduction"]["breastfeeding"] = False
        m.record["weight"] = weight
        m.record["labs"].pop("creatinine_clearance", None)
        m.record["labs"]["creatinine"] = {"value": creatinine, "unit": "mg/dL", "uln": uln}


def lung(m: Maker) -> None:
    rng = m.rng
    thoracic = rng.random() < 0.7
    m.record["lung"] = {
        "impaired_function": pick(rng, ("known", "suspected", "known", "none")),
        "irradiated": thoracic and rng.random() < 0.6,
        "thoracic_radiotherapy": thoracic,
        "fev1": _dated(m, pick(rng, EDGE["fev1"]), EDGE["fev1"]),
    }


def tests(m: Maker) -> None:
    rng = m.rng
    if not m.female:
        return
    tests = m.record["pregnancy_tests"] = []
    for _ in range(pick(rng, (0, 1, 1, 1, 2))):
        one = m.pregnancy_test(pick(rng, (0, 1, 2, 3, 3, 3, 4, -1)))
        if rng.random() < 0.25:
            one["result"] = pick(rng, ("positive", "indeterminate"))
        tests.append(one)


def reproduction(m: Maker) -> None:
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


def pregnant(m: Maker) -> None:
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


def consent(m: Maker) -> None:
    consent = m.record["consent"]
    chance = m.rng.random()
    if chance < 0.3:
        consent["voluntary"] = False
    elif chance < 0.6:
        consent["signed_by"] = pick(m.rng, ("nobody", "representative"))
    else:
        consent["date"] = iso(m.enrollment + pick(m.rng, (-1, 0, 1, 2)))


def trial(m: Maker) -> None:
    day = m.start - pick(m.rng, (28, 28, 29, 27, 1, 0, 60, -1))
    m.record["trial_participations"].append(
        {"last_intervention": iso(day), "end": iso(day + int(m.rng.random() * 100))}
    )


def toxicity(m: Maker) -> None:
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


def effusion(m: Maker) -> None:
    rng = m.rng
    sites = ("pleural", "pericardial", "pelvic", "peritoneal", "other_effusion")
    m.record["effusions"].append(
        {
            "site": pick(rng, sites),
            "uncontrolled": rng.random() < 0.8,
            "repeated_drainage": rng.random() < 0.8,
        }
    )


def operation(m: Maker) -> None:
    rng = m.rng
    day = m.near(m.enrollment, -3) if rng.random() < 0.7 else m.enrollment + pick(rng, (-1, 0, 1))
    if rng.random() < 0.7:
        one: Record = {"procedure": pick(rng, PROCEDURES), "major": rng.random() < 0.6}
        m.record["operations"].append({**one, "date": iso(day)})
    else:
        m.record["traumas"].append({"severe": rng.random() < 0.7, "date": iso(day)})


def immunity(m: Maker) -> None:
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


def malignancy(m: Maker) -> None:
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


def judgement(m: Maker) -> None:
    m.record["judgement"] = {
        "cannot_cooperate": m.rng.random() < 0.3,
        "other_factors": m.rng.random() < 0.3,
    }
