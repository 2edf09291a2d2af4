"""What is asked about a patient of whom nothing is known: the same of everybody, so it is kept.

That is what a site sees first of every patient, and it takes longest to work out, since nothing
is ruled out yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from oligoasp import cache
from oligoasp.answers import ReadingMatters
from oligoasp.decide import Engine
from oligoasp.explain.missing import Ways
from oligoasp.protocol.files import keep_later, rules_of
from oligoasp.record.facts import Pair, Value
from oligoasp.record.read import Record


class Known(NamedTuple):
    """What has been worked out: readings that matter, ways of meeting clauses, what ends it."""

    readings: list[ReadingMatters]
    ways: dict[str, list[Ways]]
    ends: Mapping[Pair, frozenset[Value]]


def known(engine: Engine, record: Record) -> Known | None:
    """Give what is kept from an earlier run, if a record says nothing."""
    found = cache.get(_key(engine)) if _general(engine, record) else None
    return found if isinstance(found, Known) else None


def worth_keeping(engine: Engine, record: Record) -> bool:
    """Tell whether what is worked out of a record is the same for everybody, and can be kept."""
    return _general(engine, record) and cache.wanted()


def keep(engine: Engine, found: Known) -> None:
    """Keep what has been worked out of a record that says nothing."""
    keep_later(engine.protocol.files, partial(cache.put, _key(engine), found))


def _general(engine: Engine, record: Record) -> bool:
    return record.silent and engine.protocol.edit is None


def _key(engine: Engine) -> cache.Key:
    return cache.key("silence", (rules_of(engine.protocol.files), sorted(engine.settled.items())))
