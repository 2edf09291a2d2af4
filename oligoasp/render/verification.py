"""Findings of a verification, as a document and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from oligoasp.protocol.model import Protocol
from oligoasp.render.clauses import Quoted
from oligoasp.render.document import Document, Heading, Item, Line, Paragraph, Role, Span, line
from oligoasp.verify.findings import ERROR, NOTE, SEVERITIES, WARNING, Finding, Shown, joined

FORMAT = "oligoasp.verification/1"
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
ROLES: dict[str, Role] = {ERROR: "bad", WARNING: "open", NOTE: "muted"}


def document(
    protocol: Protocol,
    findings: Sequence[Finding],
    accepted: Sequence[tuple[Finding, str]],
    *,
    notes: bool = True,
) -> Document:
    """Write findings, the gravest first, each with the words of its clauses.

    Args:
        protocol: the protocol.
        findings: what was found, sorted.
        accepted: what was found and accepted, with the reasons.
        notes: whether to write notes in full, or only how many there are of each kind.
    """
    blocks: Document = [Heading(f"{protocol.name} ({protocol.id}, version {protocol.version})", 1)]
    quoted = Quoted({c.id: c.text for c in protocol.clauses.values()}, whole=False)
    heading = ""
    for finding in findings:
        if finding.kind.severity == NOTE and not notes:
            continue
        if heading != finding.kind.severity:
            heading = finding.kind.severity
            blocks.append(Heading(f"{heading.capitalize()}s"))
        blocks.append(_item(finding, quoted))
    counts = Counter(f.kind for f in findings if f.kind.severity == NOTE)
    if counts and not notes:
        blocks.append(Heading("Notes"))
        blocks += [
            Item(
                line(
                    Span(kind.code, "strong"),
                    f" {kind.name}: {number} (--select {kind.code} lists them)",
                )
            )
            for kind, number in sorted(counts.items())
        ]
    if accepted:
        blocks.append(Heading("Accepted"))
    for finding, reason in accepted:
        blocks.append(
            Item(
                line(
                    Span(f"{finding.kind.code} {finding.subject}", "muted"), f" accepted: {reason}"
                )
            )
        )
    blocks.append(Paragraph(line(total(findings, len(accepted)))))
    if scopes := sorted({f.scope for f in findings if f.scope}):
        blocks.append(Paragraph(line(Span(f"Scope of the proofs: {'; '.join(scopes)}.", "muted"))))
    return blocks


def _item(finding: Finding, quoted: Quoted) -> Item:
    head = line(
        Span(finding.kind.code, "strong"),
        " ",
        Span(finding.kind.name, ROLES[finding.kind.severity]),
        f": {finding.message}",
    )
    details = [line(detail) for detail in finding.details]
    if finding.place:
        details.append(line(Span(finding.place, "muted")))
    details += [quoted.name(clause) for clause in finding.clauses if not quoted.seen(clause)]
    details += [_patient(shown) for shown in finding.patients]
    return Item(head, tuple(details))


def _patient(shown: Shown) -> Line:
    return line(f"{shown.role}: ", Span(shown.witness.summary, "muted"))


def total(findings: Sequence[Finding], accepted: int) -> str:
    """Sum up findings."""
    counts = [
        f"{number} {severity}{'s' * (number != 1)}"
        for severity in SEVERITIES
        if (number := sum(f.kind.severity == severity for f in findings))
    ]
    rest = f"; {accepted} accepted with a reason" if accepted else ""
    return f"{joined(counts) if counts else 'no findings'}{rest}."


def data(
    protocol: Protocol, findings: Sequence[Finding], accepted: Sequence[tuple[Finding, str]]
) -> dict[str, Any]:
    """Give findings as plain data."""
    return {
        "format": FORMAT,
        "protocol": {"id": protocol.id, "name": protocol.name, "version": protocol.version},
        "findings": [_plain(protocol, finding) for finding in findings],
        "accepted": [{**_plain(protocol, f), "reason": reason} for f, reason in accepted],
    }


def _plain(protocol: Protocol, finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.kind.code,
        "name": finding.kind.name,
        "severity": finding.kind.severity,
        "subject": finding.subject,
        "message": finding.message,
        "details": list(finding.details),
        "clauses": [
            {"clause": c, "text": protocol.clauses[c].text}
            for c in finding.clauses
            if c in protocol.clauses
        ],
        "minimal_sets": [list(one) for one in finding.sets],
        "patients": [
            {
                "shows": shown.role,
                "name": shown.witness.name,
                "readings": dict(shown.witness.readings),
                "verdict": shown.witness.verdict,
                "violates": list(shown.witness.violates),
                "unusual": shown.witness.summary,
                "record": plain_record(shown.witness.data),
            }
            for shown in finding.patients
        ],
        "scope": finding.scope,
        "place": finding.place,
    }


def plain_record(value: Any) -> Any:
    """Give a record with its exact numbers as text, so that no float comes in."""
    if isinstance(value, dict):
        return {key: plain_record(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_record(item) for item in value]
    return value if isinstance(value, str | bool | int) or value is None else str(value)


def sarif(protocol: Protocol, findings: Sequence[Finding], version: str) -> dict[str, Any]:
    """Give findings as SARIF 2.1.0, for code review."""
    kinds = {f.kind.code: f.kind for f in findings}
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "oligoasp verify",
                        "version": version,
                        "rules": [{"id": kind.code, "name": kind.name} for kind in kinds.values()],
                    }
                },
                "results": [_result(protocol, finding) for finding in findings],
            }
        ],
    }


def _result(protocol: Protocol, finding: Finding) -> dict[str, Any]:
    message = ". ".join([finding.message, *finding.details]) + "."
    file, _, number = finding.place.rpartition(":")
    where = {"artifactLocation": {"uri": file or f"{protocol.folder.name}/protocol.lp"}}
    if number.isdecimal():
        where["region"] = {"startLine": int(number)}  # type: ignore[dict-item]
    return {
        "ruleId": finding.kind.code,
        "level": finding.kind.severity,
        "message": {"text": message},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"subject/v1": f"{finding.kind.code}/{finding.subject}"},
    }
