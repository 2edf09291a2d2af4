"""Looking for literals in models asks as little as it can, and finds what holds."""

from __future__ import annotations

from oligoasp.solver.groups import NOTHING, Each, Groups


class Model:
    """A model, as what holds in it; it counts what it is asked."""

    def __init__(self, *holding: int) -> None:
        self._holding = set(holding)
        self.asked = 0

    def is_true(self, literal: int) -> bool:
        self.asked += 1
        return literal in self._holding


def test_what_holds_is_found_whatever_held_before() -> None:
    groups = Groups([[1, 2, 3], [4, 5], [6]])
    for holding in ({3, 4}, {3, 5, 6}, {1}, set(), {2, 5, 6}):
        assert groups.holding(Model(*holding).is_true) == holding
    assert NOTHING.holding(Model(1).is_true) == frozenset()


def test_literals_by_themselves_may_all_hold() -> None:
    assert Each([1, 2, 3]).holding(Model(1, 3).is_true) == {1, 3}


def test_a_model_like_the_last_one_is_asked_once_for_each_group() -> None:
    groups = Groups([range(1, 10), range(10, 20)])
    for asked in (9 + 1, 2):
        model = Model(9, 10)
        groups.holding(model.is_true)
        assert model.asked == asked
