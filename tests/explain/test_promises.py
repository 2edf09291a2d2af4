"""What is said to be needed, or to end the matter, is typed into the record and decided."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice, product
from typing import Any

from oligoasp.decide import Decision, Verdict
from oligoasp.explain.missing import Missing, Way
from oligoasp.explain.question import Question
from oligoasp.record.dates import add_months, day_of
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import THE_PATIENT, Pair, Value
from tests.reference.generate import clone, random_record, remove_parts
from tests.support import Data, decide, engine, parse, protocol

RECORDS = 26
MOST_WAYS = 8
"""How many ways of meeting a clause are tried."""
VALUES = 2
"""How many of the values that are said to do are tried of each unknown."""


@cache
def gapped() -> list[tuple[Data, Question, Missing]]:
    """Give undetermined records: from one gap, so that little is open, to many."""
    rng = random.Random(12)
    found: list[tuple[Data, Question, Missing]] = []
    while len(found) < RECORDS:
        data = remove_parts(random_record(rng), rng, rng.choice((1, 1, 2, 3, 5)), only_gaps=True)
        question = Question(engine(), parse(data), doubtful=False)
        if question.decision.verdict is Verdict.UNDETERMINED:
            found.append((data, question, Missing(question)))
    return found


def typed(question: Question, pair: Pair, value: Value) -> tuple[str, Any] | None:
    """Give the field for an unknown and what to type there, or None where that is not tried."""
    entity, name = pair
    vocabulary = protocol().vocabulary
    attribute = vocabulary.attributes[entity[0], name]
    form, arguments = attribute.origin.form, attribute.origin.arguments
    if attribute.type == "group" or form not in ("field", "ratio", "before", "after", "age"):
        return None
    if form == "field" and attribute.type != "number":
        path = arguments[0]
        flag = vocabulary.fields[entity[0], path].type.form == "flag"
        text = str(value)
        if flag and attribute.type == "choice":  # an attestation: stated, or not
            return None if text == "not_stated" else (path, text == "yes")
        return path, text == "yes" if flag else text
    code = int(value)
    scale = vocabulary.scales[attribute.of]
    number = Fraction(code, 2) * scale.resolution
    if form == "field":
        field = vocabulary.fields[entity[0], arguments[0]]
        exact = Decimal(number.numerator) / Decimal(number.denominator)
        if field.type.form == "integer" or scale.unit == "1":
            return (arguments[0], int(exact)) if number.denominator == 1 else None
        if scale.name == "karnofsky":
            return arguments[0], int(exact)
        return arguments[0], f"{exact} {scale.unit}"
    if form == "ratio":
        unit = vocabulary.scales[vocabulary.fields[entity[0], arguments[0]].type.of].unit
        uln = 2 if unit == "mg/dL" else 100
        result = Decimal(number.numerator) * uln / Decimal(number.denominator)
        return arguments[0], {"value": result, "unit": unit, "uln": uln}
    path = {"before": 1, "after": 2, "age": 0}[form]
    found = question.situation.derivation.anchor(
        arguments[{"before": 2, "after": 1, "age": 2}[form]]
    )
    if found is None or found[0][0] != found[0][1]:
        return None
    backwards = form != "after"
    return arguments[path], elapsed(found[0][0], code, scale.name, backwards)


def elapsed(anchor: Any, code: int, scale: str, backwards: bool) -> str:
    """Give the date from which an elapsed time up to (or since) the anchor has a code."""
    sign = -1 if backwards else 1
    if scale == "hours":
        moment = anchor if isinstance(anchor, datetime) else datetime.fromisoformat(str(anchor))
        return str(moment + sign * timedelta(hours=code / 2 / 100))[:16]
    day = day_of(anchor)
    whole, more = divmod(code, 2)
    if scale == "days":
        return (day + timedelta(days=sign * whole)).isoformat()
    there = add_months(day, sign * whole * (12 if scale == "years" else 1))
    return (there + timedelta(days=sign * more)).isoformat()


def filled(data: Data, question: Question, pair: Pair, value: Value) -> Data | None:
    """Type a value of an unknown into a copy of the record."""
    (kind, index), _ = pair
    field = typed(question, pair, value)
    if field is None:
        return None
    new = clone(data)
    here = new if (kind, index) == THE_PATIENT else _entry(new, kind, index)
    *around, last = field[0].split(".")
    for part in around:
        here = here.setdefault(part, {})
    here[last] = field[1]
    return new


def _entry(data: Data, kind: str, index: int) -> Data:
    return data[protocol().vocabulary.kinds[kind].list_name][index - 1]  # type: ignore[no-any-return]


def closed(data: Data, kind: str) -> Data:
    """Say that a list has no further entries."""
    new = clone(data)
    name = protocol().vocabulary.kinds[kind].list_name
    new.setdefault(name, [])
    if name in new.get("incomplete_lists", []):
        new["incomplete_lists"].remove(name)
    return new


def decided(data: Data) -> Decision | None:
    """Decide, unless nobody can be like that."""
    try:
        return decide(data)
    except RecordError:
        return None


def ways_filled(data: Data, question: Question, way: Way, rng: random.Random) -> Iterator[Data]:
    """Type in what a way asks for, with values chosen at random from those that are said to do."""
    for _ in range(VALUES):
        new: Data | None = data
        for pair in sorted(way.values):
            if new is None:
                break
            if not pair[1]:
                new = closed(new, pair[0][0])
            else:
                new = filled(new, question, pair, rng.choice(sorted(way.values[pair], key=str)))
        if new is not None:
            yield new


def together(missing: Missing, clause: str) -> Iterator[Way]:
    """Give ways of meeting a clause, one of each thing that it needs at a time."""
    needed = [ways.found for ways in missing.ways(clause)]
    for some in islice(product(*needed), MOST_WAYS):
        yield Way(
            {pair: values for way in some for pair, values in way.values.items()},
            {pair: literals for way in some for pair, literals in way.filled.items()},
        )


def test_every_value_that_is_said_to_pass_settles_the_clause_and_the_last_one_the_matter() -> None:
    rng = random.Random(3)
    seen: Counter[str] = Counter()
    for data, question, missing in gapped():
        for clause in sorted(question.decision.violable):
            for way in together(missing, clause):
                if way.filled:
                    continue
                for new in ways_filled(data, question, way, rng):
                    found = decided(new)
                    seen["refused" if found is None else "decided"] += 1
                    if found is not None:
                        seen["joint"] += len(way.values) > 1
                        assert clause not in found.violable, (clause, way, data, new)
                        if not found.violable:
                            seen["eligible"] += 1
                            assert found.verdict is Verdict.ELIGIBLE, (clause, way, data, new)
    assert seen["decided"] > 150, seen
    assert min(seen["joint"], seen["eligible"]) >= 10, seen
    assert seen["refused"] < seen["decided"] / 4, seen


def test_every_answer_that_is_said_to_end_the_matter_ends_it() -> None:
    checked = 0
    for data, question, missing in gapped():
        for pair, fatal in missing.ends.items():
            for value in sorted(fatal, key=str)[:VALUES]:
                new = filled(data, question, pair, value)
                found = decided(new) if new is not None else None
                if found is not None:
                    checked += 1
                    assert found.verdict is Verdict.INELIGIBLE, (pair, value, data)
    assert checked > 50
