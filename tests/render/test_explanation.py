"""The answer for one patient, against what was written when it was last reviewed.

Set ``OLIGOASP_UPDATE_SNAPSHOTS=1`` to write the snapshots anew, and read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from oligoasp.answers import Explanation, Item, Need, Source
from oligoasp.render import markdown, text
from oligoasp.render.document import Document
from oligoasp.render.explanation import CAUTION, document
from tests.render import samples
from tests.support import explained

SNAPSHOTS = Path(__file__).parent / "snapshots"
SAMPLES: list[Callable[[], Explanation]] = [
    samples.ineligible,
    samples.undetermined,
    samples.eligible,
    samples.conflicting,
    samples.troublesome,
]
OTHER = Item(item="other", request="another item", field="other", needed="2")
WRITERS = {"txt": text.write, "md": markdown.write}


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def written(content: Document, suffix: str) -> str:
    stream = StringIO()
    WRITERS[suffix](content, stream)
    return stream.getvalue()


@pytest.mark.parametrize("full", [False, True], ids=["short", "full"])
@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
def test_snapshot(sample: Callable[[], Explanation], suffix: str, full: bool) -> None:
    found = written(document(sample(), full=full), suffix)
    path = SNAPSHOTS / f"{sample.__name__}{'_full' * full}.{suffix}"
    if os.environ.get("OLIGOASP_UPDATE_SNAPSHOTS") == "1":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
def test_layout(sample: Callable[[], Explanation], full: bool) -> None:
    found = written(document(sample(), full=full), "txt")
    lines = found.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)
    assert lines[-1] == CAUTION
    assert "\x1b" not in found


def test_ten_problems_fit_on_a_page() -> None:
    found = written(document(samples.troublesome()), "txt")
    assert len(found.splitlines()) <= 80


def needing(number: int) -> Explanation:
    """Criteria that ask for one field each, for the same two, and one that has two ways."""
    lesions = Item(item="lesions", request="the lesions", field="lesions", needed="complete")
    lone = [
        Item(item=f"item {i}", request=f"item {i}", field=f"field_{i}", needed="1")
        for i in range(number)
    ]
    return replace(
        samples.undetermined(),
        needs=(
            *(Need(clauses=(f"C{i}",), alternatives=((lone[i], lesions),)) for i in range(number)),
            Need(clauses=("met anyway",), alternatives=((lone[0],), (OTHER,))),
            Need(clauses=("two ways",), alternatives=((OTHER,), (lone[0], OTHER))),
        ),
    )


def test_many_needs_are_told_by_what_is_asked_for_and_each_once() -> None:
    few, many = (written(document(needing(n)), "txt") for n in (4, 20))
    assert few.count("the lesions [lesions]") == 4
    assert "All of these" not in few
    said = many[many.index("All of these") : many.index("And for each")]
    assert said.count("[lesions]") == 1
    assert "for C0, C1, C2" in said
    assert "item 0 [field_0] for C0, met anyway\n" in said
    assert [f"item {i} [field_{i}] for C{i}\n" in said for i in range(1, 20)] == [True] * 19
    assert many.count("met anyway") == 1
    assert "two ways:\n    (1) another item [other]\n    (2) item 0" in many
    everything = written(document(needing(20), full=True), "txt")
    assert everything.count("the lesions [lesions]") == 20


def test_a_field_of_which_criteria_want_different_answers_is_told_once() -> None:
    found = needing(20)
    lesions = found.needs[0].alternatives[0][1]
    needs = (
        Need(clauses=("A",), alternatives=((replace(lesions, passes="only if there is one"),),)),
        Need(clauses=("B",), alternatives=((replace(lesions, passes="if there are none"),),)),
        *found.needs[2:],
    )
    said = written(document(replace(found, needs=needs)), "txt")
    assert said.count("the lesions") == said.count("[lesions]") == 1
    assert "\n    A: passes only if there is one\n    B: passes if there are none\n" in said
    assert "\n    C2, C3, C4" in said


def test_what_is_open_besides_blockers_is_told_with_what_is_missing() -> None:
    sample = samples.ineligible()
    known = [
        replace(answer, missing=("serum albumin",)) if answer.status == "unknown" else answer
        for answer in sample.clauses
    ]
    found = written(document(replace(sample, clauses=tuple(known))), "txt")
    assert "Open besides; to decide it is missing\n  I3" in found
    assert "serum albumin\n" in found


def test_a_clause_is_quoted_once() -> None:
    found = written(document(samples.ineligible()), "txt")
    assert found.count("Neutrophil absolute count (ANC)") == 1


def test_control_characters_and_markup_stay_text() -> None:
    nasty = Source(field="note", line=1, text="\x1b[31mred\x1b[0m\n*bold* | <b> [x](y) `c` _u_ a_b")
    explanation = samples.ineligible()
    reason = replace(explanation.reasons[0], facts=(nasty,))
    explanation = replace(explanation, reasons=(reason,), record="[red]x[/]")
    shown = written(document(explanation), "txt")
    assert "\\x1b[31mred" in shown and "\x1b" not in shown
    assert shown.startswith("[red]x[/]: ineligible\n")
    filed = written(document(explanation), "md")
    assert r"\*bold\* \| \<b\> \[x\](y) \`c\` \_u\_ a_b" in filed


@pytest.mark.parametrize("sites", [(), ("lung",), ("lung", "liver"), ("bone", "lung", "brain")])
def test_every_criterion_that_needs_something_is_named_in_the_short_answer(
    sites: tuple[str, ...],
) -> None:
    lesions = [{"id": f"l{n}", "site": site} for n, site in enumerate(sites)]
    found = explained({"id": "x", **({"lesions": lesions} if lesions else {})})
    text = written(document(found), "txt")
    told = text[text.index("Still needed") : text.index("No longer matters")]
    named = set(re.findall(r"\b[IE]\d+(?:\.\w+)*\b", told))
    assert {clause for need in found.needs for clause in need.clauses} <= named
