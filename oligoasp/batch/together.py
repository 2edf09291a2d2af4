"""Which open clauses hang together: those that turn on the same open attributes.

Clauses that turn on different open attributes can be met together if each can be met;
only those that share one have to be asked about together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oligoasp.batch.outline import Outline, Outlines
from oligoasp.batch.views import ByKind, Key
from oligoasp.protocol.vocabulary import PATIENT

_Open = tuple[str, int, int]
"""What is open: kind, place of the entry (-1: an entry that is not recorded), attribute."""


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
        self._joined: dict[tuple[int, ...], list[tuple[str, list[int]]]] = {}

    def groups(self, clauses: Iterable[int], outline: Outline) -> list[tuple[int, ...]]:
        """Sort the open clauses of a record into groups of two and more that hang together.

        Args:
            clauses: the places of the clauses.
            outline: the record.
        """
        groups: list[tuple[tuple[int, ...], set[_Open]]] = []
        for clause in clauses:
            members: tuple[int, ...] = (clause,)
            about = self._open(self._seen[clause], outline)
            for group in [g for g in groups if not g[1].isdisjoint(about)]:
                members, about = group[0] + members, group[1] | about
                groups.remove(group)
            groups.append((members, about))
        return [tuple(sorted(members)) for members, _ in groups if len(members) > 1]

    def _open(self, seen: Mapping[str, frozenset[int]], outline: Outline) -> set[_Open]:
        found: set[_Open] = set()
        is_open = self._outlines.is_open
        for kind, places in seen.items():
            if kind == PATIENT:
                found.update((kind, 0, p) for p in places if is_open(kind, p, outline.patient[p]))
                continue
            if kind in outline.more:
                found.add((kind, -1, -1))
            for index, number in enumerate(outline.entries[kind]):
                row = self._outlines.rows[kind][number]
                found.update((kind, index, p) for p in places if is_open(kind, p, row[p]))
        return found

    def key(self, group: tuple[int, ...], outline: Outline) -> Key:
        """Give everything that a group of clauses can see of a record."""
        if group not in self._joined:
            kinds = sorted({kind for clause in group for kind in self._seen[clause]})
            self._joined[group] = [
                (k, sorted(frozenset().union(*(self._seen[c].get(k, ()) for c in group))))
                for k in kinds
            ]
        return self._outlines.told(outline, self._joined[group])
