"""Ground programs that are kept are the same programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import clingo
import pytest

from oligoasp import cache
from oligoasp.solver.load import ground
from oligoasp.solver.program import GroundRules, load_control

RULES = """
{ a; b; c }. { d : b } 1 :- a.
e ; f :- not c.
g :- 2 { a; b; not c }.
h :- #sum { 3 : a; -1 : b; 2 : not d } >= 2, not g.
:- h, a. #show g/0.
"""


def written(folder: Path, rules: str = RULES) -> Path:
    file = folder / "rules.lp"
    file.write_text(rules, "utf-8")
    return file


def test_rules_are_written_as_clingo_writes_them(tmp_path: Path) -> None:
    file = written(tmp_path)
    known = subprocess.run(
        [sys.executable, "-m", "clingo", "--mode=gringo", str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    rules = GroundRules()
    load_control([file], observer=rules)
    own = rules.aspif().splitlines()
    assert [line for line in own if line.startswith("1 ")] == [
        line for line in known.stdout.splitlines() if line.startswith("1 ")
    ]
    assert any(" 1 2 3 " in line for line in own), "something is counted"
    assert (own[0], own[-1]) == ("asp 1 0 0", "0")


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ("", True),
        ("#external z.", False),
        ("#minimize { 1 : a }.", False),
        ("#heuristic a. [1, true]", False),
        ("#project a.", False),
    ],
)
def test_a_program_is_kept_if_it_has_nothing_but_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, kept: bool
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_waiting", [])
    cache._folder.cache_clear()
    file = written(tmp_path, RULES + more)
    try:
        first = ground([file], "", (), None, traced=True, kept=[("g", 0)])
        assert first.rules is not None
        rules = first.rules.aspif()
        with first.control.backend() as backend:  # what is added later is not kept
            backend.add_rule([backend.add_atom()], [1, -2])
        for work in cache._waiting:
            work()
        again = ground([file], "", (), None, traced=True, kept=[("g", 0)])
    finally:
        cache._folder.cache_clear()
    assert again.rules is not None
    assert again.rules.aspif() == rules
    assert again.atoms.of("g", 0) == first.atoms.of("g", 0)
    assert bool(list((tmp_path / "cache").glob("*.aspif"))) == kept
    if kept:
        unkept = ground([file], "", (), None, traced=True)
        expected = models(unkept.control)
        assert len(expected) > 1
        assert models(again.control) == expected


def models(control: clingo.Control) -> list[tuple[bool, ...]]:
    """Give all models, in the order in which they are found."""
    found: list[tuple[bool, ...]] = []
    control.configuration.solve.models = 0  # type: ignore[union-attr]
    control.solve(on_model=lambda model: found.append(tuple(map(model.is_true, range(1, 30)))))
    return found
