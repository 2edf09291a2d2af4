"""What verify finds in ESO-Shanghai 13, as it was reviewed, and that each patient is real."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from oligoasp.cli import main
from oligoasp.protocol.load import load_protocol
from oligoasp.verify.checks import kinds, run
from oligoasp.verify.inventor import UNSHOWN
from oligoasp.verify.survey import Survey

SNAPSHOTS = Path(__file__).parent / "snapshots"
REVIEWED = {
    "defects.txt": ["verify"],
    "overlaps.txt": ["verify", "--select", "V401"],
    "readings.txt": ["verify", "--select", "V501"],
}


@pytest.mark.parametrize("name", REVIEWED)
def test_findings_are_those_that_were_reviewed(name: str) -> None:
    result = CliRunner().invoke(main, REVIEWED[name], env={"NO_COLOR": "1", "COLUMNS": "80"})
    file = SNAPSHOTS / name
    if os.environ.get("OLIGOASP_UPDATE_SNAPSHOTS") == "1":
        file.write_text(result.output)
    assert result.output == file.read_text()


def test_every_claim_that_somebody_exists_comes_with_a_patient() -> None:
    found = run(Survey(load_protocol("eso_shanghai_13"), patients=True), kinds())
    assert not [f.subject for f in found if any(UNSHOWN in detail for detail in f.details)]
    assert all(f.patients for f in found if f.kind.code in ("V301", "V303", "V401"))
    assert all(len(f.patients) >= 2 for f in found if f.kind.code == "V501")
