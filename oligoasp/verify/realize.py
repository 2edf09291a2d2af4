"""From a person whom the solver made up to a complete record: the inverse of compiling one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from itertools import product

from oligoasp.protocol.vocabulary import NO, PATIENT, YES, Attribute, Field
from oligoasp.record.facts import THE_PATIENT, Entity, Pair
from oligoasp.solver.program import text
from oligoasp.verify.calendar import ENDS_OF_MONTHS, PLAIN, Calendar, Slot, shown
from oligoasp.verify.chronology import impossible
from oligoasp.verify.nearest import Person
from oligoasp.verify.space import Space

Data = dict[str, object]

ELAPSED = ("before", "after", "age")


class UnrealisableError(Exception):
    """No record says all of this, as far as could be found out.

    Attributes:
        pairs: attributes that cannot hold together.
        kinds: kinds of which there must be no further entries for that.
        proved: whether it is certain, or only that no record was found.
    """

    def __init__(
        self, pairs: tuple[Pair, ...], kinds: tuple[str, ...] = (), *, proved: bool = False
    ) -> None:
        super().__init__(", ".join(f"{e[0]}.{a}" for e, a in pairs))
        self.pairs = pairs
        self.kinds = kinds
        self.proved = proved


class Realizer:
    """Writes records for persons of a space.

    Args:
        space: the space; its protocol's vocabulary says how attributes come from fields.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._vocabulary = space.protocol.vocabulary
        session = space.session
        self._ulns = {text(p): Fraction(text(v)) for p, v in session.facts("typical_uln", 2)}
        self._fields = {text(p): text(v) for p, v in session.facts("typical_field", 2)}
        usual = {text(p): text(v) for p, v in session.facts("typical_date", 2)}
        self._calendar = Calendar(
            self._vocabulary, space.nearest.regions, usual, space.nearest.typical
        )

    def record(self, person: Person, name: str, *, plain: bool = True) -> Data:
        """Give the data of a record that says of a person what the solver said.

        Args:
            person: the person.
            name: the id of the record.
            plain: whether to look for dates about the usual day of enrollment only; else
                ends of months are tried, at which months differ.

        Raises:
            UnrealisableError: no record was found.
        """
        dates = self._calendar.dates(person, enrolled_on=PLAIN if plain else ENDS_OF_MONTHS)
        if dates is None:
            if (found := impossible(self._calendar, person)) is not None:
                raise UnrealisableError(found.pairs, found.kinds, proved=True)
            raise UnrealisableError(self._impossible_dates(person) if plain else ())
        data: Data = {"id": name}
        entries: dict[Entity, Data] = {THE_PATIENT: data}
        for entity in person.entities:
            if entity != THE_PATIENT:
                entries[entity] = {"id": f"{_short(entity[0])}{entity[1]}"}
        omitted = self._omitted(person)
        measured: dict[str, datetime] = {}
        for (entity, path), moment in dates.items():
            field = self._vocabulary.fields[entity[0], path]
            if (entity, path) in omitted:
                continue
            if field.type.form == "measurement":
                measured[path] = moment
            elif entity in entries:
                _put(entries[entity], path, shown(moment, field.type.form))
        numbers = self._numbers(person, dates)
        for entity in person.entities:
            self._entry(entity, person, entries[entity], numbers, measured, omitted)
        for kind in self._vocabulary.kinds.values():
            if kind.name != PATIENT:
                data[kind.list_name] = [entries[e] for e in person.entities if e[0] == kind.name]
        return data

    # ---- what is typed ----------------------------------------------------------------

    def _entry(
        self,
        entity: Entity,
        person: Person,
        data: Data,
        numbers: Mapping[Slot, Fraction],
        measured: Mapping[str, datetime],
        omitted: set[Slot],
    ) -> None:
        for (kind, path), field in self._vocabulary.fields.items():
            if kind != entity[0] or (entity, path) in omitted:
                continue
            number = numbers.get((entity, path))
            if number is not None:
                _put(data, path, self._quantity(field, number, measured.get(path)))
                continue
            if entity == THE_PATIENT and path in self._fields:
                _put(data, path, self._fields[path])
                continue
            for pair, attribute in self._plain(entity, path):
                value = person.values.get(pair)
                if value is None:
                    continue
                typed = _typed(field, attribute, str(value))
                if typed is not None:
                    _put(data, path, typed)

    def _plain(self, entity: Entity, path: str) -> Iterator[tuple[Pair, Attribute]]:
        for (kind, name), attribute in self._vocabulary.attributes.items():
            origin = attribute.origin
            if (
                kind == entity[0]
                and origin.form == "field"
                and origin.arguments[0] == path
                and attribute.type != "number"
            ):
                yield (entity, name), attribute

    def _omitted(self, person: Person) -> set[Slot]:
        """Give the fields that a record leaves out, because the person says so."""
        return {
            (entity, self._vocabulary.attributes[entity[0], name].origin.arguments[0])
            for (entity, name), value in person.values.items()
            if value == NO
            and self._vocabulary.attributes[entity[0], name].origin.form == "recorded"
        }

    def _quantity(self, field: Field, value: Fraction, when: datetime | None) -> object:
        scale = self._vocabulary.scales[field.type.of]
        if field.type.form == "integer":
            return int(value)
        number = _decimal(value)
        if field.type.form == "quantity":
            return f"{number} {scale.unit}" if scale.unit != "1" else number
        typed: Data = {"value": _plain_number(number)}
        if scale.unit != "1" and not (scale.discrete and scale.unit == "%"):
            typed["unit"] = scale.unit
        uln = self._ulns.get(field.path)
        if uln is not None:
            typed["uln"] = _plain_number(_decimal(uln))
        if when is not None:
            typed["date"] = shown(when, "date")
        return typed

    # ---- numbers ----------------------------------------------------------------------

    def _numbers(self, person: Person, dates: Mapping[Slot, datetime]) -> dict[Slot, Fraction]:
        """Choose a value for every quantity; those tied together are chosen together.

        Raises:
            UnrealisableError: no values will do.
        """
        choices: dict[Slot, list[Fraction]] = {}
        for (entity, name), code in person.values.items():
            attribute = self._vocabulary.attributes[entity[0], name]
            if attribute.type != "number" or not isinstance(code, int):
                continue
            origin = attribute.origin
            slot = (entity, origin.arguments[0])
            if origin.form == "field":
                choices[slot] = list(self._in_region((entity, name), code))
            elif origin.form == "ratio":
                uln = self._ulns.get(slot[1], Fraction(1))
                choices[slot] = [r * uln for r in self._in_region((entity, name), code)]
        for (entity, name), code in person.values.items():
            attribute = self._vocabulary.attributes[entity[0], name]
            if attribute.origin.form == "cockcroft_gault" and isinstance(code, int):
                self._weight(person, (entity, name), code, choices, dates)
        self._quotients(person, choices)
        return {slot: values[0] for slot, values in choices.items()}

    def _quotients(self, person: Person, choices: dict[Slot, list[Fraction]]) -> None:
        by_entity: dict[Entity, list[tuple[Pair, Slot, Slot, int]]] = {}
        for (entity, name), code in person.values.items():
            origin = self._vocabulary.attributes[entity[0], name].origin
            if origin.form == "quotient" and isinstance(code, int):
                above, below = ((entity, path) for path in origin.arguments)
                if above in choices and below in choices:
                    row = ((entity, name), above, below, code)
                    by_entity.setdefault(entity, []).append(row)
        for rows in by_entity.values():
            slots = list(dict.fromkeys(slot for row in rows for slot in row[1:3]))
            for values in product(*(choices[slot] for slot in slots)):
                chosen = dict(zip(slots, values, strict=True))
                if all(
                    chosen[below] and self._code(pair, chosen[above] / chosen[below]) == code
                    for pair, above, below, code in rows
                ):
                    choices.update({slot: [value] for slot, value in chosen.items()})
                    break
            else:
                pairs = [row[0] for row in rows]
                tied = [
                    pair
                    for pair in person.values
                    if (
                        pair[0],
                        self._vocabulary.attributes[pair[0][0], pair[1]].origin.arguments[0],
                    )
                    in slots
                    and self._vocabulary.attributes[pair[0][0], pair[1]].origin.form == "field"
                ]
                raise UnrealisableError(tuple(dict.fromkeys([*pairs, *tied])))

    def _weight(
        self,
        person: Person,
        pair: Pair,
        code: int,
        choices: dict[Slot, list[Fraction]],
        dates: Mapping[Slot, datetime],
    ) -> None:
        """Choose a weight that gives the estimated clearance."""
        attribute = self._vocabulary.attributes[pair[0][0], pair[1]]
        creatinine, weight, birth, _, sex = attribute.origin.arguments
        born = dates.get((THE_PATIENT, birth))
        enrolled = dates.get((THE_PATIENT, "dates.enrollment"))
        results = choices.get((THE_PATIENT, creatinine))
        if born is None or enrolled is None or not results:
            return
        sex_name = next(
            name
            for (kind, name), a in self._vocabulary.attributes.items()
            if kind == PATIENT and a.origin.form == "field" and a.origin.arguments[0] == sex
        )
        age = enrolled.year - born.year - ((enrolled.month, enrolled.day) < (born.month, born.day))
        factor = (
            Fraction(85, 100) if person.values[THE_PATIENT, sex_name] == "female" else Fraction(1)
        )
        usual = Fraction(self._fields.get(weight, "70 kg").split()[0])
        weights = sorted((Fraction(n, 2) for n in range(60, 361)), key=lambda w: abs(w - usual))
        for result in results:
            for value in weights:
                clearance = (
                    max((140 - age) * value * factor / (72 * result), Fraction(0))
                    if result
                    else None
                )
                if clearance is not None and self._code(pair, clearance) == code:
                    choices[THE_PATIENT, creatinine] = [result]
                    choices[THE_PATIENT, weight] = [value]
                    return
        raise UnrealisableError(
            (
                pair,
                *(
                    p
                    for p in person.values
                    if p[0] == THE_PATIENT
                    and p != pair
                    and (
                        self._vocabulary.attributes[PATIENT, p[1]].origin.form == "age"
                        or (
                            self._vocabulary.attributes[PATIENT, p[1]].origin.form == "ratio"
                            and self._vocabulary.attributes[PATIENT, p[1]].origin.arguments[0]
                            == creatinine
                        )
                    )
                ),
                (THE_PATIENT, sex_name),
            )
        )

    def _code(self, pair: Pair, value: Fraction) -> int:
        of = self._vocabulary.attributes[pair[0][0], pair[1]].of
        scale = self._vocabulary.scales[of]
        return self._space.nearest.regions[of].representative(scale.code(value))

    def _in_region(self, pair: Pair, code: int) -> Iterator[Fraction]:
        """Give plausible values that no rule can tell from a representative."""
        attribute = self._vocabulary.attributes[pair[0][0], pair[1]]
        scale = self._vocabulary.scales[attribute.of]
        regions = self._space.nearest.regions[attribute.of]
        exact = Fraction(code, 2) * scale.resolution
        typical = self._space.nearest.typical.get((pair[0][0], pair[1]))
        seen = set()
        for value in [
            *([Fraction(typical)] if typical is not None else []),
            *_around(exact, scale.resolution, list(regions.limits), code),
            exact,
        ]:
            if value < 0 or value in seen or not _terminates(value):
                continue
            if scale.discrete and value % scale.resolution:
                continue
            seen.add(value)
            if regions.representative(scale.code(value)) == code and self._accepted(
                attribute, value
            ):
                yield value

    def _accepted(self, attribute: Attribute, value: Fraction) -> bool:
        field = self._vocabulary.fields.get((attribute.kind, attribute.origin.arguments[0]))
        if field is None or field.range is None or attribute.origin.form != "field":
            return True
        return Fraction(field.range.least) <= value <= Fraction(field.range.most)

    # ---- what cannot be ---------------------------------------------------------------

    def _impossible_dates(self, person: Person) -> tuple[Pair, ...]:
        """Give a minimal set of elapsed times for which no dates were found."""
        left = [
            pair
            for pair in person.values
            if self._vocabulary.attributes[pair[0][0], pair[1]].origin.form in ELAPSED
        ]
        size = max(len(left) // 2, 1)
        while True:
            start = 0
            while start < len(left):
                fewer = left[:start] + left[start + size :]
                if fewer and self._calendar.dates(person, fewer) is None:
                    left = fewer
                else:
                    start += size
            if size == 1:
                break
            size //= 2
        return tuple(left)


def _around(exact: Fraction, step: Fraction, limits: list[int], code: int) -> Iterator[Fraction]:
    """Give round values in the region of a representative."""
    if code in limits:
        yield exact
        return
    below = max((limit for limit in limits if limit < code), default=None)
    above = min((limit for limit in limits if limit > code), default=None)
    low = None if below is None else Fraction(below, 2) * step
    high = None if above is None else Fraction(above, 2) * step
    if low is not None and high is not None:
        for part in (Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)):
            yield round((low + (high - low) * part) / step) * step
    elif high is not None:
        for part in (Fraction(9, 10), Fraction(1, 2), Fraction(1, 10)):
            yield round(high * part / step) * step
        yield high - step
    elif low is not None:
        for part in (Fraction(11, 10), Fraction(3, 2), Fraction(2), Fraction(5), Fraction(20)):
            yield round(low * part / step) * step
        yield low + step


def _terminates(value: Fraction) -> bool:
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1


def _decimal(value: Fraction) -> str:
    """Write a fraction that has a finite decimal."""
    places = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _plain_number(number: str) -> object:
    from decimal import Decimal  # noqa: PLC0415

    return Decimal(number) if "." in number else int(number)


def _typed(field: Field, attribute: Attribute, value: str) -> object:
    """Give what is typed in a field for a value that is no number."""
    if field.type.form == "flag":
        return {YES: True, NO: False}.get(value)
    if attribute.type == "group":
        return None if value == "none" else value
    return value


def _short(kind: str) -> str:
    return "".join(part[0] for part in kind.split("_"))


def _put(data: Data, path: str, value: object) -> None:
    """Set a value at a dotted path."""
    here = data
    *around, last = path.split(".")
    for part in around:
        inner = here.setdefault(part, {})
        assert isinstance(inner, dict)
        here = inner
    here[last] = value
