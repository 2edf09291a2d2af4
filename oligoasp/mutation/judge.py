"""Judging mutants: caught by a case, proved to change nothing, or neither.

1. A mutant is caught if an expectation of a case fails, as the case says that the text is
   read. Where a case expects a definite status, it fails as soon as one completion of its
   record comes out otherwise.
2. A mutant that changes nothing for anybody in the whole patient space, however the text is
   read, is equivalent. A mutant that is another default is looked at by the other defaults.
3. Of the rest, cases that expect an unknown status are decided again under each mutant.
4. What was too hard to prove among others is tried once more alone.
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
from oligoasp.mutation.rules import deciding_rules
from oligoasp.mutation.search import Search
from oligoasp.mutation.second import SecondCopy
from oligoasp.mutation.twin import EFFORT, Twin, with_limits
from oligoasp.processes import Processes
from oligoasp.protocol.model import Protocol
from oligoasp.record.facts import Situation
from oligoasp.record.read import parse_record
from oligoasp.solver.session import Shape
from oligoasp.testing.cases import Case
from oligoasp.testing.groups import groups_of
from oligoasp.verify.space import MOST_LESIONS, Space, shape_of
from oligoasp.verify.witness import MismatchError, Witness, Witnesses

FEW_CASES = 250
"""Cases of a shape that so few others have are put together."""

LADDER = (1, 2, 4)
"""Sizes of space in which a patient is looked for before the full one."""


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    EQUIVALENT = "equivalent"
    SURVIVES = "survives"
    UNDECIDED = "undecided"


class Group(NamedTuple):
    """Cases that share a program, by number, and whether they name readings."""

    read: bool
    shape: Shape
    cases: list[int]


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
        case: a case that catches it.
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
    """Judges the mutants of a protocol, however its text is read.

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
        rules = deciding_rules(protocol)
        self.mutants = mutants_of(protocol, rules)
        self._paths = Paths(rules, protocol.clauses)
        self._force = Force(rules, protocol.default_readings())
        self._second = SecondCopy(rules)
        self._cases = list(cases)
        self._most = most
        self._plain = protocol
        self._wide = with_limits(protocol, self.mutants)
        self._processes = processes
        self._situations: dict[bool, tuple[Engine, list[Situation]]] = {}

    def outcomes(self) -> list[Outcome]:
        """Judge every mutant, in their order."""
        found: dict[int, Found] = {}
        for part in ((), [n for n, mutant in enumerate(self.mutants) if mutant.limit]):
            self._compiled(part)  # before the work is shared
        for step, size in (
            (self._caught, 250),
            (self._prove, 20),
            (self._look_again, 15),
            (self._prove, 1),
            (self._show, 1),
        ):
            left = [n for n in range(len(self.mutants)) if n not in found]
            with Processes(step, self._processes) as processes:
                for _, some in processes.map(self._slices(left, size)):
                    found |= some
        return [self._outcome(mutant, found[n]) for n, mutant in enumerate(self.mutants)]

    def _outcome(self, mutant: Mutant, found: Found) -> Outcome:
        case = None if found.case is None else self._cases[found.case]
        return Outcome(mutant, found.fate, case, *found[2:])

    def _slices(self, numbers: Iterable[int], size: int) -> Iterator[list[int]]:
        """Put mutants together that can share a program.

        A large program takes longer at every question, and many small ones at being made.
        """
        kinds: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for number in numbers:
            mutant = self.mutants[number]
            kind = "limit" if mutant.limit else "reading" if mutant.reading else "rule"
            kinds[kind, self._force.changes(mutant)].append(number)
        for _, some in sorted(kinds.items()):  # limits first, which take longest
            for start in range(0, len(some), size):
                yield some[start : start + size]

    def _protocol(self, part: Sequence[int]) -> Protocol:
        return self._wide if any(self.mutants[n].limit for n in part) else self._plain

    def _readable(self, part: Sequence[int]) -> bool:
        """Tell whether the text may be read in any way; not if a default itself is changed."""
        return not any(self.mutants[number].reading for number in part)

    def _twin(
        self,
        part: Sequence[int],
        shape: Shape,
        *,
        whole: bool = False,
        near: bool = False,
        read: bool = False,
    ) -> Twin:
        chosen = [self.mutants[number] for number in part]
        return Twin(
            self._protocol(part),
            shape,
            self._second,
            chosen,
            whole=whole,
            near=near,
            open_readings=read,
        )

    # ---- cases ------------------------------------------------------------------------

    def _look_again(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the mutants that a case catches by what it leaves open."""
        return self._caught(part, doubtful=True)

    def _caught(self, part: Sequence[int], *, doubtful: bool = False) -> dict[int, Found]:
        """Give the mutants that cases catch, each with one of them.

        Only cases under other readings notice a rule that is in force by no default.

        Args:
            part: mutants.
            doubtful: whether to look at what cases leave open, instead of what is definite.
        """
        engine, situations = self._compiled(part)
        in_force = self._in_force(part)
        found: dict[int, Found] = {}
        left = list(part)
        for read, shape, members in self._groups:
            if not (left and (self._readable(part) if read else in_force)):
                continue
            search = Search(self._twin(left, shape, read=read), engine)
            cases = [(self._cases[index], situations[index]) for index in members]
            caught = (
                search.caught_in_doubt(cases, [self._reached(mutant) for mutant in left])
                if doubtful
                else search.caught(cases)
            )
            for number, place in caught:
                found[left[number]] = Found(Fate.CAUGHT, members[place])
            left = [mutant for mutant in left if mutant not in found]
        return found

    def _compiled(self, part: Sequence[int]) -> tuple[Engine, list[Situation]]:
        """Give the records of the cases as the rules see them."""
        wide = self._protocol(part) is self._wide
        if wide not in self._situations:
            engine = Engine(self._protocol(part))
            self._situations[wide] = engine, [engine.compile(case.record) for case in self._cases]
        return self._situations[wide]

    def _in_force(self, part: Sequence[int]) -> bool:
        return all(self._force.changes(self.mutants[number]) for number in part)

    def _reached(self, number: int) -> frozenset[str]:
        """Give the clauses that a mutant can change."""
        return self._paths.clauses(self.mutants[number]) or frozenset(self._plain.clauses)

    # ---- the whole space --------------------------------------------------------------

    def _prove(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the mutants that change nothing for anybody, whatever the calendar.

        In company a proof is hard, so a mutant alone is worth more effort.
        """
        effort = EFFORT if len(part) == 1 else EFFORT // 8
        shape = shape_of(self._plain, self._most)
        twin = self._twin(part, shape, near=True, read=self._readable(part))
        found: dict[int, Found] = {}
        for number, index in enumerate(part):
            mutant = self.mutants[index]
            if not self._paths.arrives(mutant, partial(twin.may_change, number, effort=effort)):
                found[index] = Found(Fate.EQUIVALENT)
        return found

    def _show(self, part: Sequence[int]) -> dict[int, Found]:
        """Give the rest: with the typical patient for whom it makes a difference, if any."""
        protocol = self._protocol(part)
        engine = Engine(protocol)
        found: dict[int, Found] = {}
        differing: set[int] = set()
        undecided: set[int] = set()
        for size in [*(size for size in LADDER if size < self._most), self._most]:
            undecided = set()  # a larger space may settle it
            left = [index for index in part if index not in found]
            if not left:
                break
            shape = shape_of(protocol, size)
            twin = self._twin(left, shape, whole=True, read=self._readable(part))
            witnesses = Witnesses(Space(protocol, size, twin))
            search = Search(twin, engine)
            for number, index in enumerate(left):
                wanted = search.changed(number)
                holds = twin.tried(wanted, EFFORT)
                if holds is False:
                    continue
                if holds is None:
                    undecided.add(index)
                    continue
                differing.add(index)
                name = f"mutant-{index + 1}"
                for verdict in (True, False):  # rather one whose verdict changes
                    asked = search.changed(number, verdict=verdict)
                    chosen = search.readings(asked)
                    if chosen is None:
                        continue
                    try:
                        witness = witnesses.find([*asked, *twin.readings(chosen)], name, chosen)
                    except MismatchError:
                        if protocol is not self._wide:
                            raise
                        continue  # no record is as fine as one step of a scale
                    if witness is not None:
                        found[index] = self._survivor(witness, search, number, engine)
                        break
        for index in part:
            fate = Fate.UNDECIDED if index in undecided else Fate.EQUIVALENT
            fate = Fate.SURVIVES if index in differing else fate
            found.setdefault(index, Found(fate))
        return found

    def _survivor(self, witness: Witness, search: Search, number: int, engine: Engine) -> Found:
        record = parse_record(witness.data, engine.protocol.vocabulary)
        other = search.decide(number, engine.compile(record), witness.readings)
        changed = {c: s for c, s in other.statuses.items() if s != witness.statuses[c]}
        return Found(Fate.SURVIVES, None, witness, other.verdict, changed)

    @cached_property
    def _groups(self) -> list[Group]:
        """The cases that can share a program, the largest group first, the defaults before."""
        engine, situations = self._compiled(())
        found: list[Group] = []
        for read in (False, True):
            some = [n for n, case in enumerate(self._cases) if bool(case.readings) is read]
            for shape, members in groups_of(engine, [situations[n] for n in some], FEW_CASES):
                found.append(Group(read, shape, [some[n] for n in members]))
        return found
