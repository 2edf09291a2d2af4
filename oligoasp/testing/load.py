"""Reading case files, of both forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import RecordError, quote
from oligoasp.record.read import Record, parse_record, read_records
from oligoasp.record.source import FORMATS, Document, read_documents
from oligoasp.record.value import Value, show
from oligoasp.testing.cases import (
    MAPPING,
    Case,
    Expectations,
    mapping,
    moved,
    only_keys,
    read_expectations,
    read_readings,
    refused,
    text,
)
from oligoasp.testing.change import changed

CASE, EXPECT, TITLE = "case", "expect", "title"
READINGS, UNDER = "readings", "under"
SOURCE, DIFFERS = "source", "differs"
BASE, CLAUSE, VARIATIONS, NAME = "base", "clause", "variations", "name"
SET, REMOVE, NOTE = "set", "remove", "note"


def load_cases(paths: Iterable[str | Path], vocabulary: Vocabulary) -> Iterator[Case | RecordError]:
    """Read the cases of files, and of folders with all that is in them.

    Args:
        paths: files and folders.
        vocabulary: what a record can say.

    Yields:
        Each case, or what is wrong with it; one that is malformed does not stop the others.
    """
    loader = _Loader(vocabulary)
    for file in case_files(paths):
        yield from loader.cases(file)


def case_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Give files, and the record files anywhere in folders, in the order of their names."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in FORMATS and file.is_file()
            )
        else:
            yield path


class _Loader:
    """Reads case files; keeps the records that variations are based on."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._bases: dict[Path, tuple[dict[str, Value], Expectations]] = {}

    def cases(self, file: Path) -> Iterator[Case | RecordError]:
        """Give the cases of one file."""
        documents = list(read_documents([file]))
        if any(isinstance(d, Document) and VARIATIONS in d.data for d in documents):
            for document in documents:
                if isinstance(document, RecordError):
                    yield document
                else:
                    yield from self._variations(document)
            return
        for document, record in zip(documents, read_records([file], self.vocabulary), strict=True):
            if isinstance(document, RecordError):
                yield document
            elif isinstance(record, RecordError):
                yield record
            else:
                yield from _cases(document, record)

    def _variations(self, document: Document) -> Iterator[Case | RecordError]:
        try:
            only_keys(document, "", document.data, (BASE, CLAUSE, VARIATIONS, NOTE))
            clause = text(document, CLAUSE, document.data.get(CLAUSE))
            data, expect = self._base(document)
            variations = document.data[VARIATIONS]
            if not isinstance(variations, list) or not variations:
                raise refused(document, VARIATIONS, show(variations), "a list of variations")
        except RecordError as error:
            yield error
            return
        names: set[str] = set()
        for index, variation in enumerate(variations):
            place = f"{VARIATIONS}[{index}]"
            try:
                if not isinstance(variation, dict):
                    raise refused(document, place, show(variation), MAPPING)
                name, record, own = self._variation(document, place, variation, data)
                if name in names:
                    found = f"the name {quote(name)} a second time"
                    raise refused(document, f"{place}.{NAME}", found, "every name once")
                names.add(name)
                case = Case(
                    document.source,
                    document.where(place),
                    name,
                    clause,
                    record,
                    expect.overridden_by(own),
                )
                cases = list(_read(document, place, variation, case))
                if EXPECT not in variation and not variation.get(UNDER):
                    raise refused(document, place, "a variation without expectations", EXPECT)
                yield from cases
            except RecordError as error:
                yield error

    def _variation(
        self, document: Document, place: str, given: dict[str, Value], data: dict[str, Value]
    ) -> tuple[str, Record, Expectations]:
        only_keys(document, place, given, (NAME, SET, REMOVE, EXPECT, NOTE, READINGS, UNDER))
        name = text(document, f"{place}.{NAME}", given.get(NAME))
        if not name:
            raise refused(document, place, "a variation without a name", NAME)
        sets = mapping(document, f"{place}.{SET}", given.get(SET))
        removes = given.get(REMOVE) or []
        if not isinstance(removes, list):
            raise refused(document, f"{place}.{REMOVE}", show(removes), "a list of dotted paths")
        own = (
            read_expectations(document, f"{place}.{EXPECT}", given[EXPECT])
            if EXPECT in given
            else Expectations()
        )
        varied = changed(
            data,
            {f"{place}.{SET}.{path}": (path, value) for path, value in sets.items()},
            {f"{place}.{REMOVE}[{index}]": path for index, path in enumerate(removes)},
            document,
        )
        try:
            record = parse_record(varied, self.vocabulary, document.source)
        except RecordError as error:
            raise moved(error, document.source, document.where(place)) from None
        return name, record, own

    def _base(self, document: Document) -> tuple[dict[str, Value], Expectations]:
        """Give the record that a file is based on, without its case, and its expectations."""
        name = text(document, BASE, document.data.get(BASE))
        if not name:
            raise refused(document, VARIATIONS, "variations without a base", BASE)
        path = (Path(document.source).parent / name).resolve()
        if path not in self._bases:
            found = list(read_documents([path])) if path.is_file() else []
            if len(found) != 1 or isinstance(found[0], RecordError):
                raise refused(document, BASE, show(name), "a file with one record")
            data = {key: value for key, value in found[0].data.items() if key != CASE}
            self._bases[path] = data, _expected_of(found[0])
        return self._bases[path]


def _expected_of(document: Document) -> Expectations:
    case = mapping(document, CASE, document.data.get(CASE))
    if EXPECT not in case:
        raise refused(document, CASE, "a record without expectations", f"{CASE}.{EXPECT}")
    return read_expectations(document, f"{CASE}.{EXPECT}", case[EXPECT])


def _cases(document: Document, record: Record) -> Iterator[Case | RecordError]:
    """Give the case that a record file is, once for each reading."""
    try:
        expect = _expected_of(document)
        given = mapping(document, CASE, document.data[CASE])
        only_keys(document, CASE, given, (TITLE, EXPECT, READINGS, UNDER, NOTE, SOURCE, DIFFERS))
        title = text(document, f"{CASE}.{TITLE}", given.get(TITLE)) or record.id
        case = Case(document.source, document.where(CASE), title, "", record, expect)
        yield from list(_read(document, CASE, given, case))
    except RecordError as error:
        yield error


def _read(document: Document, place: str, given: dict[str, Value], case: Case) -> Iterator[Case]:
    """Give a case as its text is read, and again for each other reading under which it stands.

    Raises:
        RecordError: the readings, or what is expected under them, cannot be read.
    """
    chosen, places = read_readings(document, f"{place}.{READINGS}", given.get(READINGS))
    case = replace(case, readings=chosen, places=places)
    yield case
    others = given.get(UNDER) or []
    if not isinstance(others, list):
        raise refused(document, f"{place}.{UNDER}", show(others), "a list")
    for index, other in enumerate(others):
        here = f"{place}.{UNDER}[{index}]"
        stated = mapping(document, here, other)
        only_keys(document, here, stated, (READINGS, EXPECT, NOTE))
        if not stated.get(READINGS):
            raise refused(document, here, "no other reading", READINGS)
        more, where = read_readings(document, f"{here}.{READINGS}", stated[READINGS])
        own = read_expectations(document, f"{here}.{EXPECT}", stated.get(EXPECT))
        yield replace(
            case,
            line=document.where(here),
            name=f"{case.name}, {', '.join(f'{n}={o}' for n, o in more.items())}",
            expect=case.expect.overridden_by(own),
            readings={**chosen, **more},
            places={**places, **where},
        )
