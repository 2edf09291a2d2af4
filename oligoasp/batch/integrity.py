"""Who is possible: what integrity rules make of a record, found once for all who are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from oligoasp.batch.local_rules import Knot, LocalRules, NoTraitsError
from oligoasp.batch.look import allowed, can_be, recorded, refuse_implied, stand_in
from oligoasp.batch.outline import Outline, Outlines
from oligoasp.batch.views import ByKind
from oligoasp.protocol.vocabulary import PATIENT


class _Tie(NamedTuple):
    """A knot about the patient alone or about one entry, by the places of attributes in rows.

    ``own`` are attributes of the patient, ``places`` those of the entry.
    """

    number: int
    kind: str
    own: list[int]
    places: list[int]
    knots: list[Knot]


class Integrity:
    """Knows which records are possible, by what integrity rules see of them.

    They tie attributes of the patient, or of one entry, in knots; a record is possible if
    each knot in it is.

    Args:
        ties: attributes that integrity rules tie together, by kind; each of these is about
            the patient and at most one list.
        outlines: knows what outlines say.
        rules: the ground rules.
    """

    def __init__(self, ties: Iterable[ByKind], outlines: Outlines, rules: LocalRules) -> None:
        self._outlines = outlines
        self._rules = rules
        self._known: dict[tuple[int, ...], bool] = {}
        self._rows: dict[str, set[int]] = {}
        self._ties: list[_Tie] = []
        for tie in ties:
            for kind in sorted(tie.keys() - {PATIENT}) or [PATIENT]:
                self._ties.append(self._tie(len(self._ties), kind, tie))
                if kind != PATIENT:
                    self._rows.setdefault(kind, set())
        self._alone = [tie for tie in self._ties if tie.kind == PATIENT]
        self._crossing = any(tie.own for tie in self._ties if tie.kind != PATIENT)

    def _tie(self, number: int, kind: str, names: ByKind) -> _Tie:
        def places(kind: str) -> list[int]:
            return [self._outlines.place(kind, name) for name in sorted(names.get(kind, ()))]

        own = places(PATIENT)
        pairs = {(stand_in(kind), name) for name in names[kind]}
        knots = [knot for knot in self._rules.knots(stand_in(kind)) if knot.pairs & pairs]
        if kind == PATIENT:
            return _Tie(number, kind, [], own, knots)
        return _Tie(number, kind, own, places(kind), knots)

    def possible(self, outline: Outline) -> bool | None:
        """Tell whether a record is possible; None: only solving can tell."""
        for kind, rows in self._rows.items():
            if self._crossing or not rows.issuperset(outline.entries[kind]):
                ties: Sequence[_Tie] = self._ties
                break
        else:
            ties = self._alone
        found: bool | None = True
        for key, tie in self._keys(ties, outline):
            known = self._known.get(key)
            if known is None:
                known = self._judge(tie, key)
                if known is not None:
                    self._known[key] = known
            if known is False:
                return False
            found = found and known
        if found and ties is not self._alone:
            self._see(outline)
        return found

    def learn(self, outline: Outline) -> None:
        """Take note of a record that is possible."""
        for key, _ in self._keys(self._ties, outline):
            self._known[key] = True
        self._see(outline)

    def _see(self, outline: Outline) -> None:
        for kind, rows in self._rows.items():
            rows.update(outline.entries[kind])

    def _keys(
        self, ties: Iterable[_Tie], outline: Outline
    ) -> Iterable[tuple[tuple[int, ...], _Tie]]:
        """Give what is said of the attributes of each tie, for each entry."""
        for tie in ties:
            own = [outline.patient[place] for place in tie.own]
            rows = [outline.patient]
            if tie.kind != PATIENT:
                of_kind = self._outlines.rows[tie.kind]
                rows = [of_kind[number] for number in outline.entries[tie.kind]]
            for row in rows:
                yield (tie.number, *own, *[row[place] for place in tie.places]), tie

    def _judge(self, tie: _Tie, key: tuple[int, ...]) -> bool | None:
        """Tell whether somebody can be as is said of the attributes of a tie."""
        if tie.own:
            return None
        rules, entity = self._rules, stand_in(tie.kind)
        names = [self._outlines.names[tie.kind][place] for place in tie.places]
        facts = {
            name: self._outlines.fact(tie.kind, place, number)
            for name, place, number in zip(names, tie.places, key[1:], strict=True)
        }
        known = recorded(entity, facts)
        try:
            refuse_implied(rules, tie.kind, facts)
            return all(
                can_be(
                    rules,
                    entity,
                    knot.bodies,
                    {pair: value for pair, value in known.items() if pair in knot.pairs},
                    facts,
                    lambda pair, tried: allowed(rules, pair, tried, facts),
                )
                for knot in tie.knots
            )
        except NoTraitsError:
            return None
