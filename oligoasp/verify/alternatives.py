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
from oligoasp.solver.program import GroundRules
from oligoasp.verify.space import WholeSession

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
        rules: the ground rules.
        reading: the atom of each reading.
        chosen: how every ambiguous passage is read; what is written holds under it alone.
        outcomes: the atoms in question.
    """

    def __init__(
        self,
        rules: GroundRules,
        reading: Mapping[Reading, int],
        chosen: Mapping[str, str],
        outcomes: Iterable[int],
    ) -> None:
        self._reading = reading
        self._chosen = chosen
        options: dict[str, set[int]] = defaultdict(set)
        for (name, _), literal in reading.items():
            options[name].add(literal)
        # How many options of one passage hold is no question: it is one, in every world.
        counts = [r for r in rules.weighted if {x for x, _ in r[3]} not in options.values()]
        self._rules = [rule for rule in rules.plain if rule[0] or rule[2]]
        self._weighted = {len(self._rules) + n: rule for n, rule in enumerate(counts)}
        self._rules += [(c, heads, [x for x, _ in body]) for c, heads, _, body in counts]
        self._defining: dict[int, list[int]] = defaultdict(list)
        self._using: dict[int, list[int]] = defaultdict(list)
        for number, (_, heads, body) in enumerate(self._rules):
            for head in heads:
                self._defining[head].append(number)
            for literal in body:
                self._using[abs(literal)].append(number)
        relevant = self._backwards(outcomes)
        self._cones = {
            key: self._needed(key, relevant) for key in reading if key[1] != chosen[key[0]]
        }
        self.sizes = {key: len(cone) for key, (cone, _) in self._cones.items()}

    def write(self, backend: Backend, key: Reading) -> World:
        """Write what depends on one reading once more, as if it were chosen."""
        cone, ruling_out = self._cones.pop(key)
        return self._write(backend, key, cone, ruling_out)

    def _backwards(self, atoms: Iterable[int]) -> set[int]:
        """Give every atom that some atoms depend on, themselves among them."""

        def below(atom: int) -> Iterator[int]:
            for number in self._defining.get(atom, ()):
                yield from map(abs, self._rules[number][2])

        return reach(atoms, below)

    def _forwards(self, key: Reading, mine: Iterable[int]) -> tuple[set[int], set[int]]:
        """Give every atom, and every integrity rule, that depends on a reading."""
        false = {
            literal if self._chosen[name] != option else -literal
            for (name, option), literal in self._reading.items()
            if name != key[0] or option not in (key[1], self._chosen[name])
        }
        found: set[int] = set()
        ruling_out: set[int] = set()
        stack = list(mine)
        while stack:
            for number in self._using.get(stack.pop(), ()):
                _, heads, body = self._rules[number]
                if number not in self._weighted and not false.isdisjoint(body):
                    continue
                if not heads:
                    ruling_out.add(number)
                stack += [head for head in heads if head not in found]
                found.update(heads)
        return found, ruling_out

    def _needed(self, key: Reading, relevant: set[int]) -> tuple[set[int], set[int]]:
        """Give the atoms to be written once more, and the integrity rules."""
        cone, ruling_out = self._forwards(key, self._options(key))
        if ruling_out:
            bodies = (abs(lit) for number in ruling_out for lit in self._rules[number][2])
            relevant = relevant | self._backwards(atom for atom in bodies if atom in cone)
        return cone & relevant, ruling_out

    def _options(self, key: Reading) -> dict[int, bool]:
        """Give which options of a passage hold if it is read as one of them."""
        return {lit: k == key for k, lit in self._reading.items() if k[0] == key[0]}

    def _write(self, backend: Backend, key: Reading, cone: set[int], ruling_out: set[int]) -> World:
        options = self._options(key)
        true = {literal if holds else -literal for literal, holds in options.items()}
        copy = {atom: backend.add_atom() for atom in sorted(cone)}
        wrong: int = backend.add_atom()

        def over(literal: int) -> int:
            atom = copy.get(abs(literal), abs(literal))
            return atom if literal > 0 else -atom

        for number in sorted({n for atom in copy for n in self._defining[atom]} | ruling_out):
            choice, heads, body = self._rules[number]
            here = [head for head in heads if head in copy]
            if heads and not here:
                continue
            new = [copy[head] for head in here] or [wrong]
            if number in self._weighted:
                _, _, bound, weights = self._weighted[number]
                bound -= sum(weight for literal, weight in weights if literal in true)
                left = [(over(lit), weight) for lit, weight in weights if abs(lit) not in options]
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
    """The patient of a session under every other reading of the text, all at once.

    Args:
        session: the session; it has to have kept its ground rules.
        chosen: how every ambiguous passage is read.
        intended: the atoms of whom the text means to admit.
    """

    def __init__(
        self, session: WholeSession, chosen: Mapping[str, str], intended: Iterable[int]
    ) -> None:
        self._session = session
        eligible = session.eligible
        self._rules = Alternatives(session.rules, session.reading, chosen, [eligible, *intended])
        self._turns: dict[bool, dict[Reading, int]] = {False: {}, True: {}}
        self._either: dict[Reading, int] = {}
        self._worlds: dict[Reading, World] = {}
        self._large = [key for key, size in self._rules.sizes.items() if size > LARGE]
        self._write([key for key in self._rules.sizes if key not in self._large])

    def _write(self, keys: Iterable[Reading]) -> None:
        eligible = self._session.eligible
        with self._session.adding() as backend:
            for key in keys:
                world = self._worlds[key] = self._rules.write(backend, key)
                other = world.other.get(eligible, eligible)
                either = self._either[key] = backend.add_atom()
                for gains, sign in ((False, 1), (True, -1)):
                    turns = self._turns[gains][key] = backend.add_atom()
                    backend.add_rule([turns], [sign * eligible, -sign * other, -world.wrong])
                    backend.add_rule([either], [turns])

    def turning(self, assumptions: Sequence[int], *, both: bool) -> Turns:
        """Give the readings on which somebody's verdict turns.

        Args:
            assumptions: what holds of everybody in question.
            both: whether to look in both directions where one is found.

        Returns:
            The directions: true where somebody is eligible under the other reading only.
        """
        found: Turns = {}
        self._search(assumptions, found, both=both)
        if self._write_large():
            self._search(assumptions, found, both=both)
        return found

    def _write_large(self) -> bool:
        """Write what has been put off; tell whether there was anything."""
        large, self._large = self._large, []
        if large:
            self._write(large)
        return bool(large)

    def _search(self, assumptions: Sequence[int], found: Turns, *, both: bool) -> None:
        """Ask for somebody for each reading, and see on which others the verdict turns too."""
        turns = {
            literal: (key, gains)
            for gains, literals in self._turns.items()
            for key, literal in literals.items()
        }
        asked = turns if both else {self._either[key]: (key, False) for key in self._worlds}
        for literal, (key, gains) in asked.items():
            if gains in found.get(key, ()) if both else key in found:
                continue
            for atom in self._session.true_literals([*assumptions, literal], turns) or ():
                one, way = turns[atom]
                found.setdefault(one, set()).add(way)

    def turn(self, key: Reading, *, gains: bool) -> int:
        """Give the atom of somebody's verdict turning on a reading, in one direction."""
        if key not in self._worlds:
            self._write_large()
        return self._turns[gains][key]

    def upset(self, person: Sequence[int], intended: Iterable[int]) -> set[Reading]:
        """Give the readings under which it is not known that a person stays as intended.

        Args:
            person: what an eligible person is like.
            intended: whom the text means to admit and the person is a case of.

        Returns:
            Readings under which the person may not be eligible, or no case of the same.
        """
        worlds = self._worlds
        settled = [*person, *(-world.wrong for world in worlds.values())]
        atoms = [atom for world in worlds.values() for atom in world.other.values()]
        true = self._session.true_literals(settled, atoms)
        wanted = [self._session.eligible, *intended]
        return {
            key
            for key, world in worlds.items()
            if true is None or not true.issuperset(filter(None, map(world.other.get, wanted)))
        }
