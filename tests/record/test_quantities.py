"""Quantities are exact, in every unit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoasp.protocol.vocabulary import Scale, Vocabulary
from oligoasp.record.errors import Refused
from oligoasp.record.quantity import Interval, QuantityReader
from oligoasp.record.read import Record
from oligoasp.record.units import ALIASES, LOINC, UNITS, units_of

EVERY_UNIT = [
    # scale, as typed, in the unit of the scale
    ("weeks", "12 wk", "12"),
    ("weeks", "84 d", "12"),
    ("weeks", "6 mo", "182.625/7"),
    ("weeks", "1 a", "365.25/7"),
    ("length", "4.8 cm", "48"),
    ("length", "0.1 mm", "0.1"),
    ("dose", "50.4 Gy", "50.4"),
    ("dose", "5040 cGy", "50.4"),
    ("neutrophils", "1.5 10*9/L", "1.5"),
    ("neutrophils", "1.5 10*3/uL", "1.5"),
    ("neutrophils", "1500 /uL", "1.5"),
    ("platelets", "100 10*9/L", "100"),
    ("platelets", "100 10*3/uL", "100"),
    ("platelets", "99999 /uL", "99.999"),
    ("hemoglobin", "9 g/dL", "9"),
    ("hemoglobin", "90 g/L", "9"),
    ("hemoglobin", "5 mmol/L", "8.057"),
    ("albumin", "2.8 g/dL", "2.8"),
    ("albumin", "28 g/L", "2.8"),
    ("bilirubin", "0.8 mg/dL", "0.8"),
    ("bilirubin", "17.104 umol/L", "1"),
    ("creatinine", "0.9 mg/dL", "0.9"),
    ("creatinine", "88.42 umol/L", "1"),
    ("enzyme", "31 U/L", "31"),
    ("enzyme", "31 [IU]/L", "31"),
    ("enzyme", "0.5 ukat/L", "30"),
    ("clearance", "60 mL/min", "60"),
    ("clearance", "1 mL/s", "60"),
    ("egfr", "60 mL/min/{1.73_m2}", "60"),
    ("volume", "1 L", "1"),
    ("volume", "1001 mL", "1.001"),
    ("weight", "70 kg", "70"),
    ("weight", "70000 g", "70"),
    ("weight", "100 [lb_av]", "45.359237"),
    ("height", "170 cm", "170"),
    ("height", "1.7 m", "170"),
    ("height", "70 [in_i]", "177.8"),
]


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


@pytest.mark.parametrize(("scale", "typed", "value"), EVERY_UNIT)
def test_unit_is_converted_exactly(
    scale: str, typed: str, value: str, vocabulary: Vocabulary
) -> None:
    found = QuantityReader(vocabulary.scales[scale], None).read(typed)
    assert found.interval.exact == _fraction(value)


def test_every_unit_of_the_table_is_tested() -> None:
    tested = {(scale, typed.split(" ", 1)[1]) for scale, typed, _ in EVERY_UNIT}
    assert tested == {(scale, unit) for scale, units in UNITS.items() for unit in units}


def test_every_code_and_alias_leads_to_a_known_unit_or_scale(vocabulary: Vocabulary) -> None:
    units = {unit for table in UNITS.values() for unit in table} | {"h", "%"}
    assert set(ALIASES.values()) <= units
    assert {entry.scale for entry in LOINC.values()} <= {*vocabulary.scales, ""}


def test_factors_follow_the_unit_of_the_scale() -> None:
    assert {name: unit.factor for name, unit in units_of("length", "cm").items()} == {
        "cm": 1,
        "mm": Fraction(1, 10),
    }


def test_scale_that_no_table_knows_has_its_own_unit() -> None:
    reader = QuantityReader(Scale("lactate", "mmol/L", Fraction(1, 10), "lactate"), None)
    assert reader.read("2.1 mmol/L").interval.exact == Fraction("2.1")


@pytest.mark.parametrize(
    ("typed", "interval"),
    [
        (">12 wk", Interval(Fraction(12), None, low_open=True)),
        (">=12 wk", Interval(Fraction(12), None)),
        ("≥ 12 wk", Interval(Fraction(12), None)),
        ("<12wk", Interval(None, Fraction(12), high_open=True)),
        ("<=84 d", Interval(None, Fraction(12))),
        ("10..20 wk", Interval(Fraction(10), Fraction(20))),
        ("10 .. 20 wk", Interval(Fraction(10), Fraction(20))),
        ("1.20e1 wk", Interval(Fraction(12), Fraction(12))),
    ],
)
def test_bounds_and_ranges_are_intervals(
    typed: str, interval: Interval, vocabulary: Vocabulary
) -> None:
    assert QuantityReader(vocabulary.scales["weeks"], None).read(typed).interval == interval


def test_bilirubin_of_1_80_at_a_limit_of_1_2_is_exactly_1_5_times_the_limit(
    one: Callable[[str], Record],
) -> None:
    record = one("labs:\n  bilirubin: {value: 1.80, unit: mg/dL, uln: 1.2}\n")
    (measured,) = record.get("labs.bilirubin")
    assert measured.value.exact / measured.uln == Fraction(3, 2)
    assert record.text("labs.bilirubin") == measured.text == "1.80 mg/dL"


def test_molar_ratio_to_the_limit_does_not_depend_on_the_unit(
    one: Callable[[str], Record],
) -> None:
    record = one(
        "labs:\n  bilirubin: {value: 30.6, unit: umol/L, uln: 20.4, code: loinc|14631-6}\n"
    )
    (measured,) = record.get("labs.bilirubin")
    assert measured.value.exact / measured.uln == Fraction(3, 2)


@given(st.decimals(0, 400, allow_nan=False, allow_infinity=False, places=3))
def test_decimal_text_is_never_rounded(number: object) -> None:
    reader = QuantityReader(Scale("weight", "kg", Fraction(1, 100), "weight"), None)
    assert reader.read(f"{number} kg").interval.exact == Fraction(str(number))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    reader = QuantityReader(Scale("length", "mm", Fraction(1, 10), "length"), None)
    try:
        interval = reader.read(text).interval
    except Refused as refused:
        assert all(fault.found and fault.accepted for fault in refused.faults)
    else:
        assert interval.low is not None or interval.high is not None


def test_value_too_large_for_the_solver_is_refused() -> None:
    reader = QuantityReader(Scale("length", "mm", Fraction(1, 10), "length"), None)
    assert reader.read("100000000 mm").interval.exact == 10**8
    with pytest.raises(Refused):
        reader.read("200000000 mm")
