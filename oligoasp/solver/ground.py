"""Ground rules by the atoms that they define and use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from oligoasp.solver.program import GroundRules


class Rule(NamedTuple):
    """A ground rule that is no fact.

    Attributes:
        choice: whether its heads are open even where its body holds.
        heads: the atoms that it derives; none if it says what cannot be.
        body: its literals; of a body that counts or adds up, those that it counts.
        weights: what each literal adds, if the body counts or adds up.
        bound: how much it has to add up to.
    """

    choice: bool
    heads: Sequence[int]
    body: Sequence[int]
    weights: Sequence[int] | None = None
    bound: int = 0


class Index:
    """The rules of a ground program, by the atoms that they define and use.

    Args:
        ground: the rules.

    Attributes:
        facts: the atoms that hold whatever is chosen.
        rules: all other rules.
        defining: the numbers of the rules of which an atom is a head.
        constraints: the numbers of the rules without a head.
    """

    def __init__(self, ground: GroundRules) -> None:
        self.facts: set[int] = set()
        self.defining: dict[int, list[int]] = defaultdict(list)
        self.constraints: list[int] = []
        self.rules: list[Rule] = []
        rules = self.rules
        for choice, heads, body in ground.plain:
            if body or choice or not heads:
                rules.append(Rule(choice, heads, body))
            else:
                self.facts.update(heads)
        for choice, heads, bound, weighted in ground.weighted:
            body = [literal for literal, _ in weighted]
            rules.append(Rule(choice, heads, body, [weight for _, weight in weighted], bound))
        # A choice between nothing says nothing; it is no integrity rule for want of a head.
        rules[:] = [rule for rule in rules if rule.heads or not rule.choice]
        for number, rule in enumerate(rules):
            if not rule.heads:
                self.constraints.append(number)
            for head in rule.heads:
                self.defining[head].append(number)

    @cached_property
    def using(self) -> dict[int, list[int]]:
        """The numbers of the rules in whose body each atom stands."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, rule in enumerate(self.rules):
            for literal in rule.body:
                found[abs(literal)].append(number)
        return found

    @property
    def chosen(self) -> set[int]:
        """The heads of choices."""
        return {head for rule in self.rules if rule.choice for head in rule.heads}
