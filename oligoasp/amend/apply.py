"""Applying amendments to a protocol: the result is a protocol like any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from oligoasp.amend.check import problems_of_rules
from oligoasp.amend.format import (
    CHOOSE,
    DROP,
    REPLACE,
    SET,
    TEXT,
    Amendment,
    Change,
)
from oligoasp.protocol.load import limit_of, read_protocol
from oligoasp.protocol.model import Former, Protocol
from oligoasp.record.errors import unknown
from oligoasp.solver.edit import Edit
from oligoasp.solver.program import ProgramError

MOST_COUNTED = 200
"""The largest limit on a scale whose numbers are added up one by one."""
LARGEST = 1 << 29


def amended(protocol: Protocol, amendments: Sequence[Amendment]) -> Protocol:
    """Give a protocol as amendments leave it.

    Args:
        protocol: the protocol, not amended yet.
        amendments: the amendments, in order. Each is written for the protocol's version,
            or for what those before it make of it ("1.0+A1"); only in the latter case may
            it change what one of them changed.

    Returns:
        The amended protocol; the same object if there is nothing to amend.

    Raises:
        ProgramError: an amendment does not fit; with every mistake at its file and line.
    """
    if protocol.edit is not None:
        raise ValueError("apply all amendments to the protocol itself, at once")
    if not amendments:
        return protocol
    result = _applied(protocol, amendments)
    versions = [protocol]
    for number in range(1, len(amendments)):
        with suppress(ProgramError):  # some amendments stand only together
            versions.append(_applied(protocol, amendments[:number]))
    former = tuple(Former(v.version, tuple(v.clauses.values())) for v in versions)
    return replace(result, former=former)


def _applied(protocol: Protocol, amendments: Sequence[Amendment]) -> Protocol:
    """Give a protocol as amendments leave it, without what was before."""
    problems = list(_stack_problems(protocol, amendments))
    changes = _Changes(_with_rules(protocol, amendments, problems), problems)
    for amendment in amendments:
        for change in amendment.changes:
            changes.apply(amendment.id, change)
    if problems:
        raise ProgramError(problems)
    result = changes.protocol
    return replace(
        result,
        version="+".join((protocol.version, *(a.id for a in amendments))),
        limits=limits_of(result),
    )


def limits_of(*protocols: Protocol) -> dict[str, tuple[int, ...]]:
    """Give, by scale, the codes of the parameters of protocols, ascending."""
    limits: dict[str, set[int]] = defaultdict(set)
    for protocol in protocols:
        for parameter in protocol.parameters.values():
            limits[parameter.scale].add(parameter.code)
    return {scale: tuple(sorted(codes)) for scale, codes in limits.items()}


def _stack_problems(protocol: Protocol, amendments: Sequence[Amendment]) -> Iterator[str]:
    """Say which amendments do not stand on what is below them."""
    version = protocol.version
    seen: dict[tuple[str, str], Change] = {}
    for number, amendment in enumerate(amendments):
        follows = amendment.base in ("", version)
        if not follows and amendment.base != protocol.version:
            yield (
                f"{amendment.place}: amendment {amendment.id} was written for version "
                f"{amendment.base}, but {protocol.name} is version {version} here; compare the "
                "two, then name that version"
            )
        if any(amendment.id == other.id for other in amendments[:number]):
            yield f"{amendment.place}: a second amendment {amendment.id}; accepted: each id once"
        own: set[tuple[str, str]] = set()
        for change in amendment.changes:
            before = seen.get(change.subject)
            if before is not None and (change.subject in own or not follows):
                yield (
                    f"{change.place}: {_named(change)} is changed already at {before.place}"
                    + ("" if change.subject in own else f"; or base this on version {version}")
                )
            seen[change.subject] = change
            own.add(change.subject)
        version = f"{version}+{amendment.id}"


def _named(change: Change) -> str:
    kind = {SET: "parameter", CHOOSE: "reading", TEXT: "the text of"}.get(change.kind, "clause")
    return f"{kind} {change.arguments[0]}"


def _with_rules(
    protocol: Protocol, amendments: Sequence[Amendment], problems: list[str]
) -> Protocol:
    """Give the protocol with the rules that amendments add and without those that go."""
    stages = tuple(
        (a.file, frozenset(c.arguments[0] for kind in (DROP, REPLACE) for c in a.of(kind)))
        for a in amendments
    )
    edit = Edit(stages)
    added = tuple(file for file, _ in stages if file is not None)
    files = (*protocol.files, *added)
    undefined: list[str] = []
    result = replace(protocol, edit=edit)
    if added:
        try:
            result = read_protocol(protocol.folder, files, edit, undefined)
        except ProgramError as error:
            problems += error.messages
    problems += problems_of_rules(protocol, result, amendments, undefined)
    return result


class _Changes:
    """Applies changes one after the other; notes what is wrong with each."""

    def __init__(self, protocol: Protocol, problems: list[str]) -> None:
        self.protocol = protocol
        self._problems = problems
        self._dropped: dict[str, tuple[str, str]] = {}

    def apply(self, amendment: str, change: Change) -> None:
        """Apply a change of an amendment."""
        name = change.arguments[0]
        if change.kind == SET:
            self._set(amendment, change)
        elif change.kind == CHOOSE:
            self._choose(change)
        elif name in self._dropped:
            by, place = self._dropped[name]
            if by != amendment or change.kind == TEXT:  # else it is told as changed twice
                self._refuse(change, f"clause {name} is dropped already at {place}")
        elif name not in self.protocol.clauses:
            self._refuse(change, unknown("clause", name, self.protocol.clauses))
        elif change.kind == DROP:
            self._drop(amendment, change)
        elif change.kind == TEXT:
            self._text(change)

    def _refuse(self, change: Change, problem: str) -> None:
        self._problems.append(f"{change.place}: {problem}")

    def _set(self, amendment: str, change: Change) -> None:
        name, value, given = change.arguments
        known = self.protocol.parameters
        old = known.get(name)
        if old is None:
            self._refuse(change, unknown("parameter", name, known))
            return
        unit = given or old.unit
        vocabulary = self.protocol.vocabulary
        scale = vocabulary.scales[old.scale]
        try:
            code = limit_of(scale, vocabulary.reach()[old.scale], value, unit, vocabulary.scales)
            if abs(code) > LARGEST or (scale.counted and not 0 <= code <= 2 * MOST_COUNTED):
                raise ValueError(f"`{value}` is out of reach")
        except ValueError as error:
            self._refuse(change, f"parameter {name}: {error}")
            return
        was = self.protocol.quantity(old.value, old.unit)
        source = f"{old.source}; {amendment}: was {was}"
        new = replace(old, value=value, unit=unit, code=code, source=source)
        self.protocol = replace(self.protocol, parameters={**known, name: new})

    def _choose(self, change: Change) -> None:
        name, option = change.arguments
        known = self.protocol.ambiguities
        if name not in known:
            self._refuse(change, unknown("reading", name, known))
        elif option not in (options := known[name].options):
            self._refuse(change, unknown(f"option of reading {name}", option, options))
        else:
            first = {option: options[option], **options}
            new = replace(known[name], default=option, options=first)
            self.protocol = replace(self.protocol, ambiguities={**known, name: new})

    def _drop(self, amendment: str, change: Change) -> None:
        name = change.arguments[0]
        old = self.protocol.clauses[name]
        if old.used_by:
            self._refuse(
                change,
                f"{name} is a {old.role} that works through {', '.join(old.used_by)}; accepted: "
                "a clause that tests, or another reading of this one",
            )
            return
        kept = {
            clause.id: replace(clause, used_by=tuple(u for u in clause.used_by if u != name))
            for clause in self.protocol.clauses.values()
            if clause.id != name
        }
        self.protocol = replace(self.protocol, clauses=kept)
        self._dropped[name] = amendment, change.place

    def _text(self, change: Change) -> None:
        name, words = change.arguments
        if not words.strip():
            self._refuse(change, f"clause {name} is left without text")
            return
        known = self.protocol.clauses
        self.protocol = replace(
            self.protocol, clauses={**known, name: replace(known[name], text=words)}
        )
