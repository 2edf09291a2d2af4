"""The criteria of a trial in the shape of the CDISC SDTM dataset TI.

One row for each criterion that tests, of every version of the criteria: "each complete set of
criteria must be included" (SDTMIG). TIRL is left out: no computer-executable form is agreed
on, and the rules are the protocol's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from oligoasp.cdisc.criteria import CriteriaVersion
from oligoasp.spreadsheet import write_csv

VARIABLES = ("STUDYID", "DOMAIN", "IETESTCD", "IETEST", "IECAT", "TIVERS")


def write_ti(path: Path, study: str, versions: Iterable[CriteriaVersion]) -> None:
    """Write the dataset as CSV.

    Args:
        path: the file to write.
        study: STUDYID.
        versions: the complete set of criteria of each version, oldest first.
    """
    write_csv(
        path,
        VARIABLES,
        (
            (study, "TI", one.code, one.test, one.category, version.version)
            for version in versions
            for one in version.criteria
        ),
    )
