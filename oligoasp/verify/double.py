"""One patient under two readings: every ground rule that depends on a reading, twice.

The second copy shares the patient with the first and has readings of its own, so "does it
matter how this is read?" is one question: eligible under the one and not under the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from oligoasp.protocol.load import asp_folder
from oligoasp.protocol.model import Protocol
from oligoasp.solver.dependencies import reach
from oligoasp.solver.program import ASKING, GroundRules, load_control
from oligoasp.solver.session import Consequences, Shape
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.whole import WholeSession, space_facts


class DoubleSession(WholeSession):
    """A session with a second copy of everything that depends on how the text is read.

    Args:
        protocol: the protocol.
        shape: how many entries of each kind there may be.
        only: the ambiguities that the copies may read differently; without it, any.
        settled: readings that are settled for good, by ambiguity.
    """

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        only: Collection[str] = (),
        settled: Mapping[str, str] | None = None,
    ) -> None:
        self.protocol = protocol
        self.shape = shape
        self.settled = dict(settled or {})
        self._rules = None
        rules = GroundRules()
        files = [*protocol.files, asp_folder() / "engine" / "second.lp"]
        unused = protocol.unasked(self.settled)
        facts = space_facts(protocol, shape, self.settled, unused)
        self._control = load_control(files, facts, ASKING, rules, protocol.edit)
        self._index()
        self._impose(Gaps(protocol, unused))
        self.second = self._pairs("second")
        self.other = self._pairs("other")
        copy = self._second(rules, only)
        self._copy = copy
        self.eligible2 = copy.get(self.eligible, self.eligible)
        self.violated2 = {c: copy.get(lit, lit) for c, lit in self.violated.items()}

    def consequences(self, assumptions: Sequence[int]) -> Consequences | None:
        """Give what every completion, and what some completion, violates in the first copy."""
        same = -self.at_least(1, list(self.other.values()))
        return super().consequences([*assumptions, same])

    def readings2(self, chosen: Mapping[str, str]) -> list[int]:
        """Give assumptions for the readings of the second copy."""
        options = {**self.protocol.default_readings(), **chosen}
        return [self.second[name, option] for name, option in options.items()]

    def one_other(self) -> list[int]:
        """Give assumptions that just one passage is read differently in the second copy."""
        others = list(self.other.values())
        return [self.at_least(1, others), -self.at_least(2, others)]

    def over(self, literal: int) -> int:
        """Give the second copy of a literal."""
        atom = self._copy.get(abs(literal), abs(literal))
        return atom if literal > 0 else -atom

    def unequal(self, pairs: Iterable[tuple[int, int]]) -> list[int]:
        """Give, for each pair of literals, an atom that holds if just one of the two does."""
        atoms = []
        with self._control.backend() as backend:
            for literal, other in pairs:
                atoms.append(backend.add_atom())
                backend.add_rule([atoms[-1]], [literal, -other])
                backend.add_rule([atoms[-1]], [-literal, other])
        return atoms

    def others(self, assumptions: Sequence[int]) -> set[tuple[str, str]]:
        """Give the readings of the second copy that differ for some person, one by one."""
        found = self.shown_somewhere([*assumptions, *self.one_other()])
        return {(s.arguments[0].name, s.arguments[1].name) for s in found if s.name == "other"}

    def _pairs(self, name: str) -> dict[tuple[str, str], int]:
        return {
            (atom.symbol.arguments[0].name, atom.symbol.arguments[1].name): atom.literal
            for atom in self._control.symbolic_atoms.by_signature(name, 2)
        }

    def _second(self, rules: GroundRules, only: Collection[str]) -> dict[int, int]:
        """Write the second copy; give the new atom of each atom that has one."""
        users: dict[int, list[int]] = defaultdict(list)
        for _, heads, body in rules.plain:
            if heads:
                for literal in body:
                    users[abs(literal)].extend(heads)
        for _, heads, _, weights in rules.weighted:
            for literal, _ in weights:
                users[abs(literal)].extend(heads)
        first = {
            lit: self.second[key] for key, lit in self.reading.items() if not only or key[0] in only
        }
        skip = set(self.reading.values()) | set(self.second.values()) | set(self.other.values())
        depend = reach(first, lambda atom: users.get(atom, ())) - set(self.other.values())
        with self._control.backend() as backend:
            copy = {a: first[a] if a in first else backend.add_atom() for a in sorted(depend)}

            def over(literal: int) -> int:
                atom = copy.get(abs(literal), abs(literal))
                return atom if literal > 0 else -atom

            for choice, heads, body in rules.plain:
                if not skip.isdisjoint(heads):
                    continue
                if not depend.isdisjoint(heads) or (
                    not heads and not depend.isdisjoint(map(abs, body))
                ):
                    backend.add_rule([over(h) for h in heads], [over(b) for b in body], choice)
                    if choice:
                        # What is open in both copies is one and the same fact about the patient.
                        for atom in heads:
                            both = [*body, *map(over, body)]
                            backend.add_rule([], [*both, atom, -over(atom)])
                            backend.add_rule([], [*both, -atom, over(atom)])
            for choice, heads, bound, weights in rules.weighted:
                if not skip.isdisjoint(heads):
                    continue
                if not depend.isdisjoint(heads) or (
                    not heads and any(abs(literal) in depend for literal, _ in weights)
                ):
                    backend.add_weight_rule(
                        [over(h) for h in heads], bound, [(over(b), w) for b, w in weights], choice
                    )
        return copy
