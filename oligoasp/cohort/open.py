"""Opening a cohort, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from oligoasp.cohort.files import FileCohort
from oligoasp.cohort.model import Cohort
from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import Fault, NoRecordsError, RecordError, quote
from oligoasp.record.read import Record
from oligoasp.record.source import FORMATS, STANDARD_INPUT, YAML, no_records, refusal

PIECE = 100
BEGINNING = 2**16
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".pq")

_MAPPING = re.compile(rb"^(fields|lists|record)\s*:", re.MULTILINE)


def open_cohort(
    place: str | Path,
    vocabulary: Vocabulary,
    mapping: str | Path | None = None,
    stdin: IO[bytes] | None = None,
) -> Cohort:
    """Open a cohort.

    Args:
        place: an NDJSON file, a folder of records (YAML, JSON, NDJSON), one of these
            files, a table (CSV, Parquet), or "-" for NDJSON on standard input.
        vocabulary: what a record can say.
        mapping: the mapping file of a table.
        stdin: what "-" stands for, if not the standard input of the program.

    Raises:
        RecordError: it cannot be opened, or the mapping does not fit.
    """
    path, name = Path(place), str(place)
    suffix = path.suffix.lower()
    if name != STANDARD_INPUT and not path.exists():
        accepted = "an NDJSON file, a folder of records, a CSV or Parquet table, or -"
        raise refusal(name, None, Fault("no such file", accepted))
    if name != STANDARD_INPUT and not path.is_dir() and suffix in TABLES:
        if mapping is None:
            accepted = "a mapping of its columns to the fields of the record (--mapping FILE)"
            raise refusal(name, None, Fault("a table without a mapping", accepted))
        from oligoasp.cohort.read_mapping import read_mapping  # noqa: PLC0415 - only for tables
        from oligoasp.cohort.table import TableCohort  # noqa: PLC0415

        return TableCohort(path, read_mapping(mapping, vocabulary), vocabulary)
    if mapping is not None:
        found = f"the mapping {quote(str(mapping))} for {quote(name)}"
        raise refusal(str(mapping), None, Fault(found, "a mapping for a table (CSV, Parquet)"))
    if name != STANDARD_INPUT and not path.is_dir() and suffix not in FORMATS:
        accepted = f"a name ending in {', '.join([*FORMATS, *TABLES])}"
        raise refusal(name, None, Fault(f"a file named {quote(path.name)}", accepted))
    cohort = FileCohort(place, vocabulary, stdin)
    if error := mapping_instead(name, vocabulary):
        raise error
    return cohort


def mapping_instead(name: str, vocabulary: Vocabulary) -> NoRecordsError | None:
    """Say that a mapping of columns was given where records belong, if a file is one."""
    path = Path(name)
    if FORMATS.get(path.suffix.lower()) != YAML or not path.is_file():
        return None
    of_records = {kind.list_name for kind in vocabulary.kinds.values()}
    of_records |= {of.partition(".")[0] for _, of in vocabulary.fields}
    with path.open("rb") as stream:
        keys = {match[1].decode() for match in _MAPPING.finditer(stream.read(BEGINNING))}
    if keys <= of_records:
        return None
    accepted = f"records, or a table: oligoasp screen TABLE --mapping {name}"
    return no_records(name, Fault("a mapping of columns, not a cohort", accepted))


def records_of(cohort: Cohort) -> Iterator[Record | RecordError]:
    """Read a cohort from beginning to end, in one process."""
    for chunk in cohort.chunks(PIECE):
        for member in cohort.members(chunk):
            yield member.record
