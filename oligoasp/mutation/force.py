"""Which rules are in force as the text is read: the others cannot conclude anything."""

from __future__ import annotations

from collections.abc import Mapping

from clingo.ast import AST, ASTType, Sign

from oligoasp.mutation.mutants import Mutant
from oligoasp.mutation.rules import READING, Rules, Signature, nodes


class Force:
    """Tells which rules are in force under settled readings.

    Args:
        rules: the rules that decide.
        settled: the option of each ambiguity.
    """

    def __init__(self, rules: Rules, settled: Mapping[str, str]) -> None:
        self._rules = {rule.number: rule for rule in rules.rules}
        self._settled = settled
        self._own = rules.own
        self._defined: set[Signature] = set()
        waiting = list(rules.rules)
        again = True
        while again:
            again = False
            for rule in [r for r in waiting if self.holds(r.statement)]:
                waiting.remove(rule)
                self._defined.update(rule.heads)
                again = True

    def holds(self, statement: AST) -> bool:
        """Tell whether a rule could conclude something."""
        return all(self._possible(literal) for literal in statement.body)

    def changes(self, mutant: Mutant) -> bool:
        """Tell whether a mutant could conclude anything that the protocol does not, or less."""
        if mutant.rule is None:
            return True
        if self.holds(self._rules[mutant.rule].statement):
            return True
        return mutant.statement is not None and self.holds(mutant.statement)

    def _possible(self, literal: AST) -> bool:
        if literal.ast_type != ASTType.Literal or literal.atom.ast_type != ASTType.SymbolicAtom:
            return True
        symbol = literal.atom.symbol
        if symbol.ast_type != ASTType.Function:
            return True
        signature = (symbol.name, len(symbol.arguments))
        if signature == READING:
            return self._read(literal)
        if literal.sign == Sign.NoSign and signature in self._own:
            return signature in self._defined
        return True

    def _read(self, literal: AST) -> bool:
        """Tell whether a condition on a reading can hold; one with a variable can."""
        name, option = literal.atom.symbol.arguments
        if any(True for part in (name, option) for _ in nodes(part, ASTType.Variable)):
            return True
        options = option.arguments if option.ast_type == ASTType.Pool else [option]
        chosen = self._settled.get(str(name)) in [str(one) for one in options]
        return chosen is (literal.sign != Sign.Negation)
