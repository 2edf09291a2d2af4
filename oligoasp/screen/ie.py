"""Criteria not met, in the shape of the CDISC SDTM domain IE.

One row for each patient and criterion that was not met (SDTMIG: "only those criteria
that the subject did not meet"). What is unknown has no row, nor have clauses that only
together cannot be met. IETESTCD and IETEST are those of the dataset TI. Timing variables
(VISITNUM, IEDTC) are the sponsor's to add.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from oligoasp.cdisc.criteria import criteria_versions
from oligoasp.protocol.model import INCLUSION, Protocol
from oligoasp.screen.rows import Row
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


def write_ie(path: Path, rows: Iterable[Row], protocol: Protocol) -> None:
    """Write the domain as CSV.

    Args:
        path: the file to write.
        rows: rows of a screening.
        protocol: its id is STUDYID, its clauses are the criteria.
    """
    shared = {}
    for one in criteria_versions(protocol)[-1].criteria:
        met = "N" if one.category == INCLUSION.upper() else "Y"
        shared[one.clause] = (one.clause, one.code, one.test, one.category, met, met)
    write_csv(
        path,
        VARIABLES,
        (
            (protocol.id, "IE", inert(row["record"]), number, *shared[blocker])
            for row in rows
            for number, blocker in enumerate(row.get("blockers", ()), 1)
        ),
    )
