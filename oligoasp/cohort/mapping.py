"""The mapping file of a table: which column holds which field of the record.

id: PATIENT                          # column with the name of the record
missing: ["", NK, ND]                # texts that mean "not recorded"
flags: {Y: true, N: false}           # what yes and no are called
dates: DD.MM.YYYY                    # how dates are written (default: YYYY-MM-DD)
fields:
  sex: {column: SEX, values: {M: male, F: female}}
  birth_date: BIRTH                  # the column, where there is nothing more to say
  labs.creatinine: {column: CREA, unit: umol/L, uln_column: CREA_ULN}
  consent.voluntary: {constant: true}
lists:
  lesions:                           # columns LES1_SITE, LES2_SITE, ...
    numbered: 5
    no_entries: unknown              # or none: what it means if no column is filled
    fields: {site: "LES{n}_SITE", longest_diameter: {column: "LES{n}_MM", unit: mm}}
  toxicities:                        # a second table with a row for each entry
    file: toxicities.csv
    key: PATIENT
    no_entries: none
    fields: {term: TERM, grade: GRADE}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from oligoasp.record.value import Value

NUMBER = "{n}"
"""What stands in the name of a numbered column for the number of the entry."""
NONE, UNKNOWN = "none", "unknown"


class DateForm(NamedTuple):
    """How dates are written in a table."""

    form: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of a field comes from: a column and what belongs to it.

    ``values`` and ``units`` translate what stands in a column; ``constant`` stands for a
    column that has the same value in every row.
    """

    path: str
    form: str
    line: int | None
    column: str = ""
    constant: Value = None
    values: Mapping[str, Value] | None = None
    unit: str = ""
    unit_column: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    uln: str = ""
    uln_column: str = ""
    date: str = ""
    date_column: str = ""
    time_column: str = ""
    dates: DateForm | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        named = (
            self.column,
            self.unit_column,
            self.uln_column,
            self.date_column,
            self.time_column,
        )
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where the entries of a list come from: numbered columns, or rows of a second table.

    ``empty`` tells whether a record without entries has none, or does not say;
    ``none_if`` names a column and the texts in it that mean that there is none.
    ``complete`` is None where it depends: numbered columns that are all filled may have
    had no room for more. ``others``: the second table may have rows of further people;
    ``delimiter`` and ``encoding`` are its own.
    """

    name: str
    line: int | None
    sources: tuple[Source, ...]
    numbered: int = 0
    file: str = ""
    key: str = ""
    empty: str = UNKNOWN
    none_if: tuple[str, frozenset[str]] | None = None
    complete: bool | None = None
    others: bool = False
    delimiter: str = ","
    encoding: str = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping file, read and checked.

    ``record`` names a column with whole records as JSON; then there is nothing else.
    ``digest`` changes with the text of the file.
    """

    name: str
    id: str = ""
    record: str = ""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    decimal: str = "."
    missing: frozenset[str] = frozenset({""})
    sources: tuple[Source, ...] = ()
    lists: tuple[ListSource, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
