"""TI lists the criteria of every version, with the codes that IE refers to."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

from oligoasp.amend import amended, read_amendments
from oligoasp.cdisc.criteria import criteria_versions
from oligoasp.cdisc.ti import write_ti
from oligoasp.protocol.model import Clause, Former, Protocol
from tests.cli.conftest import Run, run
from tests.cohort import cohort
from tests.support import protocol

__all__ = ["run"]


def tiny(*clauses: Clause, version: str = "1", former: tuple[Former, ...] = ()) -> Protocol:
    return replace(
        protocol(),
        id="NCT1",
        version=version,
        clauses={clause.id: clause for clause in clauses},
        former=former,
    )


def inclusion(name: str, text: str, role: str = "test") -> Clause:
    return Clause(name, "inclusion", role, text)


LONG = "word " * 40 + "cut"  # 203 characters
OLD = (
    inclusion("I1.a", "Age ≥ 21\n years"),
    inclusion("I1.b", "a definition", "definition"),
    inclusion("I1.long.name", LONG),
    Clause("E1", "exclusion", "test", 'Says "no", or nothing'),
)
TI = f"""\
STUDYID,DOMAIN,IETESTCD,IETEST,IECAT,TIVERS
NCT1,TI,I1_A,Age ≥ 21 years,INCLUSION,1
NCT1,TI,INCL02,{"word " * 38}word…,INCLUSION,1
NCT1,TI,E1,"Says ""no"", or nothing",EXCLUSION,1
"""
TI_AMENDED = f"""\
{TI}\
NCT1,TI,I1_AA,Age ≥ 18 years,INCLUSION,1+A
NCT1,TI,E1,"Says ""no"", or nothing",EXCLUSION,1+A
NCT1,TI,E2,New,EXCLUSION,1+A
"""


def written(of: Protocol, path: Path) -> str:
    write_ti(path, of.id, criteria_versions(of))
    return path.read_bytes().decode()


def test_one_row_for_each_criterion_that_tests(tmp_path: Path) -> None:
    assert written(tiny(*OLD), tmp_path / "ti.csv") == TI


def test_amended_criteria_stand_beside_the_former_with_new_codes(tmp_path: Path) -> None:
    new = (
        inclusion("I1.a", "Age ≥ 18 years"),
        OLD[3],
        Clause("E2", "exclusion", "test", "New"),
    )
    amended_once = tiny(*new, version="1+A", former=(Former("1", OLD),))
    assert written(amended_once, tmp_path / "ti.csv") == TI_AMENDED


def test_a_version_that_reads_the_same_is_no_version_of_the_criteria() -> None:
    former = (Former("1", OLD), Former("1+A", OLD))
    assert [v.version for v in criteria_versions(tiny(*OLD, version="1+A+B", former=former))] == [
        "1"
    ]


def test_who_takes_words_back_takes_their_code_back() -> None:
    first, second = inclusion("I1", "old"), inclusion("I1", "new")
    former = (Former("1", (first,)), Former("1+A", (second,)))
    found = criteria_versions(tiny(first, version="1+A+B", former=former))
    assert [[c.code for c in v.criteria] for v in found] == [["I1"], ["I1A"], ["I1"]]


def test_codes_are_short_distinct_and_begin_with_a_letter() -> None:
    names = ("I1.n1.a", "I1-n1-a", "1", "I10.b", "E4.a.longer", "e9.a", "E9.a")
    clauses = [Clause(n, "exclusion" if n[0] in "eE" else "inclusion", "test", n) for n in names]
    (found,) = criteria_versions(tiny(*clauses))
    codes = ["I1_N1_A", "INCL02", "INCL03", "I10_B", "EXCL05", "E9_A", "EXCL07"]
    assert [c.code for c in found.criteria] == codes
    changed = [replace(clause, text=f"{clause.text} changed") for clause in clauses]
    both = criteria_versions(tiny(*changed, former=(Former("0", tuple(clauses)),)))
    every = [c.code for version in both for c in version.criteria]
    assert every[:7] == codes
    assert len(set(every)) == len(every)
    assert all(len(code) <= 8 and code[0].isalpha() for code in every)


def test_many_changes_of_a_long_code_give_distinct_codes() -> None:
    texts = [inclusion("I1.n1.ab", f"text {number}") for number in range(60)]
    former = tuple(Former(str(number), (clause,)) for number, clause in enumerate(texts[:-1]))
    codes = [c.code for v in criteria_versions(tiny(texts[-1], former=former)) for c in v.criteria]
    assert codes[:3] == ["I1_N1_AB", "I1_N1_AA", "I1_N1_AC"]
    assert len(set(codes)) == 60
    assert max(map(len, codes)) == 8


def test_every_amendment_of_a_stack_is_a_version() -> None:
    stack = read_amendments(["five_metastases", "excision_biopsy"], protocol().folder)
    stack[1] = replace(stack[1], base="")
    found = criteria_versions(amended(protocol(), stack))
    assert [v.version for v in found][:2] == ["1.0", "1.0+five_metastases"]
    codes = [{c.clause: c.code for c in v.criteria} for v in found]
    assert (codes[0]["I2.a"], codes[1]["I2.a"]) == ("I2_A", "I2_AA")
    assert codes[0].keys() == codes[1].keys()
    assert {c for c in codes[0] if codes[0][c] != codes[1][c]} == {"I2.a", "E4.b"}


def test_ie_refers_to_ti(run: Run, tmp_path: Path) -> None:
    source, ie, ti = tmp_path / "c.ndjson", tmp_path / "ie.csv", tmp_path / "ti.csv"
    source.write_text("".join(json.dumps(r) + "\n" for r in cohort(60, 9)), encoding="utf-8")
    amendment = ("--amendment", "five_metastases")
    assert run("screen", source, "--ie", ie, "--processes", "1", *amendment).exit_code == 0
    result = run("criteria", "--ti", ti, *amendment)
    assert result.exit_code == 0
    assert not result.stdout
    assert "(version 1.0, 1.0+five_metastases)" in result.stderr
    with ie.open(newline="") as one, ti.open(newline="") as other:
        rows, known = list(csv.DictReader(one)), list(csv.DictReader(other))
    listed = [
        (k["STUDYID"], k["IETESTCD"], k["IETEST"], k["IECAT"])
        for k in known
        if k["TIVERS"] == "1.0+five_metastases"
    ]
    assert len(set(listed)) == len(listed)
    assert {(r["STUDYID"], r["IETESTCD"], r["IETEST"], r["IECAT"]) for r in rows} <= set(listed)
    assert "I2_AA" in {code for _, code, _, _ in listed}
    assert len({r["IETESTCD"] for r in rows}) > 5


def test_what_is_cut_is_said(run: Run, tmp_path: Path) -> None:
    result = run("criteria", "--ti", tmp_path / "ti.csv")
    cut = [c.id for c in protocol().clauses.values() if c.tests and len(c.text) > 200]
    assert cut
    assert f"note: IETEST is cut to 200 characters for {', '.join(cut)};" in result.stderr


def test_ti_is_whole_or_not_written(run: Run, tmp_path: Path) -> None:
    result = run("criteria", "--ti", tmp_path / "nowhere" / "ti.csv")
    assert result.exit_code == 2
    assert "no such file or directory" in result.stderr
    result = run("criteria", "I8", "--ti", tmp_path / "ti.csv")
    assert result.exit_code == 2
    assert "--ti has all criteria" in result.stderr
    assert not list(tmp_path.iterdir())
