"""One program that holds a protocol and all its mutants, for one and the same patient.

The rules that decide stand in it twice. The first copy is the protocol as it is; in the
second each mutant is switched on by an atom of its own, at most one at a time. So "does
anything change?" is one question about one patient, and no mutant is grounded alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from oligoasp.mutation.mutants import Mutant
from oligoasp.mutation.rules import Signature
from oligoasp.mutation.second import SecondCopy
from oligoasp.protocol.model import Protocol
from oligoasp.solver.program import ASKING, OPTIONS, load_control
from oligoasp.solver.session import Consequences, Session, Shape, _facts
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.whole import WholeSession, space_facts, with_calendar

STATUS, APPLICABILITY, VERDICT = "status", "applicability", "verdict"
Change: TypeAlias = tuple[str, str]
"""What can change: the status or the applicability of a clause, or the verdict ("")."""

EFFORT = 2000
"""After how many conflicts a proof is given up."""


class Twin(WholeSession):
    """A grounded program of a protocol and some of its mutants.

    Args:
        protocol: the protocol, with numbers as finely apart as the mutants need.
        shape: how many entries of each kind there may be.
        second: writes the rules that decide a second time.
        mutants: the mutants; they are known by their place in this list.
        whole: whether patients are made up, so that the calendar has to be heeded.
        near: whether `may_change` will be asked.
        open_readings: whether the text may be read in any way; else it is by default.
    """

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        second: SecondCopy,
        mutants: Sequence[Mutant],
        *,
        whole: bool = False,
        near: bool = False,
        open_readings: bool = False,
    ) -> None:
        self.protocol = with_calendar(protocol) if whole else protocol
        self.shape = shape
        self.settled = {} if open_readings else protocol.default_readings()
        self._rules = None
        # Under another default, rules may ask for what they do not ask for under this one.
        changed = {mutant.reading[0] for mutant in mutants if mutant.reading}
        kept = {name: option for name, option in self.settled.items() if name not in changed}
        unused = protocol.unasked(kept)
        facts = (space_facts if whole else _facts)(protocol, shape, self.settled, unused)
        text = second.program(mutants, near=near)
        self._control = load_control(
            self.protocol.files, facts + text, ASKING if whole else OPTIONS
        )
        self._index()
        if whole:
            self._impose(Gaps(protocol, unused))
        atoms = self._control.symbolic_atoms
        self.on = {
            a.symbol.arguments[0].number: a.literal for a in atoms.by_signature("mutation_on", 1)
        }
        self.watch: dict[Change, int] = {
            (a.symbol.arguments[0].name, a.symbol.arguments[1].string): a.literal
            for a in atoms.by_signature("mutation_watch", 2)
        }
        self.near: dict[Signature, int] = {
            (a.symbol.arguments[0].name, a.symbol.arguments[1].number): a.literal
            for a in atoms.by_signature("mutation_near", 2)
        }
        (self._nobody,) = (a.literal for a in atoms.by_signature("nobody", 0))
        self.seen = next((a.literal for a in atoms.by_signature("mutation_seen", 0)), self._nobody)

    def may_change(
        self, number: int, signature: Signature, same: Iterable[Signature], effort: int = EFFORT
    ) -> bool:
        """Tell whether a mutant changes something about a predicate for somebody.

        A question too hard to be settled is answered with yes.

        Args:
            number: the mutant.
            signature: the predicate.
            same: predicates about which the mutant is known to change nothing.
            effort: after how many conflicts the question is given up.
        """
        literal = self.near.get(signature)
        if literal is None:
            return False
        known = [-self.near[one] for one in same if one in self.near]
        return self.tried([-self.tolerate, self.on[number], literal, *known], effort) is not False

    def preferred(
        self, assumptions: Sequence[int], forces: Sequence[int], literals: Iterable[int]
    ) -> frozenset[int] | None:
        """Give what holds in the best model; in any, where the best is too hard to find."""
        some = list(literals)
        with self.limited(EFFORT):
            best = super().preferred(assumptions, forces, some)
        return self.true_literals(assumptions, some) if best is None else best

    def each_once(
        self, assumptions: Sequence[int], first: Iterable[int], second: Iterable[int]
    ) -> list[tuple[int, int]]:
        """Give the pairs of literals that hold together in somebody, each of the first once.

        Args:
            assumptions: what is asked.
            first: literals of which one holds.
            second: literals of which one holds.
        """
        ones, others = list(first), list(second)
        found: list[tuple[int, int]] = []
        self._mode("auto", 0)
        with self._control.solve(assumptions=list(assumptions), yield_=True) as handle:
            for model in handle:
                one = next(literal for literal in ones if model.is_true(literal))
                found.append((one, next(lit for lit in others if model.is_true(lit))))
                model.context.add_clause([-one])
        self._mode("auto", 1)
        return found

    def consequences(self, assumptions: Sequence[int]) -> Consequences | None:
        """Give what every completion, and what some completion, violates in this copy."""
        return Session.consequences(self, assumptions)

    def second(self) -> WholeSession:
        """Give a session that answers for the copy with the mutants in it."""
        atoms = self._control.symbolic_atoms
        other = copy.copy(self)
        other.violated = {
            a.symbol.arguments[0].string: a.literal
            for a in atoms.by_signature("mutated_violated", 1)
        }
        other.inapplicable = {
            a.symbol.arguments[0].string: a.literal
            for a in atoms.by_signature("mutated_inapplicable", 1)
        }
        other.eligible = next(
            (a.literal for a in atoms.by_signature("mutated_eligible", 0)), self._nobody
        )
        return other


def with_limits(protocol: Protocol, mutants: Iterable[Mutant]) -> Protocol:
    """Give a protocol whose numbers are told apart as finely as mutants need.

    The limits of the mutants get representative values on each side, as those of the
    protocol have them.
    """
    limits = {scale: set(codes) for scale, codes in protocol.limits.items()}
    for mutant in mutants:
        if mutant.limit is not None:
            name, code = mutant.limit
            if code % 2 == 0:  # what lies between two steps is told apart anyway
                limits[protocol.parameters[name].scale].add(code)
    return replace(protocol, limits={s: tuple(sorted(codes)) for s, codes in limits.items()})
