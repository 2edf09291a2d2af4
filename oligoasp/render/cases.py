"""The results of case files, one line per file and what failed in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oligoasp.render.document import Document, Heading, Item, Paragraph, Span, line

FORMAT = "oligoasp.test/1"


@dataclass(frozen=True, slots=True)
class Failed:
    """One expectation that was not met; the clause and its words are empty for the verdict."""

    case: str
    line: int | None
    clause: str
    quote: str
    expected: str
    got: str
    evidence: str


@dataclass(slots=True)
class FileResult:
    """What came of the cases of one file."""

    file: str
    passed: int = 0
    failed: int = 0
    failures: list[Failed] = field(default_factory=list)
    malformed: list[list[str]] = field(default_factory=list)
    """what is wrong with each case that cannot be run"""


def document(result: FileResult) -> Document:
    """Write the results of one file: a line with the counts, and its failures."""
    blocks: Document = [Paragraph(line(f"{result.file}: ", *_counts(result)))]
    for failure in result.failures:
        at = result.file if failure.line is None else f"{result.file}:{failure.line}"
        subject = line(Span(failure.clause or "verdict", "strong"))
        if failure.quote:
            subject += line(" ", Span(f'"{failure.quote}"', "quote"))
        compared = line(f"expected {failure.expected}, got ", Span(failure.got, "bad"))
        evidence = [line(Span(failure.evidence, "muted"))] if failure.evidence else []
        head = line(f"{at}: {failure.case}: ", *subject, ": ", *compared)
        blocks.append(Item(head, tuple(evidence)))
    return blocks


def heading(protocol: str) -> Document:
    """Write the title of a report that is to be filed."""
    return [Heading(f"Cases of {protocol}", 1)]


def total(results: list[FileResult]) -> str:
    """Sum up the results of all files."""
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    malformed = sum(len(result.malformed) for result in results)
    ends = f", {malformed} malformed" if malformed else ""
    files = f"{len(results)} file{'s' * (len(results) != 1)}"
    return f"{files}: {passed} passed, {failed} failed{ends}"


def data(result: FileResult) -> dict[str, Any]:
    """Give the results of one file as plain data."""
    return {
        "format": FORMAT,
        "file": result.file,
        "passed": result.passed,
        "failed": result.failed,
        "failures": [
            {name: getattr(failure, name) for name in Failed.__slots__}
            for failure in result.failures
        ],
        "malformed": [problem for problems in result.malformed for problem in problems],
    }


def _counts(result: FileResult) -> list[Span]:
    counts = [Span(f"{result.passed} passed", "good" if result.passed else "muted")]
    if result.failed:
        counts += [Span(", "), Span(f"{result.failed} failed", "bad")]
    if result.malformed:
        counts += [Span(", "), Span(f"{len(result.malformed)} malformed", "bad")]
    return counts
