"""Units and codes of measurements: exact factors, keyed by the scale of the quantity.

Data only. Factors are exact fractions to the unit that stands first. What is written
here as a decimal is the conventional factor itself, not a rounding made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

MASS, MOLAR = "mass", "molar"


class Unit(NamedTuple):
    """A unit of one scale: its factor, and whether it counts mass or substance."""

    factor: Fraction
    dimension: str = ""


class Loinc(NamedTuple):
    """What a LOINC code measures, on which scale, and whether as mass or substance."""

    analyte: str
    scale: str
    dimension: str = ""


def _factors(**units: str) -> dict[str, Unit]:
    return {name: Unit(Fraction(factor)) for name, factor in units.items()}


_CELLS = {
    # powers of ten: 1 10*3/uL = 1 10*9/L; 1 /uL = 0.001 10*9/L
    "10*9/L": Unit(Fraction(1)),
    "10*3/uL": Unit(Fraction(1)),
    "/uL": Unit(Fraction(1, 1000)),
}

UNITS: dict[str, dict[str, Unit]] = {
    # UCUM: a = 365.25 d, mo = a/12 = 30.4375 d, wk = 7 d
    "weeks": {
        "wk": Unit(Fraction(1)),
        "d": Unit(Fraction(1, 7)),
        "mo": Unit(Fraction("30.4375") / 7),
        "a": Unit(Fraction("365.25") / 7),
    },
    "length": _factors(mm="1", cm="10"),
    # a fraction of dose is often given in cGy (mCODE does): 100 cGy = 1 Gy
    "dose": _factors(Gy="1", cGy="1/100"),
    "neutrophils": _CELLS,
    "platelets": _CELLS,
    # mmol/L of the monomer (Fe), 16.114 g/mmol: 1 mmol/L = 1.6114 g/dL
    "hemoglobin": {
        "g/dL": Unit(Fraction(1), MASS),
        "g/L": Unit(Fraction(1, 10), MASS),
        "mmol/L": Unit(Fraction("1.6114"), MOLAR),
    },
    "albumin": {
        "g/dL": Unit(Fraction(1), MASS),
        "g/L": Unit(Fraction(1, 10), MASS),
    },
    # 1 mg/dL = 17.104 umol/L
    "bilirubin": {
        "mg/dL": Unit(Fraction(1), MASS),
        "umol/L": Unit(1 / Fraction("17.104"), MOLAR),
    },
    # 1 mg/dL = 88.42 umol/L (pharmaverse/admiral, compute_kidney.R)
    "creatinine": {
        "mg/dL": Unit(Fraction(1), MASS),
        "umol/L": Unit(1 / Fraction("88.42"), MOLAR),
    },
    # 1 kat = 1 mol/s and 1 U = 1 umol/min: 1 ukat/L = 60 U/L; [IU] = U for enzymes
    "enzyme": {
        "U/L": Unit(Fraction(1)),
        "ukat/L": Unit(Fraction(60)),
        "[IU]/L": Unit(Fraction(1)),
    },
    "clearance": {"mL/min": Unit(Fraction(1)), "mL/s": Unit(Fraction(60))},
    "egfr": {"mL/min/{1.73_m2}": Unit(Fraction(1))},
    "volume": _factors(L="1", mL="1/1000"),
    # the international avoirdupois pound is 0.45359237 kg, the inch 2.54 cm, by definition
    "weight": {
        "kg": Unit(Fraction(1)),
        "g": Unit(Fraction(1, 1000)),
        "[lb_av]": Unit(Fraction("0.45359237")),
    },
    "height": {
        "cm": Unit(Fraction(1)),
        "m": Unit(Fraction(100)),
        "[in_i]": Unit(Fraction("2.54")),
    },
}

ALIASES: dict[str, str] = {
    # how people write units (lower case, no blanks, u for micro) -> UCUM
    "g/l": "10*9/L",
    "giga/l": "10*9/L",
    "10^9/l": "10*9/L",
    "10e9/l": "10*9/L",
    "109/l": "10*9/L",
    "e9/l": "10*9/L",
    "10^3/ul": "10*3/uL",
    "10e3/ul": "10*3/uL",
    "k/ul": "10*3/uL",
    "10^3/mm3": "10*3/uL",
    "10*3/mm3": "10*3/uL",
    "10^3/mm^3": "10*3/uL",
    "/mm3": "/uL",
    "/mm^3": "/uL",
    "cells/ul": "/uL",
    "mcmol/l": "umol/L",
    "iu/l": "U/L",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m^2": "mL/min/{1.73_m2}",
    "ml/min/1.73_m2": "mL/min/{1.73_m2}",
    "ml/min/(1.73m2)": "mL/min/{1.73_m2}",
    "ml/min/[1.73_m2]": "mL/min/{1.73_m2}",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "pounds": "[lb_av]",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "meter": "m",
    "metre": "m",
    "kilogram": "kg",
    "kilograms": "kg",
    "gray": "Gy",
    "liter": "L",
    "litre": "L",
    "liters": "L",
    "litres": "L",
    "cc": "mL",
    "day": "d",
    "days": "d",
    "w": "wk",
    "week": "wk",
    "weeks": "wk",
    "wks": "wk",
    "month": "mo",
    "months": "mo",
    "mos": "mo",
    "y": "a",
    "yr": "a",
    "year": "a",
    "years": "a",
    "yrs": "a",
    "hour": "h",
    "hours": "h",
    "percent": "%",
    "pct": "%",
}

MOLAR_UNITS = frozenset({"mol/L", "mmol/L", "umol/L", "nmol/L", "pmol/L"})

LOINC: dict[str, Loinc] = {
    # which quantity a code stands for, and whether it is one of mass or of substance
    "26499-4": Loinc("neutrophils", "neutrophils"),
    "751-8": Loinc("neutrophils", "neutrophils"),
    "26515-7": Loinc("platelets", "platelets"),
    "777-3": Loinc("platelets", "platelets"),
    "718-7": Loinc("haemoglobin", "hemoglobin", MASS),
    "59260-0": Loinc("haemoglobin", "hemoglobin", MOLAR),
    "1751-7": Loinc("albumin in serum", "albumin", MASS),
    "61151-7": Loinc("albumin in serum", "albumin", MASS),
    "1754-1": Loinc("albumin in urine", "", MASS),
    "1975-2": Loinc("total bilirubin", "bilirubin", MASS),
    "14631-6": Loinc("total bilirubin", "bilirubin", MOLAR),
    "1742-6": Loinc("ALT", "enzyme"),
    "1743-4": Loinc("ALT", "enzyme"),
    "1920-8": Loinc("AST", "enzyme"),
    "30239-8": Loinc("AST", "enzyme"),
    "6768-6": Loinc("ALP", "enzyme"),
    "2160-0": Loinc("creatinine", "creatinine", MASS),
    "14682-9": Loinc("creatinine", "creatinine", MOLAR),
    "2164-2": Loinc("measured creatinine clearance", "clearance"),
    "35591-7": Loinc("predicted creatinine clearance (Cockcroft-Gault)", ""),
    "33914-3": Loinc("eGFR, not a clearance", "egfr"),
    "20150-9": Loinc("FEV1", "volume"),
    "89247-1": Loinc("ECOG performance status", "grade"),
    "89243-0": Loinc("Karnofsky performance status", "karnofsky"),
    "29463-7": Loinc("body weight", "weight"),
    "8302-2": Loinc("body height", "height"),
}


_SPELLING = str.maketrans({"µ": "u", "μ": "u", "×": "", "⁹": "^9", "³": "^3", "²": "^2", " ": ""})


def respelled(unit: str, units: Iterable[str]) -> Iterator[str]:
    """Find the units that were meant by one in another spelling or case."""
    plain = unit.translate(_SPELLING).casefold().removeprefix("x")
    names = list(units)
    yield from (name for name in names if name.casefold() == plain)
    if (alias := ALIASES.get(plain)) in names:
        yield alias


def units_of(scale: str, canonical: str) -> dict[str, Unit]:
    """Give the units in which a quantity may be typed.

    Args:
        scale: name of the scale, which may be one that no table here knows.
        canonical: the unit in which its values are compared.

    Returns:
        The units with their exact factors to the canonical one, which comes first. A
        score has none.
    """
    if canonical == "1":
        return {}
    units = UNITS.get(scale, {})
    if canonical not in units:
        return {canonical: Unit(Fraction(1))}
    base = units[canonical].factor
    rebased = {name: unit._replace(factor=unit.factor / base) for name, unit in units.items()}
    return {canonical: rebased.pop(canonical), **rebased}
