"""Many patients at once: the ground rules, evaluated for all of them in one go.

Each patient is a bit. What holds of whom is a number whose bits say so, and the body of a rule
is the conjunction of such numbers. So thousands of patients cost little more than one, and
whatever somebody of the crowd shows need not be asked of the solver. Nothing is proved this
way: that nobody is so remains for the solver to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value
from oligoasp.solver.ground import Index, Rule


class CircularError(Exception):
    """Rules derive atoms from each other, so that they cannot be evaluated one after the other."""


class Crowd:
    """Patients of whom all choices are known, and what the rules make of them.

    Args:
        index: the ground rules.
        number: how many patients there are.
        chosen: of whom each atom that is open holds, if its choice is open to them.
    """

    def __init__(self, index: Index, number: int, chosen: Mapping[int, int]) -> None:
        self.everyone = (1 << number) - 1
        self._index = index
        self._chosen = chosen
        self._known = dict.fromkeys(index.facts, self.everyone)
        self._asked: set[int] = set()
        self.possible = self.everyone & ~self._ruled_out(index.constraints if number else ())

    def under(
        self, options: Mapping[int, bool], cone: Collection[int], constraints: Iterable[int]
    ) -> Crowd:
        """Give the same patients, as the text is read otherwise.

        Args:
            options: which options of one passage hold.
            cone: the atoms that depend on how it is read.
            constraints: the numbers of the integrity rules that do.
        """
        return _Elsewhere(self, options, cone, constraints)

    def holding(self, literal: int) -> int:
        """Give the bits of those of whom a literal holds."""
        if not self.everyone:
            return 0
        atom = abs(literal)
        mask = self._known.get(atom)
        if mask is None:
            mask = self._evaluated(atom)
        return mask if literal > 0 else self.everyone ^ mask

    def _evaluated(self, atom: int) -> int:
        """Evaluate the rules of an atom.

        Raises:
            CircularError: they depend on the atom itself.
        """
        if atom in self._asked:
            raise CircularError
        self._asked.add(atom)
        found = 0
        for number in self._index.defining.get(atom, ()):
            rule = self._index.rules[number]
            found |= self._body(rule) & (self._chosen.get(atom, 0) if rule.choice else -1)
            if found == self.everyone:
                break
        self._known[atom] = found
        return found

    def _ruled_out(self, constraints: Iterable[int]) -> int:
        found = 0
        for number in constraints:
            found |= self._body(self._index.rules[number])
        return found

    def _body(self, rule: Rule) -> int:
        if rule.weights is not None:
            return self._reaching(rule.bound, rule.body, rule.weights)
        found = self.everyone
        for literal in rule.body:
            found &= self.holding(literal)
            if not found:
                break
        return found

    def _reaching(self, bound: int, body: Sequence[int], weights: Sequence[int]) -> int:
        """Give the bits of those for whom the weights of what holds add up to a bound.

        The sums are kept as binary numbers, too: one number for each of their places.
        """
        places: list[int] = []
        for literal, weight in zip(body, weights, strict=True):
            holding = self.holding(literal)
            for place in range(weight.bit_length() if holding else 0):
                carry = holding if weight >> place & 1 else 0
                at = place
                while carry:
                    places += [0] * (at + 1 - len(places))
                    places[at], carry = places[at] ^ carry, places[at] & carry
                    at += 1
        above, equal = 0, self.everyone
        for place in reversed(range(max(len(places), bound.bit_length()))):
            one = places[place] if place < len(places) else 0
            if bound >> place & 1:
                equal &= one
            else:
                above |= equal & one
                equal &= ~one
        return above | equal


class _Elsewhere(Crowd):
    """A crowd whose text is read otherwise; what does not depend on that is known already."""

    def __init__(
        self,
        here: Crowd,
        options: Mapping[int, bool],
        cone: Collection[int],
        constraints: Iterable[int],
    ) -> None:
        self._here = here
        self._cone = cone
        self.everyone = here.everyone
        self._index = here._index
        self._chosen = here._chosen
        self._known = {atom: self.everyone if so else 0 for atom, so in options.items()}
        self._asked = set()
        self.possible = here.possible & ~self._ruled_out(constraints if here.everyone else ())

    def _evaluated(self, atom: int) -> int:
        return super()._evaluated(atom) if atom in self._cone else self._here.holding(atom)


class Seed:
    """A patient around whom others are made up.

    Args:
        true: the atoms that hold of him or her, of those that are open.
        has: the atom of every value of every attribute.
        usual: the usual value of each attribute.
    """

    def __init__(
        self,
        true: frozenset[int],
        has: Mapping[Pair, Mapping[Value, int]],
        usual: Mapping[Pair, Value],
    ) -> None:
        self.true = true
        self.usual = {pair: of_pair[usual[pair]] for pair, of_pair in has.items()}
        # An attribute without a meaning for the patient has the usual value, should it get one.
        self.values = {
            pair: next((lit for lit in of_pair.values() if lit in true), self.usual[pair])
            for pair, of_pair in has.items()
        }


class _Block:
    """The bits of a seed and of those who are made up around that seed, filled one by one."""

    def __init__(self, first: int, size: int) -> None:
        self.whole = ((1 << size) - 1) << first
        self._next = first + 1

    def take(self, number: int) -> int:
        """Give the bits of as many more people."""
        bits = ((1 << number) - 1) << self._next
        self._next += number
        return bits


def neighbours(
    seeds: Sequence[Seed],
    has: Mapping[Pair, Mapping[Value, int]],
    present: Mapping[Entity, int],
) -> tuple[int, list[int], dict[int, int]]:
    """Make up everybody who differs from a seed in one attribute of the patient or an entry.

    An entry that the seed does not have is added for that, and so are those before it. An
    entry that the seed has is also exchanged for one that is usual but for one attribute.

    Args:
        seeds: the seeds, who are among those made up.
        has: the atom of every value of every attribute.
        present: the atom that says that an entry is there.

    Returns:
        How many they are, the bits of each seed with his or her neighbours, and of whom each
        open atom holds.
    """
    chosen: dict[int, int] = defaultdict(int)
    groups: list[int] = []
    places = {*present.values(), *(atom for of_pair in has.values() for atom in of_pair.values())}
    first = 0
    for seed in seeds:
        here = {entity for entity, atom in present.items() if atom in seed.true}
        here.discard(THE_PATIENT)
        changes = {pair: len(of_pair) - 1 for pair, of_pair in has.items()}
        size = 1 + sum(n * (1 + (pair[0] in here)) for pair, n in changes.items())
        block = _Block(first, size)
        changed = {pair: block.take(number) for pair, number in changes.items()}
        exchanged = {pair: block.take(n) for pair, n in changes.items() if pair[0] in here}
        usual: dict[Entity, int] = defaultdict(int)
        about: dict[Entity, int] = defaultdict(int)
        for pair, bits in exchanged.items():
            usual[pair[0]] |= bits
        for pair, bits in changed.items():
            about[pair[0]] |= bits
        for pair, of_pair in has.items():
            others = usual[pair[0]]
            for spans, value, rest in (
                (changed[pair], seed.values[pair], block.whole ^ others),
                (exchanged.get(pair, 0), seed.usual[pair], others),
            ):
                chosen[value] |= rest ^ spans
                bit = spans & -spans
                for atom in of_pair.values() if spans else ():
                    if atom != value:
                        chosen[atom] |= bit
                        bit <<= 1
        for (kind, place), atom in present.items():
            there = block.whole if atom in seed.true else 0
            for (other, later), bits in about.items():
                if other == kind and later >= place:
                    there |= bits
            chosen[atom] |= there
        for atom in seed.true - places:
            chosen[atom] |= block.whole
        groups.append(block.whole)
        first += size
    return first, groups, chosen
