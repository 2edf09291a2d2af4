"""The project's own cases, against mutants of its own protocol."""

from __future__ import annotations

from pathlib import Path

from oligoasp.mutation.judge import Fate, Judge
from oligoasp.testing import Case, load_cases
from tests.support import protocol

CASES = Path(__file__).parents[2] / "cases"
SAMPLE = 16
"""One in so many mutants is judged here; `oligoasp mutate` judges all of them."""


def test_the_cases_catch_each_mutant_of_a_sample_that_is_not_equivalent() -> None:
    cases = [c for c in load_cases([CASES], protocol().vocabulary) if isinstance(c, Case)]
    judge = Judge(protocol(), cases)
    judge.mutants = judge.mutants[::SAMPLE]
    outcomes = judge.outcomes()
    assert len(outcomes) > 150
    assert [o.mutant.name for o in outcomes if o.fate not in (Fate.CAUGHT, Fate.EQUIVALENT)] == []
