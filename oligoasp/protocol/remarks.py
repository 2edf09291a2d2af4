"""Remarks as the rules declare them: what a record may say, but is worth a second look.

A *remark* is made of what may be a slip of whoever wrote the record; a *warning* of what is
right and should be known all the same, such as an old result. Both have the same form. A
warning is for whoever reads about one patient: in a cohort it would hold of nearly everybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from oligoasp.protocol.vocabulary import NO, PATIENT, YES, Attribute, Field, Origin, Vocabulary
from oligoasp.record.errors import unknown
from oligoasp.solver.program import Facts, Term

FORMS = ("below", "above", "is", "before", "after", "around")
BELOW, ABOVE, IS, BEFORE, AFTER, AROUND = FORMS
FIRST = ("subject", "value")
"""What a sentence can name besides numbers: what the first condition is about."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")

_TIMES = ("date", "datetime", "measurement")
_NUMBERS = ("integer", "quantity", "measurement")


class Test(NamedTuple):
    """A condition of a remark, which follows from a record or does not.

    Attributes:
        form: "below" or "above": it is a number and less or more than ``than``; "is": it is
            the value ``than``; "before" or "after": it is a date, and so to the anchor ``than``;
            "around": it has several results, dated before and after that.
        of: the attribute, of the entry or else of the patient; a field is looked at as one.
        than: the name of a number, a value, or an anchor.
        margin: the name of the number of days by which a date has to be off, if not one.
    """

    form: str
    of: Attribute
    than: str
    margin: str = ""

    @property
    def dated(self) -> bool:
        """Whether it is about a date."""
        return self.form in (BEFORE, AFTER, AROUND)


class Remark(NamedTuple):
    """What is said of each entry of a kind of which all conditions hold for certain."""

    name: str
    kind: str
    tests: tuple[Test, ...]
    text: str


def read_remarks(
    facts: Facts,
    predicate: str,
    vocabulary: Vocabulary,
    scales: dict[str, str],
    complain: Callable[[str, str, str], object],
) -> tuple[Remark, ...]:
    """Read what is declared of remarks or of warnings.

    Args:
        facts: the facts of the protocol.
        predicate: "remark" or "warning".
        vocabulary: what a record can say.
        scales: the scale of each number that can be named.
        complain: takes predicate and name of a remark, and what is wrong with it.
    """
    found = []
    named = dict.fromkeys((*FIRST, *scales))
    for name, kind, *conditions, text in facts.terms(predicate, 4):
        try:
            if kind.name not in vocabulary.kinds:
                raise ValueError(unknown("kind", kind.name, vocabulary.kinds))
            tests = tuple([_test(term, kind.name, vocabulary, scales) for term in conditions])
            for other in PLACEHOLDER.findall(text.name):
                _known("number", other, named)
        except ValueError as error:
            complain(predicate, name.name, str(error))
        else:
            found.append(Remark(name.name, kind.name, tests, text.name))
    return tuple(found)


def _test(term: Term, kind: str, vocabulary: Vocabulary, scales: dict[str, str]) -> Test:
    """Understand a condition.

    Raises:
        ValueError: something in it does not exist, or does not fit.
    """
    form, arguments = term
    _known("condition", form, FORMS)
    most = 3 if form in (BEFORE, AFTER) else 2
    if not 2 <= len(arguments) <= most:
        raise ValueError(f"`{form}` is given {len(arguments) or 'no'} of its {most} arguments")
    name, than, *margin = arguments
    test = Test(form, _subject(name, kind, vocabulary), than, *margin)
    of = test.of
    match form:
        case "below" | "above":
            _expect(of, of.type == "number", "a number")
            _known("number", than, scales)
            if scales[than] != of.of:
                raise ValueError(
                    f"{name} is a number on the scale {of.of}, {than} one on the scale "
                    f"{scales[than]}; accepted: numbers of one scale"
                )
        case "is":
            _expect(of, of.type in ("flag", "choice"), "a flag or a choice")
            values = vocabulary.domains.get(of.of, ()) if of.of else (YES, NO)
            _known(f"value of {name}", than, values)
        case _:
            field = vocabulary.fields.get((of.kind, of.name))
            type_ = "" if field is None else field.type.form
            _expect(of, type_ in _TIMES, "the field of a date")
            _expect(of, form != AROUND or type_ == "measurement", "a field of dated results")
            _known("anchor", than, vocabulary.anchors)
            for number in margin:
                _known("number", number, scales)
                if scales[number] != "days":
                    raise ValueError(f"{number} is on the scale {scales[number]}; accepted: days")
    return test


def _known(what: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise ValueError(unknown(what, name, names))


def _expect(of: Attribute, fits: bool, accepted: str) -> None:
    if not fits:
        raise ValueError(f"`{of.name}` is of another type; accepted: {accepted}")


def _subject(name: str, kind: str, vocabulary: Vocabulary) -> Attribute:
    """Find an attribute or a field of an entry, or else of the patient."""
    for of in dict.fromkeys((kind, PATIENT)):
        if found := vocabulary.attributes.get((of, name)):
            return found
        if field := vocabulary.fields.get((of, name)):
            return _as_attribute(field)
    names = [n for k, n in (*vocabulary.attributes, *vocabulary.fields) if k in (kind, PATIENT)]
    raise ValueError(unknown("attribute or field", name, dict.fromkeys(names)))


def _as_attribute(field: Field) -> Attribute:
    form, of = field.type
    type_ = "number" if form in _NUMBERS else form
    return Attribute(field.kind, field.path, type_, of, Origin("field", (field.path,)), field.help)
