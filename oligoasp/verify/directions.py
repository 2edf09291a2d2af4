"""Evidence that says the opposite of what its rule tests.

- V607 evidence-contradicts-rule: a rule compares a value with a limit in one way, and the phrase
  of its evidence says it in another (which phrase says what: compares/2).

Bad:

    violated("I8.3", above(patient, hemoglobin, hemoglobin_least)) :-
        has(patient, hemoglobin, Value), limit(hemoglobin_least, Least), Value < Least.

Good:

    violated("I8.3", below(patient, hemoglobin, hemoglobin_least)) :-
        has(patient, hemoglobin, Value), limit(hemoglobin_least, Least), Value < Least.

Why it matters: patients are decided by the rule, but whoever reads the answer is told the
evidence. Only rules that compare the very value with the very limit that the evidence names are
looked at; of others nothing is said.
"""

from __future__ import annotations

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
                phrase = getattr(evidence, "name", "")
                signs = set(_compared(rule, evidence)) if phrase in says else set()
                for sign in signs if len(signs) == 1 else ():
                    if says[phrase] in (sign, f"{sign}="):
                        continue  # what is below is not above either
                    named = str(clause).strip('"')
                    yield Finding(
                        KINDS[0],
                        f"{file.name}:{statement.location.begin.line}",
                        (named,) if named in survey.protocol.clauses else (),
                        f"the evidence `{evidence}` of {named} says that the value is "
                        f"{says[phrase]} the limit, but the rule tests whether it is {sign}",
                        place=f"{file}:{statement.location.begin.line}",
                    )


def _compared(rule: ast.AST, evidence: ast.AST) -> Iterator[str]:
    """Give how a rule compares the value with the limit that its evidence names."""
    named = [str(argument) for argument in evidence.arguments]
    values: set[str] = set()
    limits: set[str] = set()
    for name, arguments in Reader.of(rule).atoms:
        if name == "has" and arguments[:2] == named[:2]:
            values.add(arguments[2])
        elif name == "limit" and arguments[:1] == named[2:]:
            limits.add(arguments[1])
    for literal in rule.body:
        if literal.ast_type != ast.ASTType.Literal or literal.sign != ast.Sign.NoSign:
            continue
        atom = literal.atom
        if atom.ast_type == ast.ASTType.Comparison and len(atom.guards) == 1:
            left, right = str(atom.term), str(atom.guards[0].term)
            sign = _SIGNS.get(atom.guards[0].comparison)
            if sign and left in values and right in limits:
                yield sign
            elif sign and left in limits and right in values:
                yield _TURNED[sign]
