"""Which open clauses hang together: those that turn on the same open attributes.

Clauses that turn on different open attributes can be met together if each can be met;
only those that share one have to be asked about together.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import and_, or_

from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.batch.views import ByKind, Key
from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import PATIENT


class Together:
    """Finds the open clauses that hang together.

    Args:
        attributes: what each clause can see, and what integrity rules tie to that, by kind.
        outlines: knows what outlines say.
    """

    def __init__(self, attributes: Iterable[ByKind], outlines: Outlines) -> None:
        self._outlines = outlines
        self._seen = [
            {
                kind: frozenset(outlines.place(kind, name) for name in names)
                for kind, names in sorted(of_clause.items())
            }
            for of_clause in attributes
        ]
        # As bits: the attributes by their places, and above them that there may be more entries.
        self._more = {kind: 1 << len(names) for kind, names in outlines.names.items()}
        self._bits = [
            {kind: self._more[kind] | sum(1 << p for p in places) for kind, places in seen.items()}
            for seen in self._seen
        ]
        self._open_in = Memo(self._find_open)
        self._joined: dict[tuple[int, ...], list[tuple[str, list[int]]]] = {}

    def groups(self, clauses: Iterable[int], outline: Outline) -> list[tuple[int, ...]]:
        """Sort the open clauses of a record into groups of two and more that hang together.

        Args:
            clauses: the places of the clauses.
            outline: the record.
        """
        # What is open, as bits: of the patient, of each entry, and where there may be more.
        opened = [(PATIENT, self._find_bits(PATIENT, outline.patient))]
        for kind, entries in outline.entries.items():
            opened += [(kind, self._open_in[kind, number]) for number in entries]
            if kind in outline.more:
                opened.append((kind, self._more[kind]))
        groups: list[tuple[tuple[int, ...], list[int]]] = []
        for clause in clauses:
            members: tuple[int, ...] = (clause,)
            seen = self._bits[clause]
            about = [bits & seen.get(kind, 0) for kind, bits in opened]
            for group in [g for g in groups if any(map(and_, g[1], about))]:
                members, about = group[0] + members, [*map(or_, group[1], about)]
                groups.remove(group)
            groups.append((members, about))
        return [tuple(sorted(members)) for members, _ in groups if len(members) > 1]

    def _find_open(self, entry: tuple[str, int]) -> int:
        kind, number = entry
        return self._find_bits(kind, self._outlines.rows[kind][number])

    def _find_bits(self, kind: str, row: Row) -> int:
        """Give the attributes that a row leaves open, as bits."""
        is_open = self._outlines.is_open
        return sum(1 << place for place, said in enumerate(row) if is_open(kind, place, said))

    def key(self, group: tuple[int, ...], outline: Outline) -> Key:
        """Give everything that a group of clauses can see of a record."""
        if group not in self._joined:
            kinds = sorted({kind for clause in group for kind in self._seen[clause]})
            self._joined[group] = [
                (k, sorted(frozenset().union(*(self._seen[c].get(k, ()) for c in group))))
                for k in kinds
            ]
        return self._outlines.told(outline, self._joined[group])
