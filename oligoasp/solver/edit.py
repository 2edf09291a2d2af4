"""What amendments change in the rules of a program: which ones go, and when the new ones hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import clingo
from clingo import ast

STATUS_HEADS = (("violated", 2), ("inapplicable", 1))
"""The predicates by which the rules of a clause give it its status."""

DIRECTIVES = {"amendment": 4, "set": 3, "choose": 2, "drop": 1, "replace": 1, "text": 2}
"""What an amendment says of itself and changes besides rules."""

DECLARATIONS = frozenset(
    {
        *DIRECTIVES.items(),
        *((name, 1) for name in ("birth", "connective", "counted", "discrete", "impossible")),
        *((name, 1) for name in ("postponable", "version")),
        *((name, 2) for name in ("action", "compares", "default", "ignorable", "means_list")),
        *((name, 2) for name in ("most", "note", "observed", "phrase", "proves", "typical_date")),
        *((name, 2) for name in ("typical_field", "typical_uln", "unit_name", "used_by")),
        *((name, 3) for name in ("absent", "accepted", "also_called", "also_said", "ambiguity")),
        *((name, 3) for name in ("anchor", "called_by", "in_order", "intent", "means", "option")),
        *((name, 3) for name in ("overlap", "protocol", "shared", "typical", "value")),
        *((name, 4) for name in ("clause", "code", "field", "kind", "only_if", "only_unless")),
        *((name, 4) for name in ("means_if", "remark", "scale", "uln_range", "warning")),
        *((name, 5) for name in ("attribute", "bound", "parameter", "range")),
    }
)
"""Predicates that say what there is: records, words, people. They hold in every version."""

Log = Callable[[clingo.MessageCode, str], None]


@dataclass(frozen=True)
class Edit:
    """A change of a program.

    Attributes:
        stages: files with new rules (None for an amendment without a file), in order, each
            with the clauses that lose the rules of all files before it.
        switch: the atom under which the new rules hold and the old ones do not; without
            it they hold for good.
        moved: parameters whose limits ``text`` states.
        text: what else is added to the program.
    """

    stages: tuple[tuple[Path | None, frozenset[str]], ...] = ()
    switch: str = ""
    moved: frozenset[str] = frozenset()
    text: str = ""

    @cached_property
    def gone(self) -> frozenset[str]:
        """The clauses that lose rules."""
        return frozenset().union(*(clauses for _, clauses in self.stages))

    @property
    def touches(self) -> bool:
        """Tell whether rules have to be looked at one by one."""
        return bool(self.gone or (self.switch and any(file for file, _ in self.stages)))

    def load(self, control: clingo.Control, files: Sequence[Path], log: Log) -> None:
        """Add files to a program, with their rules as they stand after the change.

        Raises:
            RuntimeError: a file does not parse; ``log`` has the messages.
        """
        for file in files:
            own = [number for number, (added, _) in enumerate(self.stages) if added == file]
            later = self.stages[own[0] + 1 :] if own else self.stages
            gone = frozenset().union(*(clauses for _, clauses in later))
            with ast.ProgramBuilder(control) as builder:

                def take(
                    statement: ast.AST,
                    builder: ast.ProgramBuilder = builder,
                    gone: frozenset[str] = gone,
                    new: bool = bool(own),
                ) -> None:
                    for changed in self._changed(statement, gone, new=new):
                        builder.add(changed)

                ast.parse_files([str(file)], take, logger=log)

    def _changed(self, rule: ast.AST, gone: frozenset[str], *, new: bool) -> Iterator[ast.AST]:
        """Give what becomes of a statement."""
        rules = [rule]
        if gone and gives_status(rule):
            switch = "" if new else self.switch
            rules = [kept for one in rule.unpool() for kept in _without(one, gone, switch)]
        guarded = new and self.switch and rule.ast_type == ast.ASTType.Rule
        for one in rules:
            yield with_body(one, self.switch) if guarded and not declares(one) else one


def gives_status(statement: ast.AST) -> bool:
    """Tell whether a statement is a rule about the status of a clause.

    Text is compared first, since most rules are about something else and text is cheap.
    """
    likely = str(statement).startswith(tuple(f"{name}(" for name, _ in STATUS_HEADS))
    return likely and signature(statement) in STATUS_HEADS


def _without(rule: ast.AST, gone: frozenset[str], switch: str) -> Iterator[ast.AST]:
    """Give a rule about the status of a clause as it stands once some clauses have lost theirs."""
    subject = str(rule.head.atom.symbol.arguments[0])
    if not subject.startswith('"'):
        clauses = [f'"{clause}"' for clause in sorted(gone)]
        yield with_body(rule, *(f"{subject} != {clause}" for clause in clauses))
        if switch:
            for clause in clauses:
                yield with_body(rule, f"{subject} = {clause}", f"not {switch}")
    elif subject.strip('"') not in gone:
        yield rule
    elif switch:
        yield with_body(rule, f"not {switch}")


def with_body(rule: ast.AST, *conditions: str) -> ast.AST:
    """Give a rule with more conditions."""
    parsed: list[ast.AST] = []
    ast.parse_string(f"x :- {', '.join(conditions)}.", parsed.append)
    return rule.update(body=[*rule.body, *parsed[-1].body])


def signature(rule: ast.AST) -> tuple[str, int] | None:
    """Give the predicate that a rule defines, if its head is one atom."""
    if rule.head.ast_type != ast.ASTType.Literal:
        return None
    atom = rule.head.atom
    if atom.ast_type != ast.ASTType.SymbolicAtom or atom.symbol.ast_type != ast.ASTType.Function:
        return None
    return atom.symbol.name, len(atom.symbol.arguments)


def declares(rule: ast.AST) -> bool:
    """Tell whether a rule says what there is, rather than when a criterion is violated."""
    return signature(rule) in DECLARATIONS
