"""Criteria not met, in the shape of the CDISC SDTM domain IE.

One row for each patient and criterion that was not met (SDTMIG: "only those criteria
that the subject did not meet"). What is unknown has no row, nor have clauses that only
together cannot be met. Timing variables (VISITNUM, IEDTC) are the sponsor's to add.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from oligoasp.protocol.model import INCLUSION, Clause, Protocol
from oligoasp.render.document import shorten
from oligoasp.screen.rows import Row

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
LONGEST_CODE, LONGEST_TEST = 8, 200

_NO_SIGN_OF_A_CODE = re.compile(r"[^A-Z0-9]")


def codes(clauses: Iterable[Clause]) -> dict[str, str]:
    """Give each clause its IETESTCD: letters and digits, a letter first, at most eight.

    Its id without other signs (I8.5a: I8_5A) where that is unique and short enough, else
    its number (INCL07), so that no two clauses share one.
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    for number, clause in enumerate(clauses, 1):
        code = _NO_SIGN_OF_A_CODE.sub("_", clause.id.upper())
        if len(code) > LONGEST_CODE or not code[:1].isalpha() or code in used:
            code = f"{'INCL' if clause.section == INCLUSION else 'EXCL'}{number:02}"
        used.add(code)
        found[clause.id] = code
    return found


def write_ie(path: Path, rows: Iterable[Row], protocol: Protocol) -> None:
    """Write the domain as CSV.

    Args:
        path: the file to write.
        rows: rows of a screening.
        protocol: its id is STUDYID, its clauses are the criteria.
    """
    tests = [clause for clause in protocol.clauses.values() if clause.tests]
    code = codes(tests)
    shared = {}
    for clause in tests:
        met = "N" if clause.section == INCLUSION else "Y"
        test = shorten(" ".join(clause.text.split()), LONGEST_TEST)
        shared[clause.id] = (clause.id, code[clause.id], test, clause.section.upper(), met, met)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(VARIABLES)
        for row in rows:
            for number, blocker in enumerate(row.get("blockers", ()), 1):
                writer.writerow([protocol.id, "IE", row["record"], number, *shared[blocker]])
