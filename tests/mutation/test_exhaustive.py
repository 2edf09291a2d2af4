"""What is said of mutants, checked against the mutated programs themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import clingo
import pytest
from clingo.ast import AST, ASTType, parse_files

from oligoasp.decide import Engine
from oligoasp.mutation.judge import Fate, Judge, Outcome
from oligoasp.mutation.mutants import Mutant
from oligoasp.mutation.twin import with_limits
from oligoasp.protocol.load import load_protocol, program_files, read_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError
from oligoasp.testing import Case, load_cases, run_case
from oligoasp.verify.space import shape_of
from oligoasp.verify.whole import space_facts, with_calendar
from tests.calendars import impose_calendar

PROTOCOLS = Path(__file__).parents[1] / "protocols"
ASTHMA = PROTOCOLS / "asthma"
PASSED = Path(__file__).parent / "asthma.yaml"


def text_of(protocol: Protocol, mutant: Mutant | None, *, engine: bool) -> str:
    """Write the rules of a protocol with one of them changed for good."""
    lines: list[str] = []
    number = 0

    def add(statement: AST) -> None:
        nonlocal number
        file = Path(statement.location.begin.filename)
        if statement.ast_type == ASTType.Rule:
            here = mutant is not None and mutant.rule == number
            number += 1
            if here:
                assert mutant is not None
                if mutant.statement is not None:
                    lines.append(str(mutant.statement))
                return
        if engine or file.parent.name != "engine":
            lines.append(str(statement))

    parse_files([str(file) for file in protocol.files], add)
    return "\n".join(lines)


def people(protocol: Protocol, mutant: Mutant | None, apart: Mutant) -> Counter[frozenset[str]]:
    """Count everybody, with what each violates and what does not apply.

    What is told apart is what the mutant ``apart`` tells apart. The text is read in every
    way, or by default where the default is what changes.
    """
    wide = with_limits(protocol, [apart])
    facts = space_facts(wide, shape_of(wide, 2))
    chosen = dict(protocol.default_readings())
    if mutant is not None and mutant.limit is not None:
        name, code = mutant.limit
        old = f"limit({name}, {protocol.parameters[name].code})."
        assert old in facts
        facts = facts.replace(old, f"limit({name}, {code}).")
    if mutant is not None and mutant.reading is not None:
        chosen[mutant.reading[0]] = mutant.reading[1]
    if apart.reading is not None:
        facts += "".join(f"settled({name}, {option}).\n" for name, option in chosen.items())
    calendar = with_calendar(protocol).files[-1]
    control = clingo.Control(["--models=0", "--project=show"], logger=lambda *_: None)
    control.load(str(calendar))
    control.add("base", [], text_of(protocol, mutant, engine=True) + facts)
    control.add(
        "base",
        [],
        ":- tolerate. :- nobody. #show. #show has/3. #show present/1."
        " #show violated/1. #show inapplicable/1." + " #show reading/2." * (apart.reading is None),
    )
    control.ground([("base", [])])
    impose_calendar(control, wide)
    found: Counter[frozenset[str]] = Counter()
    control.solve(on_model=lambda m: found.update([frozenset(map(str, m.symbols(shown=True)))]))
    return found


def test_proofs_and_patients_agree_with_an_exhaustive_search() -> None:
    protocol = load_protocol(PROTOCOLS / "tiny")
    outcomes = Judge(protocol, [], 2).outcomes()
    fates = Counter[Fate]()
    for outcome in outcomes:
        mutant = outcome.mutant
        base = people(protocol, None, mutant)
        same = people(protocol, mutant, mutant) == base
        assert outcome.fate is (Fate.EQUIVALENT if same else Fate.SURVIVES), mutant.name
        fates[outcome.fate] += 1
        if not same:
            assert outcome.witness is not None, mutant.name
            assert outcome.statuses or outcome.verdict != outcome.witness.verdict, mutant.name
    assert fates[Fate.EQUIVALENT] and fates[Fate.SURVIVES] > 20


@pytest.fixture(scope="module")
def asthma() -> list[Outcome]:
    protocol = load_protocol(ASTHMA)
    cases = [c for c in load_cases([PASSED], protocol.vocabulary) if isinstance(c, Case)]
    return Judge(protocol, cases, 2).outcomes()


def test_a_mutant_is_caught_only_if_the_changed_protocol_fails_a_case(
    asthma: list[Outcome], tmp_path: Path
) -> None:
    protocol = load_protocol(ASTHMA)
    caught = 0
    for number, outcome in enumerate(asthma):
        mutant = outcome.mutant
        if mutant.rule is None:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        program = text_of(protocol, mutant, engine=False)
        (folder / "protocol.lp").write_text(program, encoding="utf-8")
        # A mutant may well leave names that nothing defines, which is no matter here.
        engine = Engine(read_protocol(folder, program_files(folder)))
        failing = [
            case.name
            for case in load_cases([PASSED], engine.protocol.vocabulary)
            if not isinstance(case, RecordError) and run_case(engine, case)
        ]
        assert bool(failing) == (outcome.fate is Fate.CAUGHT), mutant.name
        if outcome.case is not None:
            assert outcome.case.name in failing, mutant.name
            caught += 1
    assert caught > 20


def test_each_kind_of_change_is_made(asthma: list[Outcome]) -> None:
    said = {str(outcome.mutant.operator) for outcome in asthma}
    assert {"rule left out", "condition left out", "condition negated", "boundary moved"} <= said
    assert {"limit moved by one step", "limit excluded or included", "value exchanged"} <= said
    assert {"comparison turned", "default reading changed"} <= said
