"""What the calendar makes impossible, for programs that tests ground on their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import clingo

from oligoasp.protocol.model import Protocol
from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.imposed import impose


def _entity(symbol: clingo.Symbol) -> Entity:
    return (symbol.name, symbol.arguments[0].number) if symbol.arguments else THE_PATIENT


def impose_calendar(
    control: clingo.Control, protocol: Protocol, unused: Collection[tuple[str, str]] = ()
) -> None:
    """Keep those out of a ground program whom no calendar has."""
    has: dict[Pair, dict[Value, int]] = defaultdict(dict)
    for atom in control.symbolic_atoms.by_signature("has", 3):
        entity, attribute, value = atom.symbol.arguments
        number = value.type is clingo.SymbolType.Number
        pair = _entity(entity), attribute.name
        has[pair][value.number if number else str(value)] = atom.literal
    present = {
        _entity(atom.symbol.arguments[0]): atom.literal
        for atom in control.symbolic_atoms.by_signature("present", 1)
    }
    with control.backend() as backend:
        impose(Gaps(protocol, unused), backend, has, present)
