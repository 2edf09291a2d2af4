"""The part of a ground program on which a few atoms depend: small, so quick to be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, TypeAlias

import clingo

from oligoasp.record.facts import Pair
from oligoasp.solver.groups import NOTHING, Each, Wanted
from oligoasp.solver.program import OPTIONS, GroundRules

if TYPE_CHECKING:
    from oligoasp.solver.session import Session

_OWN = 1 << 30
"""No program has as many atoms as that, so what is defined for excerpts gets greater numbers."""

_Plain: TypeAlias = tuple[bool, Sequence[int], Sequence[int]]
_Weighted: TypeAlias = tuple[bool, Sequence[int], int, Sequence[tuple[int, int]]]


class Excerpts:
    """Takes excerpts from the ground rules of a program.

    Args:
        rules: the rules.
        apart: atoms that stand in no excerpt unless it is asked for them: constraints with them
            are left out.
        fixed: choices that are made for good, as literals. What follows from them stands in no
            excerpt, which leaves less to ask.
    """

    def __init__(
        self, rules: GroundRules, apart: Collection[int], fixed: Collection[int] = ()
    ) -> None:
        self._plain, self._weights = list(rules.plain), rules.weighted
        self._fixed = {abs(literal): literal > 0 for literal in fixed}
        self._values: dict[int, bool | None] = {}
        self._rules: dict[int, _Plain | None] = {}
        self._weighings: dict[int, _Weighted] = {}
        self._defining: dict[int, list[int]] = defaultdict(list)
        self._weighted: dict[int, list[int]] = defaultdict(list)
        self._constraints: dict[int, list[int]] = defaultdict(list)
        for number, (_, heads, _, _) in enumerate(rules.weighted):
            for head in heads:
                self._weighted[head].append(number)
        left_out = frozenset(apart)
        choices: dict[frozenset[int], list[frozenset[int]]] = defaultdict(list)
        constraints: list[int] = []
        for number, (choice, heads, body) in enumerate(rules.plain):
            for head in heads:
                self._defining[head].append(number)
            if choice:
                choices[frozenset(heads)].append(frozenset(body))
            elif not heads and left_out.isdisjoint(map(abs, body)):
                constraints.append(number)
        for number in constraints:
            for atom in self._concerned(rules.plain[number][2], choices):
                self._constraints[atom].append(number)

    def _concerned(
        self, body: Sequence[int], choices: Mapping[frozenset[int], Collection[frozenset[int]]]
    ) -> set[int]:
        """Give the atoms for whose sake it matters that a body cannot be true.

        Args:
            body: the body.
            choices: the bodies of choices, by what is chosen from. That so many are chosen can
                always be, so it concerns what is chosen only.
        """
        concerned = set(map(abs, body))
        for literal in body:
            counted = self._counted(abs(literal))
            if frozenset(body) - {literal} in choices.get(counted, ()):
                return set(counted)
            concerned |= counted
        return concerned

    def _counted(self, atom: int) -> frozenset[int]:
        """Give what is counted to tell whether an atom holds: it may lie between two bounds."""
        bounds = {atom, *(abs(x) for n in self._defining.get(atom, ()) for x in self._plain[n][2])}
        numbers = [number for one in bounds for number in self._weighted.get(one, ())]
        return frozenset(abs(literal) for n in numbers for literal, _ in self._weights[n][3])

    def one_of(self, literals: Iterable[int]) -> int:
        """Give a new atom that holds if one of some literals does, for excerpts to be asked."""
        atom = _OWN + len(self._plain)
        for literal in literals:
            self._defining[atom].append(len(self._plain))
            self._plain.append((False, [atom], [literal]))
        return atom

    def alternatives(self, literal: int) -> list[int]:
        """Give literals of which one holds just if a literal does, as far as rules say so.

        That is the literal alone if they do not.
        """
        found: list[int] = []
        seen: set[int] = set()
        stack = [literal]
        while stack:
            one = stack.pop()
            if abs(one) in seen:
                return [literal]
            seen.add(abs(one))
            several = self._one_of(one)
            found += () if several else [one]
            stack += several
        return found

    def _one_of(self, literal: int) -> list[int]:
        """Give the literals of which, by the rules of its atom, one makes a literal hold."""
        atom = abs(literal)
        numbers = self._defining.get(atom, ())
        rules = [rule for rule in map(self._rule, numbers) if rule is not None]
        simple = not any(choice or len(heads) > 1 for choice, heads, _ in rules)
        if not simple or atom in self._weighted or atom in self._fixed:
            return []
        if literal < 0:
            return [-one for one in rules[0][2]] if len(rules) == 1 else []
        bodies = [body for _, _, body in rules]
        return [body[0] for body in bodies] if all(len(b) == 1 for b in bodies) else []

    def of(self, atoms: Iterable[int], constraints: Iterable[Sequence[int]] = ()) -> Excerpt:
        """Take all rules and constraints on which it depends what can be true of some atoms.

        Args:
            atoms: the atoms.
            constraints: bodies of further constraints.
        """
        plain: dict[int, _Plain] = {}
        weighted: dict[int, _Weighted] = {}
        found: dict[int, bool | None] = {}
        bodies = [body for one in constraints if (body := self._left(one)) is not None]
        stack = [*atoms, *(abs(literal) for body in bodies for literal in body)]
        while stack:
            atom = stack.pop()
            if atom in found:
                continue
            value = found[atom] = self._value(atom)
            if value is not None:
                continue
            if atom in self._fixed:  # it is chosen, if that can be
                bodies.append([-atom])
            for number in (*self._defining.get(atom, ()), *self._constraints.get(atom, ())):
                if number not in plain and (rule := self._rule(number)) is not None:
                    plain[number] = rule
                    stack += rule[1]
                    stack += map(abs, rule[2])
            for number in self._weighted.get(atom, ()):
                if number not in weighted:
                    _, heads, _, weights = weighted[number] = self._weighing(number)
                    stack += heads
                    stack += [abs(literal) for literal, _ in weights]
        return Excerpt(found, plain.values(), weighted.values(), bodies)

    # ---- what is certain ------------------------------------------------------------------

    def _value(self, atom: int) -> bool | None:
        """Tell whether an atom holds, if that follows from what is fixed."""
        stack = [] if atom in self._values else [atom]
        while stack:
            top = stack[-1]
            if top not in self._values:
                self._values[top] = None  # in case it depends on itself
                stack += [one for one in self._below(top) if one not in self._values]
            else:
                stack.pop()
                if self._values[top] is None:
                    self._values[top] = self._evaluated(top)
        return self._values[atom]

    def _below(self, atom: int) -> Iterator[int]:
        """Give the atoms on which an atom depends."""
        for number in self._defining.get(atom, ()):
            yield from map(abs, self._plain[number][2])
        for number in self._weighted.get(atom, ()):
            yield from (abs(literal) for literal, _ in self._weights[number][3])

    def _evaluated(self, atom: int) -> bool | None:
        """Tell whether an atom holds, once it is known of those on which it depends."""
        fixed = self._fixed.get(atom)
        if fixed is False:
            return False
        possible = False
        for number in self._defining.get(atom, ()):
            choice, heads, body = self._plain[number]
            left = self._left(body)
            if left is not None:
                if not left and (fixed or not (choice or len(heads) > 1)):
                    return True
                possible = True
        for number in self._weighted.get(atom, ()):
            choice, _, bound, weights = self._weights[number]
            sure, rest = self._sum(weights)
            if sure >= bound and (fixed or not choice):
                return True
            possible |= sure + sum(weight for _, weight in rest) >= bound
        return None if possible else False

    def _rule(self, number: int) -> _Plain | None:
        """Give what is open of a rule; None if it does not apply."""
        if number not in self._rules:
            choice, heads, body = self._plain[number]
            left = self._left(body)
            if not choice and any(map(self._value, heads)):
                left = None  # of several heads one holds anyway
            self._rules[number] = None if left is None else (choice, self._open(heads), left)
        return self._rules[number]

    def _weighing(self, number: int) -> _Weighted:
        """Give what is open of a rule that counts or adds up."""
        if number not in self._weighings:
            choice, heads, bound, weights = self._weights[number]
            sure, rest = self._sum(weights)
            self._weighings[number] = choice, self._open(heads), max(bound - sure, 0), rest
        return self._weighings[number]

    def _left(self, body: Iterable[int]) -> list[int] | None:
        """Give the literals of a body that are not certain; None if one is certainly false."""
        left = []
        for literal in body:
            value = self._value(abs(literal))
            if value is None:
                left.append(literal)
            elif value is not (literal > 0):
                return None
        return left

    def _sum(self, weights: Iterable[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
        """Give what some literals certainly add up to, and what the others may add."""
        sure, rest = 0, []
        for literal, weight in weights:
            value = self._value(abs(literal))
            if value is None:
                rest.append((literal, weight))
            elif value is (literal > 0):
                sure += weight
        return sure, rest

    def _open(self, atoms: Iterable[int]) -> list[int]:
        """Give the atoms of which it is not certain whether they hold."""
        return [atom for atom in atoms if self._value(atom) is None]


class Excerpt:
    """Some rules of a program, asked in its own literals. Those of other atoms say nothing.

    Args:
        atoms: the atoms, and whether they hold, as far as that is certain.
        plain: the rules; see `GroundRules`.
        weighted: the rules that count or add up.
        constraints: bodies of further constraints.
    """

    def __init__(
        self,
        atoms: Mapping[int, bool | None],
        plain: Iterable[_Plain],
        weighted: Iterable[_Weighted],
        constraints: Iterable[Sequence[int]],
    ) -> None:
        self._control = clingo.Control(list(OPTIONS))
        # Each question costs the more, the greater the numbers of the atoms.
        left = [atom for atom, value in atoms.items() if value is None]
        self._true = {a if value else -a for a, value in atoms.items() if value is not None}
        self._false = {-literal for literal in self._true}
        self._own = {atom: number for number, atom in enumerate(left, 1)}
        self._own |= {-atom: -number for atom, number in self._own.items()}
        own = self._own
        with self._control.backend() as backend:
            for choice, heads, body in plain:
                backend.add_rule([own[h] for h in heads], [own[x] for x in body], choice)
            for choice, heads, bound, weights in weighted:
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
            numbers, true = self._own, self._true
            found.append(
                wanted.holding(
                    lambda lit: lit in true or (lit in numbers and model.is_true(numbers[lit]))
                )
            )

        assumptions = list(assumptions)
        if not self._false.isdisjoint(assumptions):
            return None, frozenset(self._false.intersection(assumptions))
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
        said = set(fixed)
        for values in session.has.values():
            if not said.isdisjoint(values.values()):  # an attribute has one value at most
                said.update(-literal for literal in values.values() if literal not in said)
        self._excerpts = Excerpts(session.rules, (session.tolerate, session.nobody), said)
        counting = session.rules.counting
        self.ties: list[tuple[Sequence[int], frozenset[Pair]]] = [
            ([head] if head in counting else body, bond)
            for head, body, bond in session.dependencies.integrity()
        ]

    def alternatives(self, literal: int) -> list[int]:
        """Give literals of which one holds just if a literal does; see `Excerpts`."""
        return self._excerpts.alternatives(literal)

    def joined(self, literals: Sequence[int], *, together: bool) -> int:
        """Give a literal that holds if one of some literals does, or if all do.

        If there are several, only excerpts that are taken later know it.
        """
        if len(literals) == 1:
            return literals[0]
        if together:
            return -self._excerpts.one_of([-literal for literal in literals])
        return self._excerpts.one_of(literals)

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
