"""Tables say what the records say of which they are made."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from oligoasp.cohort import open_cohort, records_of
from oligoasp.cohort.model import Cohort
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from tests.cohorts.tables import mapping_text, synthetic, tables, write_csv
from tests.support import engine, parse, protocol


def facts(record: Record) -> object:
    situation = engine().compiler.compile(record)
    return situation.facts, situation.open_lists, situation.ids


def read(cohort: Cohort) -> list[Record]:
    found = list(records_of(cohort))
    wrong = [str(r) for r in found if isinstance(r, RecordError)]
    assert not wrong, wrong[:3]
    return [r for r in found if isinstance(r, Record)]


def problems(cohort: Cohort) -> list[str]:
    errors = [r for r in records_of(cohort) if isinstance(r, RecordError)]
    return [problem.render() for error in errors for problem in error.problems]


def test_csv_tables_give_the_same_facts_as_the_records(tmp_path: Path) -> None:
    records = synthetic(300)
    table, mapping = write_csv(records, tmp_path)
    found = read(open_cohort(table, protocol().vocabulary, mapping))
    assert [r.id for r in found] == [r["id"] for r in records]
    for record, data in zip(found, records, strict=True):
        assert facts(record) == facts(parse(data)), data["id"]


def test_parquet_tables_give_the_same_facts_as_the_records(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet  # noqa: PLC0415 - an optional extra

    records = synthetic(200)
    for name, columns in tables(records).items():
        whole = {column: pyarrow.array(typed(cells)) for column, cells in columns.items()}
        parquet.write_table(pyarrow.table(whole), tmp_path / f"{name or 'cohort'}.parquet")
    mapping = tmp_path / "mapping.yaml"
    text = mapping_text(records, "parquet").replace('is: "0"', 'is: "false"')
    mapping.write_text(text.replace('flags: {"1": true, "0": false}\n', ""))
    found = read(open_cohort(tmp_path / "cohort.parquet", protocol().vocabulary, mapping))
    for record, data in zip(found, records, strict=True):
        assert facts(record) == facts(parse(data)), data["id"]


def typed(cells: list[Any]) -> list[Any]:
    """Give a column the type that a database would give it."""
    for kind in (date.fromisoformat, float):
        try:
            return [c if c is None or isinstance(c, bool) else kind(c) for c in cells]
        except (TypeError, ValueError):
            continue
    return cells


@pytest.mark.parametrize("kind", ["float32", "float64", "decimal"])
def test_numbers_in_parquet_are_the_decimals_that_were_meant(kind: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from decimal import Decimal  # noqa: PLC0415

    from pyarrow import parquet  # noqa: PLC0415 - an optional extra

    types = {
        "float32": pyarrow.float32(),
        "float64": pyarrow.float64(),
        "decimal": pyarrow.decimal128(8, 3),
    }
    values = [Decimal(v) if kind == "decimal" else float(v) for v in ("1.8", "0.1", "18")]
    column = pyarrow.array([*values, None], types[kind])
    ids = pyarrow.array([1, 2, 3, 4])
    table = tmp_path / "cohort.parquet"
    parquet.write_table(pyarrow.table({"id": ids, "anc": column}), table)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("id: id\nfields:\n  labs.neutrophils: {column: anc, unit: 10*9/L}\n")
    found = read(open_cohort(table, protocol().vocabulary, mapping))
    assert [r.id for r in found] == ["1", "2", "3", "4"]
    exact = [Decimal(r.text("labs.neutrophils").removesuffix(" 10*9/L")) for r in found[:3]]
    assert exact == [Decimal("1.8"), Decimal("0.1"), Decimal(18)]
    assert found[3].get("labs.neutrophils") is None


def test_a_column_may_hold_whole_records_as_json(tmp_path: Path) -> None:
    table, mapping = tmp_path / "cohort.csv", tmp_path / "m.yaml"
    records = [json.dumps(r).replace('"', '""') for r in synthetic(5)]
    table.write_text("n,chart\n" + "".join(f'1,"{r}"\n' for r in records) + '1,"{""id"": }"\n')
    mapping.write_text("record: chart\n")
    cohort = open_cohort(table, protocol().vocabulary, mapping)
    assert [r.id for r in records_of(cohort) if isinstance(r, Record)] == [
        r["id"] for r in synthetic(5)
    ]
    (problem,) = problems(cohort)
    assert problem.startswith(f"{table}:7: chart: found text that is not JSON")


MAPPING = """\
id: PATIENT
delimiter: ";"
decimal: ","
missing: [NK]
flags: {Y: true, N: false}
dates: DD.MM.YYYY
fields:
  sex: {column: SEX, values: {M: male, F: female}}
  birth_date: BIRTH
  ecog: ECOG
  labs.creatinine: {column: CREA, unit: umol/L, uln: 104}
  consent.voluntary: {constant: true}
lists:
  lesions:
    numbered: 2
    no_entries: unknown
    fields: {site: "SITE{n}", longest_diameter: {column: "MM{n}", unit: mm}}
  toxicities:
    file: tox.csv
    key: PATIENT
    no_entries: none
    fields: {term: TERM, grade: GRADE}
"""
HEADER = "PATIENT;SEX;BIRTH;CREA;SITE1;MM1;SITE2;MM2;ECOG\n"


def small(folder: Path, rows: str, tox: str = "", mapping: str = MAPPING) -> Cohort:
    (folder / "cohort.csv").write_bytes((HEADER + rows).encode("latin-1"))
    (folder / "tox.csv").write_text("PATIENT;TERM;GRADE\n" + tox)
    (folder / "m.yaml").write_text(mapping)
    return open_cohort(folder / "cohort.csv", protocol().vocabulary, folder / "m.yaml")


def test_cells_become_fields(tmp_path: Path) -> None:
    cohort = small(tmp_path, "P1;M;05.03.1960;80,5;lung;18,5;;;1\n", "P1;anemia;2\nP1;fatigue;1\n")
    (record,) = read(cohort)
    expected = {
        "id": "P1",
        "sex": "male",
        "birth_date": "1960-03-05",
        "ecog": 1,
        "labs": {"creatinine": "80.5 umol/L"},
        "consent": {"voluntary": True},
        "lesions": [{"site": "lung", "longest_diameter": "18.5 mm"}],
        "toxicities": [{"term": "anemia", "grade": 2}, {"term": "fatigue", "grade": 1}],
    }
    expected["labs"] = {"creatinine": {"value": "80.5", "unit": "umol/L", "uln": "104"}}
    assert facts(record) == facts(parse(expected))


@pytest.mark.parametrize(
    ("row", "known", "incomplete"),
    [
        ("P1;M;1960;;lung;18;;;1", True, False),
        ("P1;M;1960;;lung;18;liver;12;1", True, True),  # no column for a third lesion
        ("P1;M;1960;;NK;;;;1", False, False),
    ],
)
def test_numbered_columns_that_say_nothing_are_not_an_empty_list(
    tmp_path: Path, row: str, known: bool, incomplete: bool
) -> None:
    (record,) = read(small(tmp_path, row + "\n"))
    assert (record.entries("lesion") is not None) is known
    assert ("lesions" in record.incomplete) is incomplete
    assert record.entries("toxicity") == []


def test_complete_and_none_if_say_what_a_list_without_entries_means(tmp_path: Path) -> None:
    mapping = MAPPING.replace("numbered: 2", "numbered: 2\n    complete: true")
    mapping = mapping.replace("no_entries: none", "no_entries: unknown")
    mapping = mapping.replace("key: PATIENT", "key: PATIENT\n    none_if: {column: ECOG, is: 0}")
    rows = "P1;M;1960;77;lung;18;liver;12;0\nP2;M;1960;77;;;;;1\n"
    first, second = read(small(tmp_path, rows, mapping=mapping))
    assert not first.incomplete
    assert first.entries("toxicity") == []
    assert second.entries("toxicity") is None


BAD_ROWS = [
    ("P1;W;1960;;;;;;1", ':2: SEX (sex): found "W"; accepted: M or F'),
    ("P1;M;05.13.1960;;;;;;1", ':2: BIRTH (birth_date): found "05.13.1960", a day that is'),
    ("P1;M;1960;8x;;;;;1", ':2: CREA (labs.creatinine.value): found "8x umol/L"'),
    ("P1;M;1960;;;;;;7", ":2: ECOG (ecog): found 7; accepted: a whole number from 0 to 4"),
    ("P1;M;1960;;lungs;1;;;1", ':2: SITE1 (lesions[0].site): found "lungs"'),
    ("P1;M;1960;;;;lung;4 cm;1", ':2: MM2 (lesions[0].longest_diameter.value): found "4 cm mm"'),
    (";M;1960;;;;;;1", ":2: PATIENT: found nothing; accepted: the name of the record"),
    ("P1;M;1960", ":2: found a row of 3 cells; accepted: 9, as in the header"),
    ('P1;"M;1960;;;;;;1', ":2: found a row that is not CSV"),
    ("P\xe9;M;1960;;;;;;1", ":2: found bytes that are not text; accepted: text in utf-8"),
]


@pytest.mark.parametrize(("row", "message"), BAD_ROWS)
def test_a_bad_row_is_named_by_line_and_column_and_the_next_is_read(
    tmp_path: Path, row: str, message: str
) -> None:
    cohort = small(tmp_path, f"{row}\n;;;;;;;;\nP2;M;1960;;;;;;1\n")
    *_, last = records_of(cohort)
    assert isinstance(last, Record)
    assert (last.id, last.line) == ("P2", 4)
    assert problems(cohort)[0].startswith(f"{tmp_path / 'cohort.csv'}{message}"), problems(cohort)


def test_several_mistakes_in_a_row_are_reported_together(tmp_path: Path) -> None:
    found = problems(small(tmp_path, "P1;W;05.13.1960;;;;;;7\n", "P1;anemiaa;2\n"))
    assert [text.split(": found")[0].removeprefix(f"{tmp_path}/") for text in found] == [
        "cohort.csv:2: SEX (sex)",
        "cohort.csv:2: BIRTH (birth_date)",
        "cohort.csv:2: ECOG (ecog)",
        "tox.csv:2: TERM (toxicities[0].term)",
    ]


def test_what_contradicts_itself_is_named_by_column_too(tmp_path: Path) -> None:
    mapping = MAPPING.replace("  ecog: ECOG", "  dates.enrollment: ECOG")
    (member,) = [
        member
        for cohort in [small(tmp_path, "P1;M;1960;;;;;;1950\n", mapping=mapping)]
        for chunk in cohort.chunks(10)
        for member in cohort.members(chunk)
    ]
    assert isinstance(member.record, Record)
    with pytest.raises(RecordError) as caught:
        engine().compile(member.record)
    (problem,) = member.locate(caught.value).problems
    assert problem.render().startswith(f"{tmp_path / 'cohort.csv'}:2: ECOG (dates.enrollment): ")


@pytest.mark.parametrize(
    ("tox", "message"),
    [
        ("P9;anemia;1\n", ':2: PATIENT: found a row of "P9", who is not in the cohort'),
        (";anemia;1\n", ":2: PATIENT: found nothing"),
        ("P1;anemia\n", ":2: PATIENT: found a row of 2 cells"),
    ],
)
def test_no_row_of_a_second_table_is_lost(tmp_path: Path, tox: str, message: str) -> None:
    cohort = small(tmp_path, "P1;M;1960;;;;;;1\n", tox)
    with pytest.raises(RecordError) as caught:
        list(records_of(cohort))
    assert str(caught.value).startswith(f"{tmp_path / 'tox.csv'}{message}")


def test_a_second_table_may_be_said_to_have_further_people(tmp_path: Path) -> None:
    mapping = MAPPING.replace("no_entries: none", "no_entries: none\n    others: true")
    cohort = small(tmp_path, "P1;M;1960;;;;;;1\n", "P9;anemia;1\n", mapping)
    (record,) = read(cohort)
    assert record.entries("toxicity") == []


BAD_MAPPINGS = [
    ("id: PATIENT\n", "", "a mapping without `id`"),
    ("id: PATIENT", "id: PATIENTS", ':1: id: found "PATIENTS", a column that the table does not'),
    ("column: SEX", "colum: SEX", ":8: fields.sex.colum: found an unknown key; accepted: column"),
    ("column: SEX", "colum: SEX", 'did you mean "column"?'),
    ("SEX", "SEXE", ':8: fields.sex: found "SEXE", a column that the table does not have'),
    ("M: male", "M: man", ':8: fields.sex.values.M: found "man"; accepted: female, male or'),
    ("birth_date", "birthdate", ":9: fields.birthdate: found an unknown field"),
    ("labs.creatinine", "labs.crea", 'did you mean "labs.creatinine"?'),
    ("umol/L", "mol/L", ':11: fields.labs.creatinine.unit: found "mol/L"; accepted: mg/dL or'),
    ("constant: true", "constant: Y", ':12: fields.consent.voluntary.constant: found "Y"'),
    ("numbered: 2", "numbered: two", ":15: lists.lesions.numbered: found"),
    ("numbered: 2", "numbered: 3", ':17: lists.lesions.fields.site: found "SITE3"'),
    ("SITE{n}", "SITE", ':17: lists.lesions.fields.site: found "SITE"; accepted: a name with {n}'),
    ("no_entries: unknown", "complete: x", ":14: lists.lesions.no_entries: found nothing said"),
    ("lesions:", "lesion:", ":14: lists.lesion: found an unknown list"),
    ("file: tox.csv", "file: none.csv", "none.csv: found a file that cannot be read"),
    ("    key: PATIENT\n", "", "lists.toxicities: found a list without `key`"),
    ('decimal: ","', "decimal: x", ":3: decimal: found"),
    ("DD.MM.YYYY", "DD.MM.YY", ':6: dates: found "DD.MM.YY"'),
    ("N: false", "N: no", ':5: flags.N: found "no"; accepted: true, false or unknown'),
    ("missing:", "missings:", ":4: missings: found an unknown key"),
    ('";"', '";;"', ":2: delimiter: found"),
    ("file: tox.csv", 'file: tox.csv\n    delimiter: "::"', "lists.toxicities.delimiter: found"),
    ("numbered: 2", "numbered: 2\n    encoding: cp1252", "`encoding` only beside `file`"),
    ("id: PATIENT\n", "id: PATIENT\nencoding: utf9\n", ":2: encoding: found"),
    ("id: PATIENT\n", "id: [\n", "m.yaml:"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD_MAPPINGS)
def test_a_bad_mapping_is_refused_at_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in MAPPING
    with pytest.raises(RecordError) as caught:
        small(tmp_path, "P1;M;1960;;;;;;1\n", mapping=MAPPING.replace(old, new, 1))
    assert message in str(caught.value)


@pytest.mark.parametrize(("written", "sign"), [(";", '";"'), ("\t", "tab"), ("|", '"|"')])
@pytest.mark.parametrize("table", ["cohort.csv", "tox.csv"])
def test_a_delimiter_that_the_mapping_does_not_name_is_one_problem(
    tmp_path: Path, table: str, written: str, sign: str
) -> None:
    small(tmp_path, "P1;M;1960;;;;;;1\n")
    for name in ("cohort.csv", "tox.csv"):
        text = (tmp_path / name).read_text(encoding="latin-1")
        now = written if name == table else ","
        (tmp_path / name).write_text(text.replace(";", now))
    (tmp_path / "m.yaml").write_text(MAPPING.replace('delimiter: ";"', 'delimiter: ","'))
    with pytest.raises(RecordError) as caught:
        open_cohort(tmp_path / "cohort.csv", protocol().vocabulary, tmp_path / "m.yaml")
    (problem,) = caught.value.problems
    assert f"{table}: found only one column" in str(problem)
    place = "the mapping" if table == "cohort.csv" else "lists.toxicities of the mapping"
    assert f"`delimiter: {sign}` in {place}" in str(problem)


def test_a_second_table_may_have_a_delimiter_and_an_encoding_of_its_own(tmp_path: Path) -> None:
    own = "file: tox.csv\n    delimiter: tab\n    encoding: utf-16"
    mapping = MAPPING.replace("file: tox.csv", own)
    small(tmp_path, "P1;M;1960;;lung;18;;;1\n", mapping=MAPPING)
    (tmp_path / "m.yaml").write_text(mapping)
    text = "PATIENT\tTERM\tGRADE\nP1\tanemia\t2\n"
    (tmp_path / "tox.csv").write_text(text, encoding="utf-16")
    table = tmp_path / "cohort.csv"
    (record,) = read(open_cohort(table, protocol().vocabulary, tmp_path / "m.yaml"))
    assert [e.get("term") for e in record.entries("toxicity") or ()] == ["anemia"]


@pytest.mark.parametrize("header", ["", "A,A\n"])
def test_a_table_without_a_proper_header_is_refused(tmp_path: Path, header: str) -> None:
    (tmp_path / "m.yaml").write_text("id: A\n")
    (tmp_path / "c.csv").write_text(header)
    with pytest.raises(RecordError):
        open_cohort(tmp_path / "c.csv", protocol().vocabulary, tmp_path / "m.yaml")


def test_columns_that_no_one_asks_for_are_known(tmp_path: Path) -> None:
    cohort = small(tmp_path, "P1;M;1960;;;;;;1\n", mapping=MAPPING.replace("  ecog: ECOG\n", ""))
    assert cohort.unused == ["ECOG"]  # type: ignore[attr-defined]
