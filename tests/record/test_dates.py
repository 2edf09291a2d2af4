"""Partial dates are intervals of days; elapsed times are exact calendar arithmetic."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoasp.record.dates import (
    FIRST_DAY,
    LAST_DAY,
    add_months,
    age,
    days_after,
    days_before,
    months_after,
    months_before,
    parse_date,
    parse_moment,
    years_after,
    years_before,
)
from oligoasp.record.errors import Refused

DAYS = st.dates(FIRST_DAY, LAST_DAY)
END_OF_5_MARCH = datetime(2024, 3, 5, 23, 59, 59)
NEAR = st.dates(date(2019, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024-03-05", date(2024, 3, 5), date(2024, 3, 5)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2018-05..2019-08", date(2018, 5, 1), date(2019, 8, 31)),
        ("2018..2018-01-02", date(2018, 1, 1), date(2018, 1, 2)),
        ("..2019-08", FIRST_DAY, date(2019, 8, 31)),
        ("2018-05..", date(2018, 5, 1), LAST_DAY),
    ],
)
def test_date_means_these_days(text: str, earliest: date, latest: date) -> None:
    found = parse_date(text)
    assert (found.earliest, found.latest) == (earliest, latest)
    assert found.exact == (earliest == latest)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024-03-05 14:30", datetime(2024, 3, 5, 14, 30), datetime(2024, 3, 5, 14, 30)),
        ("2024-03-05T14:30:59", *2 * [datetime(2024, 3, 5, 14, 30, 59)]),
        ("2024-03-05", datetime(2024, 3, 5), END_OF_5_MARCH),
        ("2024-02", datetime(2024, 2, 1), datetime(2024, 2, 29, 23, 59, 59)),
        (
            "2024-03-05 14:30..2024-03",
            datetime(2024, 3, 5, 14, 30),
            datetime(2024, 3, 31, 23, 59, 59),
        ),
    ],
)
def test_date_with_time_means_these_moments(
    text: str, earliest: datetime, latest: datetime
) -> None:
    found = parse_moment(text)
    assert (found.earliest, found.latest) == (earliest, latest)


@pytest.mark.parametrize("text", ["", "..", "2024-", "24-03-05", "2024-02-30", "٢٠٢٤"])
def test_other_text_is_no_date(text: str) -> None:
    with pytest.raises(Refused):
        parse_date(text)


@pytest.mark.parametrize("zone", ["Z", "+01:00", "-0500", " +01:00"])
def test_time_zone_is_refused_since_no_other_time_has_one(zone: str) -> None:
    with pytest.raises(Refused, match="time zone"):
        parse_moment(f"2024-03-05 14:30{zone}")


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2024, 5, 31), -3, date(2024, 2, 29)),
        (date(2023, 5, 31), -3, date(2023, 2, 28)),
        (date(2023, 5, 28), -3, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), -48, date(2020, 2, 29)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
    ],
)
def test_months_are_clamped_to_the_end_of_the_month(day: date, months: int, result: date) -> None:
    assert add_months(day, months) == result


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2023, 5, 31), 0),
        (date(2023, 5, 30), 1),
        (date(2023, 4, 30), 2),
        (date(2023, 3, 1), 5),
        (date(2023, 2, 28), 6),
        (date(2023, 2, 27), 7),
        (date(2023, 6, 1), -1),
        (date(2023, 6, 30), -2),
        (date(2023, 7, 1), -3),
    ],
)
def test_months_before_31_may_are_clamped(day: date, code: int) -> None:
    assert months_before(day, date(2023, 5, 31)) == code


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2022, 2, 27), 35),
        (date(2022, 2, 28), 35),
        (date(2022, 3, 1), 36),
        (date(2022, 3, 2), 37),
        (date(2024, 2, 28), 39),
        (date(2024, 2, 29), 40),
        (date(2024, 3, 1), 41),
    ],
)
def test_someone_born_on_29_february_has_the_birthday_on_1_march_in_other_years(
    day: date, code: int
) -> None:
    assert age(date(2004, 2, 29), day) == code


def test_a_birthday_is_the_day_of_birth_in_every_year() -> None:
    born = date(2006, 2, 28)
    days = (date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29))
    assert [age(born, day) for day in days] == [35, 36, 37]


def _naive(day: date, start: date, step: int) -> int:
    """Look for the only m of the definition, one by one."""
    sign = 1 if step > 0 else -1
    for m in range(-90, 91):
        here, beyond = add_months(start, step * m), add_months(start, step * (m + 1))
        if day == here:
            return 2 * m
        if sign * (here - day).days < 0 < sign * (beyond - day).days:
            return 2 * m + 1
    raise AssertionError


@given(NEAR, NEAR)
def test_elapsed_codes_are_those_of_the_definition(day: date, anchor: date) -> None:
    assert months_before(day, anchor) == _naive(day, anchor, -1)
    assert months_after(day, anchor) == _naive(day, anchor, 1)
    assert years_before(day, anchor) == _naive(day, anchor, -12)
    assert years_after(day, anchor) == _naive(day, anchor, 12)


@given(DAYS, DAYS, DAYS)
def test_elapsed_codes_are_monotone(anchor: date, one: date, other: date) -> None:
    early, late = sorted((one, other))
    for before in (months_before, years_before, days_before):
        assert before(early, anchor) >= before(late, anchor)
    for after in (months_after, years_after, days_after):
        assert after(early, anchor) <= after(late, anchor)


@given(DAYS, DAYS)
def test_days_are_counted_twice(day: date, anchor: date) -> None:
    assert days_before(day, anchor) == -days_after(day, anchor) == 2 * (anchor - day).days
