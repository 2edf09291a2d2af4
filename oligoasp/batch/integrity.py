"""Who is possible: what integrity rules make of a record, found once for all who are alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from oligoasp.batch.local_rules import Knot, LocalRules, NoTraitsError
from oligoasp.batch.look import allowed, can_be, recorded, refuse_implied, stand_in
from oligoasp.batch.outline import Outline, Outlines, Row, picker
from oligoasp.batch.views import ByKind
from oligoasp.memo import MOST
from oligoasp.protocol.vocabulary import PATIENT


class _Tie(NamedTuple):
    """A knot about the patient alone or about one entry, by the places of attributes in rows.

    ``own`` are attributes of the patient, ``places`` those of the entry; ``known`` tells
    whether somebody can be as is said of them.
    """

    kind: str
    own: Callable[[Row], Row]
    places: Sequence[int]
    entry: Callable[[Row], Row]
    knots: list[Knot]
    known: dict[Row, bool]


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

    def __init__(self, ties: Sequence[ByKind], outlines: Outlines, rules: LocalRules) -> None:
        self._outlines = outlines
        self._rules = rules
        self._alone: list[_Tie] = []
        self._of_entries: list[_Tie] = []
        for tie in ties:
            for kind in sorted(tie.keys() - {PATIENT}) or [PATIENT]:
                made = self._tie(kind, tie)
                (self._alone if kind == PATIENT else self._of_entries).append(made)
        # Entries that are possible whoever the patient is, by the numbers of their rows.
        self._possible: dict[str, set[int]] = {tie.kind: set() for tie in self._of_entries}

    def _tie(self, kind: str, names: ByKind) -> _Tie:
        def places(kind: str) -> list[int]:
            return [self._outlines.place(kind, name) for name in sorted(names.get(kind, ()))]

        own = places(PATIENT) if kind != PATIENT else []
        pairs = {(stand_in(kind), name) for name in names[kind]}
        knots = [knot for knot in self._rules.knots(stand_in(kind)) if knot.pairs & pairs]
        return _Tie(kind, picker(own), places(kind), picker(places(kind)), knots, {})

    def possible(self, outline: Outline) -> bool | None:
        """Tell whether a record is possible; None: only solving can tell."""
        found: bool | None = True
        for tie in self._alone:
            said = tie.entry(outline.patient)
            known = tie.known.get(said)
            if known is None:
                known = self._judge(tie, said, alone=True)
            if known is False:
                return False
            found = found and known
        entries = outline.entries
        seen = {kind for kind, rows in self._possible.items() if rows.issuperset(entries[kind])}
        for tie, own, said in self._said(outline, seen):
            known = tie.known.get(own + said)
            if known is None:
                known = self._judge(tie, said, alone=not own)
            if known is False:
                return False
            found = found and known
        if found and len(seen) < len(self._possible):
            self._see(outline)
        return found

    def learn(self, outline: Outline) -> None:
        """Take note of a record that is possible."""
        for tie in self._alone:
            tie.known[tie.entry(outline.patient)] = True
        for tie, own, said in self._said(outline, ()):
            tie.known[own + said] = True
        self._see(outline)

    def _see(self, outline: Outline) -> None:
        for kind, rows in self._possible.items():
            if len(rows) >= MOST:
                rows.clear()
            rows.update(outline.entries[kind])

    def _said(self, outline: Outline, seen: Collection[str]) -> Iterator[tuple[_Tie, Row, Row]]:
        """Give what is said of the attributes of ties about entries, for each entry.

        Args:
            outline: the record.
            seen: kinds whose entries are possible, but for ties to the patient.
        """
        for tie in self._of_entries:
            own, rows = tie.own(outline.patient), self._outlines.rows[tie.kind]
            if tie.kind in seen and not own:
                continue
            for number in outline.entries[tie.kind]:
                yield tie, own, tie.entry(rows[number])

    def _judge(self, tie: _Tie, said: Row, *, alone: bool) -> bool | None:
        """Tell whether somebody can be as is said of the attributes of a tie, and remember it.

        Args:
            tie: the tie.
            said: what is said of the patient or of an entry.
            alone: whether nothing else is tied to that.
        """
        known = self._find(tie, said) if alone else None
        if known is not None:
            tie.known[said] = known
        return known

    def _find(self, tie: _Tie, said: Row) -> bool | None:
        """Find out whether somebody can be as is said; None: only solving can tell."""
        rules, entity = self._rules, stand_in(tie.kind)
        names = [self._outlines.names[tie.kind][place] for place in tie.places]
        facts = {
            name: self._outlines.fact(tie.kind, place, number)
            for name, place, number in zip(names, tie.places, said, strict=True)
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
