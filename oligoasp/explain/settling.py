"""What settles a clause: the people who could be the patient, as the search for it asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from oligoasp.explain.parting import Part
from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Entity, Pair, Value
from oligoasp.solver.excerpt import Excerpt
from oligoasp.solver.groups import Groups
from oligoasp.solver.minimal import group_oracle, shrink
from oligoasp.solver.sufficient import Answers, Clash, Counterexample, Demand, Place


class EntryLike(NamedTuple):
    """What an entry can be like: the values of its attributes, and which may be without meaning."""

    entity: Entity
    allowed: dict[str, set[Value]]
    meaningless: frozenset[str]


@dataclass(frozen=True)
class Way:
    """A minimal set of unknowns that meets a clause, with the values that each may have.

    A list has no values: it has to be complete. ``filled`` are lists that must not be empty,
    each with the assumptions under which it has to be as it is: somebody who gives the same
    answers to the rest, but breaks the clause. ``elsewhere`` are those of them that this clause
    lets be empty: only for other clauses they must not. ``entries`` says of some of the others
    what their first entry can be like.
    """

    values: dict[Pair, frozenset[Value]]
    filled: dict[Pair, list[int]]
    elsewhere: frozenset[Pair] = frozenset()
    entries: dict[Pair, EntryLike] = field(default_factory=dict)

    def covers(self, other: Way) -> bool:
        """Tell whether the other asks for the same unknowns, and for no other values."""
        return (
            self.values.keys() == other.values.keys()
            and self.filled.keys() <= other.filled.keys()
            and all(self.values[u] >= values for u, values in other.values.items())
        )


class Settling:
    """Who could be the patient, as far as it matters to one clause, or a part of it: an oracle.

    ``pairs`` are the unknowns on which it can depend; see `Part`.

    Args:
        question: the record.
        unknowns: what the record does not say.
        part: what is to be met.
    """

    def __init__(self, question: Question, unknowns: Unknowns, part: Part) -> None:
        self._session = session = question.session
        self._unknowns = unknowns
        self._part = part
        self._cone, self.pairs = part.cone, part.pairs
        self._situation = question.situation
        groups = [g for p in self.pairs for g in unknowns.groups(p, self._cone)]
        self._wanted = Groups([*groups, *([abs(literal)] for literal in part.literals)])
        self._unlisted = {
            entity: e for e, p in enumerate(self.pairs) for entity in unknowns.rest.get(p, ())
        }
        self._none = {
            -session.present[entity]: e
            for entity, e in self._unlisted.items()
            if self.pairs[e] in unknowns.complete
        }

    @cached_property
    def _met(self) -> int:
        """The literal by which excerpts know whether it is met."""
        return self._unknowns.rules.joined(self._part.literals, together=self._part.together)

    @cached_property
    def _asked(self) -> Excerpt:
        """The rules on which the clause depends: much is asked that is about these only."""
        return self._unknowns.rules.about([abs(self._met)], self._cone)

    @cached_property
    def _people(self) -> list[frozenset[int]]:
        """Who has been seen so far, as what is true of them."""
        first = self._unknowns.first[0] if self._part.whole else None
        return [] if first is None else [first]

    @property
    def open(self) -> bool:
        """Whether it is not met by everybody who can be the patient, eligible or not."""
        return self._part.whole or self._breaking({})[0] is not None

    def place(self, literal: int) -> Place:
        """Give what a literal of a demand is about; see `Oracle`."""
        entry, attribute = self._places[abs(literal)]
        return Place(entry, attribute, gone=literal > 0 and not attribute)

    def likely(self, literal: int) -> bool:
        """Tell whether somebody has been seen of whom a literal does not hold."""
        return -literal in self._unknowns.seen

    @cached_property
    def _places(self) -> dict[int, tuple[int, str]]:
        """Which entry of a list, and which attribute, each literal is about."""
        has, present = self._session.has, self._session.present
        places = {lit: (0, pair[1]) for pair in self.pairs if pair[1] for lit in has[pair].values()}
        for entity in self._unlisted:
            places[present[entity]] = (entity[1], "")
        for one in self._cone:
            if one[0] in self._unlisted and one in has:
                places |= dict.fromkeys(has[one].values(), (one[0][1], one[1]))
        return places

    def somebody(self, known: Collection[int], demands: Collection[Demand]) -> Answers | Clash:
        """Find somebody who can be the patient as one hopes; see `Oracle`."""
        hidden = {lit: e for lit, e in self._none.items() if e not in known}
        true = next((one for one in self._people if self._is(one, demands, hidden)), None)
        if true is not None:
            return {e: self._answer(e, true) for e in known}
        wishes = [(demand, self._wish(demand[1])) for demand in demands]
        groups = [[self._met], *(wish for _, wish in wishes), *([lit] for lit in hidden)]
        # The few rules about the clause tell more quickly what is impossible, if they do.
        blamed = self._clashing(groups)
        if not blamed:
            groups[0] = list(self._part.hope)
            together = [lit for group in groups for lit in group]
            true, clash = self._unknowns.somebody(together, self._wanted)
            if true is not None:
                self._people.append(true)
                return {e: self._answer(e, true) for e in known}
            core = [i for i, group in enumerate(groups) if not clash.isdisjoint(group)]
            # Few that clash rule out much, which is worth asking for.
            blamed = shrink(core, group_oracle(groups, self._unknowns.goal, self._session.core))
        named = [None, *(demand for demand, _ in wishes), *hidden.values()]
        return Clash(
            [x for i in blamed if isinstance(x := named[i], tuple)],
            [x for i in blamed if isinstance(x := named[i], int)],
        )

    def _is(self, true: Collection[int], demands: Collection[Demand], none: Iterable[int]) -> bool:
        """Tell whether somebody meets the clause, fulfils demands and has none of some entries."""
        return (
            self._part.holds(true)
            and all(-lit not in true for lit in none)
            and all(any((abs(x) in true) != (x > 0) for x in some) for _, some in demands)
        )

    def _wish(self, literals: frozenset[int]) -> list[int]:
        """Give assumptions that say that one of some literals does not hold; see `Demand`."""
        first, *others = literals
        if not others:
            return [-first]
        return self._one_of(self._unknowns.attribute[-first], {-lit for lit in literals})

    def _one_of(self, pair: Pair, literals: Collection[int]) -> list[int]:
        """Give assumptions that say that an attribute has one of the values with some literals."""
        others = [-lit for lit in self._session.has[pair].values() if lit not in literals]
        return [*self._unknowns.meaning(pair), *others]

    def _clashing(self, groups: Sequence[Sequence[int]]) -> Sequence[int]:
        """Give few of some assumptions that nobody fulfils, if it is for the clause's own rules."""
        oracle = group_oracle(groups, [-self._session.tolerate], self._asked.core)
        core = oracle(range(len(groups)))
        return shrink(core, oracle) if core else ()

    def _answer(self, e: int, true: Collection[int]) -> list[int]:
        """Give what would be answered about somebody: nothing where there is no meaning."""
        pair = self.pairs[e]
        if not pair[1]:
            return [lit for part in self._unknowns.parts(pair, true, self._cone) for lit in part]
        values = [v for v, lit in self._session.has[pair].items() if lit in true]
        return self._unknowns.among(pair, values) if values else []

    def doubt(self, answers: Answers) -> Counterexample | Collection[int]:
        """Give why answers leave the clause open, or those that settle it; see `Oracle`."""
        true, clash = self._breaking(answers)
        if true is None:
            return {e for e, said in answers.items() if not clash.isdisjoint(said)}
        return self._counterexample(answers, true)

    def widened(self, answers: Answers) -> Way:
        """Give the values with which answers settle the clause just as well."""
        values: dict[Pair, frozenset[Value]] = {}
        filled: dict[Pair, list[int]] = {}
        elsewhere: set[Pair] = set()
        said = dict(answers)
        for e in sorted(answers, key=lambda e: (self.pairs[e][1] == "", e)):
            pair = self.pairs[e]
            others = {one: literals for one, literals in said.items() if one != e}
            if pair[1]:
                values[pair] = self._passing(e, others)
                # What follows has to hold for each of these values, not for one only.
                said[e] = self._unknowns.among(pair, values[pair])
                continue
            values[pair] = frozenset()
            if any(lit > 0 for lit in said[e]):
                true, _ = self._breaking(others)
                filled[pair] = self._others(e, true or frozenset())
                empty = [-self._session.present[entity] for entity in self._unknowns.rest[pair]]
                if self._breaking({**others, e: empty})[0] is None:
                    elsewhere.add(pair)
        return Way(values, filled, frozenset(elsewhere))

    def _passing(self, e: int, others: Answers) -> frozenset[Value]:
        """Give the values with which, others being as they are, nobody breaks the clause."""
        background = self._answered({**others, e: []})
        return self._never(self.pairs[e], [*background, -self._met])

    def _never(self, pair: Pair, assumptions: Sequence[int]) -> frozenset[Value]:
        """Give the values of an attribute of nobody who fulfils assumptions."""
        literals = self._session.has[pair]
        left = set(self._unknowns.possible(pair))
        while left:
            among = self._unknowns.among(pair, left)
            wanted = [literals[value] for value in left]
            true, _ = self._asked.true_or_clashing([*assumptions, *among], Groups([wanted]))
            if true is None:
                break
            shown = {value for value in left if literals[value] in true}
            left = left - shown if shown else set()  # without a meaning it can have them all
        return frozenset(left)

    def entry(self, pair: Pair, assumptions: Sequence[int]) -> EntryLike:
        """Give what the first entry of a list can be like if the clause is met.

        Args:
            pair: the list.
            assumptions: who else is considered.
        """
        session = self._session
        entity = self._unknowns.rest[pair][0]
        there = [-session.tolerate, *assumptions, self._met, session.present[entity]]
        allowed: dict[str, set[Value]] = {}
        meaningless: set[str] = set()
        for one, values in session.has.items():
            if one[0] != entity or one not in self._cone:
                continue
            left = dict(values)
            while left:
                some = self._one_of(one, left.values())
                true, _ = self._asked.true_or_clashing([*there, *some], Groups([left.values()]))
                if true is None:
                    break
                left = {value: lit for value, lit in left.items() if lit not in true}
            allowed[one[1]] = set(values) - set(left)
            if self._asked.core([*there, *(-lit for lit in values.values())]) is None:
                meaningless.add(one[1])
        return EntryLike(entity, allowed, frozenset(meaningless))

    def outside(self, way: Way) -> list[Demand]:
        """Give the demands of which others who meet the clause in that way fulfil one.

        None if there is nobody else: of a single attribute all values are tried.
        """
        demands: list[Demand] = []
        for e, pair in enumerate(self.pairs):
            if pair in way.filled:
                first = self._session.present[self._unknowns.rest[pair][0]]
                demands.append((e, frozenset({first})))
            elif pair[1] and pair in way.values and len(way.values) > 1:
                literals = self._session.has[pair]
                others = set(self._unknowns.possible(pair)) - way.values[pair]
                if others:
                    demands.append((e, frozenset(-literals[value] for value in others)))
        return demands

    def _breaking(self, answers: Answers) -> tuple[frozenset[int] | None, frozenset[int]]:
        """Find somebody who answers so and breaks the clause, or assumptions that clash.

        Rather somebody with no more entries than are recorded: there is less to blame then.
        """
        broken = [*self._answered(answers), -self._met]
        nothing_more = [
            -self._session.present[entity]
            for entity, e in self._unlisted.items()
            if e not in answers
        ]
        true, clash = self._asked.true_or_clashing([*broken, *nothing_more], self._wanted)
        if true is None and not clash.isdisjoint(nothing_more):
            return self._asked.true_or_clashing(broken, self._wanted)
        return true, clash

    def _answered(self, answers: Answers) -> list[int]:
        """Give the assumptions of a record with some answers."""
        none = [lit for lit, e in self._none.items() if e not in answers]
        said = [lit for literals in answers.values() for lit in literals]
        return [-self._session.tolerate, *none, *said]

    def _others(self, e: int, true: frozenset[int]) -> list[int]:
        """Say what all unknowns but one are in somebody."""
        pairs = [pair for other, pair in enumerate(self.pairs) if other != e]
        parts = (part for pair in pairs for part in self._unknowns.parts(pair, true, self._cone))
        return [lit for part in parts for lit in part]

    # ---- learning -----------------------------------------------------------------------

    def _counterexample(self, answers: Answers, true: frozenset[int]) -> Counterexample:
        """Learn from somebody who breaks the clause in spite of answers.

        Of the literals that hold for that person, some are blamed, so that everybody breaks the
        clause of whom these hold; and who else does not answer otherwise can be such a person.
        """
        session = self._session
        parts = [
            (e, part)
            for e, pair in enumerate(self.pairs)
            for part in self._unknowns.parts(pair, true, self._cone)
        ]
        state = {lit: e for e, part in parts for lit in part}
        blamed = self._blamed(answers, parts)
        if blamed is None:  # the rules leave more open than attributes
            blamed = state
        else:
            self._keep_possible(blamed, state)
        for e, pair in enumerate(self.pairs):
            if self._unknowns.proves(pair) and true.isdisjoint(session.has[pair].values()):
                blamed |= {lit: e for lit, of in state.items() if of == e}
        return Counterexample(
            self._demands(blamed),
            {self._none[-lit] for lit in blamed if -lit in self._none},
        )

    def _demands(self, blamed: dict[int, int]) -> list[Demand]:
        """Demand that something blamed is not so; values that are likely to do stand together."""
        places: dict[tuple[int, Place, bool], list[int]] = {}
        for lit, e in blamed.items():
            places.setdefault((e, self.place(lit), self.likely(lit)), []).append(lit)
        return [(e, frozenset(literals)) for (e, _, _), literals in places.items()]

    def _blamed(
        self, answers: Answers, parts: Sequence[tuple[int, list[int]]]
    ) -> dict[int, int] | None:
        """Give parts of what holds for somebody with which everybody breaks the clause."""
        background = [-self._session.tolerate, self._met]
        owner = {lit: e for e, part in parts for lit in part}
        # Rather blamed is what was not answered, and that it is none of what may be well.
        order = sorted(owner, key=lambda lit: (owner[lit] in answers, not self.likely(lit)))
        core = self._asked.core([*background, *order])
        if core is None:
            return None
        groups: dict[tuple[bool, bool, int, Place], list[int]] = {}
        for lit in core:
            if lit in owner:
                e = owner[lit]
                place = (e not in answers, self.likely(lit), e, self.place(lit))
                groups.setdefault(place, []).append(lit)
        places = sorted(groups)
        oracle = group_oracle([groups[one] for one in places], background, self._asked.core)
        least = shrink(range(len(places)), oracle)
        left = [lit for i in least for lit in groups[places[i]]]
        if len(left) > 2 * len(least):  # of many values some need not be denied
            kept = set(self._asked.core([*background, *reversed(left)]) or left)
            left = [lit for lit in reversed(left) if lit in kept]
        return {lit: owner[lit] for lit in left}

    def _keep_possible(self, blamed: dict[int, int], state: dict[int, int]) -> None:
        """Blame also what keeps everybody possible in whom what is blamed is put in the place."""
        done: set[int] = set()
        while left := sorted(set(blamed.values()) - done):
            for e in left:
                for body in self._ties.get(e, ()):
                    blamed |= self._unfulfilled(body, e, blamed, state)
            done.update(left)

    def _unfulfilled(
        self, body: Sequence[int], moved: int, blamed: dict[int, int], state: dict[int, int]
    ) -> dict[int, int]:
        """Give what keeps an integrity rule from applying where one unknown is as in somebody."""
        if not self._excluded.isdisjoint(body):
            return {}
        false = [lit for one in body for lit in (-one, -self._presence.get(one, 0)) if lit in state]
        if any(state[lit] == moved or lit in blamed for lit in false):
            return {}
        if false:
            touched = set(blamed.values())
            best = min(false, key=lambda lit: state[lit] not in touched)
            return {best: state[best]}
        own = [lit for lit, e in state.items() if e == moved]
        core = self._asked.core([self._session.tolerate, *body, *own, *state])
        if core is None:
            return state
        return {lit: state[lit] for lit in core if state.get(lit, moved) != moved}

    @cached_property
    def _ties(self) -> dict[int, list[Sequence[int]]]:
        """The bodies of integrity rules that tie several unknowns together, by unknown."""
        of = {pair: e for e, pair in enumerate(self.pairs)}
        of |= {one: self._unlisted[one[0]] for one in self._cone if one[0] in self._unlisted}
        found: dict[int, list[Sequence[int]]] = {}
        tied: dict[frozenset[Pair], list[int]] = {}  # many rules tie the same attributes
        for body, bond in self._unknowns.rules.ties:
            if bond not in tied:
                elements = {of[one] for one in bond if one in of}
                tied[bond] = sorted(elements) if len(elements) > 1 else []
            for e in tied[bond]:
                found.setdefault(e, []).append(body)
        return found

    @cached_property
    def _excluded(self) -> frozenset[int]:
        """The literals that say what the record rules out."""
        facts = self._situation.facts
        values = frozenset(
            lit
            for pair in self._cone
            if pair in facts
            for value, lit in self._session.has.get(pair, {}).items()
            if value not in facts[pair].values
        )
        return values.union(-lit for lit in self._unknowns.assumptions)

    @cached_property
    def _presence(self) -> dict[int, int]:
        """The literal that an entry is there, by those that say what an entry of a list is."""
        return {
            lit: self._session.present[pair[0]]
            for pair in self._cone
            if pair[0] in self._unlisted
            for lit in self._session.has.get(pair, {}).values()
        }
