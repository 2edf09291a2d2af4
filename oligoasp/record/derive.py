"""What follows from a record's fields by calculation: latest results, ratios, elapsed times.

Conversion only: which attribute comes from which fields, and counts from which anchor,
the vocabulary says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TypeAlias

from oligoasp.memo import by_identity
from oligoasp.protocol.vocabulary import AnchorSource, Attribute, Scale, Vocabulary
from oligoasp.record import dates
from oligoasp.record.dates import DateInterval, MomentInterval, day_of
from oligoasp.record.quantity import Interval, Measurement
from oligoasp.record.read import Entry, Record

Codes: TypeAlias = tuple[int | None, int | None]
"""The least and the most code that a number can have; None where it is unbounded."""
Times: TypeAlias = tuple[date, date]
"""The earliest and the latest day (or moment) that a date can mean."""

ENROLLMENT = "enrollment"
"""The anchor up to which results count; every vocabulary with measurements defines it."""


TIMED = frozenset({"before", "after", "age"})
"""The origins of attributes that are elapsed times."""


class Derivation:
    """Calculates with the fields of one record.

    Args:
        vocabulary: says where anchors stand and which dates can be postponed.
        record: the record.
        days_later: by how many days the site waits with what can be postponed.
    """

    __slots__ = (
        "_ages",
        "_anchors",
        "_days",
        "_days_later",
        "_latest",
        "_record",
        "_vocabulary",
    )

    def __init__(self, vocabulary: Vocabulary, record: Record, days_later: int = 0) -> None:
        self._vocabulary = vocabulary
        self._record = record
        self._days_later = days_later
        self._anchors: dict[str, tuple[Times, str] | None] = {}
        self._days: dict[str, date | None] = {}
        self._latest: dict[str, tuple[Measurement, ...]] = {}
        self._ages: dict[tuple[str, str, str], Codes | None] = {}

    # ---- numbers -----------------------------------------------------------------------

    def codes(self, entry: Entry, attribute: Attribute) -> Codes | None:
        """Give the codes that a numeric attribute can have, or None if it is unknown."""
        form, arguments = attribute.origin
        if form == "age":
            return self._age(*arguments)
        if form in TIMED:
            return self._elapsed(entry, attribute)
        if form == "cockcroft_gault":
            clearance = self._clearance(*arguments)
            if clearance is None:
                return None
            code = self._vocabulary.scales[attribute.of].code_of(*clearance)
            return code, code
        interval = self.interval(entry, attribute)
        if interval is None:
            return None
        return codes_of(interval, self._vocabulary.scales[attribute.of])

    def interval(self, entry: Entry, attribute: Attribute) -> Interval | None:
        """Give the exact values that a quantity can have, in the unit of its scale."""
        arguments = attribute.origin.arguments
        match attribute.origin.form:
            case "ratio":
                return _hull([over_uln(r.value, r.uln) for r in self.latest(arguments[0])])
            case "quotient":
                return _quotient(entry.get(arguments[0]), entry.get(arguments[1]))
            case "cockcroft_gault":
                clearance = self._clearance(*arguments)
                exact = None if clearance is None else Fraction(*clearance)
                return None if exact is None else Interval(exact, exact)
        value = entry.get(arguments[0])
        if isinstance(value, list):
            results = self.latest(arguments[0]) if entry is self._record else tuple(value)
            return _hull([result.value for result in results])
        return value if isinstance(value, Interval) else None

    def latest(self, path: str) -> tuple[Measurement, ...]:
        """Give the patient's results of which one is the latest on or before enrollment."""
        found = self._latest.get(path)
        if found is None:
            value = self._record.values.get(path)
            found = self._possible_latest(value) if isinstance(value, list) else ()
            self._latest[path] = found
        return found

    def _possible_latest(self, results: Sequence[Measurement]) -> tuple[Measurement, ...]:
        if len(results) == 1 and results[0].date is None:
            return (results[0],)
        enrollment = self.anchor(ENROLLMENT)
        return _possible_latest(results, None if enrollment is None else enrollment[0])

    def complete_years(self, attribute: Attribute) -> int | None:
        """Give an age in complete years, if it is certain."""
        codes = self._age(*attribute.origin.arguments)
        if codes is None or codes[0] is None or codes[1] is None:
            return None
        years = codes[0] // 2
        return years if years == codes[1] // 2 else None

    def _age(self, birth: str, years: str, anchor: str) -> Codes | None:
        key = (birth, years, anchor)
        if key not in self._ages:
            self._ages[key] = self._find_age(*key)
        return self._ages[key]

    def _find_age(self, birth: str, years: str, anchor: str) -> Codes | None:
        born = self._record.get(birth)
        there = self.anchor(anchor)
        if isinstance(born, DateInterval) and there is not None:
            start, end = day_of(there[0][0]), day_of(there[0][1])
            least = dates.age(born.latest, start)
            exact = born.exact and start == end
            return least, least if exact else dates.age(born.earliest, end)
        age = self._record.get(years)
        if not isinstance(age, Interval):
            return None
        return (
            None if age.low is None else 2 * int(age.low) + 2 * age.low_open,
            None if age.high is None else 2 * int(age.high) + 1 - 2 * age.high_open,
        )

    def _clearance(
        self, creatinine: str, weight: str, birth: str, years: str, sex: str
    ) -> tuple[int, int] | None:
        """Creatinine clearance in mL/min (Cockcroft and Gault 1976), from exact values only.

        (140 - age) x kg x (0.85 if female) / (72 x creatinine in mg/dL), age in complete
        years at enrollment.

        Returns:
            Numerator and denominator: hardly two records give the same fraction, and making
            one of them takes most of the time.
        """
        which = self._record.get(sex)
        age = self._age(birth, years, ENROLLMENT)
        if which not in ("female", "male") or age is None or age[0] is None or age[1] is None:
            return None
        percent, complete = 85 if which == "female" else 100, age[0] // 2
        mg, kg = self._exactly_latest(creatinine), self._exactly_latest(weight)
        if not mg or kg is None or complete != age[1] // 2:
            return None
        return (
            max(140 - complete, 0) * percent * kg.numerator * mg.denominator,
            72 * 100 * kg.denominator * mg.numerator,
        )

    def _exactly_latest(self, path: str) -> Fraction | None:
        """Give the latest result of the patient, if it is certain which that is and exact."""
        results = self.latest(path)
        return results[0].value.exact if len(results) == 1 else None

    # ---- times -------------------------------------------------------------------------

    def anchor(self, name: str) -> tuple[Times, str] | None:
        """Give the days that an anchor can mean, and the path that it was taken from."""
        if name not in self._anchors:
            found = self._find_anchor(name)
            if found is not None and self._days_later and found[1] in self._vocabulary.postponable:
                wait = timedelta(days=self._days_later)
                found = (found[0][0] + wait, found[0][1] + wait), found[1]
            self._anchors[name] = found
        return self._anchors[name]

    def missing_anchor(self, name: str) -> str:
        """Give the field to ask for where no date stands for an anchor; else "".

        What is to be taken from a list is asked for with the list.
        """
        source = self._vocabulary.anchors[name][0][0]
        there = source.latest_of or source.path in self._record.values
        return "" if there or self.anchor(name) is not None else source.path

    def missing_list(self, name: str) -> AnchorSource | None:
        """Give the dates of a list to ask for where none of them stands for an anchor."""
        source = self._vocabulary.anchors[name][0][0]
        return source if source.latest_of and self.anchor(name) is None else None

    def day(self, anchor: str) -> date | None:
        """Give the day of an anchor, if it is certain."""
        if anchor not in self._days:
            there = self.anchor(anchor)
            self._days[anchor] = None if there is None else _only_day(*there[0])
        return self._days[anchor]

    def _find_anchor(self, name: str) -> tuple[Times, str] | None:
        given = self._record.values
        for sources in self._vocabulary.anchors[name]:
            path = sources[0].path
            if sources[0].latest_of:
                latest = self._latest_end(sources)
                return None if latest is None else (latest, path)
            value = given.get(path)
            if isinstance(value, _DATES):
                return value, path
        return None

    def _latest_end(self, sources: Sequence[AnchorSource]) -> Times | None:
        """Give the times that the latest date of some lists can mean."""
        latest: Times | None = None
        for path, list_name, kind in sources:
            entries = self._record.entries(kind)
            if entries is None or list_name in self._record.incomplete:
                return None
            for entry in entries:
                value = entry.values.get(path)
                if not isinstance(value, DateInterval):
                    return None
                if latest is None:
                    latest = value
                elif value != latest:
                    latest = max(latest[0], value[0]), max(latest[1], value[1])
        return latest

    def _elapsed(self, entry: Entry, attribute: Attribute) -> Codes | None:
        backwards = attribute.origin.form == "before"
        if backwards:
            scale, path, anchor = attribute.origin.arguments
        else:
            scale, anchor, path = attribute.origin.arguments
        here = self._times(entry, path)
        there = self.anchor(anchor) if here else None
        if here is None or there is None:
            return None
        if scale == "hours":
            return _hours_apart(*here, *there[0])
        early, late, start, end = map(day_of, (*here, *there[0]))
        measure = _MEASURES[backwards, scale]
        first = None if early == dates.FIRST_DAY else measure(early, end)
        last = None if late == dates.LAST_DAY else measure(late, start)
        return (last, first) if backwards else (first, last)

    def _times(self, entry: Entry, path: str) -> Times | None:
        value = entry.get(path)
        if isinstance(value, _DATES):
            return value.earliest, value.latest
        if isinstance(value, list):
            found = [r.date for r in (self.latest(path) if entry is self._record else value)]
            known = [d for d in found if d is not None]
            if not known or len(known) < len(found):
                return None
            return min(d.earliest for d in known), max(d.latest for d in known)
        return None


def _only_day(start: date, end: date) -> date | None:
    """Give the day of two times that are on one day."""
    day = day_of(start)
    return day if start is end or day == day_of(end) else None


_DATES = (DateInterval, MomentInterval)
OPEN_ENDS = frozenset({dates.FIRST_DAY, dates.LAST_DAY})
"""What an end stands for that is open in the record."""

_MEASURES: dict[tuple[bool, str], Callable[[date, date], int]] = {
    (True, "years"): dates.years_before,
    (True, "months"): dates.months_before,
    (True, "days"): dates.days_before,
    (False, "years"): dates.years_after,
    (False, "months"): dates.months_after,
    (False, "days"): dates.days_after,
}
"""What codes the time from a day up to its anchor (or else from the anchor on), by its unit."""


def measure_of(attribute: Attribute) -> tuple[Callable[[date, date], int], str] | None:
    """Give what codes an elapsed time from its day and that of its anchor, and the anchor.

    None for what is not measured in days, months or years between two days.
    """
    match attribute.origin.form, attribute.origin.arguments:
        case "age", (_, _, anchor):
            return dates.age, anchor
        case "before", (scale, _, anchor) if (True, scale) in _MEASURES:
            return _MEASURES[True, scale], anchor
        case "after", (scale, anchor, _) if (False, scale) in _MEASURES:
            return _MEASURES[False, scale], anchor
    return None


def codes_of(interval: Interval, scale: Scale) -> Codes:
    """Give the least and the most code of an interval on a scale.

    An open end that lies on a step moves to the nearest code inside the interval.
    """
    exact = interval.exact
    if exact is not None:
        code = scale.code(exact)
        return code, code
    step = 2 if scale.discrete else 1
    low = high = None
    if interval.low is not None:
        low = scale.code(interval.low)
        low += step if interval.low_open and not low % 2 else low % 2 if scale.discrete else 0
    if interval.high is not None:
        high = scale.code(interval.high)
        high -= step if interval.high_open and not high % 2 else high % 2 if scale.discrete else 0
    return low, high


def over_uln(value: Interval, uln: Fraction | None) -> Interval | None:
    """Give a result as a multiple of its upper limit of normal, if that is known."""
    if uln is None:
        return None
    exact = value.exact
    if exact is not None:
        ratio = exact / uln
        return Interval(ratio, ratio)
    return Interval(
        None if value.low is None else value.low / uln,
        None if value.high is None else value.high / uln,
        value.low_open,
        value.high_open,
    )


def _hull(intervals: Sequence[Interval | None]) -> Interval | None:
    """Give the least interval that holds all of these; None if one is unknown or none given."""
    if len(intervals) == 1:
        return intervals[0]
    known = [i for i in intervals if i is not None]
    if len(known) < len(intervals) or not known:
        return None
    lows = [(i.low, i.low_open) for i in known if i.low is not None]
    highs = [(i.high, not i.high_open) for i in known if i.high is not None]
    low = min(lows) if len(lows) == len(known) else (None, False)
    high = max(highs) if len(highs) == len(known) else (None, True)
    return Interval(low[0], high[0], low[1], not high[1])


@by_identity
def _quotient(above: object, below: object) -> Interval | None:
    """Give what one quantity is in multiples of another; both are positive."""
    if not isinstance(above, Interval) or not isinstance(below, Interval):
        return None
    return Interval(
        above.low / below.high if above.low is not None and below.high else None,
        above.high / below.low if above.high is not None and below.low else None,
        above.low_open or below.high_open,
        above.high_open or below.low_open,
    )


def _possible_latest(
    results: Sequence[Measurement], enrollment: Times | None
) -> tuple[Measurement, ...]:
    """Give the results of which one is the latest on or before enrollment.

    An undated result may or may not be the latest of several. Where it is open whether
    any result counts at all, none is given.
    """
    undated = tuple(r for r in results if r.date is None)
    dated = [(r, r.date) for r in results if r.date is not None]
    if enrollment is None:
        possible = certain = dated
    else:
        start, end = day_of(enrollment[0]), day_of(enrollment[1])
        possible = [(r, d) for r, d in dated if d.earliest <= end]
        certain = [(r, d) for r, d in dated if d.latest <= start]
    if not certain:
        return undated
    surely_by = max(d.earliest for _, d in certain)
    return (*undated, *(r for r, d in possible if d.latest >= surely_by))


def _moment(time: date, *, last: bool = False) -> datetime:
    if isinstance(time, datetime):
        return time
    start = datetime(time.year, time.month, time.day)
    return start + timedelta(days=1, seconds=-1) if last else start


def _hours_apart(early: date, late: date, start: date, end: date) -> Codes:
    """Code the hours from a moment in one interval to a moment in another.

    On one day, where a time is missing, what comes before the anchor came before it.
    """
    least = _hours(_moment(late, last=True), _moment(start))
    most = _hours(_moment(early), _moment(end, last=True))
    same_day = day_of(early) == day_of(late) == day_of(start) == day_of(end)
    return (max(least, 0) if same_day and most >= 0 else least), most


_HUNDREDTH, _NO_TIME = timedelta(hours=1) / 100, timedelta(0)


def _hours(earlier: datetime, later: datetime) -> int:
    """Code the hours between two moments, in hundredths."""
    whole, rest = divmod(later - earlier, _HUNDREDTH)
    return 2 * whole + (rest > _NO_TIME)
