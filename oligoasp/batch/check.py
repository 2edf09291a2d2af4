"""The short answer for each of many records, with all processors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from oligoasp.answers import Check, Evidence
from oligoasp.batch import Batch
from oligoasp.batch.remarks import RemarksOfMany
from oligoasp.decide import Engine, Verdict
from oligoasp.explain.remarks import in_words
from oligoasp.processes import Processes
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record, record_of
from oligoasp.record.shape import shapes_of
from oligoasp.record.source import Document

PIECE = 50
"""How many records a process takes at a time."""

Given = Document | RecordError
"""A document, or what is wrong with a file or with a part of it."""


def check(
    engine: Engine, documents: Iterable[Given], processes: int = 1
) -> Iterator[Check | RecordError]:
    """Give the short answer for each of many records, in order.

    Args:
        engine: the protocol, under its readings.
        documents: records as they stand in files, and what could not be read.
        processes: how many processes decide; the answers do not depend on it.

    Yields:
        A check, or the error of a record that could not be read or cannot be true.

    Raises:
        ProcessLostError: a process was ended from outside.
    """
    checker = _Checker(engine)
    source = iter(documents)
    # What the first records teach is known to all processes, since they are copies of this one.
    yield from checker(list(islice(source, PIECE)))
    following = next(source, None)
    if following is None:
        return
    with Processes(checker, processes) as pool:
        for _, answers in pool.map(_pieces(chain([following], source))):
            yield from answers


def _pieces(source: Iterator[Given]) -> Iterator[list[Given]]:
    while piece := list(islice(source, PIECE)):
        yield piece


class _Checker:
    """Reads and decides records, piece by piece.

    Args:
        engine: the protocol, under its readings.
    """

    def __init__(self, engine: Engine) -> None:
        self._shapes = shapes_of(engine.protocol.vocabulary)
        self._batch = Batch(engine, alone=True)
        self._protocol = engine.protocol
        self._remarks = RemarksOfMany(engine.protocol)

    def __call__(self, piece: list[Given]) -> list[Check | RecordError]:
        """Give the answers for consecutive records."""
        self._batch.outlines.make_room()
        read = [g if isinstance(g, RecordError) else record_of(g, self._shapes) for g in piece]
        known = [record for record in read if isinstance(record, Record)]
        derivations = self._batch.derivations(known)
        self._batch.expect_records(known, derivations)
        remarks = {
            id(record): tuple(in_words(self._protocol, found, record, derivation))
            for record, derivation, found in zip(
                known, derivations, self._remarks.of(known, derivations), strict=True
            )
            if found
        }
        return [self._answer(record, remarks.get(id(record), ())) for record in read]

    def _answer(
        self, record: Record | RecordError, remarks: tuple[Evidence, ...]
    ) -> Check | RecordError:
        if isinstance(record, RecordError):
            return record
        try:
            outcome = self._batch.decide(record)
        except RecordError as error:
            return error
        return Check(
            record=record.id,
            source=record.source,
            line=record.line,
            verdict=outcome.verdict,
            blockers=outcome.blockers,
            conflict=outcome.verdict is Verdict.INELIGIBLE and not outcome.blockers,
            unknown=outcome.unknown,
            remarks=remarks,
        )
