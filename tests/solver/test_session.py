"""A grounded protocol under assumptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.decide import literals
from oligoasp.protocol.regions import Regions
from oligoasp.solver.groups import Groups
from oligoasp.solver.program import Facts, ProgramError, load_control
from tests.support import baseline, changed, engine, parse, protocol


@pytest.mark.parametrize(
    ("regions", "representatives"),
    [
        (Regions([20]), (19, 20, 21)),
        (Regions([20, 30]), (19, 20, 21, 30, 31)),
        (Regions([20, 21]), (19, 20, 21, 22)),
        (Regions([20], discrete=True), (18, 20, 22)),
        (Regions([2, 8], counted=True), (2, 4, 6, 8, 10)),
        (Regions([]), (0,)),
    ],
)
def test_one_representative_on_each_side_of_a_limit(
    regions: Regions, representatives: tuple[int, ...]
) -> None:
    assert regions.representatives == representatives


def test_a_representative_is_on_the_same_side_of_every_limit() -> None:
    for regions in (Regions([10, 24, 25]), Regions([10, 20, 24], discrete=True)):
        step = 2 if regions.representatives[1] - regions.representatives[0] == 2 else 1
        for code in range(0, 40, step):
            stands_for = regions.representative(code)
            assert stands_for in regions.representatives
            for limit in regions.limits:
                assert (code < limit, code == limit) == (stands_for < limit, stands_for == limit)


def test_between_covers_every_code_of_an_interval() -> None:
    regions = Regions([10, 24, 25])
    assert regions.between(None, None) == regions.representatives
    for low in range(5, 30):
        for high in range(low, 30):
            expected = {regions.representative(code) for code in range(low, high + 1)}
            assert set(regions.between(low, high)) == expected


def test_consequences_are_those_of_every_and_of_some_completion() -> None:
    record = parse(changed(baseline(), {"labs.neutrophils": None, "labs.platelets": "9 10*9/L"}))
    situation = engine().compile(record)
    session = engine().session(situation)
    assumptions = [*session.readings({}), *literals(session, situation)]
    found = session.consequences(assumptions)
    assert found is not None
    assert found.violated == {"I8.2"}
    assert found.violable == {"I8.1", "I8.2"}
    assert not session.satisfiable([*assumptions, session.eligible])
    assert session.core([*assumptions, session.eligible])
    assert session.core(assumptions) is None
    assert session.consequences([*assumptions, session.eligible]) is None


def test_what_holds_somewhere_and_everywhere_is_what_single_questions_say() -> None:
    record = parse(changed(baseline(), {"labs.neutrophils": None, "sex": None, "lesions": None}))
    situation = engine().compile(record)
    session = engine().session(situation)
    assumptions = [*session.readings({}), *literals(session, situation)]
    wanted = [*session.violated.values(), *session.inapplicable.values(), *session.present.values()]
    wanted += [lit for values in session.has.values() for lit in list(values.values())[:2]]
    found = session.extent(assumptions, wanted)
    assert found is not None
    assert found.somewhere == {x for x in wanted if session.satisfiable([*assumptions, x])}
    assert found.everywhere == {x for x in wanted if not session.satisfiable([*assumptions, -x])}
    assert found.everywhere < found.somewhere < set(wanted)
    groups = Groups([literal] for literal in wanted)
    assert session.somewhere(assumptions, wanted, groups) == found.somewhere
    assert session.somewhere(assumptions, []) == frozenset()
    nobody = [*assumptions, session.eligible, -session.eligible]
    assert session.extent(nobody, wanted) is None
    assert session.somewhere(nobody, wanted) == frozenset()


def test_a_clause_depends_on_what_its_rules_read_and_no_more() -> None:
    session = engine().session(engine().compile(parse(baseline())), traced=True)
    patient = ("patient", 0)
    assert (patient, "neutrophils") in session.cone("I8.1")
    assert (patient, "platelets") not in session.cone("I8.1")
    assert (("lesion", 1), "longest_diameter") in session.cone("I2.c")
    assert (patient, "albumin") not in session.cone("I2.c")


def test_messages_name_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "a.lp"
    file.write_text("a.\nb :- X = .\n")
    with pytest.raises(ProgramError, match=r"a\.lp:2: "):
        load_control([file])
    with pytest.raises(ProgramError, match="no such file"):
        load_control([tmp_path / "b.lp"])


def test_facts_are_read_as_plain_text(tmp_path: Path) -> None:
    file = tmp_path / "a.lp"
    file.write_text('p(b, "B"). p(a, "A"). p(c, 3).')
    rows = list(Facts(load_control([file])).rows("p", 2))
    assert set(rows) == {("a", "A"), ("b", "B"), ("c", "3")}
    assert list(Facts(load_control([file])).rows("q", 2)) == []


def test_every_scale_of_the_protocol_has_regions() -> None:
    assert set(engine().compiler.regions) == set(protocol().vocabulary.scales)
