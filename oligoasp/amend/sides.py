"""Two versions of a protocol over one and the same patient.

An amendment is a reading of the protocol: the rules that it adds hold if the version is read
as amended, those that go hold if it is not. So everything that can be asked about readings
can be asked about versions, and one situation serves both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from clingo import Symbol, SymbolType

from oligoasp.amend.apply import limits_of
from oligoasp.decide import Decision, Engine, Verdict
from oligoasp.protocol.model import Ambiguity, Protocol, section_order
from oligoasp.record.read import parse_record
from oligoasp.solver.edit import Edit
from oligoasp.verify.double import DoubleSession
from oligoasp.verify.space import MOST_LESIONS, Space, scope_of, shape_of
from oligoasp.verify.whole import with_calendar
from oligoasp.verify.witness import MismatchError, Witness, Witnesses

EFFORT = 300
"""After how many conflicts a question is taken apart."""

VERSION, BASE, AMENDED = "protocol_version", "base", "amended"
SWITCH = f"reading({VERSION}, {AMENDED})"


def both(base: Protocol, amended: Protocol) -> Protocol:
    """Give one protocol that is either version, as the reading `protocol_version` says.

    Its words, numbers and default readings are those of the base; its clauses, its record
    and the limits that cut numbers into regions are those of both.

    Raises:
        ValueError: the base has itself been amended by rules.
    """
    if base.edit is not None and base.edit.touches:
        raise ValueError("the base of a comparison has rules that were changed")
    moved = frozenset(
        name for name, old in base.parameters.items() if amended.parameters[name].code != old.code
    )
    text = [f'ambiguity({VERSION}, "", "").']
    text += [f'option({VERSION}, {option}, "").' for option in (BASE, AMENDED)]
    for name in sorted(moved):
        text.append(f"limit({name}, {base.parameters[name].code}) :- not {SWITCH}.")
        text.append(f"limit({name}, {amended.parameters[name].code}) :- {SWITCH}.")
    version = Ambiguity(VERSION, "", "which version?", {BASE: "", AMENDED: ""}, BASE)
    clauses = {**amended.clauses, **base.clauses}
    return replace(
        amended,
        version=base.version,
        clauses={c.id: c for c in sorted(clauses.values(), key=section_order)},
        parameters={**amended.parameters, **base.parameters},
        ambiguities={**amended.ambiguities, **base.ambiguities, VERSION: version},
        limits=limits_of(base, amended),
        edit=Edit(
            amended.edit.stages if amended.edit else (), SWITCH, moved, "\n".join(text) + "\n"
        ),
    )


class Sides:
    """Asks the whole patient space about two versions.

    The session has every rule that depends on the version twice. Either copy can be read as
    either version: what is asked of the first copy is asked of the version it is read as.

    Args:
        base: the protocol.
        amended: the protocol as amended.
        most: how many entries there may be of the kinds that may have several.

    Attributes:
        hard: whether it was too hard to tell at once whether some verdict differs.
    """

    def __init__(self, base: Protocol, amended: Protocol, most: int = MOST_LESIONS) -> None:
        self.base = base
        self.amended = amended
        self.protocol = both(base, amended)
        chosen = {
            name: amended.ambiguities[name].default
            for name, ambiguity in base.ambiguities.items()
            if amended.ambiguities[name].default != ambiguity.default
        }
        self.chosen: dict[str, dict[str, str]] = {BASE: {}, AMENDED: {VERSION: AMENDED, **chosen}}
        shape = shape_of(self.protocol, most)
        free = self.chosen[AMENDED]
        settled = {n: o for n, o in self.protocol.default_readings().items() if n not in free}
        self.double = DoubleSession(with_calendar(self.protocol), shape, free, settled=settled)
        self.space = Space(self.protocol, most, self.double)
        self._violated_by_second: dict[tuple[str, str, str], bool | None] = {}
        self.hard = False

    @cached_property
    def witnesses(self) -> Witnesses:
        """Finds patients and replays them."""
        return Witnesses(self.space)

    @cached_property
    def differing(self) -> list[str]:
        """The clauses that may be decided differently by the two versions."""
        return [c for c in self.space.others() if self.copied(self.double.violated[c])]

    @cached_property
    def scope(self) -> str:
        """In which space a proof holds, and why that is enough or that it is a bound."""
        return scope_of(self.space)

    def copied(self, literal: int) -> bool:
        """Tell whether an atom depends on the version."""
        return self.double.over(literal) != literal

    def readings(self, first: str, second: str) -> list[int]:
        """Give assumptions that the two copies are read as these versions."""
        return [
            *self.double.readings(self.chosen[first]),
            *self.double.readings2(self.chosen[second]),
        ]

    def difference(self, *, gains: bool) -> list[int]:
        """Give assumptions for a patient, decided by the base first, whose verdict differs."""
        sign = 1 if gains else -1
        eligible, later = self.double.eligible, self.double.eligible2
        return [*self.readings(BASE, AMENDED), -sign * eligible, sign * later]

    def differs(self, *, gains: bool) -> bool:
        """Tell whether some patient becomes eligible, or is eligible no longer.

        Where that is hard to refute, it is asked of one differing clause after the other.
        """
        found = self.double.tried(self.difference(gains=gains), EFFORT)
        if found is not None:
            return found
        self.hard = True
        first, second = (AMENDED, BASE) if gains else (BASE, AMENDED)
        fixed = [*self.readings(first, second), self.double.eligible]
        return any(
            self.somebody_violates(clause, [*fixed, self.double.violated2[clause]])
            for clause in self.differing
            if self.violated_by_second(clause, first, second)
        )

    def violated_by_second(self, clause: str, first: str, second: str) -> bool:
        """Tell whether somebody violates a clause of the second version, but not of the first."""
        found = self.perhaps_by_second(clause, first, second)
        if found is None:
            found = self._in_some_way(clause, self.only_second(clause, first, second))
            self._violated_by_second[clause, first, second] = found
        return found

    def perhaps_by_second(self, clause: str, first: str, second: str) -> bool | None:
        """Do as `violated_by_second`, but give None where that is too hard to tell at once."""
        key = clause, first, second
        if key not in self._violated_by_second:
            fixed = self.only_second(clause, first, second)
            self._violated_by_second[key] = self.double.tried(fixed, EFFORT)
        return self._violated_by_second[key]

    def only_second(self, clause: str, first: str, second: str) -> list[int]:
        """Give assumptions for who violates a clause of the second version only."""
        double = self.double
        readings = self.readings(first, second)
        return [*readings, -double.violated[clause], double.violated2[clause]]

    def moving(self, clause: str, first: str, second: str) -> set[str]:
        """Give clauses that somebody violates in the second version who is eligible by the first.

        Args:
            clause: one of these; the others are those that the same patient violates.
            first: the version by which the patient is eligible.
            second: the version by which the patient violates the clauses.

        Returns:
            Nothing, if there is nobody or that is too hard to tell at once.
        """
        violated = {self.double.violated2[c]: c for c in self.differing}
        fixed = [*self.only_second(clause, first, second), self.double.eligible]
        with self.double.limited(EFFORT):
            true = self.double.true_literals(fixed, violated)
        return {violated[literal] for literal in true or ()}

    def somebody_violates(self, clause: str, fixed: Sequence[int]) -> bool:
        """Tell whether somebody fulfils assumptions by which the second copy violates a clause."""
        found = self.double.tried(fixed, EFFORT)
        return self._in_some_way(clause, fixed) if found is None else found

    def _in_some_way(self, clause: str, fixed: Sequence[int]) -> bool:
        """Tell that of one way of violating the clause after the other.

        Where it is hard to refute for all ways together, it is easier so, and what the solver
        learns of these is soon enough for all.
        """
        ways = [self.double.over(literal) for literal in self.double.ways(clause)]
        return any(self.space.exists([*fixed, way]) for way in ways) or self.space.exists(fixed)

    def for_the_same(self, one: str, other: str) -> list[int]:
        """Give atoms: an entry violates a clause, and in the second copy another one.

        There is an atom for each entry of which the evidence of both can speak first.
        """
        first, second = self._by_subject(one), self._by_subject(other)
        over = self.double.over
        cases = [(first[e], list(map(over, second[e]))) for e in first if e in second]
        at_least = self.double.at_least
        return [at_least(2, [at_least(1, ways) for ways in both]) for both in cases]

    def _by_subject(self, clause: str) -> dict[Symbol, list[int]]:
        """Give the ways of violating a clause by what their evidence speaks of first."""
        found: dict[Symbol, list[int]] = {}
        for literal, evidence in sorted(self.double.ways(clause).items()):
            if evidence.type == SymbolType.Function and evidence.arguments:
                found.setdefault(evidence.arguments[0], []).append(literal)
        return found

    def tests_in_both(self, clause: str) -> bool:
        """Tell whether a clause belongs to both versions."""
        return clause in self.base.clauses and clause in self.amended.clauses

    def alone_in_both(self) -> set[str]:
        """Give clauses that somebody violates who violates no other, in either version.

        These are perhaps not all of them.
        """
        double, clauses = self.double, list(self.space.clauses)
        single = -double.at_least(2, [double.violated[c] for c in clauses])
        other = -double.at_least(2, [double.violated2[c] for c in clauses])
        both = [(double.violated[c], double.violated2[c]) for c in self.differing]
        same = [-atom for atom in double.unequal(both)]
        fixed = [*self.readings(BASE, AMENDED), single, other, *same]
        with double.limited(EFFORT):
            return double.possibly_violated(fixed) & set(clauses)

    def in_both(self, cases: Mapping[str, int]) -> set[str]:
        """Give the atoms that hold of somebody in both versions who is eligible by both.

        Args:
            cases: the atoms, by name.

        Returns:
            The names of the atoms.
        """
        double = self.double
        lacking = double.any_of([[-atom, -double.over(atom)] for atom in cases.values()])
        names = {-one: name for one, name in zip(lacking, cases, strict=True)}
        fixed = [*self.readings(BASE, AMENDED), double.eligible, double.eligible2]
        return {names[literal] for literal in double.brave_of_few(fixed, list(names))}

    def replay(self, witness: Witness, side: str, *, eligible: bool) -> Decision:
        """Decide a witness's record by one version.

        Raises:
            MismatchError: the verdict is not what the solver said.
        """
        engine = Engine(self.protocol)
        situation = engine.compile(parse_record(witness.data, self.protocol.vocabulary))
        readings = self.double.readings(self.chosen[side])
        decision = engine.conclude(self.double, situation, readings)
        if decision.verdict is (Verdict.INELIGIBLE if eligible else Verdict.ELIGIBLE):
            raise MismatchError(f"witness {witness.name}: {decision.verdict} by version {side}")
        return decision
