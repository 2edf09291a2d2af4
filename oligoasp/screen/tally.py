"""Counting over a cohort: attrition, reasons, what is missing, in memory that does not grow."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, pairwise
from typing import Any, TypeAlias, TypeVar

from oligoasp.answers import (
    Attrition,
    ClashCount,
    ClauseCount,
    MissingCount,
    ProtocolName,
    RemarkCount,
    Screening,
    TogetherCount,
)
from oligoasp.decide import Status, Verdict
from oligoasp.screen.rows import Assessed, Row, assessed_of, is_refused

_Counted = TypeVar("_Counted", str, tuple[str, ...])

_ENTRY = re.compile(r"\[\d+\]")

MOST_SETS = 20_000
"""How many different sets of blocking clauses are told apart."""
MOST_BLOCKERS = 12
"""Pairs are counted among so many blockers of one patient at most."""

Counted: TypeAlias = tuple[str, str | tuple[str, ...]]
"""What is counted, such as ("unknown", "I8.1"): how often that clause is unknown."""


class Tally:
    """What is counted over rows; tallies of parts of a cohort can be added up in order.

    Args:
        clauses: the clauses that have a status, in the order of the protocol.
    """

    def __init__(self, clauses: Iterable[str]) -> None:
        self.clauses = list(clauses)
        self._places = {clause: place for place, clause in enumerate(self.clauses)}
        self._counts: Counter[Counted] = Counter()
        self._sets: Counter[tuple[str, ...]] = Counter()
        self._open_sets: Counter[tuple[str, ...]] = Counter()
        self._names = array("Q")
        self.refused = 0

    @property
    def records(self) -> int:
        """How many records were counted, those not read included."""
        return self._decided + self.refused

    @property
    def _decided(self) -> int:
        return sum(self._counts["verdict", verdict] for verdict in Verdict)

    def refuse(self, name: str | None) -> None:
        """Count a record that was not read."""
        self.refused += 1
        if name is not None:
            self._names.append(number_of(name))

    def add(self, row: Row) -> None:
        """Count a row as it was written."""
        if is_refused(row):
            self.refuse(row["record"])
            return
        self.count([assessed_of(row)], tuple(row["statuses"]))

    def count(self, decided: Sequence[Assessed], names: Sequence[str]) -> None:
        """Count records that were decided.

        Args:
            decided: what was decided of each.
            names: the clause of each of their statuses; "" if it is not counted.
        """
        found: list[Counted] = []
        for name, verdict, _, blockers, unknown, clash, missing, remarks in decided:
            self._names.append(number_of(name))
            found.append(("verdict", verdict))
            if unknown and not (blockers and self._places[blockers[0]] < self._places[unknown[0]]):
                # Open at its first unknown clause, until a clause blocks.
                found.append(("opened", unknown[0]))
                found += [("closed", clause) for clause in blockers[:1]]
            if blockers:
                found += _of_blockers(blockers)
                self._sets[blockers] += 1
                if unknown:
                    self._open_sets[blockers] += 1
            elif verdict == Verdict.INELIGIBLE:
                found.append(("conflict", ""))
            elif verdict == Verdict.UNDETERMINED:
                found += [("undetermined", clause) for clause in unknown]
                found += [("decisive", clause) for clause in unknown if len(unknown) == 1]
            if clash:
                found.append(("clash", clash))
            if missing:
                found += _of_fields("missing", missing)
            if remarks:
                found += _of_fields("remark", remarks)
        self._counts.update(found)
        # Clause by clause, which takes far fewer steps than record by record.
        columns = zip(*[of_record.statuses for of_record in decided], strict=True)
        for clause, statuses in zip(names, columns, strict=bool(decided)):
            for status, number in Counter(statuses).items() if clause else ():
                for sort in _SORTS[status]:
                    self._counts[sort, clause] += number

    def merge(self, other: Tally) -> None:
        """Count what another tally has counted of the records that follow."""
        self.refused += other.refused
        self._counts.update(other._counts)
        for blockers, number in other._sets.items():
            if blockers in self._sets or len(self._sets) < MOST_SETS or len(blockers) == 1:
                self._sets[blockers] += number
                self._open_sets[blockers] += other._open_sets[blockers]
        self._names.extend(other._names)

    def repeated(self) -> Counter[int]:
        """Count how often the names occur that occur more than once, by number (`number_of`)."""
        again = Counter(a for a, b in pairwise(sorted(self._names)) if a == b)
        return Counter({number: times + 1 for number, times in again.items()})

    def answer(
        self,
        protocol: ProtocolName,
        source: str,
        repeated: dict[str, tuple[str, ...]],
        sharing: int,
        most: int = 10,
    ) -> Screening:
        """Sum up.

        Args:
            protocol: the protocol.
            source: the name of the cohort.
            repeated: ids that occur more than once.
            sharing: how many records have such an id.
            most: how many sets of clauses are listed.
        """
        return Screening(
            protocol=protocol,
            source=source,
            assessed=self.records,
            not_read=self.refused,
            eligible=self._counts["verdict", Verdict.ELIGIBLE],
            ineligible=self._counts["verdict", Verdict.INELIGIBLE],
            undetermined=self._counts["verdict", Verdict.UNDETERMINED],
            conflicts=self._counts["conflict", ""],
            attrition=tuple(self._attrition()),
            clauses=tuple(
                ClauseCount(
                    clause=clause,
                    blocks=self._counts["blocks", clause],
                    alone=self._sets[clause,],
                    to_gain=self._sets[clause,] - self._open_sets[clause,],
                    unknown=self._counts["unknown", clause],
                    undetermined=self._counts["undetermined", clause],
                    decisive=self._counts["decisive", clause],
                    not_applicable=self._counts["inapplicable", clause],
                )
                for clause in self.clauses
            ),
            pairs=tuple(sorted(self._together(self._all("pair")), key=lambda c: -c.blocked)[:most]),
            sets=tuple(sorted(self._together(self._sets), key=lambda c: -c.to_gain)[:most]),
            clashes=tuple(
                ClashCount(clauses=clauses, patients=number)
                for clauses, number in _commonest(self._all("clash"))
            ),
            missing=tuple(
                MissingCount(field=path, patients=number)
                for path, number in _commonest(self._all("missing"))
            ),
            remarks=tuple(
                RemarkCount(field=path, patients=number)
                for path, number in _commonest(self._all("remark"))
            ),
            sharing=sharing,
            repeated=repeated,
        )

    def _all(self, what: str) -> dict[Any, int]:
        """Give all counts of one sort."""
        return {of: number for (sort, of), number in self._counts.items() if sort == what}

    def _attrition(self) -> Iterable[Attrition]:
        counts = self._counts
        remaining, uncertain = self._decided, 0
        for clause in self.clauses:
            remaining -= counts["first", clause]
            uncertain += counts["opened", clause] - counts["closed", clause]
            yield Attrition(
                clause=clause,
                excluded=counts["first", clause],
                remaining=remaining,
                uncertain=uncertain,
            )

    def _together(self, sets: Mapping[tuple[str, ...], int]) -> Iterable[TogetherCount]:
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


@lru_cache(maxsize=4096)
def _of_blockers(blockers: tuple[str, ...]) -> tuple[Counted, ...]:
    """Give what is counted of the clauses that block a patient together."""
    pairs = combinations(blockers[:MOST_BLOCKERS], 2)
    return ("first", blockers[0]), *(_of_pair(pair) for pair in pairs)


@lru_cache(maxsize=4096)
def _of_pair(pair: tuple[str, str]) -> Counted:
    """Give what is counted of two clauses, the same object for all whom they block."""
    return "pair", pair


@lru_cache(maxsize=4096)
def _of_fields(sort: str, paths: tuple[str, ...]) -> frozenset[Counted]:
    """Give what is counted of fields of a patient: in whichever entries, each of them once."""
    return frozenset((sort, _ENTRY.sub("[]", path)) for path in paths)


_SORTS: dict[str, tuple[str, ...]] = {
    **{status: ("blocks",) if status.blocks else () for status in Status},
    Status.UNKNOWN: ("unknown",),
    Status.NOT_APPLICABLE: ("inapplicable",),
}
"""What a status is counted as."""


def _commonest(counts: Mapping[_Counted, int]) -> list[tuple[_Counted, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def number_of(name: str) -> int:
    """Give a number that stands for a name: eight bytes, so that millions can be kept."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
