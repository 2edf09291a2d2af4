"""Quantities and days on both sides of each limit of the criteria."""

from __future__ import annotations

from typing import Any

from .basics import Record

THREE_MONTHS = tuple(range(88, 94))
"""Days around what three months may be taken for: 89 to 92 by the calendar, or 90, 91, 92."""


def grid(unit: str, *values: str) -> tuple[str, ...]:
    """Quantities in one unit."""
    return tuple(f"{value} {unit}" for value in values)


def limits(unit: str, *rows: tuple[str, str]) -> tuple[dict[str, str], ...]:
    """Measurements with their upper limit of normal."""
    return tuple({"value": value, "unit": unit, "uln": uln} for value, uln in rows)


def against(value: str, uln: str, unit: str = "U/L") -> Record:
    return {"value": value, "unit": unit, "uln": uln}


# Values on the allowed side, and values on both sides, of each limit.
GOOD: dict[str, tuple[Any, ...]] = {
    "neutrophils": (
        *grid("10*9/L", "1.5", "1.50", "1.501", "2.4", "3.2", "5.1"),
        *grid("/uL", "1500", "2800"),
        *grid("10*3/uL", "1.5", "4.4"),
    ),
    "platelets": (
        *grid("10*9/L", "100", "100.1", "148", "210", "305"),
        *grid("/uL", "100000", "187000"),
        "100 10*3/uL",
    ),
    "hemoglobin": (
        *grid("g/dL", "9", "9.0", "9.01", "10.4", "12.1", "13.8"),
        *grid("g/L", "90", "121"),
        *grid("mmol/L", "5.586", "5.59", "7.5"),
    ),
    "albumin": (*grid("g/dL", "2.8", "2.81", "3.6", "4.1"), *grid("g/L", "28", "28.1", "39")),
}
EDGE: dict[str, tuple[Any, ...]] = {
    "neutrophils": (
        *grid("10*9/L", "1.5", "1.499", "1.4999", "1.501", "1.49", "1.2", "0.9"),
        *grid("/uL", "1499", "1500", "1501"),
    ),
    "platelets": (
        *grid("10*9/L", "100", "99.9", "99.99", "99", "100.1", "80"),
        *grid("/uL", "99999", "99900", "100000"),
    ),
    "hemoglobin": (
        *grid("g/dL", "9", "8.99", "8.999", "8.9", "9.01", "7.4"),
        *grid("g/L", "89.9", "90", "89"),
        *grid("mmol/L", "5.58", "5.584", "5.59"),
    ),
    "albumin": (
        *grid("g/dL", "2.8", "2.79", "2.799", "2.7", "2.81", "2.3"),
        *grid("g/L", "27.9", "28", "27"),
    ),
    "survival": (
        *grid("wk", "12", "12.01", "11.99", "13", ">12", "8", ">=12"),
        *grid("mo", "3", "2.7", "2.8", "6", "2", "1"),
        *grid("d", "84", "85", "83"),
    ),
    "fev1": (
        *grid("L", "1", "1.0", "1.001", "0.999", "1.01", "0.8", "0.6", "2.2"),
        *grid("mL", "1000", "1001", "999"),
    ),
}
GOOD_RATIO = {
    "bilirubin": limits("mg/dL", ("0.8", "1.2"), ("1.8", "1.2"), ("1.5", "1"), ("0.4", "1.1"))
    + limits("umol/L", ("14", "21"), ("31.5", "21"), ("30", "20")),
    "enzyme": limits("U/L", ("31", "40"), ("22", "35"), ("100", "40"), ("87.5", "35"), ("60", "40"))
    + limits("ukat/L", ("0.5", "0.7"), ("1.75", "0.7")),
    "creatinine": limits("mg/dL", ("0.9", "1.2"), ("1.8", "1.2"), ("0.7", "1"), ("1.5", "1.0"))
    + limits("umol/L", ("80", "104"), ("156", "104"), ("62", "110")),
}
EDGE_RATIO = {
    "bilirubin": limits(
        "mg/dL", ("1.8", "1.2"), ("1.801", "1.2"), ("1.799", "1.2"), ("1.51", "1"), ("2.4", "1.1")
    )
    + limits("umol/L", ("31.5", "21"), ("31.6", "21"), ("31.51", "21"), ("45", "21")),
    "enzyme": limits(
        "U/L",
        *(("100", "40"), ("100.1", "40"), ("99.9", "40"), ("101", "40"), ("150", "40")),
        *(("200", "40"), ("200.1", "40"), ("199.9", "40"), ("201", "40"), ("260", "40")),
        *(("87.6", "35"), ("175", "35"), ("175.1", "35"), ("110", "35"), ("84", "33.6")),
    )
    + limits("ukat/L", ("1.75", "0.7"), ("1.76", "0.7"), ("3.5", "0.7"), ("3.51", "0.7")),
    "creatinine": limits(
        "mg/dL", ("1.8", "1.2"), ("1.801", "1.2"), ("1.82", "1.2"), ("2.1", "1.2"), ("1.51", "1")
    )
    + limits("umol/L", ("156", "104"), ("156.1", "104"), ("170", "104"), ("210", "104")),
}
CLEARANCE = (
    *grid("mL/min", "60", "60.01", "59.99", "60.1", "59", "61", "45", "88"),
    *grid("mL/s", "1", "1.01", "0.99", "1.2"),
)
WEIGHTS = ("70 kg", "58.5 kg", "64 kg", "51 kg", "82.4 kg", "61200 g", "150 [lb_av]", "45.2 kg")
# Around a clearance of 60 by Cockcroft-Gault: creatinine and ULN (mg/dL), weight, age, sex.
COCKCROFT = (
    ("0.972", "0.6", "59.9904 kg", 70, "male"),
    ("1.75", "1.1", "108 kg", 70, "male"),
    ("1.75", "1.1", "108.01 kg", 70, "male"),
    ("1.75", "1.1", "107.99 kg", 70, "male"),
    ("1.7", "1.1", "108 kg", 72, "female"),
    ("1.7", "1.1", "107.9 kg", 72, "female"),
    ("1.7", "1.1", "108.1 kg", 72, "female"),
)
SIZES = ("10 mm", "10.1 mm", "1.0 cm", "18 mm", "27.5 mm", "31 mm", "4.9 cm", "49.9 mm", "12 mm")
EDGE_SIZES = (
    *("50 mm", "49.9 mm", "49.99 mm", "50.1 mm", "5 cm", "5.0 cm", "4.99 cm", "62 mm"),
    *("10 mm", "9.9 mm", "9.99 mm", "8 mm", "19.9 mm", "20 mm", "12 mm", "11.9 mm", "15 mm"),
)
NODES = (
    *(("15 mm", "15 mm"), ("24 mm", "15 mm"), ("22 mm", "16 mm"), ("3.1 cm", "2.0 cm")),
    *(("49.9 mm", "15.1 mm"), ("20 mm", "18 mm")),
)
EDGE_NODES = (
    *(("22 mm", "14.9 mm"), ("15 mm", "14.99 mm"), ("24 mm", "15 mm"), ("12 mm", "9 mm")),
    *(("50 mm", "30 mm"), ("50.1 mm", "15 mm"), ("49.9 mm", "15 mm"), ("30 mm", "16 mm")),
)
SLICES = ("5 mm", "5 mm", "3 mm", "1 mm", "2.5 mm", "5.0 mm", "1.25 mm")
EDGE_SLICES = ("5 mm", "6 mm", "7.5 mm", "8 mm", "10 mm", "5.5 mm", "3 mm")
LABS = ("neutrophils", "platelets", "hemoglobin", "albumin")
ENZYMES = ("alt", "ast", "alp")
