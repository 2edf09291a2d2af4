"""Remarks and warnings in words, with the fields that they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from oligoasp.answers import Evidence, Source
from oligoasp.explain.words import number_text
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.remarks import PLACEHOLDER
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.derive import Derivation
from oligoasp.record.read import Record
from oligoasp.record.remarks import Remarked


def in_words(
    protocol: Protocol, found: Iterable[Remarked], record: Record, derivation: Derivation
) -> Iterator[Evidence]:
    """Put remarks on a record into words, one sentence each.

    Args:
        protocol: the protocol that declares them.
        found: the remarks.
        record: the record.
        derivation: calculates with it.
    """
    for remarked in found:
        sources = tuple(
            Source(field=path, line=record.where(path), text=record.text(path))
            for path in remarked.fields
        )
        yield Evidence(text=_text(protocol, remarked, record, derivation), sources=sources)


def _text(protocol: Protocol, found: Remarked, record: Record, derivation: Derivation) -> str:
    of = found.remark.tests[0].of
    entry = record if of.kind == PATIENT else found.entry

    def fill(match: re.Match[str]) -> str:
        match match[1]:
            case "subject" if entry is record:
                return of.label
            case "subject":
                return f"{protocol.vocabulary.kinds[of.kind].label} {entry.id}, {of.label}"
            case "value":
                codes = derivation.codes(entry, of)
                if codes is None or codes[0] is None or codes[0] != codes[1]:
                    return "not certain"
                scale = protocol.vocabulary.scales[of.of]
                exact = Fraction(codes[0], 2) * scale.resolution
                return protocol.quantity(number_text(exact, 1), scale.unit)
        return protocol.limit(match[1])

    return PLACEHOLDER.sub(fill, found.remark.text)
