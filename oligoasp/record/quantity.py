"""Exact quantities: a number or an interval with a unit, in the unit of its scale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import Range, Scale
from oligoasp.record.dates import DateInterval
from oligoasp.record.errors import Fault, Refused, escape, listing, quote
from oligoasp.record.units import (
    ALIASES,
    MASS,
    MOLAR,
    MOLAR_UNITS,
    Unit,
    respelled,
    units_of,
)
from oligoasp.record.value import LONGEST_NUMBER, Number, Value, show

LARGEST_CODE = 2**31 - 1

_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?"
PLAIN_NUMBER = re.compile(_NUMBER)
_FORM = re.compile(
    rf"\s*(?P<sign><=|>=|<|>|≤|≥)?\s*(?P<low>{_NUMBER})(?:\s*\.\.\s*(?P<high>{_NUMBER}))?"
    r"(?:\s*(?P<unit>[^\s0-9.,].*?)|\s+(?P<power>[0-9].*?))?\s*"
)
_SPLIT = re.compile(r"(?P<number>[^a-zA-Z%/\[{]*?[0-9])(?:\s*(?P<unit>[^\s0-9.,].*|\s1.*))?")
_DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9]+(?![0-9,]))")
_THOUSANDS = re.compile(r"[0-9],[0-9]{3}(?![0-9])")


class Interval(NamedTuple):
    """The exact values that a quantity can have; an end that is None is unbounded."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    @property
    def exact(self) -> Fraction | None:
        """The value, if only one is meant."""
        return self.low if self.low is self.high or self.low == self.high else None


def common(one: Interval, other: Interval) -> Interval | None:
    """Give the values that two intervals share, or None if there are none."""
    lows = [(i.low, i.low_open) for i in (one, other) if i.low is not None]
    highs = [(i.high, not i.high_open) for i in (one, other) if i.high is not None]
    low, low_open = max(lows, default=(None, False))
    high, closed = min(highs, default=(None, True))
    if low is not None and high is not None and (low > high or (low == high and low_open)):
        return None
    if low is not None and low == high and not closed:
        return None
    return Interval(low, high, low_open, not closed)


class Quantity(NamedTuple):
    """A quantity in the unit of its scale, and the unit in which it was typed."""

    interval: Interval
    unit: str


class Measurement(NamedTuple):
    """A measured value in the unit of its scale, with what came with the result."""

    value: Interval
    uln: Fraction | None
    date: DateInterval | None
    text: str


class QuantityReader:
    """Reads the quantities of one field.

    Args:
        scale: the scale of the field.
        accepted: its range, if it has one.
        whole: whether only whole numbers without unit are accepted.
        elsewhere: gives the units that belong to other fields, with phrases for these.
    """

    def __init__(
        self,
        scale: Scale,
        accepted: Range | None,
        whole: bool = False,
        elsewhere: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.scale = scale
        self.units: dict[str, Unit] = {} if whole else units_of(scale.name, scale.unit)
        self.bare = not self.units or (scale.discrete and scale.unit == "%")
        self.whole = whole or scale.discrete
        self.elsewhere = elsewhere
        largest = (LARGEST_CODE - 1) // 2 * scale.resolution
        self.bounded = accepted is not None
        self.least = Fraction(accepted.least) if accepted else Fraction(0)
        self.most = min(largest, Fraction(accepted.most)) if accepted else largest
        self.hint = f" ({accepted.hint})" if accepted and accepted.hint else ""
        self.parse = Memo(self._parse).__getitem__

    def describe(self) -> str:
        """Say what is accepted, as part of a message or of a help text."""
        if self.bare:
            return self._range()
        return f"{self.scale.label} in {listing(self.units)}{self.hint}"

    def read(self, value: Value) -> Quantity:
        """Read a quantity from text, a number, or a mapping of value and unit.

        Args:
            value: what stands in the record.

        Returns:
            The quantity, exactly converted.

        Raises:
            Refused: with the reason, and a suggestion where one is safe.
        """
        if isinstance(value, str):
            return self.parse(value)
        if isinstance(value, dict):
            return self.parse_parts(value.get("value"), value.get("unit"))
        raise Refused(Fault(show(value), self.describe()))

    def parse_parts(self, value: Value, unit: Value) -> Quantity:
        """Read a quantity whose value and unit stand in two fields of a mapping."""
        if not isinstance(value, str):
            found = "nothing" if value is None else show(value)
            raise Refused(Fault(found, self.describe(), path="value"))
        if unit is None:
            return self._of_part(value, "value")
        if not isinstance(unit, str) or (isinstance(unit, Number) and unit != "1"):
            raise Refused(Fault(show(unit), f"a unit: {listing(self.units)}", path="unit"))
        if self.bare and unit == "1":
            return self._of_part(value, "value")
        return self._of_part(f"{value} {unit}", "value" if unit in self.units else "unit")

    def _of_part(self, text: str, part: str) -> Quantity:
        try:
            return self.parse(text)
        except Refused as refused:
            raise Refused(*(fault._replace(path=part) for fault in refused.faults)) from None

    def _parse(self, text: str) -> Quantity:
        try:
            return self._strict(text)
        except Refused as refused:
            fault = refused.faults[0]
            raise Refused(fault._replace(suggestion=self._suggest(text))) from None

    def _strict(self, text: str) -> Quantity:
        match = _FORM.fullmatch(text)
        if not match or (match["sign"] and match["high"]):
            raise Refused(Fault(_typed(text), self._form(text)))
        unit = match["unit"] or match["power"] or ""
        if unit not in self.units and not (self.bare and not unit):
            raise Refused(Fault(self._misfit(text, unit), self.describe()))
        if max(len(match["low"]), len(match["high"] or "")) > LONGEST_NUMBER:
            raise Refused(Fault(_typed(text), f"a number of at most {LONGEST_NUMBER} digits"))
        factor = self.units[unit].factor if unit else Fraction(1)
        low = Fraction(match["low"]) * factor
        high = Fraction(match["high"]) * factor if match["high"] else low
        if low > high:
            found = f"{quote(text)}, a range that ends before it begins"
            raise Refused(Fault(found, self.describe()))
        interval = _interval(match["sign"], low, high)
        if self._beyond(interval, low, high):
            raise Refused(Fault(_typed(text), self._range()))
        steps = self.scale.resolution
        if self.whole and any((number / steps).denominator != 1 for number in (low, high)):
            raise Refused(Fault(_typed(text), self._range()))
        return Quantity(interval, unit)

    def _beyond(self, interval: Interval, low: Fraction, high: Fraction) -> bool:
        """Tell whether a typed number is out of range, or nothing within it is meant."""
        if low < self.least or high > self.most:
            return True
        nothing_below = interval.low is None and interval.high_open and high == self.least
        nothing_above = interval.high is None and interval.low_open and low == self.most
        return nothing_below or nothing_above

    def _range(self) -> str:
        """Say what is accepted where the form is right and the number is not."""
        unit = "" if self.bare else f" {self.scale.unit}"
        limits = (
            f"from {_decimal(self.least)} to {_decimal(self.most)}{unit}"
            if self.bounded
            else f"from {_decimal(self.least)}{unit} on"
        )
        return f"{self._what()} {limits}{self.hint}"

    def _what(self) -> str:
        if not self.bare:
            return self.scale.label
        if not self.whole:
            return "a number"
        step = self.scale.resolution
        return "a whole number" if step == 1 else f"a multiple of {_decimal(step)}"

    def _form(self, text: str) -> str:
        """Say what is accepted where the form is wrong."""
        if _THOUSANDS.search(text):
            return f"{self.describe()}, with a decimal point and no separators of thousands"
        return self.describe()

    def _misfit(self, text: str, unit: str) -> str:
        """Say what was found: no unit, one of mass for substance, or of another quantity."""
        if not unit:
            return f"{_typed(text)} without a unit"
        found = quote(text)
        if self.bare:
            return found
        dimensions = {entry.dimension for entry in self.units.values()}
        if dimensions == {MASS} and unit in MOLAR_UNITS:
            return f"{found}, a molar unit instead of one of mass"
        if dimensions == {MASS, MOLAR} or next(respelled(unit, self.units), None):
            return found
        elsewhere = self.elsewhere()
        other = next(respelled(unit, elsewhere), "")
        if not other:
            return found
        return f"{found}, a unit of {elsewhere[other]} and not of {self.scale.label}"

    def _suggest(self, text: str) -> str:
        """Find a text that would have been accepted and was probably meant."""
        for candidate in self._candidates(text):
            try:
                self._strict(candidate)
            except Refused:
                continue
            return candidate
        return ""

    def _candidates(self, text: str) -> Iterator[str]:
        if not _THOUSANDS.search(text):
            text = _DECIMAL_COMMA.sub(".", text)
            yield text
        if not (match := _SPLIT.fullmatch(text.strip())) or not match["unit"]:
            return
        number, unit = match["number"].strip(), match["unit"].strip()
        if unit in self.units:
            # Nobody writes kg for pounds: customary units stand in brackets.
            like = [
                u for u in self.units if u != unit and u.startswith("[") == unit.startswith("[")
            ]
            yield from (f"{number} {other}" for other in like)
        elif self.units:
            yield from (f"{number} {other}" for other in respelled(unit, self.units))
        elif next(respelled(unit, {*self.elsewhere(), *ALIASES.values()}), None):
            yield number


def _interval(sign: str | None, low: Fraction, high: Fraction) -> Interval:
    match sign:
        case "<" | "<=" | "≤":
            return Interval(None, high, high_open=sign == "<")
        case ">" | ">=" | "≥":
            return Interval(low, None, low_open=sign == ">")
        case _:
            return Interval(low, high)


def _typed(text: str) -> str:
    """Quote what was typed; a plain number stands without quotation marks."""
    return escape(text) if isinstance(text, Number) else quote(text)


def _decimal(number: Fraction) -> str:
    """Write a number that has a finite decimal form."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
