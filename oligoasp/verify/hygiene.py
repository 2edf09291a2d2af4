"""What is wrong with the rules as text: no clause, no rule, a literal number, no source.

These checks read the files rather than ask the solver.

- V601 clause-not-encoded: a clause that tests has no rule, so it is always met.
- V602 rule-without-clause: a rule says whether an unknown clause is violated. Commands that
  decide about patients refuse a protocol with one of these two.
- V603 literal-number: a rule compares with a number instead of a parameter, so that the
  representative values do not cover it and no proof holds.
- V604 parameter-without-source: a parameter has no unit, or no source in the text.
- V605 text-without-clause: words of the criteria that no clause quotes.
- V606 clause-without-cases: the cases of the protocol do not show both sides of the clause:
  none expects it violated, or none expects it met. They are read in the folder `cases`.

Bad:

    violated("I8.3", low) :- has(patient, hemoglobin, Value), Value < 1800.

Good:

    parameter(hemoglobin_least, hemoglobin, "9", "g/dL", "I8.3").
    violated("I8.3", low) :-
        has(patient, hemoglobin, Value), limit(hemoglobin_least, Least), Value < Least.

Why it matters: a criterion that was never encoded passes everybody in silence, and a number
in a rule cannot be checked against the text, amended or tested at its boundary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from oligoasp.protocol.encoded import without_clause
from oligoasp.protocol.files import files_of
from oligoasp.protocol.load import asp_folder
from oligoasp.solver.program import text as text_of
from oligoasp.verify.findings import ERROR, NOTE, WARNING, Finding, Kind, joined
from oligoasp.verify.survey import Survey

KINDS = (
    Kind("V601", "clause-not-encoded", ERROR),
    Kind("V602", "rule-without-clause", ERROR),
    Kind("V603", "literal-number", ERROR),
    Kind("V604", "parameter-without-source", WARNING),
    Kind("V605", "text-without-clause", WARNING),
    Kind("V606", "clause-without-cases", NOTE),
)

CRITERIA = "criteria.txt"
CASES = "cases"
MET = {"met", "absent"}
VIOLATED = {"not met", "present"}
LONGEST_ID = 40

_EXPECTED = re.compile(r""":\s*["']?(not met|met|absent|present)\b""")
_NO_KEY = re.compile(r"[^\w.]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BLOCK = re.compile(r"%\*.*?\*%", re.DOTALL)
_COMMENT = re.compile(r"%.*")
_DIGIT = re.compile(r"\d")
_NUMBER = r"-?\d+"
_COMPARED = re.compile(
    rf"(?:[<>]=?|!=|=)\s*({_NUMBER})\b(?!\s*\.\.)|(?<![\w.])({_NUMBER})\s*(?:[<>]=?|!=)"
)
_CHOICE = re.compile(r"^\s*\{.*\}\s*=\s*1(?=\s*:-|\.)")
_HAS_NUMBER = re.compile(rf"\bhas\([^()]*,\s*({_NUMBER})\s*\)")


def find(survey: Survey) -> Iterator[Finding]:
    """Give what is wrong with the files of a protocol."""
    yield from _clauses(survey)
    yield from _numbers(survey)
    yield from _parameters(survey)
    yield from _text(survey)
    yield from _cases(survey)


def _clauses(survey: Survey) -> Iterator[Finding]:
    protocol = survey.protocol
    for clause in survey.unencoded:
        yield Finding(
            KINDS[0],
            clause,
            (clause,),
            f"{clause} tests, but no rule says when it is violated",
        )
    gone = protocol.edit.gone if protocol.edit else ()
    for file, line, name in without_clause(protocol, files_of(protocol.files), gone):
        yield Finding(
            KINDS[1],
            name,
            (),
            f"a rule says whether `{name}` is violated, but there is no such clause",
            place=f"{file}:{line}",
        )


def _numbers(survey: Survey) -> Iterator[Finding]:
    for file in files_of(survey.protocol.files):
        if file.parent.name == "engine":
            continue
        for _, number, line in _lines([file]):
            if not _DIGIT.search(line):
                continue
            bare = _COMMENT.sub("", _STRING.sub('""', _CHOICE.sub("", line)))
            for pattern in (_COMPARED, _HAS_NUMBER):
                for match in pattern.finditer(bare):
                    literal = next(filter(None, match.groups()))
                    yield Finding(
                        KINDS[2],
                        f"{file.name}:{number}",
                        (),
                        f"a rule uses the number {literal} instead of a parameter: "
                        f"`{line.strip()[:80]}`",
                        place=f"{file}:{number}",
                    )


def _parameters(survey: Survey) -> Iterator[Finding]:
    for parameter in survey.protocol.parameters.values():
        for what, given in (("unit", parameter.unit), ("source", parameter.source)):
            if not given.strip():
                yield Finding(
                    KINDS[3],
                    parameter.name,
                    (),
                    f"parameter {parameter.name} has no {what}",
                )


def _text(survey: Survey) -> Iterator[Finding]:
    file = survey.protocol.folder / CRITERIA
    if not file.is_file() or survey.protocol.edit is not None:
        return  # the file has the words before the amendment
    for stretch in uncovered(file.read_text(encoding="utf-8"), survey):
        yield Finding(
            KINDS[4],
            stretch[:40],
            (),
            f"no clause quotes these words of the criteria: “{stretch}”",
            place=str(file),
        )


def _cases(survey: Survey) -> Iterator[Finding]:
    """Give the clauses of which the cases of the protocol do not show both sides."""
    folder = case_folder(survey.protocol.folder)
    if folder is None:
        return
    expected: dict[str, set[str]] = {clause: set() for clause in survey.testing}
    for file in folder.rglob("*"):
        if file.suffix in (".yaml", ".yml", ".json"):
            text = file.read_text(encoding="utf-8")
            for found in _EXPECTED.finditer(text):
                before = text[max(found.start() - LONGEST_ID, 0) : found.start()]
                key = _NO_KEY.split(before.rstrip("\"'"))[-1]
                expected.setdefault(key, set()).add(found[1])
    for clause in survey.testing:
        sides = (("met", expected[clause] & MET), ("violated", expected[clause] & VIOLATED))
        missing = [side for side, found in sides if not found]
        if missing:
            yield Finding(
                KINDS[5],
                clause,
                (clause,),
                f"no case expects {clause} to be {joined(missing, 'or')}",
                place=str(folder),
            )


def case_folder(protocol: Path) -> Path | None:
    """Find the cases of a protocol: in its own folder, or those that come with the program."""
    own = protocol / CASES
    if own.is_dir():
        return own
    here = asp_folder()
    found = here.parent / CASES
    return found if protocol.parent == here and found.is_dir() else None


GLUE = ("inclusion criteria", "exclusion criteria", "note", "and", "or", "but", "in", "has", "any")


def uncovered(text: str, survey: Survey) -> list[str]:
    """Give the stretches of the criteria that no clause quotes, apart from words that join."""
    start = text.lower().find("inclusion criteria")
    flat = " ".join(re.sub(r"(?m)^\s*\d+\.\s", " ", text[max(start, 0) :]).split())
    covered = [False] * len(flat)
    lowered = flat.lower()
    for clause in survey.protocol.clauses.values():
        quote = " ".join(clause.text.split()).lower()
        at = lowered.find(quote)
        while at >= 0:
            covered[at : at + len(quote)] = [True] * len(quote)
            at = lowered.find(quote, at + 1)
    left = "".join("\0" if done else sign for sign, done in zip(flat, covered, strict=True))
    connectives = [text_of(row[0]) for row in survey.space.session.facts("connective", 1)]
    words = sorted((c.lower() for c in (*GLUE, *connectives)), key=len, reverse=True)
    glue = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
    stretches = []
    for part in re.split("\0+", left):
        rest = glue.sub(" ", part.lower())
        if re.search(r"[a-z]{3}", rest):
            stretches.append(part.strip(" ,;.:"))
    return stretches


# ---- reading files ------------------------------------------------------------------------


def _lines(files: Iterator[Path] | Sequence[Path]) -> Iterator[tuple[Path, int, str]]:
    for file in sorted(files):
        text = file.read_text(encoding="utf-8")
        text = _BLOCK.sub(lambda m: "\n" * m[0].count("\n"), text)
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("%"):
                yield file, number, line
