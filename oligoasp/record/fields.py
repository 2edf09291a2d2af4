"""Readers of single fields: from a plain value to a typed one, or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import Field, Vocabulary
from oligoasp.record.dates import (
    DATE,
    MOMENT,
    DateInterval,
    MomentInterval,
    parse_date,
    parse_moment,
)
from oligoasp.record.errors import Fault, Refused, below, listing, nearest, plain
from oligoasp.record.quantity import PLAIN_NUMBER, Interval, Measurement, QuantityReader
from oligoasp.record.units import LOINC, units_of
from oligoasp.record.value import UNKNOWN, Number, Unknown, Value, show

LONGEST_LABEL = 200
LONGEST_TEXT = 10_000
MOST_MEASUREMENTS = 200
MEASUREMENT_KEYS = ("value", "unit", "uln", "date", "code", "note")
QUANTITY_KEYS = ("value", "unit", "note")

_KEYS: dict[tuple[str, ...], frozenset[str]] = {
    names: frozenset(names) for names in (MEASUREMENT_KEYS, QUANTITY_KEYS)
}
UNKNOWN_FIELD = "an unknown field"

_LOINC_IN_HELP = re.compile(r"\b[0-9]{1,5}-[0-9]\b")
_YES_NO = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "true": "true",
    "1": "true",
    "no": "false",
    "n": "false",
    "off": "false",
    "false": "false",
    "0": "false",
}


Typed: TypeAlias = (
    bool | str | Unknown | Interval | list[Measurement] | DateInterval | MomentInterval
)
Reader: TypeAlias = Callable[..., Any]
Result: TypeAlias = tuple[Interval, Fraction | None, str]


def read_text(value: Value) -> str | None:
    """Read free text.

    Raises:
        Refused: for anything but text of at most 10,000 characters.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused(Fault(show(value), "text"))
    if len(value) > LONGEST_TEXT:
        raise Refused(Fault(show(value), f"text of at most {LONGEST_TEXT} characters"))
    if not value.isascii():
        _refuse_surrogates(value)
    return str(value)


def read_label(value: Value) -> str | None:
    """Read an identifier: printable text on one line.

    Raises:
        Refused: for anything else, and for text of more than 200 characters.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise Refused(Fault(show(value), "a name or number"))
    if len(value) > LONGEST_LABEL:
        raise Refused(Fault(show(value), f"text of at most {LONGEST_LABEL} characters"))
    if not value.isprintable():
        raise Refused(Fault(show(value), "printable text on one line"))
    return str(value)


class FieldReaders:
    """Makes the readers of the fields of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    @cached_property
    def owners(self) -> dict[str, str]:
        """What is measured in each unit."""
        return _owners(self.vocabulary)

    def known(self, field: Field) -> Memo[Any, Any] | None:
        """Give what values say in a field, as its reader does; None: they hardly ever recur.

        It is asked by a value or, for a mapping, by its items as a tuple. Equal text gives
        the very same object, as long as it is remembered.
        """
        form = field.type.form
        if form in _KNOWN:
            return _KNOWN[form]
        read = self.reader(field)
        return Memo(lambda key: read(dict(key) if isinstance(key, tuple) else key))

    def reader(self, field: Field) -> Reader:
        """Make the reader of a field."""
        form = field.type.form
        if form in _READERS:
            return _READERS[form]
        if form == "choice":
            return ChoiceReader(self.vocabulary, field.type.of).read
        quantities = self.quantities(field)
        if form == "measurement":
            return MeasurementReader(quantities, field).read
        return (_integer_reader if form == "integer" else _quantity_reader)(quantities)

    def quantities(self, field: Field) -> QuantityReader:
        """Make the reader of the quantities of a field of that kind."""
        scale = self.vocabulary.scales[field.type.of]
        whole = field.type.form == "integer"
        return QuantityReader(scale, field.range, whole, lambda: self.owners)

    def describe(self, field: Field) -> str:
        """Say what a field accepts, in a few words."""
        if field.type.form in _ACCEPTED:
            return _ACCEPTED[field.type.form]
        if field.type.form == "choice":
            values = self.vocabulary.domains[field.type.of]
            return f"{', '.join(values)} or unknown"
        return self.quantities(field).describe()

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Give the JSON schema of a field, as far as such a schema can say it."""
        if field.type.form in _JSON_SCHEMAS:
            return _JSON_SCHEMAS[field.type.form]
        if field.type.form == "choice":
            values = [*self.vocabulary.domains[field.type.of], "unknown", None]
            codes = any(domain == field.type.of for domain, _, _ in self.vocabulary.codes)
            coded = {"type": "string", "pattern": r"^[^|]+\|[^|]+$"}
            return {"anyOf": [{"enum": values}, coded]} if codes else {"enum": values}
        return self._quantity_schema(field)

    def _quantity_schema(self, field: Field) -> dict[str, Any]:
        number, text = {"type": ["number", "null"]}, {"type": ["string", "null"]}
        quantities = self.quantities(field)
        units: dict[str, Any] = {"enum": list(quantities.units) or ["1"]}
        properties: dict[str, Any] = {
            "value": {"type": ["number", "string"]},
            "unit": units,
            "note": text,
        }
        whole: dict[str, Any] = {
            "type": "object",
            "required": ["value"] if quantities.bare else ["value", "unit"],
            "properties": properties,
            "additionalProperties": False,
        }
        plain = [number, text] if quantities.bare else [text]
        if field.type.form == "quantity":
            return {"anyOf": [*plain, whole]}
        properties |= {
            "uln": {"type": "number", "description": "upper limit of normal, in the same unit"},
            "date": {"type": ["string", "integer", "null"]},
            "code": {"type": ["string", "null"], "description": "LOINC code, loinc|1742-6"},
        }
        return {"anyOf": [*plain, whole, {"type": "array", "items": {"anyOf": [*plain, whole]}}]}


class ChoiceReader:
    """Reads a value of a domain, or a standard code that stands for one."""

    def __init__(self, vocabulary: Vocabulary, domain: str) -> None:
        self.labels = vocabulary.domains[domain]
        self.said = vocabulary.also_said.get(domain, {})
        self.accepted = listing([*self.labels, "unknown"])
        self.table: dict[str, str | Unknown] = {"unknown": UNKNOWN}
        self.table |= {value: value for value in self.labels}
        self.table |= {
            f"{system}|{code}": value
            for (of, system, code), value in vocabulary.codes.items()
            if of == domain
        }

    def read(self, value: Value) -> str | Unknown | None:
        """Read a choice.

        Raises:
            Refused: for anything that is neither a value nor a code of the domain.
        """
        if value is None:
            return None
        if isinstance(value, str):
            if (chosen := self.table.get(value)) is not None:
                return chosen
            raise Refused(Fault(show(value), self.accepted, self._meant(value)))
        raise Refused(Fault(show(value), self.accepted))

    def _meant(self, typed: str) -> str:
        """Give the value that was probably meant, or ""."""
        name = plain(typed.strip())
        if name in self.said:
            return self.said[name]
        begun = [value for value in self.labels if name and value.startswith(name)]
        if len(begun) == 1:
            return begun[0]
        # A word that several values have means none of them.
        several = not begun and sum(name in value.split("_") for value in self.labels) > 1
        return "" if several else nearest(typed, self.table, self.labels)


class MeasurementReader:
    """Reads the measurements of one field: one, or a list of them."""

    def __init__(self, quantities: QuantityReader, field: Field) -> None:
        self.quantities = quantities
        self._plausible = field.uln_range
        self._results = Memo[tuple[Any, ...], Result](lambda parts: self._result(*parts))
        self.codes = frozenset(_LOINC_IN_HELP.findall(field.help))
        self.analytes = {LOINC[code].analyte for code in self.codes if code in LOINC}
        if not self.analytes:
            scale = quantities.scale.name
            self.analytes = {entry.analyte for entry in LOINC.values() if entry.scale == scale}

    def read(self, value: Value) -> list[Measurement] | None:
        """Read one measurement or a list of measurements.

        Args:
            value: what stands in the record.

        Returns:
            The measurements in the order of the record.

        Raises:
            Refused: with everything that is wrong with them.
        """
        if value is None:
            return None
        if not isinstance(value, list):
            return [self._one(value)]
        if not value:
            raise Refused(Fault("an empty list", "a measurement, or the field left out"))
        if len(value) > MOST_MEASUREMENTS:
            found = f"a list of {len(value)} measurements"
            raise Refused(Fault(found, f"at most {MOST_MEASUREMENTS}"))
        measurements: list[Measurement] = []
        faults: list[Fault] = []
        for index, item in enumerate(value):
            try:
                measurements.append(self._one(item))
            except Refused as refused:
                faults.extend(below(f"[{index}]", refused))
        if faults:
            raise Refused(*faults)
        return measurements

    def _one(self, value: Value) -> Measurement:
        parse = self.quantities
        if isinstance(value, str):
            return Measurement(parse.parse(value).interval, None, None, str(value))
        if not isinstance(value, dict):
            raise Refused(Fault(show(value), parse.describe()))
        faults = _strange(value, MEASUREMENT_KEYS)
        get = value.get
        parts = (get("value"), get("unit"), get("uln"), get("code"))
        result = date = None
        try:
            result = self._results[parts] if _hashable(parts) else self._result(*parts)
        except Refused as refused:
            faults.extend(refused.faults)
        try:
            date = _read_date(get("date"))
        except Refused as refused:
            faults.extend(below("date", refused))
        if faults or result is None:
            raise Refused(*faults)
        interval, uln, text = result
        return Measurement(interval, uln, date, text)

    def _result(self, value: Value, unit: Value, uln: Value, code: Value) -> Result:
        """Read a value with its unit, its upper limit of normal and its code."""
        quantity = self.quantities.parse_parts(value, unit)
        faults: list[Fault] = []
        limit = None
        if uln is not None:
            try:
                limit = self._uln(uln, quantity.unit)
            except Refused as refused:
                faults.extend(below("uln", refused))
        if code is not None:
            try:
                self._check_code(code, quantity.unit)
            except Refused as refused:
                faults.extend(below("code", refused))
        if faults:
            raise Refused(*faults)
        return quantity.interval, limit, typed_text({"value": value, "unit": unit})

    def _uln(self, value: Value, unit: str) -> Fraction:
        accepted = f"the upper limit of normal, a number above 0 in {unit or 'the same unit'}"
        if not isinstance(value, str) or not PLAIN_NUMBER.fullmatch(value):
            raise Refused(Fault(show(value), accepted))
        try:
            uln = self.quantities.parse(f"{value} {unit}" if unit else value).interval.exact
        except Refused as refused:
            fault = refused.faults[0]
            raise Refused(Fault(show(value), f"{accepted}; {fault.accepted}")) from None
        if not uln:
            raise Refused(Fault(show(value), accepted))
        if (usual := self._plausible) and not usual.least <= uln <= usual.most:
            canonical = self.quantities.scale.unit
            found = f"{show(value)}, which is no upper limit of normal in {unit}"
            limits = f"{usual.least} to {usual.most} {canonical}, in the unit of the value"
            raise Refused(Fault(found, limits))
        return uln

    def _check_code(self, value: Value, unit: str) -> None:
        accepted = "a code of this analyte"
        if self.codes:
            accepted += f", such as {listing(f'loinc|{code}' for code in sorted(self.codes))}"
        if not isinstance(value, str) or "|" not in value:
            raise Refused(Fault(show(value), f"{accepted}, with its system"))
        system, _, code = value.partition("|")
        if system != "loinc":
            suggestion = f"loinc|{code}" if system.casefold() == "loinc" else ""
            raise Refused(Fault(show(value), accepted, suggestion))
        if (loinc := LOINC.get(code)) is None:
            if code not in self.codes:
                raise Refused(Fault(f"{show(value)}, a code that is not known here", accepted))
            return
        if loinc.analyte not in self.analytes:
            raise Refused(Fault(f"{show(value)}, the code of {loinc.analyte}", accepted))
        dimension = self.quantities.units[unit].dimension if unit else ""
        if loinc.dimension and dimension and loinc.dimension != dimension:
            found = f"{show(value)}, a {loinc.dimension} code, with the {dimension} unit {unit}"
            units = self.quantities.units.items()
            fitting = [name for name, entry in units if entry.dimension == loinc.dimension]
            raise Refused(Fault(found, f"with this code a value in {listing(fitting)}"))


def typed_text(value: Value) -> str:
    """Give the text of a value as it was typed: of a mapping, its value and unit."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict():
            parts = (value.get("value"), value.get("unit"))
            return " ".join(part for part in parts if isinstance(part, str))
        case list():
            return ", ".join(typed_text(item) for item in value)
        case _:
            return str(value)


def _read_flag(value: Value) -> bool | Unknown | None:
    if value is None or value is True or value is False:
        return value
    if value == "unknown":
        return UNKNOWN
    suggestion = _YES_NO.get(value.casefold(), "") if isinstance(value, str) else ""
    raise Refused(Fault(show(value), "true, false or unknown", suggestion))


def _read_group(value: Value) -> str | Unknown | None:
    return UNKNOWN if value == "unknown" else read_label(value)


def _read_date(value: Value) -> DateInterval | None:
    if isinstance(value, str):
        return _dates[value]
    if value is None:
        return None
    raise Refused(Fault(show(value), DATE))


_dates = Memo(parse_date)


def _read_moment(value: Value) -> MomentInterval | None:
    if isinstance(value, str):
        return parse_moment(value)
    if value is None:
        return None
    raise Refused(Fault(show(value), MOMENT))


def _integer_reader(quantities: QuantityReader) -> Reader:
    def read(value: Value) -> Interval | Unknown | None:
        if value is None:
            return None
        if value == "unknown":
            return UNKNOWN
        if isinstance(value, str):
            return quantities.parse(value).interval
        raise Refused(Fault(show(value), quantities.describe()))

    return read


def _quantity_reader(quantities: QuantityReader) -> Reader:
    def read(value: Value) -> Interval | None:
        if value is None:
            return None
        if isinstance(value, str):
            return quantities.parse(value).interval
        if not isinstance(value, dict):
            raise Refused(Fault(show(value), quantities.describe()))
        if faults := _strange(value, QUANTITY_KEYS):
            raise Refused(*faults)
        return quantities.parse_parts(value.get("value"), value.get("unit")).interval

    return read


def decimal_comma(number: str, rest: str, path: str) -> Fault:
    """Refuse a number with a comma, of which what stands behind it was taken for a field."""
    accepted = "a decimal point, and no separators of thousands"
    # Three digits may be thousands.
    meant = "" if re.match(r"\d{3}(?!\d)", rest) else f"{number}.{rest}"
    return Fault(f'"{number},{rest}"', accepted, meant, path)


def _strange(value: Mapping[str, Value], names: tuple[str, ...]) -> list[Fault]:
    """Refuse the keys of a mapping that have no meaning."""
    if value.keys() <= _KEYS[names]:
        return []
    strange = [key for key in value if key not in names]
    number = value.get("value")
    if len(strange) == 1 and strange[0].isdecimal() and isinstance(number, Number):
        return [decimal_comma(number, strange[0], "value")]
    return [Fault(UNKNOWN_FIELD, listing(names), nearest(key, names), key) for key in strange]


def _hashable(parts: tuple[Value, ...]) -> bool:
    return {dict, list}.isdisjoint(map(type, parts))


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(Fault(show(text), "text in Unicode, without half a character")) from None


def _owners(vocabulary: Vocabulary) -> dict[str, str]:
    """Say for every unit what is measured in it, and in which field if there is only one."""
    labels: dict[str, dict[str, None]] = {}
    paths: dict[str, list[str]] = {}
    for field in vocabulary.fields.values():
        if field.type.form in ("measurement", "quantity"):
            scale = vocabulary.scales[field.type.of]
            for unit in units_of(scale.name, scale.unit):
                labels.setdefault(unit, {})[scale.label] = None
                paths.setdefault(unit, []).append(field.path)
    return {
        unit: listing(labels[unit]) + (f" ({paths[unit][0]})" if len(paths[unit]) == 1 else "")
        for unit in labels
    }


_READERS: dict[str, Reader] = {
    "text": read_text,
    "group": _read_group,
    "flag": _read_flag,
    "date": _read_date,
    "datetime": _read_moment,
}
_KNOWN: dict[str, Memo[Any, Any] | None] = {
    "text": None,
    "group": None,
    "flag": Memo(_read_flag),
    "date": Memo(_read_date),
    "datetime": Memo(_read_moment),
}
_ACCEPTED = {
    "text": "text",
    "group": "a label that at least two entries share",
    "flag": "true, false or unknown",
    "date": DATE,
    "datetime": MOMENT,
}
_JSON_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "number", "null"]},
    "group": {"type": ["string", "number", "null"]},
    "flag": {"enum": [True, False, "unknown", None]},
    "date": {"type": ["string", "integer", "null"], "examples": ["2024-03-05", "2024-03"]},
    "datetime": {"type": ["string", "integer", "null"], "examples": ["2024-03-05 14:30"]},
    "integer": {"type": ["integer", "string", "null"]},
}
