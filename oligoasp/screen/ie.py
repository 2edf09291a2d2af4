"""Criteria not met, in the shape of the CDISC SDTM domain IE.

One row for each patient and criterion that was not met (SDTMIG: "only those criteria
that the subject did not meet"). What is unknown has no row, nor have clauses that only
together cannot be met. IETESTCD and IETEST are those of the dataset TI. Timing variables
(VISITNUM, IEDTC) are the sponsor's to add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from oligoasp.cdisc.criteria import criteria_versions
from oligoasp.protocol.model import INCLUSION, Protocol
from oligoasp.screen.rows import Row
from oligoasp.screen.tally import number_of
from oligoasp.spreadsheet import inert, write_csv

VARIABLES = (
    "STUDYID",
    "DOMAIN",
    "USUBJID",
    "IESEQ",
    "IESPID",
    "IETESTCD",
    "IETEST",
    "IECAT",
    "IEORRES",
    "IESTRESC",
)


def write_ie(
    path: Path, rows: Iterable[Row], protocol: Protocol, repeated: Container[int] = ()
) -> None:
    """Write the domain as CSV.

    Args:
        path: the file to write.
        rows: rows of a screening.
        protocol: its id is STUDYID, its clauses are the criteria.
        repeated: the numbers of ids that several rows have; IESEQ counts on over these.
    """
    shared = {}
    for one in criteria_versions(protocol)[-1].criteria:
        met = "N" if one.category == INCLUSION.upper() else "Y"
        shared[one.clause] = (one.clause, one.code, one.test, one.category, met, met)
    written: Counter[str] = Counter()

    def cells() -> Iterator[tuple[object, ...]]:
        for row in rows:
            name, blockers = row["record"], row.get("blockers", ())
            for number, blocker in enumerate(blockers, written[name] + 1):
                yield protocol.id, "IE", inert(name), number, *shared[blocker]
            if blockers and number_of(name) in repeated:
                written[name] += len(blockers)

    write_csv(path, VARIABLES, cells())
