"""The part of a ground program on which a few atoms depend: small, so quick to be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from typing import TYPE_CHECKING

import clingo

from oligoasp.record.facts import Pair
from oligoasp.solver.groups import NOTHING, Each, Wanted
from oligoasp.solver.program import OPTIONS, GroundRules

if TYPE_CHECKING:
    from oligoasp.solver.session import Session


class Excerpts:
    """Takes excerpts from the ground rules of a program.

    Args:
        rules: the rules.
        apart: atoms that stand in no excerpt unless it is asked for them: constraints with them
            are left out.
        fixed: choices that are made for good, as literals. Rules that cannot apply then are left
            out, which leaves less to depend on.
    """

    def __init__(
        self, rules: GroundRules, apart: Collection[int], fixed: Collection[int] = ()
    ) -> None:
        self.rules = rules
        self._fixed = fixed
        self._false = frozenset(-literal for literal in fixed)
        self._plain: dict[int, list[int]] = defaultdict(list)
        self._weighted: dict[int, list[int]] = defaultdict(list)
        self._constraints: dict[int, list[int]] = defaultdict(list)
        for number, (_, heads, _, _) in enumerate(rules.weighted):
            for head in heads:
                self._weighted[head].append(number)
        left_out = frozenset(apart)
        for number, (_, heads, body) in enumerate(rules.plain):
            if not self._false.isdisjoint(body):
                continue
            for head in heads:
                self._plain[head].append(number)
            if not heads and left_out.isdisjoint(map(abs, body)):
                for atom in map(abs, body):
                    self._constraints[atom].append(number)
                    for weighted in self._weighted.get(atom, ()):
                        for literal, _ in rules.weighted[weighted][3]:
                            self._constraints[abs(literal)].append(number)

    def of(self, atoms: Iterable[int], constraints: Collection[Sequence[int]] = ()) -> Excerpt:
        """Take all rules and constraints on which it depends what can be true of some atoms.

        Args:
            atoms: the atoms.
            constraints: bodies of further constraints.
        """
        plain: dict[int, None] = {}
        weighted: dict[int, None] = {}
        found: dict[int, None] = {}
        further = [body for body in constraints if self._false.isdisjoint(body)]
        stack = [*atoms, *(abs(literal) for body in further for literal in body)]
        while stack:
            atom = stack.pop()
            if atom in found:
                continue
            found[atom] = None
            for number in (*self._plain.get(atom, ()), *self._constraints.get(atom, ())):
                if number not in plain:
                    plain[number] = None
                    _, heads, body = self.rules.plain[number]
                    stack += heads
                    stack += map(abs, body)
            for number in self._weighted.get(atom, ()):
                if number not in weighted:
                    weighted[number] = None
                    _, heads, _, weights = self.rules.weighted[number]
                    stack += heads
                    stack += [abs(literal) for literal, _ in weights]
        further += [(-literal,) for literal in self._fixed if abs(literal) in found]
        return Excerpt(self.rules, found, plain, weighted, further)


class Excerpt:
    """Some rules of a program, asked in its own literals. Those of other atoms say nothing."""

    def __init__(
        self,
        rules: GroundRules,
        atoms: Iterable[int],
        plain: Iterable[int],
        weighted: Iterable[int],
        constraints: Iterable[Sequence[int]],
    ) -> None:
        self._control = clingo.Control(list(OPTIONS))
        # Each question costs the more, the greater the numbers of the atoms.
        self._own = {atom: number for number, atom in enumerate(atoms, 1)}
        self._own |= {-atom: -number for atom, number in self._own.items()}
        own = self._own
        with self._control.backend() as backend:
            for number in plain:
                choice, heads, body = rules.plain[number]
                backend.add_rule([own[h] for h in heads], [own[x] for x in body], choice)
            for number in weighted:
                choice, heads, bound, weights = rules.weighted[number]
                backend.add_weight_rule(
                    [own[h] for h in heads], bound, [(own[x], w) for x, w in weights], choice
                )
            for body in constraints:
                backend.add_rule([], [own[x] for x in body])
        self._others = {own: literal for literal, own in self._own.items()}

    def true_or_clashing(
        self, assumptions: Iterable[int], wanted: Wanted
    ) -> tuple[frozenset[int] | None, frozenset[int]]:
        """Give which literals hold for somebody who fulfils assumptions; see `Session`."""
        found: list[frozenset[int]] = []
        clash: list[int] = []

        def take(model: clingo.Model) -> None:
            numbers = self._own
            found.append(wanted.holding(lambda lit: lit in numbers and model.is_true(numbers[lit])))

        own = [self._own[lit] for lit in assumptions if lit in self._own]
        self._control.solve(assumptions=own, on_model=take, on_core=clash.extend)
        return (found[0] if found else None), frozenset(self._others[lit] for lit in clash)

    def true_literals(
        self, assumptions: Iterable[int], literals: Iterable[int]
    ) -> frozenset[int] | None:
        """Give which literals hold for somebody who fulfils assumptions; see `Session`."""
        return self.true_or_clashing(assumptions, Each(literals))[0]

    def satisfiable(self, assumptions: Iterable[int]) -> bool:
        """Tell whether somebody fulfils assumptions."""
        return self.true_or_clashing(assumptions, NOTHING)[0] is not None

    def core(self, assumptions: Sequence[int]) -> list[int] | None:
        """Give assumptions that nobody fulfils together, or None; see `Session`."""
        found, clash = self.true_or_clashing(assumptions, NOTHING)
        return None if found is not None else sorted(clash)


class Parts:
    """Takes from a traced session the rules that are about some of its atoms.

    Args:
        session: the session.
        fixed: choices that are made for good; see `Excerpts`.

    Attributes:
        ties: literals with which an integrity rule applies, and the attributes that it ties.
    """

    def __init__(self, session: Session, fixed: Collection[int] = ()) -> None:
        self._session = session
        self._excerpts = Excerpts(session.rules, (session.tolerate, session.nobody), fixed)
        counting = session.rules.counting
        self.ties: list[tuple[Sequence[int], frozenset[Pair]]] = [
            ([head] if head in counting else body, bond)
            for head, body, bond in session.dependencies.integrity()
        ]

    def about(self, atoms: Iterable[int], cone: Set[Pair]) -> Excerpt:
        """Take the rules, and what integrity rules make of the attributes that these see.

        Args:
            atoms: the atoms.
            cone: the attributes that they can depend on.
        """
        session = self._session
        asked = [*atoms, session.tolerate]
        for pair, literals in session.has.items():
            asked += literals.values() if pair in cone else ()
        entities = {entity for entity, _ in cone}
        asked += [lit for entity, lit in session.present.items() if entity in entities]
        bodies = [body for body, bond in self.ties if not bond.isdisjoint(cone)]
        return self._excerpts.of(asked, [[*body, -session.tolerate] for body in bodies])
