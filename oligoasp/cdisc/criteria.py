"""The criteria of a protocol as SDTM knows them: the same in TI, which lists them, and in IE.

IETESTCD has at most eight letters, digits and underscores, a letter first. A criterion has the
same code in every version that has the same words, and another where they are changed
(SDTMIG, example of TI). IETEST is the text itself where it has at most 200 characters, else
its beginning, cut at a word; the full text then belongs in the metadata of the study
(SDTMIG, assumptions of IE and TI).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import NamedTuple

from oligoasp.protocol.model import INCLUSION, Clause, Protocol
from oligoasp.render.document import shorten

LONGEST_CODE, LONGEST_TEST = 8, 200

_NO_SIGN_OF_A_CODE = re.compile(r"[^A-Z0-9]")


class Criterion(NamedTuple):
    """A criterion: its clause, IETESTCD, IETEST and IECAT; ``cut``: IETEST is not all of it."""

    clause: str
    code: str
    test: str
    category: str
    cut: bool


class CriteriaVersion(NamedTuple):
    """The complete set of criteria of a version of a protocol."""

    version: str
    criteria: list[Criterion]


def criteria_versions(protocol: Protocol) -> list[CriteriaVersion]:
    """Give the criteria of a protocol and of each version that was amended to it.

    A version whose criteria read like those before it is left out: what changed is a number or
    a reading that no text states.
    """
    codes = _Codes()
    found: list[CriteriaVersion] = []
    for version, clauses in (*protocol.former, (protocol.version, protocol.clauses.values())):
        criteria = [_criterion(clause, codes) for clause in clauses if clause.tests]
        if not found or criteria != found[-1].criteria:
            found.append(CriteriaVersion(version, criteria))
    return found


def _criterion(clause: Clause, codes: _Codes) -> Criterion:
    text = " ".join(clause.text.split())
    test = shorten(text, LONGEST_TEST)
    code = codes.of(clause, text)
    return Criterion(clause.id, code, test, clause.section.upper(), test != text)


class _Codes:
    """Gives criteria their codes, so that no two different ones share one.

    The code is the id of the clause without other signs (I8.5a: I8_5A) where that is unique and
    short enough, else its number (INCL07); where the words have changed, a letter follows.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._first: dict[str, str] = {}
        self._used: set[str] = set()

    def of(self, clause: Clause, text: str) -> str:
        """Give the code of a clause with a certain text."""
        key = clause.id, text
        if key not in self._known:
            first = self._first.get(clause.id)
            options = self._new(clause) if first is None else _revised(first)
            code = next(code for code in options if self._is_free(code))
            self._first.setdefault(clause.id, code)
            self._known[key] = code
            self._used.add(code)
        return self._known[key]

    def _new(self, clause: Clause) -> Iterator[str]:
        yield _NO_SIGN_OF_A_CODE.sub("_", clause.id.upper())
        section = "INCL" if clause.section == INCLUSION else "EXCL"
        for number in count(len(self._first) + 1):
            yield f"{section}{number:02}"

    def _is_free(self, code: str) -> bool:
        return len(code) <= LONGEST_CODE and code[:1].isalpha() and code not in self._used


def _revised(code: str) -> Iterator[str]:
    """Give codes for a criterion whose words have changed, one after the other."""
    for number in count():
        suffix = ""
        while number >= 0:
            suffix = chr(ord("A") + number % 26) + suffix
            number = number // 26 - 1  # noqa: PLW2901
        yield code[: LONGEST_CODE - len(suffix)] + suffix


def cut_criteria(versions: Iterable[CriteriaVersion]) -> Collection[str]:
    """Give the clauses of which IETEST is not the whole text."""
    return dict.fromkeys(c.clause for version in versions for c in version.criteria if c.cut)
