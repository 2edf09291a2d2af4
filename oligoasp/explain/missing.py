"""What is still needed: the smallest sets of missing items that would settle a clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TypeAlias

from oligoasp.answers import Item, Need
from oligoasp.decide import entry_of
from oligoasp.explain.ending import ending
from oligoasp.explain.parting import Part, parts_of
from oligoasp.explain.question import Key, Question
from oligoasp.explain.reasons import RECORDED, entry_like
from oligoasp.explain.requests import Requests, no_more
from oligoasp.explain.settling import Settling, Way
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair, Value
from oligoasp.solver.ahead import Apart, in_copy
from oligoasp.solver.sufficient import Found, LimitError, SufficientSets

MOST_WAYS = 16
"""How many different ways of meeting a clause are looked for."""
MOST_PROPOSALS, MOST_IN_ALL, LEAST_PROPOSALS = 600, 1200, 60
"""How many proposals of what is known, and what is answered, are looked at for each thing that a
clause needs, and for all clauses together; but for none fewer than the least."""
APART, COPIES = 12, 2
"""How many clauses are worth a copy of this process, and how many copies are made."""
JOINED = frozenset({"quotient", "cockcroft_gault"})
"""Origins of attributes that are not settled by any single field."""
MOST_DESCRIBED = 80
"""How many things may be said of an entry that is missing, for it to be described."""


@dataclass
class Ways:
    """The ways of meeting a clause, or what is needed of it besides other things.

    ``complete`` says that no other set of unknowns meets it, ``exact`` also that with those that
    do there are no other values.
    """

    found: list[Way] = field(default_factory=list)
    complete: bool = True
    exact: bool = True


class _Search(SufficientSets):
    """The search for the sets of unknowns that meet a clause, or a part of it."""

    def __init__(self, settling: Settling, limit: int) -> None:
        super().__init__(len(settling.pairs), settling, limit)
        self.settling = settling

    def pairs(self, found: Found) -> list[Pair]:
        """Give the unknowns of a set."""
        return [self.settling.pairs[e] for e in found.unknowns]


Place: TypeAlias = tuple[int, int, str]


class Missing:
    """What a record does not say, and what that can still decide.

    Args:
        question: the record.
        eligible: whether to look for ways to meet a clause that leave the patient eligible.
    """

    def __init__(self, question: Question, *, eligible: bool = True) -> None:
        self._question = question
        self._session = question.session
        self._eligible = eligible
        self.unknowns = Unknowns(question, eligible=eligible)
        self.found: dict[str, list[Ways]] = {}
        self._left = MOST_IN_ALL
        self._copies: list[Apart[dict[str, list[Ways]]]] = []
        self._requests = Requests(question)

    # ---- what would establish eligibility ---------------------------------------------

    def needs(self) -> tuple[list[Need], bool]:
        """Find, for each clause that is open, the minimal sets of unknowns that would meet it.

        Returns:
            The sets, each time for clauses with the same ones together, and whether these are
            all. Of a clause of which several things are needed there are sets for each.
        """
        grouped: dict[tuple[tuple[Item, ...], ...], list[str]] = {}
        clauses = self._open
        for copy in self._copies:
            self.found |= copy.result()
        exact = [ways.exact for clause in clauses for ways in self.ways(clause)]
        for clause in clauses:
            for need in self.of_clause(clause):
                grouped.setdefault(need.alternatives, []).append(clause)
        needs = [Need(clauses=tuple(c), alternatives=a) for a, c in grouped.items() if a]
        return needs, all(exact)

    def begin(self) -> bool:
        """Look for what the open clauses need in copies of this process, at once.

        Returns:
            Whether that was begun: it is worth it if there are many; else `needs` looks itself.
        """
        clauses = self._open
        if len(clauses) >= COPIES * APART:
            self._question.wait()  # a copy has no threads
            _ = self.unknowns.rules, self.unknowns.first  # the same for all
            for start in range(COPIES):
                part = clauses[start::COPIES]
                copy = in_copy(partial(self._look_apart, part), partial(self._look, part))
                self._copies += [] if copy is None else [copy]
        return bool(self._copies)

    def _look_apart(self, clauses: Sequence[str]) -> dict[str, list[Ways]]:
        """Find what `_look` does where nobody else will be asked for in this session."""
        self.unknowns.settle()
        return self._look(clauses)

    def _look(self, clauses: Sequence[str]) -> dict[str, list[Ways]]:
        """Find the ways of meeting clauses."""
        return {clause: self.ways(clause) for clause in clauses}

    @property
    def _open(self) -> list[str]:
        return self._question.engine.protocol.in_order(self._question.decision.violable)

    def of_clause(self, clause: str) -> list[Need]:
        """Give what a clause needs, each with the minimal sets of unknowns that would do."""
        found = []
        for ways in self.ways(clause):
            alternatives = [
                tuple(self._item(way, unknown) for unknown in sorted(way.values, key=self._place))
                for way in ways.found
            ]
            found.append(Need(clauses=(clause,), alternatives=tuple(dict.fromkeys(alternatives))))
        return found

    def ways(self, clause: str) -> list[Ways]:
        """Find the ways of meeting a clause: of each thing that it needs."""
        if clause not in self.found:
            needed = []
            for parts in parts_of(self._question, self.unknowns, clause):
                limit = max(LEAST_PROPOSALS, min(MOST_PROPOSALS, self._left))
                ways, left = self._ways(clause, parts, limit)
                self._left -= limit - left
                needed += [ways] if ways is not None else []
            self.found[clause] = sorted(needed, key=self._first)
        return self.found[clause]

    def _first(self, ways: Ways) -> Place:
        """Give the place of the first unknown that some ways ask for."""
        places = (self._place(unknown) for way in ways.found for unknown in way.values)
        return min(places, default=(len(self._places), 0, ""))

    def _ways(self, clause: str, parts: Sequence[Part], left: int) -> tuple[Ways | None, int]:
        """Find the ways of meeting one of some parts of a clause.

        Args:
            clause: the clause.
            parts: the parts.
            left: how many proposals may be looked at.

        Returns:
            The ways, or None if all are met anyway, and how many proposals are left.
        """
        ways = Ways()
        sets: list[tuple[_Search, Found]] = []
        settlings = [Settling(self._question, self.unknowns, part) for part in parts]
        if any(not settling.open for settling in settlings):
            return None, left
        for settling in settlings:
            search = _Search(settling, left)
            try:
                for found in search.all():
                    if len(sets) == MOST_WAYS:
                        raise LimitError
                    sets.append((search, found))
            except LimitError:
                ways.complete = ways.exact = False
            left = search.left
        for search, found in self._of_items(clause, sets) if len(sets) > 1 else sets:
            settling, search.left = search.settling, left
            beside = [settling.widened(found.answers)]
            try:
                while demands := settling.outside(beside[-1]):
                    search.cover(found.unknowns, demands)
                    answers = search.otherwise(found.unknowns)
                    if answers is None:
                        break
                    beside.append(settling.widened(answers))
            except LimitError:
                ways.exact = False
            left = search.left
            ways.found += [
                self._with_entries(settling, way)
                for way in beside
                if not any(o.covers(way) for o in beside if o is not way)
            ]
        ways.found.sort(key=self._rank)
        return ways, left

    def _rank(self, way: Way) -> tuple[int, int, list[tuple[Place, list[str]]]]:
        """Give what ways are sorted by.

        That is how many unknowns they have, how many of these a typical patient would have to
        answer otherwise, and their places.
        """
        said = [(self._place(u), sorted(map(str, way.values[u]))) for u in way.values]
        untypical = 0
        for ((kind, _), attribute), values in way.values.items():
            usual = self._usual.get((kind, attribute))
            untypical += usual is not None and usual not in values
        return len(way.values), untypical, sorted(said)

    @cached_property
    def _usual(self) -> dict[tuple[str, str], str]:
        """What a typical patient answers, by kind and attribute, where that is no number."""
        protocol = self._question.engine.protocol
        attributes = protocol.vocabulary.attributes
        return {of: v for of, v in protocol.typical.items() if attributes[of].type != "number"}

    def _place(self, unknown: Pair) -> Place:
        """Give the place of an unknown in a record: lists that may go on are at its end."""
        (kind, index), attribute = unknown
        place = self._places[kind, attribute] if attribute else len(self._places)
        return place, index, kind

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        attributes = self._question.engine.protocol.vocabulary.attributes
        return {pair: place for place, pair in enumerate(attributes)}

    def _with_entries(self, settling: Settling, way: Way) -> Way:
        """Add what the first entry of a list can be like, where that can be described."""
        entries = {
            unknown: settling.entry(unknown, assumptions)
            for unknown, assumptions in way.filled.items()
            if unknown not in way.elsewhere
            and len(self.unknowns.literals(unknown)) // len(self.unknowns.rest[unknown])
            <= MOST_DESCRIBED
        }
        return replace(way, entries=entries) if entries else way

    def _of_items(
        self, clause: str, sets: list[tuple[_Search, Found]]
    ) -> list[tuple[_Search, Found]]:
        """Leave out sets that ask for more than others, where what one field says is one item.

        Of sets that ask for the same items, those stay of which the clause reads most itself.
        """
        items: dict[frozenset[Key], list[tuple[_Search, Found]]] = {}
        for search, found in sets:
            asked = frozenset(map(self.item, search.pairs(found)))
            items.setdefault(asked, []).append((search, found))
        session = self._session
        read = session.dependencies.about(
            session.dependencies.reached(session.status_atoms(clause))
        )
        left = []
        for asked, same in items.items():
            if not any(other < asked for other in items):
                unread = [sum(pair not in read for pair in s.pairs(f)) for s, f in same]
                left += [f for f, n in zip(same, unread, strict=True) if n == min(unread)]
        return left

    def item(self, unknown: Pair) -> Key:
        """Give the field that settles an unknown, or the unknown itself if there are several."""
        entity, attribute = unknown
        origins = self._question.engine.protocol.vocabulary.attributes
        if attribute and origins[entity[0], attribute].origin.form in JOINED:
            return unknown
        return self._key(unknown)

    @cached_property
    def ends(self) -> Mapping[Pair, frozenset[Value]]:
        """The values of unknowns with which, whatever else is answered, nobody is eligible."""
        if not self._eligible:
            return {}
        cones = [self._question.cone(clause) for clause in self._open]
        asked = (u for u in self.unknowns.pairs if u[1] and any(u in cone for cone in cones))
        return ending(self._session, self.unknowns, asked)

    # ---- wording ------------------------------------------------------------------------

    def _item(self, way: Way, unknown: Pair) -> Item:
        if not unknown[1]:
            return self._entries(way, unknown)
        entity, attribute = unknown
        values = way.values[unknown]
        words = self._question.words
        path = self._question.engine.field_path(self._question.situation, entity, attribute)
        typed = entry_of(self._question.situation, entity).text(path)
        fatal = self.ends.get(unknown)
        request, fields = self._requests.attribute(unknown)
        return Item(
            item=words.subject(entity, attribute),
            request=request,
            passes=self._requests.passes(unknown, values),
            field=fields[0],
            fields=fields,
            needed=self._requests.region(unknown, values),
            note=self._requests.why_open(unknown, typed) if typed else "",
            ends=self._requests.ends(unknown, fatal) if fatal else "",
        )

    def _entries(self, way: Way, unknown: Pair) -> Item:
        """Ask for the rest of a list, or for one entry more of a list that is complete."""
        kind = self._question.engine.protocol.vocabulary.kinds[unknown[0][0]]
        filled = unknown in way.filled
        said = RECORDED
        if unknown in way.entries:
            said = entry_like(self._question, *way.entries[unknown])
        if unknown in self.unknowns.complete:
            further = f"a further {kind.label}"
            return Item(
                item=further,
                request=further,
                passes="" if said == RECORDED else f"only if {said}",
                field=kind.list_name,
                fields=(kind.list_name,),
                complete_list=True,
                needed=said,
            )
        recorded = len(self._question.situation.ids[kind.name])
        passes = no_more(recorded)
        one = "another" if recorded else "one"
        if unknown in way.elsewhere:
            passes += f"; other criteria need {one}"
        elif filled and said == RECORDED:
            passes = f"only if there is {one} such as the criterion asks for"
        elif filled:
            passes = f"only if there is {one} with {said}; more may then be asked of it"
        elif unknown in self._wanted:
            passes += f"; other criteria may need {one}"
        return Item(
            item=kind.list_name.replace("_", " "),
            request=self._requests.list_of(kind.name),
            passes=passes,
            field=kind.list_name,
            fields=(kind.list_name,),
            complete_list=True,
            needed="the complete list" + ("" if filled else "; empty if there are none"),
        )

    @cached_property
    def _wanted(self) -> frozenset[Pair]:
        """The lists that have to have an entry, for one of the ways that have been found."""
        found = (way for needed in self.found.values() for ways in needed for way in ways.found)
        return frozenset(unknown for way in found for unknown in way.filled)

    # ---- names of unknowns ----------------------------------------------------------------

    def named(self, clause: str) -> list[str]:
        """Name the unknowns that can settle a clause favourably."""
        found = [way for ways in self.ways(clause) for way in ways.found]
        named = sorted({u for way in found for u in way.values}, key=self._place)
        return list(dict.fromkeys(map(self._name, named)))

    def no_longer_matters(self) -> list[str]:
        """Name the fields and lists, not recorded, that no open clause asks for any more.

        Where the ways of meeting a clause have not all been found, all that the clause
        could ask for is taken to matter; so is what can end the matter on its own.
        """
        decision = self._question.decision
        matter: set[Key] = set()
        for clause in () if decision.violated else decision.violable:
            found = self.ways(clause)
            asked: Iterable[Pair] = (u for ways in found for way in ways.found for u in way.values)
            if not all(ways.complete for ways in found):
                cone = self._question.cone(clause)
                asked = (u for u in self.unknowns.pairs if u in cone)
            matter |= {self._key(u) for u in (*asked, *self.ends)}
        silent = [
            u
            for u in self.unknowns.pairs
            if not self._given(u) and self._key(u) not in matter and u not in self.unknowns.complete
        ]
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
