"""The eligibility criteria of NCT03904927 in plain Python: the statuses of a record.

``CLAUSES`` are the testing clauses, which are two-valued; ``statuses`` asks them of every
completion of a record.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from . import exclusion, inclusion
from .ambiguities import DEFAULT, Readings
from .completions import LIMIT, Branch, Entry, Search, Test, TooManyCompletions, World
from .impossible import constraints
from .reading import Patient

__all__ = ["CLAUSES", "INCLUSION", "TooManyCompletions", "statuses"]

Clause = Callable[[Any], bool | None]

CLAUSES: dict[str, Clause] = {
    "I1.a": inclusion.i1_a,
    "I1.c": inclusion.i1_c,
    "I1.d": inclusion.i1_d,
    "I1.n1.a": inclusion.i1_n1_a,
    "I1.n1.b": inclusion.i1_n1_b,
    "I1.n2": inclusion.i1_n2,
    "I1.n3": inclusion.i1_n3,
    "I2.a": inclusion.i2_a,
    "I2.b": inclusion.i2_b,
    "I2.c": inclusion.i2_c,
    "I3": inclusion.i3,
    "I4.b": inclusion.i4_b,
    "I5.a": inclusion.i5_a,
    "I6.a": inclusion.i6_a,
    "I6.b": inclusion.i6_b,
    "I7": inclusion.i7,
    "I8.1": inclusion.i8_1,
    "I8.2": inclusion.i8_2,
    "I8.3": inclusion.i8_3,
    "I8.4": inclusion.i8_4,
    "I8.5a": inclusion.i8_5a,
    "I8.5b": inclusion.i8_5b,
    "I8.5c": inclusion.i8_5c,
    "I8.5d": inclusion.i8_5d,
    "I8.6": inclusion.i8_6,
    "I8.7": inclusion.i8_7,
    "I9.a": inclusion.i9_a,
    "I9.b": inclusion.i9_b,
    "I10.a": inclusion.i10_a,
    "I10.b": inclusion.i10_b,
    "E1.a": exclusion.e1_a,
    "E1.b": exclusion.e1_b,
    "E2": exclusion.e2,
    "E3": exclusion.e3,
    "E4.a": exclusion.e4_a,
    "E4.b": exclusion.e4_b,
    "E5.a": exclusion.e5_a,
    "E5.b": exclusion.e5_b,
    "E6": exclusion.e6,
    "E7": exclusion.e7,
    "E8": exclusion.e8,
    "E9.a": exclusion.e9_a,
    "E9.b": exclusion.e9_b,
    "E10": exclusion.e10,
    "E11": exclusion.e11,
    "E12": exclusion.e12,
}
INCLUSION = frozenset(name for name in CLAUSES if name.startswith("I"))

# ---- From two-valued clauses to the statuses of a record -----------------------


def _is(clause: Clause, p: Patient, wanted: bool | None) -> bool:
    found = clause(p)
    return found is None if wanted is None else found is not None and bool(found) is wanted


def _violated(clause: Clause, p: Patient, wanted: bool) -> bool:
    return bool(clause(p)) is wanted


def _find(p: Patient, test: Test, limit: int, *, harmful_first: bool) -> bool:
    return Search(p.world, constraints(p), limit, harmful_first=harmful_first).find([test])


def _status(p: Patient, clause: Clause, limit: int) -> bool | str | None:
    """True: violated in every completion; False and None: in none; "unknown": in some."""
    try:
        found = clause(p)
    except Branch:
        pass
    else:
        return None if found is None else bool(found)
    if _find(p, partial(_violated, clause, p, True), limit, harmful_first=True):
        some = _find(p, partial(_violated, clause, p, False), limit, harmful_first=False)
        return "unknown" if some else True
    applies = _find(p, partial(_is, clause, p, False), limit, harmful_first=False)
    return False if applies else None


def statuses(
    record: dict[str, Any], readings: Readings = DEFAULT, *, limit: int = LIMIT
) -> tuple[str, dict[str, str]]:
    """The verdict and the status of every testing clause.

    Raises:
        TooManyCompletions: if a search took more than ``limit`` steps.
    """
    p = Patient(World(), record, readings)
    found: dict[str, str] = {}
    violated = False
    open_clauses: list[Clause] = []
    for name, clause in CLAUSES.items():
        status = _status(p, clause, limit)
        if status is None:
            found[name] = "not applicable"
        elif status == "unknown":
            found[name] = "unknown"
            open_clauses.append(clause)
        else:
            violated = violated or status is True
            if name[0] == "I":
                found[name] = "not met" if status else "met"
            else:
                found[name] = "present" if status else "absent"
    if violated:
        return "ineligible", found
    if not open_clauses:
        return "eligible", found
    tests: list[Test] = [partial(_violated, clause, p, False) for clause in open_clauses]
    joint = Search(p.world, constraints(p), limit, wide=True)
    return ("undetermined" if joint.find(tests) else "ineligible"), found


def violations(entry: Entry) -> list[str]:
    """The clauses that a fully known patient violates."""
    return [name for name, clause in CLAUSES.items() if clause(entry)]
