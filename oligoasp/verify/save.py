"""Witnesses as case files, so that they are tested from then on."""

from __future__ import annotations

from typing import Any

import yaml

from oligoasp.render.verification import plain_record
from oligoasp.verify.findings import Finding, Shown


def case_text(finding: Finding, shown: Shown) -> str:
    """Give a case file for a patient of a finding."""
    witness = shown.witness
    lines = [f"# {finding.kind.code} {finding.kind.name}: {finding.message}."]
    if witness.readings:
        chosen = ", ".join(f"{a}={b}" for a, b in witness.readings.items())
        lines.append(f"# Holds under the reading {chosen}; expectations are those of the defaults.")
    case: dict[str, Any] = {
        "title": f"{shown.role} ({finding.kind.code})",
        "expect": {
            "verdict": str(witness.default_verdict),
            "clauses": {c: str(s) for c, s in witness.default_statuses.items()},
        },
    }
    record = {key: plain_record(value) for key, value in witness.data.items() if key != "id"}
    data = {"id": witness.data["id"], "case": case, **record}
    text = yaml.safe_dump(
        data, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return "\n".join(lines) + f"\n{text}"
