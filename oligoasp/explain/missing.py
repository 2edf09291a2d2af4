"""What is still needed: the smallest sets of missing items that would settle a clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oligoasp.answers import Item, Need
from oligoasp.decide import entry_of
from oligoasp.explain.question import Key, Question
from oligoasp.record.errors import join
from oligoasp.record.facts import THE_PATIENT, Entity, Value
from oligoasp.solver.minimal import group_oracle, shrink

MOST_NODES = 14
"""How many different ways of meeting a clause are looked at."""


@dataclass
class _Found:
    """Minimal sets of items for one clause, with the values that they may have."""

    sets: dict[tuple[Key, ...], dict[tuple[Entity, str], set[Value]]] = field(default_factory=dict)
    complete: bool = True


class Missing:
    """The items that a record does not give, and what they can still decide."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._session = question.session
        self.items: dict[Key, list[tuple[Entity, str]]] = self._unknown()

    def _unknown(self) -> dict[Key, list[tuple[Entity, str]]]:
        """Give the attributes that the record leaves open, by the field that would say them."""
        question, situation = self._question, self._question.situation
        items: dict[Key, list[tuple[Entity, str]]] = {}
        for entity, attribute in self._session.has:
            kind, index = entity
            if entity != THE_PATIENT and index > len(situation.ids[kind]):
                key: Key = ((kind, 0), "")
                if kind not in situation.open_lists:
                    continue
            else:
                fact = situation.facts.get((entity, attribute))
                if fact and len(fact.values) < 2:
                    continue
                key = (entity, question.engine.field_path(entity, attribute))
            items.setdefault(key, []).append((entity, attribute))
        return items

    # ---- what would establish eligibility ---------------------------------------------

    def needs(self) -> tuple[list[Need], bool]:
        """Find, for each clause that is open, the minimal sets of items that would meet it.

        Returns:
            The sets, clauses with the same sets together, and whether these are all.
        """
        question = self._question
        clauses = question.engine.protocol.in_order(question.decision.violable)
        grouped: dict[tuple[tuple[Item, ...], ...], list[str]] = {}
        complete = True
        for clause in clauses:
            found = self._of(clause)
            complete = complete and found.complete
            alternatives = tuple(
                tuple(self._item(key, values) for key in keys)
                for keys, values in sorted(
                    found.sets.items(), key=lambda pair: (len(pair[0]), pair[0])
                )
            )
            grouped.setdefault(alternatives, []).append(clause)
        needs = [Need(clauses=tuple(c), alternatives=a) for a, c in grouped.items() if a]
        return needs, complete

    def _of(self, clause: str) -> _Found:
        relevant = self._question.keys([clause])
        keys = [k for k in self.items if k in relevant]
        found = _Found()
        queue: list[list[int]] = [[]]
        visited = 0
        while queue:
            if visited == MOST_NODES:
                found.complete = False
                break
            visited += 1
            excluded = queue.pop(0)
            groups = self._favourable(clause, keys, excluded)
            if groups is None:
                continue
            needed = self._shrunk(clause, keys, groups)
            values = found.sets.setdefault(tuple(keys[i] for i in needed), {})
            if len(needed) == 1 and keys[needed[0]][1]:
                literals = self._single(clause, keys[needed[0]], groups[needed[0]], values)
                queue.append([*excluded, *(-lit for lit in literals)])
                continue
            for i in needed:
                for literal in groups[i]:
                    self._note(values, literal)
                if keys[i][1]:
                    queue.append([*excluded, *(-lit for lit in groups[i] if lit > 0)])
        self._drop_supersets(found)
        return found

    def _favourable(
        self, clause: str, keys: Sequence[Key], excluded: list[int]
    ) -> list[list[int]] | None:
        """Find values of the items with which the patient is eligible, as literals by item."""
        session, question = self._session, self._question
        goal = [session.eligible, *question.met([clause]), *excluded]
        nothing_more = [
            -session.present[entity]
            for key in self.items
            if not key[1]
            for entity in {e for e, _ in self.items[key]}
        ]
        wanted = [
            literal
            for key in keys
            for pair in self.items[key]
            for literal in session.has[pair].values()
        ]
        for extra in (nothing_more, []):
            true = session.true_literals(
                [*question.assumptions, *goal, *extra],
                [*wanted, *(session.present[e] for k in keys for e, _ in self.items[k])],
            )
            if true is not None:
                return [self._literals(key, true) for key in keys]
        return None

    def _literals(self, key: Key, true: frozenset[int]) -> list[int]:
        session = self._session
        literals = [
            lit for pair in self.items[key] for lit in session.has[pair].values() if lit in true
        ]
        if not key[1]:
            entities = sorted({e for e, _ in self.items[key]})
            literals += [
                session.present[e] if session.present[e] in true else -session.present[e]
                for e in entities
            ]
        return literals

    def _shrunk(
        self, clause: str, keys: Sequence[Key], groups: Sequence[Sequence[int]]
    ) -> tuple[int, ...]:
        """Drop the items without which the others' values meet the clause all the same."""
        background = [*self._question.assumptions, self._session.violated[clause]]
        oracle = group_oracle(groups, background, self._session.core)
        core = oracle(range(len(keys)))
        lists_last = sorted(core or (), key=lambda i: (keys[i][1] != "", i))
        return shrink(lists_last, oracle)

    def _single(
        self,
        clause: str,
        key: Key,
        chosen: Sequence[int],
        values: dict[tuple[Entity, str], set[Value]],
    ) -> list[int]:
        """Collect every value of one item that alone meets the clause; give their literals."""
        session = self._session
        literals = []
        broken = [*self._question.assumptions, session.violated[clause]]
        positive = {lit for lit in chosen if lit > 0}
        for pair in self.items[key]:
            if not positive & set(session.has[pair].values()):
                continue
            for value, literal in session.has[pair].items():
                sufficient = not session.satisfiable([*broken, literal])
                if sufficient and session.satisfiable([*self._question.assumptions, literal]):
                    values.setdefault(pair, set()).add(value)
                    literals.append(literal)
        return literals or list(positive)

    def _note(self, values: dict[tuple[Entity, str], set[Value]], literal: int) -> None:
        for pair, candidates in self._session.has.items():
            for value, lit in candidates.items():
                if lit == literal:
                    values.setdefault(pair, set()).add(value)
                    return

    @staticmethod
    def _drop_supersets(found: _Found) -> None:
        for keys in list(found.sets):
            if any(set(other) < set(keys) for other in found.sets):
                del found.sets[keys]

    # ---- wording ------------------------------------------------------------------------

    def _item(self, key: Key, values: dict[tuple[Entity, str], set[Value]]) -> Item:
        entity, path = key
        words = self._question.words
        vocabulary = self._question.engine.protocol.vocabulary
        if not path:
            kind = vocabulary.kinds[entity[0]]
            return Item(
                item=kind.list_name.replace("_", " "),
                field=kind.list_name,
                needed="the complete list; empty if there are none",
            )
        entry = entry_of(self._question.situation, entity)
        pairs = [pair for pair in self.items[key] if pair in values] or self.items[key][:1]
        needed = [
            words.region(*pair, values[pair])
            for pair in pairs
            if pair in values and len(values[pair]) < len(self._session.has[pair])
        ]
        typed = entry.text(path)
        return Item(
            item=words.subject(*pairs[0]),
            field=join(entry.path, path),
            needed=", ".join(dict.fromkeys(needed)) or "recorded",
            note=f"`{typed}` leaves it open" if typed else "",
            ends=self._ends(pairs),
        )

    def _ends(self, pairs: Sequence[tuple[Entity, str]]) -> str:
        """Say which values of an item would alone make the patient ineligible."""
        session, question = self._session, self._question
        said = []
        for pair in pairs:
            fatal = [
                value
                for value, literal in session.has[pair].items()
                if not session.satisfiable([*question.assumptions, session.eligible, literal])
                and session.satisfiable([*question.assumptions, literal])
            ]
            if fatal:
                said.append(question.words.region(*pair, fatal))
        return ", ".join(said)

    def named(self, clause: str) -> list[str]:
        """Name the missing items that the status of a clause can depend on."""
        relevant = self._question.keys([clause])
        return list(
            dict.fromkeys(self._name(key) for key in self.items if key in relevant)
        )

    def _name(self, key: Key) -> str:
        kind = self._question.engine.protocol.vocabulary.kinds[key[0][0]]
        if not key[1]:
            return kind.list_name.replace("_", " ")
        return self._question.words.subject(*self.items[key][0])

    # ---- what no longer matters -----------------------------------------------------------

    def no_longer_matters(self) -> list[str]:
        """Name the missing items that no open clause depends on."""
        question = self._question
        decision = question.decision
        open_clauses = () if decision.violated else decision.violable
        relevant = question.keys(open_clauses)
        return list(dict.fromkeys(self._name(key) for key in self.items if key not in relevant))
