"""Every other reading of the text beside the chosen one, for one and the same patient.

What depends on how a passage is read is written once more for each other option of it, so
that one question covers all readings: whoever is asked for can show several at once on
which a verdict turns. Most passages touch a few rules only, so the copies are small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from clingo.backend import Backend

from oligoasp.solver.dependencies import reach
from oligoasp.solver.ground import Index
from oligoasp.verify.whole import WholeSession

Reading = tuple[str, str]
"""An ambiguity and an option of it."""

Turns = dict[Reading, set[bool]]
"""In which directions readings decide: true where someone is eligible under them only."""

LARGE = 200
"""Readings on which more atoms depend are written last: all that is asked later takes longer."""


class World(NamedTuple):
    """One other reading: what depends on it, written once more.

    Attributes:
        other: the atom beside each atom that depends on the reading.
        wrong: an atom that holds if nobody can be so under that reading, or if what is open
            under both was not settled alike.
    """

    other: Mapping[int, int]
    wrong: int


class Alternatives:
    """Writes outcomes of a patient once more for every other reading.

    Args:
        index: the ground rules.
        reading: the atom of each reading.
        chosen: how every ambiguous passage is read; what is written holds under it alone.
        outcomes: the atoms in question.
    """

    def __init__(
        self,
        index: Index,
        reading: Mapping[Reading, int],
        chosen: Mapping[str, str],
        outcomes: Iterable[int],
    ) -> None:
        self._reading, self._chosen = reading, chosen
        options: dict[str, set[int]] = defaultdict(set)
        for (name, _), literal in reading.items():
            options[name].add(literal)
        self._rules, self._defining, self._using = index.rules, index.defining, index.using
        # How many options of one passage hold is no question: it is one, in every world.
        self._skipped = {
            number
            for literal in reading.values()
            for number in self._using.get(literal, ())
            if self._rules[number].weights is not None
            and set(self._rules[number].body) in options.values()
        }
        self._false = {
            literal if chosen[name] != option else -literal
            for (name, option), literal in reading.items()
        }
        relevant = self._backwards(outcomes)
        self.cones = {
            key: self._needed(key, relevant) for key in reading if key[1] != chosen[key[0]]
        }

    def write(self, backend: Backend, key: Reading) -> World:
        """Write what depends on one reading once more, as if it were chosen."""
        cone, ruling_out = self.cones[key]
        return self._write(backend, key, cone, ruling_out)

    def _backwards(self, atoms: Iterable[int]) -> set[int]:
        """Give every atom that some atoms depend on, themselves among them."""

        def below(atom: int) -> Iterator[int]:
            for number in self._defining.get(atom, ()):
                yield from map(abs, self._rules[number].body)

        return reach(atoms, below)

    def _forwards(self, key: Reading) -> tuple[set[int], set[int]]:
        """Give every atom, and every integrity rule, that depends on how a passage is read.

        Options that are neither chosen nor the one in question hold in neither world.
        """
        turned = {self._reading[key], self._reading[key[0], self._chosen[key[0]]]}
        false = self._false - turned - {-literal for literal in turned}
        found: set[int] = set()
        ruling_out: set[int] = set()
        stack = list(self.options(key))
        while stack:
            for number in self._using.get(stack.pop(), ()):
                rule = self._rules[number]
                if number in self._skipped or (
                    rule.weights is None and not false.isdisjoint(rule.body)
                ):
                    continue
                if not rule.heads:
                    ruling_out.add(number)
                stack += [head for head in rule.heads if head not in found]
                found.update(rule.heads)
        return found, ruling_out

    def _needed(self, key: Reading, relevant: set[int]) -> tuple[set[int], set[int]]:
        """Give the atoms to be written once more, and the integrity rules."""
        cone, ruling_out = self._forwards(key)
        if ruling_out:
            bodies = (abs(lit) for number in ruling_out for lit in self._rules[number].body)
            relevant = relevant | self._backwards(atom for atom in bodies if atom in cone)
        return cone & relevant, ruling_out

    def options(self, key: Reading) -> dict[int, bool]:
        """Give which options of a passage hold if it is read as one of them."""
        return {lit: k == key for k, lit in self._reading.items() if k[0] == key[0]}

    def _write(self, backend: Backend, key: Reading, cone: set[int], ruling_out: set[int]) -> World:
        options = self.options(key)
        true = {literal if holds else -literal for literal, holds in options.items()}
        copy = {atom: backend.add_atom() for atom in sorted(cone)}
        wrong: int = backend.add_atom()

        def over(literal: int) -> int:
            atom = copy.get(abs(literal), abs(literal))
            return atom if literal > 0 else -atom

        for number in sorted({n for atom in copy for n in self._defining[atom]} | ruling_out):
            choice, heads, body, weights, bound = self._rules[number]
            here = [head for head in heads if head in copy]
            if heads and not here:
                continue
            new = [copy[head] for head in here] or [wrong]
            if weights is not None:
                added = list(zip(body, weights, strict=True))
                bound -= sum(weight for literal, weight in added if literal in true)
                left = [(over(lit), weight) for lit, weight in added if abs(lit) not in options]
                backend.add_weight_rule([wrong] if choice else new, max(bound, 0), left)
                continue
            if any(-literal in true for literal in body):
                continue
            left_over = [over(literal) for literal in body if abs(literal) not in options]
            backend.add_rule(new, left_over, choice)
            if choice:
                # What is open in both worlds is one and the same fact about the patient.
                for head, other in zip(here, new, strict=True):
                    backend.add_rule([wrong], [*body, *left_over, head, -other])
                    backend.add_rule([wrong], [*body, *left_over, -head, other])
        return World(copy, wrong)


class Worlds:
    """The patient of a session under other readings of the text, all at once.

    Args:
        session: the session.
        rules: write what depends on each reading.
    """

    def __init__(self, session: WholeSession, rules: Alternatives) -> None:
        self._session = session
        self._rules = rules
        self._turns: dict[bool, dict[Reading, int]] = {False: {}, True: {}}
        self._either: dict[Reading, int] = {}

    def _write(self, keys: Iterable[Reading]) -> None:
        eligible = self._session.eligible
        with self._session.adding() as backend:
            for key in keys:
                world = self._rules.write(backend, key)
                other = world.other.get(eligible, eligible)
                either = self._either[key] = backend.add_atom()
                for gains, sign in ((False, 1), (True, -1)):
                    turns = self._turns[gains][key] = backend.add_atom()
                    backend.add_rule([turns], [sign * eligible, -sign * other, -world.wrong])
                    backend.add_rule([either], [turns])

    def turning(self, assumptions: Sequence[int], *, both: bool, known: Turns) -> Turns:
        """Give the readings on which somebody's verdict turns.

        Args:
            assumptions: what holds of everybody in question.
            both: whether to look in both directions where one is found.
            known: what is known of that already.

        Returns:
            The directions: true where somebody is eligible under the other reading only.
        """
        found = {key: set(ways) for key, ways in known.items()}
        asked = [key for key in self._rules.cones if len(found.get(key, ())) < 1 + both]
        large = [key for key in asked if len(self._rules.cones[key][0]) > LARGE]
        for keys in ([key for key in asked if key not in large], large):
            if keys:
                self._write(keys)
                self._search(assumptions, keys, found, both=both)
        return found

    def _search(
        self, assumptions: Sequence[int], keys: Sequence[Reading], found: Turns, *, both: bool
    ) -> None:
        """Ask for somebody for each reading, and see on which others the verdict turns too."""
        turns = {
            literal: (key, gains)
            for gains, literals in self._turns.items()
            for key, literal in literals.items()
        }
        for key in keys:
            for gains in (False, True) if both else (None,):
                known = found.get(key, set())
                if gains in known if both else known:
                    continue
                wanted = self._either[key] if gains is None else self._turns[gains][key]
                for atom in self._session.true_literals([*assumptions, wanted], turns) or ():
                    one, way = turns[atom]
                    found.setdefault(one, set()).add(way)

    def turn(self, key: Reading, *, gains: bool) -> int:
        """Give the atom of somebody's verdict turning on a reading, in one direction."""
        if key not in self._either:
            self._write([key])
        return self._turns[gains][key]
