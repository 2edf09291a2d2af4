"""Records at a glance: one flat row of numbers each, from which known statuses are looked up.

Most records show every clause something that it has seen before. So that this is found
at once, the entries of each list are numbered by what all clauses make of them together,
and each list of such entries gets, for each clause, a number that stands beside those of
the patient's attributes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import chain, repeat
from operator import getitem

from oligoasp.batch.outline import Outline, Outlines, Row, picker
from oligoasp.batch.views import ABSENT, LOST, TIED, Columns, TraitNumbers, View
from oligoasp.decide import Status
from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import PATIENT

UNKNOWN = -1
"""Stands for statuses that are not known at a glance."""
MOST = 4096
"""How many situations a group of clauses, or a kind of list, remembers at a glance."""
MOST_ENTRIES = 2 * MOST
"""How many entries are remembered at a glance."""


class _Joints(Memo[int, int]):
    """What all clauses together make of an entry, by the number of its row; ABSENT: nothing.

    Args:
        parts: what each clause makes of it; None: not to be told without the patient.
        rows: what is said of each entry, by the number of its row.

    ``seen`` has what each clause makes of an entry, by the number of what all do.
    """

    def __init__(self, parts: Iterable[TraitNumbers | None], rows: Mapping[int, Row]) -> None:
        super().__init__(self._find, MOST_ENTRIES)
        self._parts = list(parts)
        self._rows = rows
        absent = (ABSENT,) * len(self._parts)
        self._numbers = {absent: ABSENT}
        self.seen = [absent]
        # Rows of the same classes are the same to all, and most that are new are of these.
        known = [part for part in self._parts if part is not None]
        columns = {id(column[1]): column for part in known for column in part.columns}
        self._classes = [*columns.values()]
        places = {key: place for place, key in enumerate(columns)}
        self._pickers = [
            picker([] if part is None else [places[id(classes)] for _, classes in part.columns])
            for part in self._parts
        ]
        self._tied = picker(sorted({place for part in known for place in part.tied}))
        self._by_classes: dict[Row, int] = {}

    def _find(self, row: int) -> int:
        said = self._rows[row]
        classes = tuple([of_place[said[place]] for place, of_place in self._classes])
        if None in self._parts:
            return self._join(row, classes)
        told = classes
        if min(classes, default=0) < TIED:
            told += self._tied(said)
        number = self._by_classes.get(told)
        if number is None:
            number = self._join(row, classes)
            if max(self.seen[number], default=0) < LOST:
                self._by_classes[told] = number
        return number

    def _join(self, row: int, classes: Row) -> int:
        seen = []
        for part, pick in zip(self._parts, self._pickers, strict=True):
            number = LOST if part is None else part.of_classes(pick(classes), row)
            seen.append(LOST + row if number == LOST else number)
        found = self._numbers.setdefault(tuple(seen), len(self._numbers))
        if found == len(self.seen):
            self.seen.append(tuple(seen))
        return found


class _Lists:
    """Numbers the lists of one kind, for each clause: it sees lists of one number alike.

    Args:
        kind: the kind of entry.
        views: of the clauses that look at such entries.
        outlines: knows what rows say.

    ``empty`` is for a list of that kind that is complete and has no entry.
    """

    def __init__(self, kind: str, views: Sequence[View], outlines: Outlines) -> None:
        self.kind = kind
        self._rows = outlines.rows[kind]
        self._views = views
        self._mask = 0
        for view in views:
            self._mask |= view.mask
        self._mask &= ~outlines.bits[kind]
        self._sorts: dict[int, _Sort] = {}
        self._numbers: list[dict[object, int]] = [{} for _ in views]
        self._known = Memo(self._find, MOST)
        self.empty: Row = (0,) * len(views)
        self._unknown: Row = (1,) * len(views)

    def numbers(self, outline: Outline) -> Row:
        """Give the number of the list of a record, for each clause; it is not `empty`."""
        more = self.kind in outline.more
        rows = outline.entries[self.kind]
        if not rows:
            return self._unknown
        none = outline.none & self._mask
        sort = self._sorts.get(none)
        if sort is None:
            columns = [view.columns(outline) for view in self._views]
            sort = self._sorts[none] = _Sort(self.kind, columns, self._rows)
        joints = sort.joints
        return self._known[(none, more, *sorted([joints[row] for row in rows]))]

    def _find(self, seen: Row) -> Row:
        """Number a list for each clause, by what all clauses make of its entries."""
        none, more, *joints = seen
        sort = self._sorts[none]
        parts = [sort.joints.seen[joint] for joint in joints]
        found = []
        for view, column, known in zip(self._views, sort.columns, self._numbers, strict=True):
            sight: tuple[object, ...] = (none & view.mask,)
            if column is not None:
                place, counts = column
                numbers = [of_entry[place] for of_entry in parts if of_entry[place] != ABSENT]
                sight = (*sight, more, *sorted(numbers if counts else set(numbers)))
            found.append(known.setdefault(sight, len(known) + 2))
        return tuple(found)


class _Sort:
    """What clauses make of entries of a kind, where certain other lists are empty.

    Args:
        kind: the kind of entry.
        columns: what each clause sees.
        rows: what is said of each entry, by the number of its row.

    ``columns`` has, for each clause, its place among those that see anything of the entries,
    and whether it counts them; None: it sees nothing.
    """

    def __init__(self, kind: str, columns: Iterable[Columns], rows: Mapping[int, Row]) -> None:
        parts: list[TraitNumbers | None] = []
        self.columns: list[tuple[int, bool] | None] = []
        for of_clause in columns:
            own = of_clause.alone(kind)
            self.columns.append((len(parts), of_clause.counts) if own else None)
            parts += own
        self.joints = _Joints(parts, rows)


class _Group:
    """Clauses that look at the same attributes, or one that looks at lists.

    ``pick`` gives what they see out of a flat row; ``known`` has the number of the statuses
    that they have had together, by that.
    """

    def __init__(self, columns: Sequence[int], clauses: Sequence[int]) -> None:
        self.clauses = clauses
        self.pick = picker(columns)
        self.known: dict[Row, int] = {}
        self.statuses: list[tuple[Status, ...]] = []

    def learn(self, row: Row, statuses: Sequence[Status]) -> int:
        """Remember statuses, and give their number."""
        own = tuple([statuses[clause] for clause in self.clauses])
        if own not in self.statuses:  # there are a few at most
            self.statuses.append(own)
        if len(self.known) >= MOST:
            self.known.clear()
        number = self.known[self.pick(row)] = self.statuses.index(own)
        return number


class Lookup:
    """Looks up the statuses that are wanted by the flat rows of records.

    Args:
        groups: the clauses that are wanted.
        number: how many clauses there are.
        lists: numbers lists; whether a clause that is wanted looks at them.
    """

    def __init__(
        self, groups: Sequence[_Group], number: int, lists: Sequence[tuple[_Lists, bool]]
    ) -> None:
        self._groups = groups
        self._lists = lists
        self._statuses = [group.statuses for group in groups]
        # Statuses that are given stand before those of the groups.
        places = {clause: clause for clause in range(number)}
        found = enumerate((clause for group in groups for clause in group.clauses), number)
        places.update((clause, place) for place, clause in found)
        self._in_order = picker([places[clause] for clause in range(number)])

    def row(self, outline: Outline) -> Row:
        """Give the flat row of a record, without numbers where nobody wants them."""
        entries, more = outline.entries, outline.more
        numbers = [
            lists.numbers(outline)
            if looked_at and (entries[lists.kind] or lists.kind in more)
            else lists.empty
            for lists, looked_at in self._lists
        ]
        return (*outline.patient, *chain.from_iterable(numbers))

    def numbers(self, rows: Sequence[Row]) -> list[Row]:
        """Give the numbers of what is known of each group of clauses; UNKNOWN: nothing.

        Group by group, so that what is known of a group is looked up while it is at hand.
        """
        if not self._groups:
            return [()] * len(rows)
        of_groups = [
            map(group.known.get, map(group.pick, rows), repeat(UNKNOWN)) for group in self._groups
        ]
        return [*zip(*map(list, of_groups), strict=True)]

    def all_statuses(self, numbers: Row, given: Sequence[Status | None]) -> tuple[Status, ...]:
        """Give the status of each clause, as `statuses` does, where all are known."""
        found = chain.from_iterable(map(getitem, self._statuses, numbers))
        return self._in_order((*given, *found))

    def statuses(self, numbers: Row, given: Sequence[Status | None]) -> list[Status | None]:
        """Give the status of each clause, None where it is not known at a glance.

        Args:
            numbers: of what is known.
            given: statuses that are known anyway.
        """
        found = list(given)
        for number, group in zip(numbers, self._groups, strict=True):
            if number != UNKNOWN:
                for clause, status in zip(group.clauses, group.statuses[number], strict=True):
                    found[clause] = status
        return found

    def learn(self, row: Row, numbers: Row, statuses: Sequence[Status]) -> Row:
        """Remember the statuses of a record.

        Args:
            row: its flat row.
            numbers: of what was known.
            statuses: the status of each clause.

        Returns:
            The numbers of what is known now.
        """
        return tuple(
            [
                group.learn(row, statuses) if number == UNKNOWN else number
                for number, group in zip(numbers, self._groups, strict=True)
            ]
        )


class Glances:
    """Knows what is to be looked at for which clauses.

    Args:
        views: what each clause sees.
        outlines: knows what outlines say.
    """

    def __init__(self, views: Sequence[View], outlines: Outlines) -> None:
        self._kinds = sorted({kind for view in views for kind in view.far if kind != PATIENT})
        self._views = views
        self._wanted: dict[tuple[int, ...], Lookup] = {}
        self._lists = [
            _Lists(kind, [view for view in views if kind in view.far], outlines)
            for kind in self._kinds
        ]
        width = len(outlines.names[PATIENT])
        lists = [
            (kind, clause)
            for kind in self._kinds
            for clause, view in enumerate(views)
            if kind in view.far
        ]
        sorted_out: dict[tuple[int, ...], list[int]] = {}
        for clause, view in enumerate(views):
            columns = [outlines.place(PATIENT, a) for a in sorted(view.far.get(PATIENT, ()))]
            columns += [width + n for n, (_, viewer) in enumerate(lists) if viewer == clause]
            sorted_out.setdefault(tuple(columns), []).append(clause)
        self._groups = [_Group(columns, clauses) for columns, clauses in sorted_out.items()]

    def wanted(self, clauses: Collection[int]) -> Lookup:
        """Give what is to be looked at for clauses, by their places."""
        key = tuple(clauses)
        if key not in self._wanted:
            self._wanted[key] = self._want(set(clauses))
        return self._wanted[key]

    def _want(self, clauses: Set[int]) -> Lookup:
        groups = [group for group in self._groups if not clauses.isdisjoint(group.clauses)]
        views = [self._views[clause] for group in groups for clause in group.clauses]
        seen = {kind for view in views for kind in view.far}
        lists = zip(self._lists, self._kinds, strict=True)
        return Lookup(
            groups, len(self._views), [(of_kind, kind in seen) for of_kind, kind in lists]
        )
