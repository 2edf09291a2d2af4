"""Counting over a cohort: attrition, reasons, what is missing, in memory that does not grow."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from itertools import accumulate, combinations, pairwise
from typing import TypeVar

from oligoasp.answers import (
    Attrition,
    ClashCount,
    ClauseCount,
    MissingCount,
    ProtocolName,
    Screening,
    TogetherCount,
)
from oligoasp.decide import Status, Verdict
from oligoasp.memo import by_identity
from oligoasp.screen.rows import Row, is_refused

_Counted = TypeVar("_Counted", str, tuple[str, ...])

_ENTRY = re.compile(r"\[\d+\]")

MOST_SETS = 20_000
"""How many different sets of blocking clauses are told apart."""
MOST_BLOCKERS = 12
"""Pairs are counted among so many blockers of one patient at most."""


class Tally:
    """What is counted over rows; tallies of parts of a cohort can be added up in order.

    Args:
        clauses: the clauses that have a status, in the order of the protocol.
    """

    def __init__(self, clauses: Iterable[str]) -> None:
        self.clauses = list(clauses)
        self._places = {clause: place for place, clause in enumerate(self.clauses)}
        self.verdicts: Counter[str] = Counter()
        self.refused = 0
        self.conflicts = 0
        self._first: Counter[int] = Counter()  # place of the first blocker
        self._opened: Counter[int] = Counter()  # place of the first unknown, if before that
        self._closed: Counter[int] = Counter()  # place of the blocker after an unknown
        self._blocks: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._undetermined: Counter[str] = Counter()
        self._decisive: Counter[str] = Counter()
        self._inapplicable: Counter[str] = Counter()
        self._sets: Counter[tuple[str, ...]] = Counter()
        self._open_sets: Counter[tuple[str, ...]] = Counter()
        self._pairs: Counter[tuple[str, ...]] = Counter()
        self._clashes: Counter[tuple[str, ...]] = Counter()
        self._missing: Counter[str] = Counter()
        self._names = array("Q")

    @property
    def records(self) -> int:
        """How many records were counted, those not read included."""
        return self.verdicts.total() + self.refused

    def add(self, row: Row) -> None:
        """Count a row."""
        if is_refused(row):
            self.refused += 1
            if row["record"] is not None:
                self._names.append(_number(row["record"]))
            return
        self._names.append(_number(row["record"]))
        self.verdicts[row["verdict"]] += 1
        self.conflicts += row["conflict"]
        if row["clash"]:
            self._clashes[tuple(row["clash"])] += 1
        self._missing.update({_ENTRY.sub("[]", path) for path in row["missing"]})
        blockers, unknown = tuple(row["blockers"]), row["unknown"]
        last = len(self.clauses)
        first = self._places[blockers[0]] if blockers else last
        opened = self._places[unknown[0]] if unknown else last
        self._first[first] += 1
        if opened < first:
            self._opened[opened] += 1
            self._closed[first] += 1
        self._blocks.update(blockers)
        self._unknown.update(unknown)
        if row["verdict"] == Verdict.UNDETERMINED:
            self._undetermined.update(unknown)
            if len(unknown) == 1:
                self._decisive[unknown[0]] += 1
        self._inapplicable.update(_inapplicable(row["statuses"]))
        if blockers:
            self._sets[blockers] += 1
            if unknown:
                self._open_sets[blockers] += 1
            self._pairs.update(combinations(blockers[:MOST_BLOCKERS], 2))

    def merge(self, other: Tally) -> None:
        """Count what another tally has counted of the records that follow."""
        self.refused += other.refused
        self.conflicts += other.conflicts
        for name in ("verdicts", "_first", "_opened", "_closed", "_blocks", "_unknown"):
            getattr(self, name).update(getattr(other, name))
        for name in (
            "_undetermined",
            "_decisive",
            "_inapplicable",
            "_pairs",
            "_clashes",
            "_missing",
        ):
            getattr(self, name).update(getattr(other, name))
        for blockers, number in other._sets.items():
            if blockers in self._sets or len(self._sets) < MOST_SETS or len(blockers) == 1:
                self._sets[blockers] += number
                self._open_sets[blockers] += other._open_sets[blockers]
        self._names.extend(other._names)

    def repeated(self) -> set[int]:
        """Give the numbers of names that occur more than once (see `is_named`)."""
        ordered = sorted(self._names)
        return {a for a, b in pairwise(ordered) if a == b}

    def answer(
        self,
        protocol: ProtocolName,
        source: str,
        repeated: dict[str, tuple[str, ...]],
        most: int = 10,
    ) -> Screening:
        """Sum up.

        Args:
            protocol: the protocol.
            source: the name of the cohort.
            repeated: ids that occur more than once.
            most: how many sets of clauses are listed.
        """
        return Screening(
            protocol=protocol,
            source=source,
            assessed=self.records,
            not_read=self.refused,
            eligible=self.verdicts[Verdict.ELIGIBLE],
            ineligible=self.verdicts[Verdict.INELIGIBLE],
            undetermined=self.verdicts[Verdict.UNDETERMINED],
            conflicts=self.conflicts,
            attrition=tuple(self._attrition()),
            clauses=tuple(
                ClauseCount(
                    clause=clause,
                    blocks=self._blocks[clause],
                    alone=self._sets[clause,],
                    to_gain=self._sets[clause,] - self._open_sets[clause,],
                    unknown=self._unknown[clause],
                    undetermined=self._undetermined[clause],
                    decisive=self._decisive[clause],
                    not_applicable=self._inapplicable[clause],
                )
                for clause in self.clauses
            ),
            pairs=tuple(sorted(self._together(self._pairs), key=lambda c: -c.blocked)[:most]),
            sets=tuple(sorted(self._together(self._sets), key=lambda c: -c.to_gain)[:most]),
            clashes=tuple(
                ClashCount(clauses=clauses, patients=number)
                for clauses, number in _commonest(self._clashes)
            ),
            missing=tuple(
                MissingCount(field=path, patients=number)
                for path, number in _commonest(self._missing)
            ),
            repeated=repeated,
        )

    def _attrition(self) -> Iterable[Attrition]:
        remaining = self.verdicts.total()
        places = range(len(self.clauses))
        opened = accumulate(self._opened[place] - self._closed[place] for place in places)
        for place, uncertain in zip(places, opened, strict=True):
            remaining -= self._first[place]
            yield Attrition(
                clause=self.clauses[place],
                excluded=self._first[place],
                remaining=remaining,
                uncertain=uncertain,
            )

    def _together(self, sets: Counter[tuple[str, ...]]) -> Iterable[TogetherCount]:
        several = [found for found in sets if len(found) > 1]
        several.sort(key=lambda found: (-sets[found], [self._places[c] for c in found]))
        for clauses in several:
            only = self._sets[clauses]
            yield TogetherCount(
                clauses=clauses,
                blocked=sets[clauses],
                only=only,
                to_gain=only - self._open_sets[clauses],
            )


def _commonest(counter: Counter[_Counted]) -> list[tuple[_Counted, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))


@by_identity
def _inapplicable(statuses: Mapping[str, Status]) -> list[str]:
    """Give the clauses that do not apply; many rows share the statuses of one outcome."""
    return [clause for clause, status in statuses.items() if status == Status.NOT_APPLICABLE]


def is_named(row: Row, numbers: set[int]) -> bool:
    """Tell whether the name of a row has one of these numbers."""
    return row["record"] is not None and _number(row["record"]) in numbers


def _number(name: str) -> int:
    """Give a number that stands for a name: eight bytes, so that millions can be kept."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
