"""The protocol as a text: everything is quoted, and quoted as it stands; and nothing is missing."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import oligoasp
from oligoasp.explain.question import Question
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.errors import RecordError
from oligoasp.solver.session import Session
from oligoasp.testing import Case, load_cases
from tests.support import engine, protocol

ROOT = Path(oligoasp.__file__).parent
CASES = Path(__file__).parents[2] / "cases"

# What stands between the clauses: headings and connectives. Numbering and punctuation aside.
BETWEEN = {
    "Inclusion Criteria:",
    "Exclusion Criteria:",
    "Note:",
    "Definition of metastasis:",
    "According to the classification of oligometastatic disease,",
    "The function of vital organs meets the following requirements:",
    "and",
    "or",
    "but",
}


def folded(text: str) -> str:
    return " ".join(text.split())


@cache
def criteria() -> str:
    text = folded((protocol().folder / "criteria.txt").read_text(encoding="utf-8"))
    return text[text.index("Inclusion Criteria:") :]


@cache
def rules() -> str:
    """All rules of the protocol without their comments."""
    files = sorted(protocol().folder.glob("*.lp")) + sorted(
        (protocol().folder.parent / "oncology").glob("*.lp")
    )
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    parts = r'("[^"]*")|%\*.*?\*%|%[^\n]*'
    return re.sub(parts, lambda match: match[1] or "", text, flags=re.DOTALL)


@pytest.mark.parametrize("clause", protocol().clauses.values(), ids=lambda clause: clause.id)
def test_a_clause_is_quoted_word_for_word(clause) -> None:  # type: ignore[no-untyped-def]
    assert folded(clause.text) == clause.text
    assert clause.text in criteria()


def test_clauses_stand_in_the_order_of_the_text() -> None:
    places = [criteria().index(c.text) for c in protocol().clauses.values()]
    inclusions = sum(c.section == "inclusion" for c in protocol().clauses.values())
    assert criteria()[places[inclusions] :].startswith("Primary tumor of esophagus")
    assert max(places[:inclusions]) < criteria().index("Exclusion Criteria:")
    assert min(places[inclusions:]) > criteria().index("Exclusion Criteria:")


def test_everything_in_the_text_is_quoted() -> None:
    rest = criteria()
    for clause in sorted(protocol().clauses.values(), key=lambda c: -len(c.text)):
        rest = rest.replace(clause.text, "\n")
    for phrase in sorted(BETWEEN, key=len, reverse=True):
        if phrase[-1] in ":,":
            assert phrase in rest, f"no longer needed: {phrase}"
            rest = rest.replace(phrase, "\n")
    left = set(re.sub(r"\d+\.|[.,;]", " ", rest).split())
    assert left == {"and", "or", "but"}, left


def test_every_clause_that_tests_has_a_rule_and_every_other_is_used() -> None:
    for clause in protocol().clauses.values():
        if clause.tests:
            named = f'violated("{clause.id}"' in rules() or f'"{clause.id}", ' in rules()
            assert named, clause.id
        else:
            assert clause.used_by, clause.id
            assert set(clause.used_by) <= set(protocol().clauses)


def test_every_parameter_has_a_unit_a_source_and_a_rule() -> None:
    for parameter in protocol().parameters.values():
        assert parameter.unit, parameter.name
        assert parameter.source, parameter.name
        uses = re.findall(rf"\b{parameter.name}\b", rules())
        assert len(uses) > 1, f"{parameter.name} is in no rule"


def test_rules_compare_with_parameters_and_never_with_numbers() -> None:
    text = re.sub(r'"[^"]*"', '""', rules()).replace("} = 1 ", "} exactly_one ")
    assert not re.findall(r"(?:<=|>=|<|>|!=|=)\s*\d+|\d+\s*(?:<|>|!|=)", text)


@pytest.mark.parametrize("ambiguity", protocol().ambiguities.values(), ids=lambda a: a.name)
def test_a_reading_is_asked_for_by_a_rule_under_all_options_but_one(ambiguity) -> None:  # type: ignore[no-untyped-def]
    assert len(ambiguity.options) >= 2
    assert ambiguity.default in ambiguity.options
    assert len(set(ambiguity.options.values())) == len(ambiguity.options)
    asked = set(re.findall(rf"reading\({ambiguity.name},\s*(\w+)\)", rules()))
    assert asked, "no rule asks for it"
    if "Class" in asked:
        asked = set(ambiguity.options)  # the option itself is passed on
    assert asked <= set(ambiguity.options), "a rule asks for an option that does not exist"
    assert len(set(ambiguity.options) - asked) <= 1, "options that no rule tells apart"


def test_placeholders_of_phrases_are_known() -> None:
    known = {"entity", "subject", "value", "limit", "choice", "counted", *protocol().parameters}
    for name, phrase in protocol().phrases.items():
        used = set(re.findall(r"\{(\w*)\}", phrase))
        assert used <= known, name
        assert phrase.count("{") == phrase.count("}") == len(re.findall(r"\{(\w*)\}", phrase))


def test_every_field_and_list_that_can_be_asked_for_has_a_request() -> None:
    vocabulary = protocol().vocabulary
    asked = {
        (kind, path)
        for (kind, path), field in vocabulary.fields.items()
        if field.type.form != "text"
    }
    asked |= {(name, "") for name in vocabulary.kinds if name != "patient"}
    requests = {
        key: text for key, text in protocol().requests.items() if key[0] in vocabulary.kinds
    }
    assert set(requests) == asked
    forms = {attribute.origin.form for attribute in vocabulary.attributes.values()}
    for (form, _), text in protocol().requests.items() - requests.items():
        assert form in forms
        assert "{subject}" in text
    for (kind, path), text in requests.items():
        assert ("{entity}" in text) == (kind != "patient" and path != ""), (kind, path)
        assert not text.endswith((".", "?"))


def test_every_kind_of_evidence_has_a_phrase_and_every_phrase_is_used() -> None:
    heads = re.findall(r"violated\([^,]+,\s*([a-z]\w*)", rules())
    assert heads
    assert set(heads) <= set(protocol().phrases)
    shared = {"below", "not_above", "above", "not_below", "within", "not_within", "is"}
    assert set(protocol().phrases) - shared <= set(heads)


def cases() -> list[Case]:
    found = list(load_cases([CASES], protocol().vocabulary))
    assert not any(isinstance(case, RecordError) for case in found)
    return [case for case in found if isinstance(case, Case)]


def test_the_evidence_of_every_case_is_a_sentence_without_gaps() -> None:
    seen: set[str] = set()
    for case in cases()[::7]:
        if engine().decide(case.record).violated:
            question = Question(engine(), case.record, doubtful=False)
            for clause, terms in question.evidence.items():
                for term in terms:
                    text = question.words.evidence(term, question.counted).text
                    assert text, (case.name, clause)
                    assert not re.search(r"[{}]", text), (case.name, text)
                    seen.add(term.name)
    assert len(seen) >= 12


# ---- Nothing about a trial stands in Python ------------------------------------


def constants() -> list[tuple[str, str]]:
    """Give (file, string) for every string of the package that is not documentation."""
    found = []
    for file in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documentation = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        found += [
            (str(file.relative_to(ROOT)), node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in documentation
        ]
    return found


def test_no_trial_and_no_clause_is_named_in_python() -> None:
    ids = "|".join(map(re.escape, protocol().clauses))
    named = re.compile(rf"NCT\d|o?esophag|shanghai|\b(?:{ids})\b", re.IGNORECASE)
    text = [(file, value) for file, value in constants() if named.search(value)]
    assert not [pair for pair in text if not pair[0].startswith("cli/")]
    assert [pair for pair in text if "NCT" in pair[1] or "hanghai" in pair[1]] == []


def test_no_attribute_and_no_parameter_of_a_protocol_is_named_in_python() -> None:
    names = {name for _, name in protocol().vocabulary.attributes} | set(protocol().parameters)
    names |= set(protocol().ambiguities) | set(protocol().vocabulary.kinds) - {"patient"}
    # Scales (record/units.py) and words that mean something else there.
    scales = set(protocol().vocabulary.scales)
    common = {"type", "number", "result", "site", "class", "age", "dose", "intent", "bone"}
    found = {
        (file, value)
        for file, value in constants()
        if value in names - scales - common and not file.startswith(("record/units.py", "cli/"))
    }
    assert not found


def test_what_is_asked_for_only_under_a_reading_is_asked_for_under_no_other() -> None:
    declared = protocol()
    always = replace(declared, asked_if=())
    shape = tuple((kind, 1) for kind in declared.vocabulary.kinds if kind != PATIENT)
    for name in {row[2] for row in declared.asked_if}:
        for option in declared.ambiguities[name].options:
            session = Session(always, shape, {name: option})
            seen = {
                (entity[0], attribute)
                for clause in declared.clauses
                for entity, attribute in session.dependencies.about(
                    session.dependencies.reached(session.status_atoms(clause))
                )
            }
            rare = {(kind, attribute) for kind, attribute, _, _ in declared.asked_if}
            assert declared.unasked({name: option}) <= rare - seen, (name, option)
