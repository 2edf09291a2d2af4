"""Ground rules by what they define: which of them say what cannot be."""

from __future__ import annotations

import clingo

from oligoasp.solver.ground import Index
from oligoasp.solver.program import GroundRules


def test_a_choice_between_nothing_rules_nobody_out() -> None:
    rules = GroundRules()
    control = clingo.Control()
    control.register_observer(rules)
    with control.backend() as backend:
        one = backend.add_atom()
        backend.add_rule([one], [], choice=True)
        backend.add_rule([], [one], choice=True)
        backend.add_weight_rule([], 1, [(one, 1)], choice=True)
        backend.add_rule([], [-one])
    index = Index(rules)
    assert [index.rules[number].body for number in index.constraints] == [[-one]]
    assert index.defining[one] == [0]
