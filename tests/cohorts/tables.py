"""Synthetic records as tables: what a data manager would export, with its mapping."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tests.cohort import cohort

Record = dict[str, Any]

NUMBERED = {"lesions": 8}
SECOND = (
    "definitive_treatments",
    "systemic_therapies",
    "pregnancy_tests",
    "toxicities",
    "other_malignancies",
    "comorbidities",
)
EMPTY = ("traumas", "operations", "effusions", "trial_participations")


def flat(record: Record) -> dict[str, Any]:
    """Give the fields of a record by dotted path, without its lists."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and "unit" not in value:
            found |= {f"{name}.{path}": inner for path, inner in flat(value).items()}
        elif not isinstance(value, list):
            found[name] = value
    return found


def cells(path: str, value: Any) -> dict[str, Any]:
    """Spread a field over columns: a measurement over those of its parts."""
    if not isinstance(value, dict):
        return {path: value}
    return {f"{path}:{part}": inner for part, inner in value.items()}


def row(record: Record) -> dict[str, Any]:
    """Give the row of a record, typed as the record is."""
    found: dict[str, Any] = {}
    for path, value in flat(record).items():
        found |= cells(path, value)
    for name, most in NUMBERED.items():
        entries = record.get(name, [])
        assert len(entries) <= most
        for number, entry in enumerate(entries, 1):
            for path, value in flat(entry).items():
                found |= cells(f"{name}_{number}_{path}", value)
    return found


def written(value: Any) -> str:
    """Write a value as this hospital writes it: 0 and 1 for no and yes, NA for missing."""
    if value is None:
        return "NA"
    return str(int(value)) if isinstance(value, bool) else str(value)


def mapping_text(records: list[Record], second: str = "csv") -> str:
    """Give the mapping file of these records."""
    lines = ["id: id", "missing: [NA]", 'flags: {"1": true, "0": false}', "fields:"]
    paths = {p: v for r in records for p, v in flat(r).items() if p != "id"}
    lines += [f"  {path}: {_source(path, value)}" for path, value in paths.items()]
    lines += ["lists:"]
    for name in (*NUMBERED, *SECOND, *EMPTY):
        fields = {p: v for r in records for e in r.get(name, []) for p, v in flat(e).items()}
        lines += [f"  {name}:", f"    no_entries: {'none' if name in EMPTY else 'unknown'}"]
        around = ""
        if name in NUMBERED:
            lines += [f"    numbered: {NUMBERED[name]}", "    complete: true"]
            around = f"{name}_{{n}}_"
        else:
            lines += [f"    file: {name}.{second}", "    key: patient"]
            if name not in EMPTY:
                lines += ["    none_if: {column: has_" + name + ', is: "0"}']
        lines += ["    fields:"]
        lines += [f"      {p}: {_source(around + p, v)}" for p, v in fields.items()]
        if not fields:
            lines[-1] = "    fields: {}"
    return "\n".join(lines) + "\n"


def _source(column: str, value: Any) -> str:
    if not isinstance(value, dict):
        return f'"{column}"'
    parts = {
        "value": "column",
        "unit": "unit_column",
        "uln": "uln_column",
        "date": "date_column",
    }
    named = (f'{parts[part]}: "{column}:{part}"' for part in value)
    return f"{{{', '.join(named)}}}"


def tables(records: list[Record]) -> dict[str, dict[str, list[Any]]]:
    """Give all tables of these records as columns, the main one by ""."""
    main = []
    for record in records:
        found = row(record)
        for name in SECOND:
            if name in record:
                found[f"has_{name}"] = bool(record[name])
        main.append(found)
    others = {
        name: [
            {"patient": record["id"], **flat(entry)}
            for record in records
            for entry in record.get(name, [])
        ]
        for name in (*SECOND, *EMPTY)
    }
    return {name: _columns(rows) for name, rows in {"": main, **others}.items()}


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(column for r in rows for column in r)
    for column in list(names):
        of, _, path = column.partition("_")
        if of in NUMBERED:  # a hospital has every column for every number
            names |= dict.fromkeys(f"{of}_{n + 1}_{path[2:]}" for n in range(NUMBERED[of]))
    return {column: [r.get(column) for r in rows] for column in names or ["patient"]}


def write_csv(records: list[Record], folder: Path) -> tuple[Path, Path]:
    """Write records as CSV files with a mapping; give the table and the mapping."""
    for name, columns in tables(records).items():
        with (folder / f"{name or 'cohort'}.csv").open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(map(written, cells) for cells in zip(*columns.values(), strict=True))
    mapping = folder / "mapping.yaml"
    mapping.write_text(mapping_text(records))
    return folder / "cohort.csv", mapping


def synthetic(number: int, seed: int = 3) -> list[Record]:
    """Give synthetic records."""
    return list(cohort(number, seed))
