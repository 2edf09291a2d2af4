"""Witnesses as case files, so that they are tested from then on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from oligoasp.render.verification import plain_record
from oligoasp.verify.findings import Finding, Shown
from oligoasp.verify.witness import Witness


def case_text(finding: Finding, shown: Shown) -> str:
    """Give a case file for a patient of a finding."""
    note = f"{finding.kind.code} {finding.kind.name}: {finding.message}."
    return witness_text([note], f"{shown.role} ({finding.kind.code})", shown.witness)


def witness_text(notes: Sequence[str], title: str, witness: Witness) -> str:
    """Give a case file for a witness; it expects what the protocol now says.

    Args:
        notes: comments to begin with.
        title: the title of the case.
        witness: the patient.
    """
    lines = [f"# {note}" for note in notes]
    case: dict[str, Any] = {
        "title": title,
        **({"readings": dict(witness.readings)} if witness.readings else {}),
        "expect": {
            "verdict": str(witness.verdict),
            "clauses": {c: str(s) for c, s in witness.statuses.items()},
        },
    }
    record = {key: plain_record(value) for key, value in witness.data.items() if key != "id"}
    data = {"id": witness.data["id"], "case": case, **record}
    text = yaml.safe_dump(
        data, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return "\n".join(lines) + f"\n{text}"
