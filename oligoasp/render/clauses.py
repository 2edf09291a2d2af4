"""Clauses in an answer: the id, and its words where the clause is first mentioned."""

from __future__ import annotations

from collections.abc import Iterable

from oligoasp.decide import Status, Verdict
from oligoasp.render.document import Line, Role, Span, line, shorten

QUOTE_LENGTH = 80

STATUS_ROLES: dict[Status, Role] = {
    Status.MET: "good",
    Status.ABSENT: "good",
    Status.NOT_MET: "bad",
    Status.PRESENT: "bad",
    Status.UNKNOWN: "open",
    Status.NOT_APPLICABLE: "muted",
}

VERDICT_ROLES: dict[Verdict, Role] = {
    Verdict.ELIGIBLE: "good",
    Verdict.INELIGIBLE: "bad",
    Verdict.UNDETERMINED: "open",
}


class Quoted:
    """Names clauses, with their words at the first mention only.

    Args:
        texts: the words of each clause.
        whole: whether long quotes are given in full.
    """

    def __init__(self, texts: dict[str, str], *, whole: bool) -> None:
        self._texts = texts
        self._whole = whole
        self._seen: set[str] = set()

    def seen(self, clause: str) -> bool:
        """Tell whether the words of a clause were given already."""
        return clause in self._seen

    def name(self, clause: str) -> Line:
        """Name a clause."""
        if clause in self._seen or clause not in self._texts:
            return line(Span(clause, "strong"))
        self._seen.add(clause)
        return line(Span(clause, "strong"), " ", self.quote(clause))

    def names(self, clauses: Iterable[str]) -> Line:
        """Name several clauses: "I8.1, I8.3 and E3"."""
        named = [self.name(clause) for clause in clauses]
        spans: list[Span] = []
        for number, spans_of_one in enumerate(named):
            if number:
                spans.append(Span(" and " if number == len(named) - 1 else ", "))
            spans.extend(spans_of_one)
        return tuple(spans)

    def quote(self, clause: str) -> Span:
        """Give the words of a clause in quotation marks."""
        words = self._texts[clause]
        return Span(f'"{words if self._whole else shorten(words, QUOTE_LENGTH)}"', "quote")
