"""Words for what the rules say: values, limits, evidence, and what would be needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from clingo import Symbol, SymbolType

from oligoasp.decide import Engine, entry_of
from oligoasp.protocol.vocabulary import PATIENT, Scale
from oligoasp.record.dates import DateInterval, MomentInterval, add_months
from oligoasp.record.errors import join
from oligoasp.record.facts import THE_PATIENT, Entity, Situation, Value

if TYPE_CHECKING:
    from oligoasp.answers import Evidence, Source

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def number_text(value: Fraction, places: int = 3) -> str:
    """Write a number as a decimal, rounded to some places, marked where it was rounded."""
    exact = round(value, places)
    text = f"{float(exact):.{places}f}".rstrip("0").rstrip(".") if places else str(int(exact))
    return text if exact == value else f"about {text}"


ANY = "any value"
LONGEST_NAME = 60
"""So many characters are shown of what somebody called an entry."""


def joined(parts: Sequence[str], word: str = "or") -> str:
    """Join phrases into one: "a, b or c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


class Words:
    """Puts terms of the rules into words, for one record.

    Args:
        engine: the protocol and how its attributes come from fields.
        situation: the record as the rules see it.
    """

    def __init__(self, engine: Engine, situation: Situation) -> None:
        self._engine = engine
        self._protocol = engine.protocol
        self._vocabulary = engine.protocol.vocabulary
        self._situation = situation

    # ---- entries and attributes ------------------------------------------------------

    def entity(self, entity: Entity) -> str:
        """Name an entry: "lesion l1", "comorbidity c1 (heart failure)"."""
        kind, index = entity
        if kind == PATIENT:
            return "the patient"
        ids = self._situation.ids.get(kind, ())
        label = self._vocabulary.kinds[kind].label
        if not 0 < index <= len(ids):
            return f"an unrecorded {label}"
        name = self._name(entity)
        return f"{label} {ids[index - 1]}" + (f" ({name})" if name else "")

    def _name(self, entity: Entity) -> str:
        """Give what people call an entry, if the record says that in a field for it."""
        entry = entry_of(self._situation, entity)
        for path in self._vocabulary.called_by.get(entity[0], ()):
            said = entry.get(path)
            if isinstance(said, str):
                domain = self._vocabulary.fields[entity[0], path].type.of
                name = " ".join((self.choice(domain, said) if domain else said).split())
                return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        return ""

    def subject(self, entity: Entity, attribute: str) -> str:
        """Name an attribute of an entry: "lesion l1, longest diameter"."""
        label = self._vocabulary.attributes[entity[0], attribute].label
        return label if entity == THE_PATIENT else f"{self.entity(entity)}, {label}"

    def value(self, entity: Entity, attribute: str) -> str:
        """Say what the record says of an attribute."""
        if (entity, attribute) not in self._situation.facts:
            return "(not recorded)"
        of = self._vocabulary.attributes[entity[0], attribute]
        entry = entry_of(self._situation, entity)
        path = self._engine.field_path(self._situation, entity, attribute)
        typed = entry.text(path)
        match of.origin.form:
            case "ratio":
                results = self._situation.derivation.latest(path)
                ratio = self._situation.derivation.interval(entry, of)
                shown = results[0].text if results else typed
                if ratio is not None and ratio.exact is not None:
                    return f"{shown} ({number_text(ratio.exact, 2)} × ULN)"
                return shown
            case "before" | "after":
                return self._elapsed(entity, attribute, typed)
            case "age":
                years = self._situation.derivation.complete_years(of)
                return f"{years} years" if years is not None else typed
            case "cockcroft_gault":
                found = self._situation.derivation.interval(entry, of)
                if found is not None and found.exact is not None:
                    unit = self._vocabulary.scales[of.of].unit
                    return self._protocol.quantity(number_text(found.exact, 1), unit)
                return typed
            case "field" if of.type == "choice" and entry.get(path) is not None:
                fact = self._situation.facts[entity, attribute]
                return joined([self.choice(of.of, str(v)) for v in fact.values])
            case "field" if self._vocabulary.fields[entity[0], path].type.form == "measurement":
                results = self._situation.derivation.latest(path)
                return results[0].text if entity == THE_PATIENT and results else typed
        if not typed:
            fact = self._situation.facts[entity, attribute]
            return self.region(entity, attribute, fact.values) + " (by default)"
        return typed

    def _elapsed(self, entity: Entity, attribute: str, typed: str) -> str:
        origin = self._vocabulary.attributes[entity[0], attribute].origin
        anchor = origin.arguments[2] if origin.form == "before" else origin.arguments[1]
        there = self._situation.derivation.anchor(anchor)
        word = "before" if origin.form == "before" else "after"
        name = anchor.replace("_", " ")
        if there is None:
            return typed
        (start, end), _ = there
        when = (
            str(start)[:16].removesuffix(" 00:00")
            if start == end
            else f"{start:%Y-%m-%d}..{end:%Y-%m-%d}"
        )
        entry = entry_of(self._situation, entity)
        here = entry.get(self._engine.field_path(self._situation, entity, attribute))
        if isinstance(here, DateInterval | MomentInterval) and here.exact and start == end:
            distance = _distance(here.earliest, start, word, in_days="days" in origin.arguments)
            return f"{typed}, {distance} {name} ({when})"
        return f"{typed}, against {name} {when}"

    def source(self, entity: Entity, attribute: str) -> Source:
        """Give the field that an attribute comes from."""
        return self.field(entity, self._engine.field_path(self._situation, entity, attribute))

    def field(self, entity: Entity, path: str) -> Source:
        """Give a field of an entry, with its line and what was typed."""
        from oligoasp.answers import Source  # noqa: PLC0415 - verify does without

        record = self._situation.record
        entry = entry_of(self._situation, entity)
        whole = join(entry.path, path)
        return Source(field=whole, line=record.where(whole), text=entry.text(path))

    def listed(self, entity: Entity) -> Source:
        """Give, as a source, the fact that an entry is listed or that a list is complete."""
        from oligoasp.answers import Source  # noqa: PLC0415 - verify does without

        kind, index = entity
        list_name = self._vocabulary.kinds[kind].list_name
        record = self._situation.record
        if not index:
            number = len(self._situation.ids[kind])
            text = f"the list is complete ({number})" if number else "the list is empty"
            return Source(field=list_name, line=record.where(list_name), text=text)
        entry = entry_of(self._situation, entity)
        return Source(
            field=entry.path, line=record.where(entry.path), text=f"{self.entity(entity)} is listed"
        )

    # ---- values and limits -----------------------------------------------------------

    def choice(self, domain: str, value: str) -> str:
        """Give the label of a value of a domain."""
        return self._vocabulary.domains.get(domain, {}).get(value, value.replace("_", " "))

    def quantity(self, scale: Scale, value: Fraction) -> str:
        """Write a value of a scale with its unit."""
        return self._protocol.quantity(number_text(value), scale.unit)

    def limit(self, parameter: str) -> str:
        """Write a parameter with its unit, as the protocol states it."""
        return self._protocol.limit(parameter)

    def region(self, entity: Entity, attribute: str, values: Iterable[Value]) -> str:
        """Say which values these are: "at least 1.5 × 10⁹/L", "R0 or RX"."""
        of = self._vocabulary.attributes[entity[0], attribute]
        chosen = set(values)
        if of.type == "number":
            return self._range(of.of, chosen)
        if of.type == "flag":
            return joined(sorted(map(str, chosen), reverse=True))
        order = list(self._vocabulary.domains.get(of.of, {})) or sorted(map(str, chosen))
        labels = [self.choice(of.of, v) for v in order if v in chosen]
        if len(labels) > len(order) // 2 > 2:
            others = [self.choice(of.of, v) for v in order if v not in chosen]
            return f"anything but {joined(others)}"
        return joined(labels)

    def _range(self, scale_name: str, chosen: set[Value]) -> str:
        scale = self._vocabulary.scales[scale_name]
        regions = self._engine.compiler.regions[scale_name]
        representatives = regions.representatives
        runs: list[tuple[int, int]] = []
        for position, code in enumerate(representatives):
            if code in chosen:
                if runs and runs[-1][1] == position - 1:
                    runs[-1] = (runs[-1][0], position)
                else:
                    runs.append((position, position))
        return joined([self._run(scale, representatives, regions.limits, a, b) for a, b in runs])

    def _run(
        self, scale: Scale, codes: Sequence[int], limits: Sequence[int], first: int, last: int
    ) -> str:
        if first == 0 and last == len(codes) - 1:
            return ANY

        def bound(code: int) -> str:
            return self.quantity(scale, Fraction(code, 2) * scale.resolution)

        low, high = codes[first], codes[last]
        at_limits = set(limits)
        if scale.discrete:
            if low == high and low in at_limits:
                return bound(low)
            if last == len(codes) - 1:
                return f"at least {bound(low)}"
            if first == 0:
                return f"at most {bound(high)}"
            return f"{bound(low)} to {bound(high)}"
        if low == high and low in at_limits:
            return f"exactly {bound(low)}"
        lower = (
            f"at least {bound(low)}" if low in at_limits else f"more than {bound(codes[first - 1])}"
        )
        upper = f"at most {bound(high)}" if high in at_limits else ""
        if high not in at_limits and last + 1 < len(codes):
            upper = f"less than {bound(codes[last + 1])}"
        if first == 0:
            return upper
        if last == len(codes) - 1:
            return lower
        return f"{lower} and {upper}"

    # ---- evidence --------------------------------------------------------------------

    def evidence(self, evidence: Symbol, counted: Sequence[str] = ()) -> Evidence:
        """Put evidence into a sentence, by the phrase that the rules give for it."""
        from oligoasp.answers import Evidence  # noqa: PLC0415 - verify does without

        arguments = evidence.arguments if evidence.type == SymbolType.Function else []
        entity = self._entity_of(arguments[0]) if arguments else None
        attribute = None
        if entity is not None and len(arguments) > 1 and arguments[1].type == SymbolType.Function:
            name = arguments[1].name
            attribute = name if (entity[0], name) in self._vocabulary.attributes else None
        last = arguments[-1] if arguments else None

        def fill(match: re.Match[str]) -> str:
            match name := match[1]:
                case "entity" if entity is not None:
                    return self.entity(entity)
                case "subject" if entity is not None and attribute is not None:
                    return self.subject(entity, attribute)
                case "value" if entity is not None and attribute is not None:
                    return self.value(entity, attribute)
                case "limit" if last is not None:
                    return self.limit(last.name)
                case "choice" if last is not None:
                    return self._choice_of(entity, attribute, arguments)
                case "counted":
                    return ", ".join(counted) if counted else "see the record"
                case _ if name in self._protocol.parameters:
                    return self.limit(name)
                case _:
                    return match[0]

        phrase = self._protocol.phrases.get(evidence.name, evidence.name.replace("_", " "))
        sources: tuple[Source, ...] = ()
        if entity is not None and (attribute is not None or entity != THE_PATIENT):
            recorded = attribute is not None and (entity, attribute) in self._situation.facts
            if recorded and attribute is not None:
                sources = (self.source(entity, attribute),)
            elif attribute is None and 0 < entity[1] <= len(self._situation.ids[entity[0]]):
                sources = (self.listed(entity),)
        return Evidence(text=_PLACEHOLDER.sub(fill, phrase), sources=sources)

    def _choice_of(
        self, entity: Entity | None, attribute: str | None, arguments: Sequence[Symbol]
    ) -> str:
        if entity is not None and attribute is not None:
            domain = self._vocabulary.attributes[entity[0], attribute].of
            return self.choice(domain, str(arguments[-1]))
        shown = arguments[0]
        return " ".join(
            [shown.name, *(f"({a})" for a in shown.arguments)] if shown.arguments else [shown.name]
        ).replace("_", " ")

    def _entity_of(self, symbol: Symbol) -> Entity | None:
        if symbol.type != SymbolType.Function or symbol.name not in self._vocabulary.kinds:
            return None
        if not symbol.arguments:
            return THE_PATIENT if symbol.name == PATIENT else None
        return symbol.name, symbol.arguments[0].number

    def unit_counted(self, unit: Symbol, number: int) -> str:
        """Name what was counted as one metastasis or several."""
        entity = self._entity_of(unit)
        if entity is not None:
            name = self.entity(entity).removeprefix(f"{self._vocabulary.kinds[entity[0]].label} ")
            return name if number == 1 else f"{name} ({number})"
        if unit.arguments:
            return f"adjacent nodes, group {unit.arguments[0]}"
        return unit.name.replace("_", " ")


def _distance(here: object, there: object, word: str, *, in_days: bool) -> str:
    """Say how far apart two days or moments are, and in which direction."""
    if isinstance(here, datetime) and isinstance(there, datetime):
        hours = Fraction(int((there - here).total_seconds()), 3600)
        hours = hours if word == "before" else -hours
        return f"{number_text(abs(hours), 1)} hours {word if hours >= 0 else _other(word)}"
    assert isinstance(here, date) and isinstance(there, date)
    here = here.date() if isinstance(here, datetime) else here
    there = there.date() if isinstance(there, datetime) else there
    days = (there - here).days if word == "before" else (here - there).days
    word = word if days >= 0 else _other(word)
    earlier, later = sorted((here, there))
    if in_days:
        return f"{abs(days)} day{'s' * (abs(days) != 1)} {word}"
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    backwards = word == "before"
    step = add_months(later, -months) if backwards else add_months(earlier, months)
    if (backwards and step < earlier) or (not backwards and step > later):
        months -= 1
        step = add_months(later, -months) if backwards else add_months(earlier, months)
    rest = (step - earlier).days if backwards else (later - step).days
    if months >= 24 and not rest and not months % 12:
        return f"{months // 12} years {word}"
    parts = []
    if months:
        parts.append(f"{months} month{'s' * (months != 1)}")
    if rest or not months:
        parts.append(f"{rest} day{'s' * (rest != 1)}")
    return f"{' '.join(parts)} {word}"


def _other(word: str) -> str:
    return "after" if word == "before" else "before"
