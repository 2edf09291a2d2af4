"""Judging mutants: caught by a case, proved to change nothing, or neither.

1. A mutant of a rule that is not in force as the text is read changes nothing.
2. A mutant is caught if an expectation of a case fails. Where a case expects a definite
   status, it fails as soon as one completion of its record comes out otherwise.
3. A mutant that changes nothing for anybody in the whole patient space is equivalent.
4. Of the rest, cases that expect an unknown status are decided again under each mutant.
5. Whatever is left comes with the typical patient for whom it makes a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial
from typing import NamedTuple

from oligoasp.decide import Engine, Status, Verdict
from oligoasp.mutation.force import Force
from oligoasp.mutation.mutants import Mutant, mutants_of
from oligoasp.mutation.paths import Paths
from oligoasp.mutation.rules import Rules, deciding_rules
from oligoasp.mutation.search import Search
from oligoasp.mutation.twin import Twin, with_limits
from oligoasp.processes import Processes
from oligoasp.protocol.model import Protocol
from oligoasp.record.facts import Situation
from oligoasp.record.read import parse_record
from oligoasp.solver.session import Shape
from oligoasp.testing.cases import Case
from oligoasp.testing.groups import groups_of
from oligoasp.verify.space import MOST_LESIONS, Space, shape_of
from oligoasp.verify.witness import MismatchError, Witness, Witnesses

SLICE = 250
"""How many mutants share a program: a larger one takes longer at every question."""
LADDER = (1, 2, 4)
"""Sizes of space in which a patient is looked for before the full one."""


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    EQUIVALENT = "equivalent"
    NOT_IN_FORCE = "not in force"
    SURVIVES = "survives"
    UNDECIDED = "undecided"


class Found(NamedTuple):
    """What was found out about a mutant; small, since it goes between processes."""

    fate: Fate
    case: int | None = None
    witness: Witness | None = None
    verdict: Verdict | None = None
    statuses: Mapping[str, Status] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant and what became of it.

    Attributes:
        mutant: the mutant.
        fate: what became of it.
        case: the first case that catches it.
        witness: of a survivor, the patient for whom it makes a difference.
        verdict: what the mutant says of that patient.
        statuses: the statuses of clauses that the mutant gives otherwise.
    """

    mutant: Mutant
    fate: Fate
    case: Case | None = None
    witness: Witness | None = None
    verdict: Verdict | None = None
    statuses: Mapping[str, Status] = field(default_factory=dict)


class Judge:
    """Judges the mutants of a protocol as its text is read by default.

    Args:
        protocol: the protocol.
        cases: cases that the protocol passes.
        most: how many entries the proofs cover, of the kinds that may have several.
        processes: how many processes share the work.
    """

    def __init__(
        self,
        protocol: Protocol,
        cases: Sequence[Case],
        most: int = MOST_LESIONS,
        processes: int = 1,
    ) -> None:
        self._rules: Rules = deciding_rules(protocol)
        self.mutants = mutants_of(protocol, self._rules)
        self._paths = Paths(self._rules, protocol.clauses)
        self._cases = list(cases)
        self._most = most
        self._plain = protocol
        self._wide = with_limits(protocol, self.mutants)
        self._processes = processes
        self._situations: dict[bool, tuple[Engine, list[Situation]]] = {}

    def outcomes(self) -> list[Outcome]:
        """Judge every mutant, in their order."""
        force = Force(self._rules, self._plain.default_readings())
        found: dict[int, Found] = {
            number: Found(Fate.NOT_IN_FORCE)
            for number, mutant in enumerate(self.mutants)
            if not force.changes(mutant)
        }
        for part in ((), [n for n, mutant in enumerate(self.mutants) if mutant.limit]):
            self._compiled(part)  # before the work is shared
        for step in (self._glance, self._sweep, self._prove, self._look_again, self._show):
            left = [n for n in range(len(self.mutants)) if n not in found]
            with Processes(step, self._processes) as processes:
                for _, some in processes.map(self._slices(left)):
                    found |= some
        return [self._outcome(mutant, found[n]) for n, mutant in enumerate(self.mutants)]

    def _outcome(self, mutant: Mutant, found: Found) -> Outcome:
        case = None if found.case is None else self._cases[found.case]
        return Outcome(mutant, found.fate, case, *found[2:])

    def _slices(self, numbers: Iterable[int]) -> Iterator[list[int]]:
        """Put mutants together that can share a program."""
        kinds: dict[str, list[int]] = defaultdict(list)
        for number in numbers:
            mutant = self.mutants[number]
            kind = "limit" if mutant.limit else "reading" if mutant.reading else "rule"
            kinds[kind].append(number)
        for some in kinds.values():
            for start in range(0, len(some), SLICE):
                yield some[start : start + SLICE]

    def _protocol(self, part: Sequence[int]) -> Protocol:
        return self._wide if any(self.mutants[n].limit for n in part) else self._plain

    def _twin(
        self, part: Sequence[int], shape: Shape, *, whole: bool = False, near: bool = False
    ) -> Twin:
        chosen = [self.mutants[number] for number in part]
        return Twin(self._protocol(part), shape, self._rules, chosen, whole=whole, near=near)

    # ---- cases ------------------------------------------------------------------------

    def _glance(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the mutants that a case about what they change catches, most of the cases."""
        first = self._groups[:1]
        return self._caught(part, [(shape, self._about(part, cases)) for shape, cases in first])

    def _sweep(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the mutants under which a definite expectation of some case fails."""
        near = [(shape, self._about(part, members)) for shape, members in self._groups]
        far = [
            (shape, [case for case in members if case not in set(seen)])
            for (shape, members), (_, seen) in zip(self._groups, near, strict=True)
        ]
        return self._caught(part, near + far)

    def _look_again(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the mutants that a case about what they change catches by what it leaves open."""
        near = [(shape, self._about(part, members)) for shape, members in self._groups]
        return self._caught(part, near, doubtful=True)

    def _caught(
        self,
        part: Sequence[int],
        plan: Iterable[tuple[Shape, Sequence[int]]],
        *,
        doubtful: bool = False,
    ) -> dict[int, Found]:
        """Give the mutants that cases catch, each with the first of them.

        Args:
            part: mutants.
            plan: cases that share a program.
            doubtful: whether to look at what cases leave open, too.
        """
        engine, situations = self._compiled(part)
        found: dict[int, Found] = {}
        left = list(part)
        for shape, cases in plan:
            if not left or not cases:
                continue
            search = Search(self._twin(left, shape), engine)
            clauses = [self._reached(mutant) for mutant in left]
            for index in cases:
                case, situation = self._cases[index], situations[index]
                caught = (
                    search.caught_in_doubt(case, situation, clauses)
                    if doubtful
                    else search.caught(case, situation)
                )
                for number in caught:
                    found[left[number]] = Found(Fate.CAUGHT, index)
                if not search.left:
                    break
            left = [mutant for mutant in left if mutant not in found]
        return found

    def _compiled(self, part: Sequence[int]) -> tuple[Engine, list[Situation]]:
        """Give the records of the cases as the rules see them."""
        wide = self._protocol(part) is self._wide
        if wide not in self._situations:
            engine = Engine(self._protocol(part))
            self._situations[wide] = engine, [engine.compile(case.record) for case in self._cases]
        return self._situations[wide]

    def _about(self, part: Sequence[int], cases: Sequence[int]) -> list[int]:
        """Give the cases that are about the clauses that mutants can change."""
        reached = frozenset().union(*(self._reached(number) for number in part))
        return [c for c in cases if any(r.startswith(self._cases[c].clause) for r in reached)]

    def _reached(self, number: int) -> frozenset[str]:
        """Give the clauses that a mutant can change."""
        return self._paths.clauses(self.mutants[number]) or frozenset(self._plain.clauses)

    # ---- the whole space --------------------------------------------------------------

    def _prove(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the mutants that change nothing for anybody, whatever the calendar."""
        shape = shape_of(self._plain, self._most)
        twin = self._twin(part, shape, near=True)
        found: dict[int, Found] = {}
        for number, index in enumerate(part):
            mutant = self.mutants[index]
            if not self._paths.arrives(mutant, partial(twin.may_change, number)):
                found[index] = Found(Fate.EQUIVALENT)
        return found

    def _show(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the rest: with the typical patient for whom it makes a difference, if any."""
        protocol = self._protocol(part)
        engine = Engine(protocol)
        found: dict[int, Found] = {}
        differing: set[int] = set()
        for size in [*(size for size in LADDER if size < self._most), self._most]:
            undecided: set[int] = set()  # a larger space may settle it
            left = [index for index in part if index not in found]
            if not left:
                break
            twin = self._twin(left, shape_of(protocol, size), whole=True)
            witnesses = Witnesses(Space(protocol, size, twin))
            search = Search(twin, engine)
            for number, index in enumerate(left):
                wanted = search.changed(number)
                holds = twin.tried(wanted)
                if holds is False:
                    continue
                if holds is None:
                    undecided.add(index)
                    continue
                differing.add(index)
                turned = search.changed(number, verdict=True)
                name = f"mutant-{index + 1}"
                try:
                    witness = witnesses.find(turned if twin.tried(turned) else wanted, name)
                except MismatchError:
                    if protocol is not self._wide:
                        raise
                    continue  # no record is as fine as one step of a scale
                if witness is not None:
                    found[index] = self._survivor(witness, search, number, engine)
        for index in part:
            fate = Fate.UNDECIDED if index in undecided else Fate.EQUIVALENT
            fate = Fate.SURVIVES if index in differing else fate
            found.setdefault(index, Found(fate))
        return found

    def _survivor(self, witness: Witness, search: Search, number: int, engine: Engine) -> Found:
        record = parse_record(witness.data, engine.protocol.vocabulary)
        other = search.decide(number, engine.compile(record))
        changed = {c: s for c, s in other.statuses.items() if s != witness.statuses[c]}
        return Found(Fate.SURVIVES, None, witness, other.verdict, changed)

    @cached_property
    def _groups(self) -> list[tuple[Shape, list[int]]]:
        """The cases that can share a program, the largest group first."""
        return groups_of(*self._compiled(()))
