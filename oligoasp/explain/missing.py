"""What is still needed: the smallest sets of missing items that would settle a clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from oligoasp.answers import Item, Need
from oligoasp.decide import entry_of
from oligoasp.explain.question import Key, Question
from oligoasp.explain.reasons import RECORDED, further_entry
from oligoasp.explain.requests import Requests, no_more
from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value
from oligoasp.solver.minimal import group_oracle, shrink

MOST_WAYS = 48
"""How many different ways of meeting a clause are looked at."""
MOST_DESCRIBED = 80
"""How many things may be said of an entry that is missing, for it to be described."""


@dataclass(frozen=True)
class Way:
    """A minimal set of unknowns that meets a clause, with the values that each may have.

    A list has no values: it has to be complete. ``filled`` are lists that must not be empty;
    ``ruled_out`` are the other ways that had been ruled out when this one was found.
    """

    values: dict[Pair, frozenset[Value]]
    filled: frozenset[Pair]
    ruled_out: tuple[int, ...] = ()

    def covers(self, other: Way) -> bool:
        """Tell whether the other asks for more unknowns, or for the same and fewer values."""
        mine, its = set(self.values), set(other.values)
        return mine < its or (
            mine == its and all(self.values[u] >= values for u, values in other.values.items())
        )


@dataclass
class Ways:
    """The ways of meeting one clause; ``decisive``: the only values that leave a way open."""

    found: list[Way] = field(default_factory=list)
    decisive: dict[Pair, frozenset[Value]] = field(default_factory=dict)
    complete: bool = True


class Missing:
    """What a record does not say, and what that can still decide.

    An unknown is an attribute of the patient or of a recorded entry, or, as the pair
    ((kind, 0), ""), the rest of a list that may go on.

    Args:
        question: the record.
        eligible: whether to look for ways to meet a clause that leave the patient eligible.
    """

    def __init__(self, question: Question, *, eligible: bool = True) -> None:
        self._question = question
        self._session = question.session
        self._wanted = [question.session.eligible] if eligible else []
        self._rest: dict[Pair, list[Entity]] = {}
        self.unknowns: list[Pair] = []
        situation = question.situation
        # Of some kinds a site can obtain one more, even if the list is complete so far.
        obtainable = question.engine.protocol.list_means
        self._complete = {kind for kind in obtainable if kind not in situation.open_lists}
        self._assumptions = question.without(((kind, 0), "") for kind in self._complete)
        for entity, attribute in self._session.has:
            kind, index = entity
            if entity == THE_PATIENT or index <= len(situation.ids[kind]):
                fact = situation.facts.get((entity, attribute))
                if fact is None or len(fact.values) > 1:
                    self.unknowns.append((entity, attribute))
            elif kind in situation.open_lists or kind in obtainable:
                entities = self._rest.setdefault(((kind, 0), ""), [])
                if entity not in entities:
                    entities.append(entity)
        self.unknowns += self._rest
        self._found: dict[str, Ways] = {}
        self._requests = Requests(question)

    # ---- what would establish eligibility ---------------------------------------------

    def needs(self) -> tuple[list[Need], bool]:
        """Find, for each clause that is open, the minimal sets of unknowns that would meet it.

        Returns:
            The sets, clauses with the same sets together, and whether these are all.
        """
        question = self._question
        grouped: dict[tuple[tuple[Item, ...], ...], list[str]] = {}
        complete = True
        for clause in question.engine.protocol.in_order(question.decision.violable):
            complete = self.ways(clause).complete and complete
            grouped.setdefault(self.need(clause).alternatives, []).append(clause)
        return [Need(clauses=tuple(c), alternatives=a) for a, c in grouped.items() if a], complete

    def need(self, clause: str) -> Need:
        """Give the minimal sets of unknowns that would meet a clause."""
        ways = self.ways(clause)
        alternatives = [
            tuple(self._item(clause, way, pair, ways.decisive.get(pair)) for pair in way.values)
            for way in ways.found
        ]
        alternatives.sort(key=lambda items: (len(items), [(i.field, i.item) for i in items]))
        return Need(clauses=(clause,), alternatives=tuple(dict.fromkeys(alternatives)))

    def ways(self, clause: str) -> Ways:
        """Find the ways of meeting a clause: after each, one of its values is ruled out."""
        if clause in self._found:
            return self._found[clause]
        ways = self._found[clause] = Ways()
        cone = self._question.cone(clause)
        unknowns = [u for u in self.unknowns if u in cone]
        queue: list[tuple[list[int], tuple[Pair, frozenset[Value]] | None]] = [([], None)]
        closed: list[set[int]] = []
        visited = 0
        while queue:
            if visited == MOST_WAYS:
                ways.complete = False
                break
            excluded, without = queue.pop(0)
            if any(nothing_left <= set(excluded) for nothing_left in closed):
                continue
            model = self._favourable(clause, unknowns, excluded)
            if model is None:
                closed.append(set(excluded))
                if without is not None:
                    ways.decisive[without[0]] = without[1]
                continue
            visited += 1
            way = replace(
                self._minimal(clause, unknowns, model),
                ruled_out=(*self._question.met([clause]), *excluded),
            )
            if not any(w.covers(way) for w in ways.found):
                ways.found.append(way)
            for pair, values in way.values.items():
                if values:
                    literals = self._session.has[pair]
                    ruled_out = [*excluded, *(-literals[v] for v in values)]
                    queue.append((ruled_out, None if excluded else (pair, values)))
        found = ways.found
        ways.found = [w for w in found if not any(o.covers(w) for o in found if o is not w)]
        return ways

    def _less_and_less(self) -> Iterator[list[int]]:
        """Give what to assume about the rest of lists, worked out only where it is needed."""
        yield self._nothing_more
        yield self._least_more
        yield []

    @cached_property
    def _nothing_more(self) -> list[int]:
        return [-self._session.present[e] for entities in self._rest.values() for e in entities]

    @cached_property
    def _least_more(self) -> list[int]:
        """Say that there is nothing more in every list in which nothing more is needed."""
        empty: list[int] = []
        for entities in self._rest.values():
            more = [*empty, *(-self._session.present[e] for e in entities)]
            if self._session.satisfiable([*self._assumptions, *self._wanted, *more]):
                empty = more
        return empty

    def _favourable(
        self, clause: str, unknowns: Sequence[Pair], excluded: list[int]
    ) -> dict[Pair, list[int]] | None:
        """Find an eligible patient, and give what each unknown is in it, as literals."""
        session = self._session
        goal = [*self._assumptions, *self._wanted, *self._question.met([clause]), *excluded]
        wanted = [lit for u in unknowns for lit in self._literals(u)]
        for extra in self._less_and_less():
            true, clash = session.true_or_clashing([*goal, *extra], wanted)
            if true is not None:
                return {u: self._as_in(u, true) for u in unknowns}
            if clash.isdisjoint(extra):
                return None
        return None

    def _literals(self, unknown: Pair) -> list[int]:
        """Give the literals that say what an unknown is."""
        session = self._session
        if unknown[1]:
            return list(session.has[unknown].values())
        entities = self._rest[unknown]
        return [session.present[e] for e in entities] + [
            literal
            for pair, values in session.has.items()
            if pair[0] in entities
            for literal in values.values()
        ]

    def _as_in(self, unknown: Pair, true: frozenset[int]) -> list[int]:
        """Give literals that say that an unknown is as in a model."""
        session = self._session
        if unknown[1]:
            return next(
                (self._says(unknown, v) for v, x in session.has[unknown].items() if x in true), []
            )
        entities = self._rest[unknown]
        if not any(session.present[e] in true for e in entities):
            return [-session.present[e] for e in entities]
        return [x if x in true else -x for x in self._literals(unknown)]

    def _says(self, unknown: Pair, value: Value) -> list[int]:
        """Give literals that say that an unknown has a value, wherever it has a meaning."""
        values = self._session.has[unknown]
        if (unknown[0][0], unknown[1]) in self._question.engine.protocol.vocabulary.conditions:
            return [-literal for other, literal in values.items() if other != value]
        return [values[value]]

    def _minimal(self, clause: str, unknowns: Sequence[Pair], model: dict[Pair, list[int]]) -> Way:
        """Drop the unknowns that the clause does not need, and widen the values of the others."""
        session = self._session
        broken = [*self._assumptions, session.violated[clause]]
        oracle = group_oracle([model[u] for u in unknowns], broken, session.core)
        core = oracle(range(len(unknowns))) or []
        lists_first = sorted(core, key=lambda i: (unknowns[i][1] != "", i))
        # Without any, the clause can be broken: it would not be open otherwise.
        least = shrink(lists_first, oracle) if len(core) > 1 else core
        needed = [unknowns[i] for i in least]
        values: dict[Pair, frozenset[Value]] = {}
        filled = set()
        said = {unknown: model[unknown] for unknown in needed}
        for unknown in needed:
            others = [lit for other in needed if other != unknown for lit in said[other]]
            if not unknown[1]:
                values[unknown] = frozenset()
                if any(literal > 0 for literal in model[unknown]):
                    filled.add(unknown)
                continue
            values[unknown] = self._excluding(unknown, [*broken, *others])
            # What follows has to hold for each of these values, not only for the model's.
            literals = session.has[unknown]
            said[unknown] = [-x for value, x in literals.items() if value not in values[unknown]]
        return Way(values, frozenset(filled))

    def _excluding(self, unknown: Pair, assumptions: Sequence[int]) -> frozenset[Value]:
        """Give the possible values of an unknown with which assumptions cannot hold."""
        literals = self._session.has[unknown]
        left = {literals[value]: value for value in self.possible(unknown)}
        while left:
            others = [-literal for literal in literals.values() if literal not in left]
            true = self._session.true_literals([*assumptions, *others], left)
            if true is None:
                break
            if not true:  # where it has no meaning, whatever is said of it holds
                return frozenset()
            for literal in true:
                del left[literal]
        return frozenset(left.values())

    def possible(self, unknown: Pair) -> Iterable[Value]:
        """Give the values that an unknown can have, as far as the record leaves them open."""
        fact = self._question.situation.facts.get(unknown)
        return fact.values if fact is not None else self._session.has[unknown]

    # ---- wording ------------------------------------------------------------------------

    def _item(
        self, clause: str, way: Way, unknown: Pair, decisive: frozenset[Value] | None
    ) -> Item:
        if not unknown[1]:
            return self._entries(clause, way, unknown)
        entity, attribute = unknown
        values = way.values[unknown]
        words = self._question.words
        path = self._question.engine.field_path(self._question.situation, entity, attribute)
        typed = entry_of(self._question.situation, entity).text(path)
        fatal = [v for v in self.possible(unknown) if v not in (decisive or ())]
        request, field_asked = self._requests.attribute(unknown)
        return Item(
            item=words.subject(entity, attribute),
            request=request,
            passes=self._requests.passes(unknown, values),
            field=field_asked,
            needed=self._requests.region(unknown, values),
            note=self._requests.why_open(unknown, typed) if typed else "",
            ends=self._requests.ends(unknown, fatal) if decisive and fatal else "",
        )

    def _entries(self, clause: str, way: Way, unknown: Pair) -> Item:
        """Ask for the rest of a list, or for one entry more of a list that is complete."""
        kind = self._question.engine.protocol.vocabulary.kinds[unknown[0][0]]
        filled = unknown in way.filled
        said = RECORDED
        literals = len(self._literals(unknown)) // len(self._rest[unknown])
        if (filled or kind.name in self._complete) and literals <= MOST_DESCRIBED:
            assumptions = [*self._assumptions, *way.ruled_out]
            said = further_entry(self._question, kind.name, (clause,), assumptions)
        if kind.name in self._complete:
            further = f"a further {kind.label}"
            return Item(
                item=further,
                request=further,
                passes="" if said == RECORDED else f"only if {said}",
                field=kind.list_name,
                needed=said,
            )
        passes = no_more(len(self._question.situation.ids[kind.name]))
        if filled:
            passes = "only if there is one" + (f" with {said}" if said != RECORDED else "")
        return Item(
            item=kind.list_name.replace("_", " "),
            request=self._requests.list_of(kind.name),
            passes=passes,
            field=kind.list_name,
            needed="the complete list" + ("" if filled else "; empty if there are none"),
        )

    # ---- names of unknowns ----------------------------------------------------------------

    def named(self, clause: str) -> list[str]:
        """Name the unknowns that can settle a clause favourably."""
        ways = self.ways(clause)
        return list(dict.fromkeys(self._name(u) for way in ways.found for u in way.values))

    def no_longer_matters(self) -> list[str]:
        """Name the fields and lists, not recorded, on which no open clause depends any more.

        Where the ways of meeting a clause have not all been found, all that the clause
        could ask for is taken to matter.
        """
        question = self._question
        decision = question.decision
        matter: set[Key] = set()
        for clause in () if decision.violated else decision.violable:
            ways = self.ways(clause)
            if not ways.complete:
                return []
            matter |= {self._key(u) for way in ways.found for u in way.values}
        silent = [u for u in self.unknowns if not self._given(u) and self._key(u) not in matter]
        return list(dict.fromkeys(self._name(u) for u in silent))

    def _key(self, unknown: Pair) -> Key:
        entity, attribute = unknown
        return entity, attribute and self._question.engine.field_path(
            self._question.situation, entity, attribute
        )

    def _given(self, unknown: Pair) -> bool:
        return bool(unknown[1]) and self._question.typed(self._key(unknown))

    def _name(self, unknown: Pair) -> str:
        entity, attribute = unknown
        if not attribute:
            kinds = self._question.engine.protocol.vocabulary.kinds
            return kinds[entity[0]].list_name.replace("_", " ")
        return self._question.words.subject(entity, attribute)
