"""Every case in ``cases/``: the verdict and the status of each clause that it names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from oligoasp.decide import Engine
from oligoasp.protocol.load import asp_folder, load_protocol
from oligoasp.record.errors import RecordError
from oligoasp.testing import Case, load_cases, run_case

CASES = Path(__file__).parent.parent / "cases"
PROTOCOL = min(asp_folder().glob("*/protocol.lp")).parent


@cache
def engine() -> Engine:
    return Engine(load_protocol(PROTOCOL))


def found() -> list[Case | RecordError]:
    return list(load_cases([CASES], load_protocol(PROTOCOL).vocabulary))


def title(case: Case | RecordError) -> str:
    if isinstance(case, RecordError):
        return f"malformed: {case.problems[0].source}"
    return f"{Path(case.file).relative_to(CASES).with_suffix('')}: {case.name}"


@pytest.mark.parametrize("case", found(), ids=title)
def test_case(case: Case | RecordError) -> None:
    if isinstance(case, RecordError):
        pytest.fail(str(case), pytrace=False)
    differs = [
        f"{case.file}:{failure.line}: {failure.clause or 'verdict'}: "
        f"expected {failure.expected}, got {failure.got}"
        for failure in run_case(engine(), case)
    ]
    if differs:
        pytest.fail("\n".join(differs), pytrace=False)
