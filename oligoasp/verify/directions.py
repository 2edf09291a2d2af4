"""Evidence that says something else than its rule tests.

- V607 evidence-contradicts-rule: a rule compares a value with a limit in one way, and the phrase
  of its evidence says it in another (which phrase says what: compares/2), or of another attribute;
  or the evidence names one value of an attribute and the rule asks for another one, or for any.

Bad:

    violated("I8.3", above(patient, hemoglobin, hemoglobin_least)) :-
        has(patient, hemoglobin, Value), limit(hemoglobin_least, Least), Value < Least.

Good:

    violated("I8.3", below(patient, hemoglobin, hemoglobin_least)) :-
        has(patient, hemoglobin, Value), limit(hemoglobin_least, Least), Value < Least.

Why it matters: patients are decided by the rule, but whoever reads the answer is told the
evidence. Only rules that ask for the attribute or compare with the limit that the evidence names
are looked at; of others nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clingo import ast

from oligoasp.protocol.files import files_of
from oligoasp.protocol.names import Reader, statements
from oligoasp.solver.edit import gives_status
from oligoasp.solver.program import text
from oligoasp.verify.findings import WARNING, Finding, Kind
from oligoasp.verify.survey import Survey

KINDS = (Kind("V607", "evidence-contradicts-rule", WARNING),)

_SIGNS = {
    ast.ComparisonOperator.LessThan: "<",
    ast.ComparisonOperator.LessEqual: "<=",
    ast.ComparisonOperator.GreaterThan: ">",
    ast.ComparisonOperator.GreaterEqual: ">=",
}
_VARIABLE = re.compile(r"_*[A-Z]\w*")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def find(survey: Survey) -> Iterator[Finding]:
    """Give the rules of a protocol whose evidence says something else than they test."""
    says = {text(p): text(sign) for p, sign in survey.space.session.facts("compares", 2)}
    for file in files_of(survey.protocol.files):
        for statement in statements(file):
            head = str(statement).partition(":-")[0]  # most are about something else
            if not head.startswith("violated(") or not any(f"{p}(" in head for p in says):
                continue
            for rule in statement.unpool() if gives_status(statement) else ():
                clause, evidence = rule.head.atom.symbol.arguments
                said = says.get(getattr(evidence, "name", ""), "")
                problem = said and _contradiction(rule, evidence, said)
                if problem:
                    named = str(clause).strip('"')
                    yield Finding(
                        KINDS[0],
                        f"{file.name}:{statement.location.begin.line}",
                        (named,) if named in survey.protocol.clauses else (),
                        f"the evidence `{evidence}` of {named} says that {problem}",
                        place=f"{file}:{statement.location.begin.line}",
                    )


def _contradiction(rule: ast.AST, evidence: ast.AST, said: str) -> str:
    """Say what evidence says and what its rule tests instead, or give "" if that is the same."""
    entity, attribute, last = (*map(str, evidence.arguments), "", "", "")[:3]
    asked = list(_asked(rule))
    if said == "=":
        values = [value for one, other, value in asked if (one, other) == (entity, attribute)]
        return _other_value(rule, last, values)
    of = {value: other for _, other, value in asked}
    compared = list(_compared(rule, last))
    signs = {sign for value, sign in compared if of.get(value) == attribute}
    others = {of[value] for value, _ in compared if value in of} - {attribute}
    if others and not signs:
        return f"it is about {attribute}, but the rule compares {min(others)} with the limit"
    for sign in signs if len(signs) == 1 else ():
        if said not in (sign, f"{sign}="):  # what is below is not above either
            return f"the value is {said} the limit, but the rule tests whether it is {sign}"
    return ""


def _other_value(rule: ast.AST, named: str, values: list[str]) -> str:
    """Say for which values a rule asks if its evidence names another one."""
    if named in values or _VARIABLE.fullmatch(named):
        return ""
    for value in values:
        if not _VARIABLE.fullmatch(value):
            return f"it is {named}, but the rule asks whether it is {value}"
        if len(re.findall(rf"\b{value}\b", str(rule))) == 1:
            return f"it is {named}, but the rule takes any value: {value} stands nowhere else"
    return ""


def _asked(rule: ast.AST) -> Iterator[list[str]]:
    """Give entity, attribute and value of what has to hold of a patient for a rule."""
    for literal in _plain(rule):
        for name, arguments in Reader.of(literal).atoms[:1]:
            if name == "has" and len(arguments) == 3:
                yield arguments


def _compared(rule: ast.AST, limit: str) -> Iterator[tuple[str, str]]:
    """Give what a rule compares with a limit, and how."""
    limits = {a[1] for name, a in Reader.of(rule).atoms if name == "limit" and a[0] == limit}
    for literal in _plain(rule):
        atom = literal.atom
        if atom.ast_type == ast.ASTType.Comparison and len(atom.guards) == 1:
            left, right = str(atom.term), str(atom.guards[0].term)
            sign = _SIGNS.get(atom.guards[0].comparison)
            if sign and right in limits:
                yield left, sign
            elif sign and left in limits:
                yield right, _TURNED[sign]


def _plain(rule: ast.AST) -> Iterator[ast.AST]:
    """Give the literals of a rule's body that are not negated."""
    for literal in rule.body:
        if literal.ast_type == ast.ASTType.Literal and literal.sign == ast.Sign.NoSign:
            yield literal
