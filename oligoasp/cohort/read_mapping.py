"""Reading a mapping file, with all that is wrong with it said at its line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from oligoasp.cohort.mapping import (
    NONE,
    NUMBER,
    UNKNOWN,
    DateForm,
    ListSource,
    Source,
    TableMapping,
)
from oligoasp.cohort.model import digest_of
from oligoasp.protocol.vocabulary import PATIENT, Field, Vocabulary
from oligoasp.record.errors import Fault, RecordError, Refused, join, listing, nearest
from oligoasp.record.fields import UNKNOWN_FIELD, FieldReaders, read_label, read_text
from oligoasp.record.shape import ID, NOTE, meant
from oligoasp.record.source import LARGEST_FILE, refusal
from oligoasp.record.value import Number, Value, show
from oligoasp.record.yaml_text import YamlError, documents

MOST_NUMBERED = 200

_DATE_PARTS = {"YYYY": r"(?P<y>\d{4})", "MM": r"(?P<m>\d{1,2})", "DD": r"(?P<d>\d{1,2})"}
_TOP = ("id", "delimiter", "encoding", "decimal", "missing", "flags", "dates", "fields", "lists")
_ALONE = ("record", "delimiter", "encoding")
_LIST = (
    *("numbered", "file", "key", "delimiter", "encoding"),
    *("no_entries", "none_if", "complete", "others", "fields"),
)
_UNITS = ("unit", "unit_column", "units")
_KEYS = {
    "flag": ("column", "constant", "values"),
    "choice": ("column", "constant", "values"),
    "text": ("column", "constant"),
    "group": ("column", "constant", "values"),
    "date": ("column", "constant", "dates"),
    "datetime": ("column", "constant", "dates", "time_column"),
    "integer": ("column", "constant", "values"),
    "quantity": ("column", "constant", "values", *_UNITS),
    "measurement": (
        *("column", "constant", "values", *_UNITS),
        *("uln", "uln_column", "date", "date_column", "dates"),
    ),
}


def read_mapping(path: str | Path, vocabulary: Vocabulary) -> TableMapping:
    """Read a mapping file.

    Args:
        path: the file (YAML).
        vocabulary: what a record can say.

    Raises:
        RecordError: with everything that is wrong with it, at file and line.
    """
    name = str(path)
    try:
        data = Path(path).read_bytes()[: LARGEST_FILE + 1]
        text = data.decode("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise refusal(name, None, Fault(f"a mapping that cannot be read ({reason})", "")) from None
    except UnicodeDecodeError:
        raise refusal(name, None, Fault("a mapping that is not text", "YAML in UTF-8")) from None
    found = list(documents(text))
    for document in found:
        if isinstance(document, YamlError):
            raise refusal(name, document.line, document.fault, document.field)
        if isinstance(document.value, dict) and len(found) == 1:
            mapping = _Reader(name, document.value, document.lines, vocabulary).read()
            return replace(mapping, digest=digest_of([data]).hex())
    raise refusal(name, 1, Fault("a file without a mapping", "one mapping of fields to columns"))


class _Reader:
    """Reads one mapping, and collects what is wrong with it."""

    def __init__(
        self, name: str, data: dict[str, Value], lines: dict[str, int], vocabulary: Vocabulary
    ) -> None:
        self._name = name
        self._data = data
        self._lines = lines
        self._vocabulary = vocabulary
        self._readers = FieldReaders(vocabulary)
        self._errors: list[RecordError] = []
        self._flags: Mapping[str, Value] = {}
        self._dates: DateForm | None = None

    def read(self) -> TableMapping:
        """Read all of it.

        Raises:
            RecordError: with everything that is wrong.
        """
        data = self._data
        self._keys(data, "", _ALONE if "record" in data else _TOP)
        self._flags = self._translation(data, "", "flags", self._checked_flag)
        self._dates = self._date_form(data, "")
        missing = self._texts(data, "", "missing") if "missing" in data else frozenset({""})
        delimiter, encoding = self._delimiter(data, "", ","), self._encoding(data, "", "utf-8")
        lists = self._lists(delimiter, encoding)
        mapping = TableMapping(
            self._name,
            self._text(data, "", "id"),
            self._text(data, "", "record"),
            delimiter,
            encoding,
            self._text(data, "", "decimal") or ".",
            missing | {""},
            self._sources(data, "", PATIENT),
            lists,
            self._lines,
        )
        if not (mapping.id or mapping.record):
            self._fault("", Fault("a mapping without `id`", "the column that names the record"))
        if mapping.decimal not in (".", ","):
            self._fault("decimal", Fault(show(mapping.decimal), '"." or ","'))
        if self._errors:
            raise RecordError(p for error in self._errors for p in error.problems)
        return mapping

    def _fault(self, path: str, fault: Fault) -> None:
        place = path
        while place and place not in self._lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        self._errors.append(refusal(self._name, self._lines.get(place), fault, path))

    def _keys(self, data: dict[str, Value], path: str, known: Iterable[str]) -> bool:
        """Tell whether all keys are known; name those that are not."""
        names = list(known)
        unknown = [key for key in data if key not in names]
        for key in unknown:
            fault = Fault("an unknown key", listing(names, 20), nearest(key, names))
            self._fault(join(path, key), fault)
        return not unknown

    def _encoding(self, data: dict[str, Value], path: str, usual: str) -> str:
        name = self._text(data, path, "encoding") or usual
        try:
            known = codecs.lookup(name).name
        except LookupError:
            accepted = "the name of an encoding, such as utf-8, cp1252 or latin-1"
            self._fault(join(path, "encoding"), Fault(show(name), accepted))
            return usual
        return "utf-8-sig" if known == "utf-8" else known

    def _delimiter(self, data: dict[str, Value], path: str, usual: str) -> str:
        sign = self._text(data, path, "delimiter") or usual
        sign = "\t" if sign == "tab" else sign
        if len(sign) != 1 or sign in '"\r\n':
            fault = Fault(show(sign), 'one sign, such as ";", or tab')
            self._fault(join(path, "delimiter"), fault)
            return usual
        return sign

    def _lists(self, delimiter: str, encoding: str) -> tuple[ListSource, ...]:
        kinds = {k.list_name: k.name for k in self._vocabulary.kinds.values() if k.name != PATIENT}
        found = []
        for name, data in self._mapping(self._data, "", "lists").items():
            path = f"lists.{name}"
            if name not in kinds:
                fault = Fault("an unknown list", listing(kinds, 20), nearest(name, kinds))
                self._fault(path, fault)
            elif not isinstance(data, dict):
                self._fault(path, Fault(show(data), f"{listing(_LIST)} of the list"))
            else:
                found.append(self._list(name, kinds[name], data, delimiter, encoding))
        return tuple(found)

    def _list(
        self, name: str, kind: str, data: dict[str, Value], delimiter: str, encoding: str
    ) -> ListSource:
        """Read a list; a second table is written as the first one unless it says otherwise."""
        path = f"lists.{name}"
        self._keys(data, path, _LIST)
        numbered = self._numbered(data, path)
        file, key = self._text(data, path, "file"), self._text(data, path, "key")
        if bool(numbered) == bool(file):
            accepted = "`numbered` with how many entries have columns, or `file` and `key`"
            self._fault(path, Fault("a list without a source", accepted))
        elif file and not key:
            self._fault(path, Fault("a list without `key`", "the column with the record's name"))
        for own in ("delimiter", "encoding"):
            if own in data and not file:
                fault = Fault("what belongs to a second table", f"`{own}` only beside `file`")
                self._fault(join(path, own), fault)
        empty = self._text(data, path, "no_entries")
        if empty not in (NONE, UNKNOWN):
            found = show(empty) if empty else "nothing said about records without entries"
            accepted = "no_entries: none (there is none) or no_entries: unknown (not recorded)"
            self._fault(join(path, "no_entries"), Fault(found, accepted))
        sources = self._sources(data, path, kind)
        for source in sources:
            unnumbered = [column for column in source.columns if NUMBER not in column]
            if numbered and unnumbered:
                where = f"{path}.fields.{source.path}"
                accepted = f"a name with {NUMBER} in it, which stands for 1 to {numbered}"
                self._fault(where, Fault(show(unnumbered[0]), accepted))
        return ListSource(
            name,
            self._lines.get(path),
            sources,
            numbered,
            file,
            key,
            empty,
            none_if=self._none_if(data, path),
            complete=self._flag(data, path, "complete"),
            others=bool(self._flag(data, path, "others")),
            delimiter=self._delimiter(data, path, delimiter),
            encoding=self._encoding(data, path, encoding),
        )

    def _numbered(self, data: dict[str, Value], path: str) -> int:
        value = data.get("numbered")
        if value is None:
            return 0
        if isinstance(value, Number) and value.isdecimal() and 0 < int(value) <= MOST_NUMBERED:
            return int(value)
        accepted = f"how many entries have columns: 1 to {MOST_NUMBERED}"
        self._fault(join(path, "numbered"), Fault(show(value), accepted))
        return 1

    def _none_if(self, data: dict[str, Value], path: str) -> tuple[str, frozenset[str]] | None:
        given = self._mapping(data, path, "none_if")
        if not given:
            return None
        place = join(path, "none_if")
        self._keys(given, place, ("column", "is"))
        column, texts = self._text(given, place, "column"), self._texts(given, place, "is")
        if not column or not texts:
            accepted = "`column` and `is`, the texts that mean that there is none"
            self._fault(place, Fault("an incomplete condition", accepted))
        return column, texts

    def _sources(self, data: dict[str, Value], path: str, kind: str) -> tuple[Source, ...]:
        fields = {f.path: f for (of, _), f in self._vocabulary.fields.items() if of == kind}
        found = []
        for name, given in self._mapping(data, path, "fields").items():
            place = join(join(path, "fields"), name)
            own = name == NOTE or (name == ID and kind != PATIENT)
            if not own and name not in fields:
                suggestion = meant(name, fields, fields, self._vocabulary)
                fault = Fault(UNKNOWN_FIELD, listing(fields), suggestion)
                self._fault(place, fault)
                continue
            source = self._source(name, fields.get(name), given, place)
            if source is not None:
                found.append(source)
        return tuple(found)

    def _source(self, path: str, of: Field | None, given: Value, place: str) -> Source | None:
        line = self._lines.get(place)
        form = of.type.form if of else "text"
        if isinstance(given, str) and given:
            given = {"column": str(given)}
        if isinstance(given, dict) and not self._keys(given, place, _KEYS[form]):
            return None
        if not isinstance(given, dict) or ("column" in given) == ("constant" in given):
            accepted = "a column, or `column` (or `constant`) with what belongs to it"
            self._fault(place, Fault(show(given), accepted))
            return None
        if "constant" in given:
            self._accepts(of, given["constant"], join(place, "constant"))
            return Source(path, form, line, constant=given["constant"])
        values: Mapping[str, Value] | None = None
        if "values" in given:
            values = self._translation(
                given, place, "values", lambda value, at: self._accepts(of, value, at)
            )
        elif form == "flag":
            values = self._flags or None
        units = {
            key: str(unit) for key, unit in self._translation(given, place, "units", _any).items()
        }
        unit = self._text(given, place, "unit")
        if of is not None and form in ("quantity", "measurement"):
            known = self._readers.quantities(of).units
            for at, name in (("unit", unit), *((f"units.{key}", u) for key, u in units.items())):
                if name and name not in known and not (name == "1" and not known):
                    fault = Fault(show(name), listing(known) or "no unit", nearest(name, known))
                    self._fault(join(place, at), fault)
        return Source(
            *(path, form, line, self._text(given, place, "column"), None, values, unit),
            self._text(given, place, "unit_column"),
            units,
            self._text(given, place, "uln"),
            self._text(given, place, "uln_column"),
            self._text(given, place, "date"),
            self._text(given, place, "date_column"),
            self._text(given, place, "time_column"),
            self._date_form(given, place) or self._dates,
        )

    # ---- values of one key ----------------------------------------------------------------

    def _text(self, data: dict[str, Value], path: str, key: str) -> str:
        value = data.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._fault(join(path, key), Fault(show(value), "text"))
            return ""
        return value

    def _flag(self, data: dict[str, Value], path: str, key: str) -> bool | None:
        value = data.get(key)
        if value is None or isinstance(value, bool):
            return value
        self._fault(join(path, key), Fault(show(value), "true or false"))
        return None

    def _texts(self, data: dict[str, Value], path: str, key: str) -> frozenset[str]:
        value = data.get(key)
        items = value if isinstance(value, list) else [value]
        wrong = [item for item in items if not isinstance(item, str | None)]
        if wrong:
            self._fault(join(path, key), Fault(show(wrong[0]), "texts as they stand in the column"))
        return frozenset(str(item) for item in items if isinstance(item, str))

    def _mapping(self, data: dict[str, Value], path: str, key: str) -> dict[str, Value]:
        value = data.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._fault(join(path, key), Fault(show(value), "names with their columns or values"))
            return {}
        return value

    def _translation(
        self,
        data: dict[str, Value],
        path: str,
        key: str,
        check: Callable[[Value, str], object],
    ) -> dict[str, Value]:
        found = self._mapping(data, path, key)
        for text, value in found.items():
            check(value, f"{join(path, key)}.{text}")
        return found

    def _checked_flag(self, value: Value, path: str) -> None:
        if value not in (True, False, "unknown") or isinstance(value, Number):
            self._fault(path, Fault(show(value), "true, false or unknown"))

    def _accepts(self, of: Field | None, value: Value, path: str) -> None:
        """Check a value that the mapping puts into a field."""
        try:
            if of is None:
                read_label(value)
            elif of.type.form == "measurement":
                self._readers.quantities(of).read(value)
            elif of.type.form == "text":
                read_text(value)
            else:
                self._readers.reader(of)(value)
        except Refused as refused:
            for fault in refused.faults:
                self._fault(join(path, fault.path), fault)

    def _date_form(self, data: dict[str, Value], path: str) -> DateForm | None:
        form = self._text(data, path, "dates")
        if not form:
            return None
        pattern = re.escape(form).replace(r"\-", "-")
        for part, expression in _DATE_PARTS.items():
            if form.count(part) != 1:
                accepted = "YYYY, MM and DD in the order of the table, such as DD.MM.YYYY"
                self._fault(join(path, "dates"), Fault(show(form), accepted))
                return None
            pattern = pattern.replace(part, expression)
        return DateForm(form, re.compile(pattern))


def _any(value: Value, path: str) -> None:
    """Accept every value: what is made of it is checked elsewhere."""
