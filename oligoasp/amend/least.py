"""Least amendments: which smallest sets of changes would admit more of a cohort.

Whom to admit are those of whom everything is known and whom a clause keeps out. Where a
clause is merely open, an answer is missing and no amendment: such patients are only counted
(`Search.undetermined`), and said apart where a change happens to ask them nothing more.
Dropping a clause takes away what that clause does; setting a parameter to a value that
occurs in the cohort, and reading an ambiguous passage otherwise, is tried out. Sets of
changes are put together from what each does alone, and every set that is shown is applied
as a whole and the cohort decided again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from typing import TypeAlias

from clingo import Symbol, SymbolType

from oligoasp.amend.apply import amended, limits_of
from oligoasp.amend.cohort import PIECE
from oligoasp.amend.format import CHOOSE, COMMAND_LINE, DROP, SET, Amendment, Change
from oligoasp.batch import Batch, Outcome
from oligoasp.batch.panel import Panel
from oligoasp.cohort import Chunk, Cohort
from oligoasp.decide import Engine, Verdict
from oligoasp.kept.file import Kept
from oligoasp.kept.keep import Keeper
from oligoasp.kept.piece import Decided, Reader, Stored
from oligoasp.processes import Processes, Progress
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.errors import RecordError
from oligoasp.solver.program import ProgramError
from oligoasp.solver.session import Session

Step: TypeAlias = tuple[str, ...]
"""A change of one thing: (DROP, clause), (SET, parameter, value, unit) or
(CHOOSE, ambiguity, option)."""
Steps: TypeAlias = frozenset[Step]
Pattern: TypeAlias = frozenset[Steps]
"""What would admit a patient: for each obstacle, the steps any of which takes it away."""

MOST_VALUES = 4
"""So many values of a parameter are tried in each direction, from near to far."""
MOST_JOINED = 200
"""So many of the best sets are put together to larger ones."""
SHOWN = 3
"""So many sets of one size are shown."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set of changes, and how many patients of the cohort it admits and loses.

    ``unasked`` are those besides who become eligible because an answer that is missing is
    asked for no longer.
    """

    steps: tuple[Step, ...]
    gains: int
    loses: int
    unasked: int = 0


class _Keeps:
    """Decides pieces of a cohort, and keeps what they say.

    Args:
        base: the protocol.
        cohort: the cohort.
    """

    def __init__(self, base: Protocol, cohort: Cohort) -> None:
        self._cohort = cohort
        engine = Engine(base)
        self._keeper = Keeper(engine, Batch(engine))

    def __call__(self, chunk: Chunk) -> bytes:
        members = list(self._cohort.members(chunk))
        piece = self._keeper.piece(members)
        for member in members:
            try:
                if isinstance(member.record, RecordError):
                    raise member.record
                piece.outlined(member.record)
            except RecordError as error:
                piece.refuse([problem.render() for problem in member.locate(error).problems])
        return piece.stored()


def decided(
    base: Protocol,
    cohort: Cohort | Kept,
    processes: int = 1,
    complain: Callable[[str], object] = lambda problem: None,
    progress: Callable[[Progress], object] = lambda progress: None,
) -> Iterator[bytes]:
    """Decide a cohort, once for all changes that are tried out afterwards.

    Args:
        base: the protocol.
        cohort: the cohort, or the kept screening of it.
        processes: how many processes decide; the result does not depend on it.
        complain: takes what is wrong with records, in order.
        progress: is told how far it is.

    Yields:
        Pieces of the cohort, as `Search` needs them.

    Raises:
        RecordError: the cohort cannot be read at all.
        ProcessLostError: a process was ended from outside.
    """
    number = 0
    with Processes(
        _kept_already if isinstance(cohort, Kept) else _Keeps(base, cohort),
        1 if isinstance(cohort, Kept) else processes,
    ) as pool:
        for chunk, piece in pool.map(cohort.chunks(PIECE)):
            data = Stored(piece)
            for problem in (p for some in data.refused for p in some):
                complain(problem)
            number += len(data.outcome) + len(data.refused)
            progress(Progress(number, chunk.done))
            yield piece


def _kept_already(chunk: Chunk) -> bytes:
    assert isinstance(chunk.payload, bytes)
    return chunk.payload


class Search:
    """Looks for least amendments of a protocol that admit more of a cohort.

    Args:
        base: the protocol.
        pieces: the cohort as decided under it (see `decided`).
        largest: how many things may change at once.

    ``undetermined`` is how many patients are so, who are admitted by answers and not by changes.
    """

    def __init__(self, base: Protocol, pieces: Iterable[bytes], largest: int = 3) -> None:
        self._base = base
        self._largest = largest
        self._compared = _compared(base)
        self._versions: dict[Step, Protocol] = {}
        self.undetermined = 0
        near, obstacles, values = self._survey(pieces)
        standing = {clause for some in obstacles for clause in some}
        about = reading_clauses(base) if standing else {}
        self._about = {
            **{name: clauses & standing for name, clauses in about.items()},
            **_by_parameter(self._compared),
        }
        steps = [*self._drops(standing), *self._values(values), *self._readings()]
        trials = [step for step in steps if step[0] != DROP]
        self._limits = limits_of(base, *self._versions.values())
        batch = Batch(self._engine(base))
        self._panel = Panel(batch)
        reader = Reader(replace(base, limits=self._limits), batch.outlines)
        for piece, outcomes in near:
            outlines = reader.outlines(Stored(piece).said, list(outcomes))
            for outline, outcome in zip(outlines, outcomes.values(), strict=True):
                self._panel.keep(outline, outcome)
        self._patterns = self._find_patterns({s for s in steps if s[0] == DROP}, trials)

    def proposals(self) -> list[Proposal]:
        """Give the best sets of each size that admit more than any smaller set."""
        best: list[Proposal] = []
        for size in range(1, self._largest + 1):
            least = max((p.gains for p in best), default=0) + 1
            best += self._verified(self._ranked(size, least), least)
        return best

    def admitting(self, number: int) -> list[Proposal]:
        """Give the smallest sets that admit at least so many patients."""
        for size in range(1, self._largest + 1):
            found = self._verified(self._ranked(size, number, enough=True), number)
            if found:
                return found
        return []

    # ---- what stands in the way ----------------------------------------------------------

    def _survey(
        self, pieces: Iterable[bytes]
    ) -> tuple[list[tuple[bytes, dict[int, Outcome]]], set[tuple[str, ...]], dict[str, set[int]]]:
        """Find whom few changes could make eligible, and on which values that turns.

        Returns:
            The pieces that hold such patients, with the outcome of each of these by the place
            of the record; all sets of obstacles of those to admit; and the codes that occur
            for each parameter that the obstacles compare something with.
        """
        decided = Decided(self._base)
        near: list[tuple[bytes, dict[int, Outcome]]] = []
        seen: set[tuple[str, ...]] = set()
        values: dict[str, set[int]] = defaultdict(set)
        for block in pieces:
            piece = Stored(block)
            outcomes: dict[int, Outcome] = {}
            for record, number in enumerate(piece.outcome):
                if number is None:
                    continue
                found = piece.outcomes[number]
                self.undetermined += Verdict(found.verdict) is Verdict.UNDETERMINED
                if len(found.blocking) + len(found.unknown) > self._largest:
                    continue
                outcome = outcomes[record] = decided.outcome(found)
                seen.add(_to_take_away(outcome))
                for clause in _to_take_away(outcome):
                    for parameter, kind, name in self._compared.get(clause, ()):
                        codes = piece.said.codes(record, kind, name) if name else ()
                        values[parameter].update(codes if name else self._near(parameter))
            if outcomes:
                near.append((block, outcomes))
        return near, seen, values

    def _near(self, parameter: str) -> list[int]:
        """Give the codes next to a limit on what rules count, since no record says that."""
        code = self._base.parameters[parameter].code
        return [max(code + 2 * steps, 0) for steps in range(-MOST_VALUES + 2, MOST_VALUES - 1)]

    def _drops(self, obstacles: Iterable[str]) -> Iterator[Step]:
        for clause in sorted(obstacles):
            if self._fits((DROP, clause)):
                yield DROP, clause

    def _readings(self) -> Iterator[Step]:
        """Give the other readings of passages on which obstacles can turn."""
        for name, ambiguity in sorted(self._base.ambiguities.items()):
            for option in ambiguity.options if self._about.get(name) else ():
                step = (CHOOSE, name, option)
                if option != ambiguity.default and self._fits(step):
                    yield step

    def _values(self, values: Mapping[str, set[int]]) -> Iterator[Step]:
        """Give the values to try: those that occur beyond the limit, and a step further."""
        for name in sorted(values):
            parameter = self._base.parameters[name]
            scale = self._base.vocabulary.scales[parameter.scale]
            for sign in (1, -1):
                beyond = sorted(
                    {
                        2 * (-(-code // 2) if sign > 0 else code // 2)
                        for code in values[name]
                        if (code - parameter.code) * sign >= 0
                    },
                    key=lambda code: sign * code,
                )
                last = len(beyond) - 1
                chosen = {
                    beyond[i * last // (MOST_VALUES - 1)] for i in range(MOST_VALUES) if beyond
                }
                for code in sorted({c + more for c in chosen for more in (0, 2 * sign)}):
                    value = _decimal(Fraction(code, 2) * scale.resolution)
                    step = (SET, name, value, scale.unit)
                    if code != parameter.code and self._fits(step):
                        yield step

    def _fits(self, step: Step) -> bool:
        try:
            self._versions[step] = self._version([step])
        except ProgramError:
            return False
        return True

    def _version(self, steps: Iterable[Step]) -> Protocol:
        """Give the protocol with some changes."""
        changes = tuple(Change(step[0], step[1:], COMMAND_LINE) for step in steps)
        made = Amendment(COMMAND_LINE, "proposal", "", "", COMMAND_LINE, changes)
        return amended(self._base, [made])

    def _engine(self, version: Protocol) -> Engine:
        return Engine(replace(version, limits=self._limits))

    # ---- sets of steps -------------------------------------------------------------------

    def _find_patterns(self, drops: set[Step], trials: Iterable[Step]) -> Counter[Pattern]:
        """Find what would take away each obstacle of each patient, and count alike patients."""
        before = [set(_to_take_away(outcome)) for outcome in self._panel.outcomes]
        ways: list[dict[str, set[Step]]] = [
            {c: {step for step in drops if step[1] == c} for c in obstacles} for obstacles in before
        ]
        for group in self._apart(trials):
            version = self._version(sorted(set(group.values())))
            batch = Batch(self._engine(version), self._panel.batch)
            concerned = [n for n, some in enumerate(before) if not some.isdisjoint(group)]
            after = self._panel.again(batch, concerned)
            for index, outcome in zip(concerned, after, strict=True):
                for clause in before[index].difference(outcome.blockers, outcome.unknown):
                    if clause in group:
                        ways[index][clause].add(group[clause])
        return Counter(frozenset(frozenset(steps) for steps in way.values()) for way in ways if way)

    def _apart(self, trials: Iterable[Step]) -> list[dict[str, Step]]:
        """Group changes so that those of one group are about different clauses.

        Returns:
            For each group, the change that is about each clause; one version of the
            protocol then tells what each does.
        """
        groups: list[dict[str, Step]] = []
        for step in trials:
            about = self._about[step[1]]
            group = next((g for g in groups if g.keys().isdisjoint(about)), None)
            if group is None:
                groups.append(group := {})
            group.update(dict.fromkeys(about, step))
        return groups

    def _ranked(self, size: int, least: int, *, enough: bool = False) -> list[Steps]:
        """Give the sets of one size that seem to admit enough, the most promising first.

        Of sets that are about the same clauses, the one that admits most is given, or, with
        ``enough``, the one with the smallest changes that admits enough.
        """
        found: dict[Steps, int] = {}
        for steps in self._candidates(size):
            gains = sum(n for pattern, n in self._patterns.items() if _admits(steps, pattern))
            if gains >= least and not any(self._no_more(steps, step, gains) for step in steps):
                found[steps] = gains
        order = sorted(found, key=lambda steps: (0 if enough else -found[steps], *self._far(steps)))
        chosen: dict[frozenset[str], Steps] = {}
        for steps in order:
            chosen.setdefault(frozenset(map(self._subject, steps)), steps)
        return sorted(chosen.values(), key=lambda steps: (-found[steps], *self._far(steps)))

    def _subject(self, step: Step) -> str:
        """Give the clause that a step is about, or the passage that it reads otherwise."""
        if step[0] != SET:
            return step[1]
        return next(c for c in self._compared if c in self._about[step[1]])

    def _candidates(self, size: int) -> set[Steps]:
        """Give sets of steps that would admit somebody, and unions of the best of them."""
        own: Counter[Steps] = Counter()
        for pattern, number in self._patterns.items():
            for chosen in product(*pattern):
                steps = frozenset(chosen)
                if len(steps) <= size and _sound(steps):
                    own[steps] += number
        small = [steps for steps, _ in sorted(own.items(), key=lambda o: (-o[1], sorted(o[0])))]
        joined = {
            one | other
            for one, other in combinations(small[:MOST_JOINED], 2)
            if len(one | other) == size and _sound(one | other)
        }
        if size > 2:
            singles = [steps for steps in small[:MOST_JOINED] if len(steps) == 1]
            joined |= {
                one | other
                for one, other in product(self._candidates(size - 1), singles)
                if len(one | other) == size and _sound(one | other)
            }
        return joined | {steps for steps in own if len(steps) == size}

    def _no_more(self, steps: Steps, step: Step, gains: int) -> bool:
        """Tell whether a set admits no more than without one of its steps."""
        less = steps - {step}
        return gains == sum(n for p, n in self._patterns.items() if _admits(less, p))

    def _far(self, steps: Steps) -> tuple[int, int, Fraction, list[Step]]:
        """Give how far a set goes: clauses dropped, passages read otherwise, limits moved."""
        kinds = Counter(step[0] for step in steps)
        distance = Fraction(0)
        for step in steps:
            if step[0] == SET:
                parameter = self._base.parameters[step[1]]
                resolution = self._base.vocabulary.scales[parameter.scale].resolution
                code = Fraction(step[2]) / resolution * 2
                distance += abs(code - parameter.code) / max(abs(parameter.code), 1)
        return kinds[DROP], kinds[CHOOSE], distance, sorted(steps)

    def _verified(self, ranked: Iterable[Steps], least: int) -> list[Proposal]:
        """Apply sets of steps as a whole, and give those that really admit enough."""
        found: list[Proposal] = []
        for steps in ranked:
            batch = Batch(self._engine(self._version(sorted(steps))), self._panel.batch)
            moved = [
                old
                for old, new in zip(self._panel.outcomes, self._panel.again(batch), strict=True)
                if (old.verdict is Verdict.ELIGIBLE) != (new.verdict is Verdict.ELIGIBLE)
            ]
            gains = sum(bool(_to_take_away(old)) for old in moved)
            unasked = sum(bool(old.unknown) for old in moved)
            if gains >= least:
                loses = len(moved) - gains - unasked
                found.append(Proposal(tuple(sorted(steps)), gains, loses, unasked))
            if len(found) == SHOWN:
                break
        return sorted(found, key=lambda p: (-p.gains, *self._far(frozenset(p.steps))))


def _to_take_away(outcome: Outcome) -> tuple[str, ...]:
    """Give the clauses that keep a patient out, if nothing is open besides."""
    return () if outcome.unknown else outcome.blockers


def _admits(steps: Steps, pattern: Pattern) -> bool:
    return all(not steps.isdisjoint(ways) for ways in pattern)


def _sound(steps: Steps) -> bool:
    """Tell whether nothing is changed twice."""
    return len({step[:2] for step in steps}) == len(steps)


def _by_parameter(compared: Mapping[str, set[tuple[str, str, str]]]) -> dict[str, set[str]]:
    """Give the clauses that compare something with each parameter."""
    found: dict[str, set[str]] = defaultdict(set)
    for clause, some in compared.items():
        for parameter, _, _ in some:
            found[parameter].add(clause)
    return found


def reading_clauses(protocol: Protocol) -> dict[str, set[str]]:
    """Find which clauses can turn on how each passage is read, as the ground rules say."""
    shape = tuple((kind, 2) for kind in protocol.vocabulary.kinds if kind != PATIENT)
    session = Session(protocol, shape)
    passages = {literal: name for (name, _), literal in session.reading.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for clause in protocol.clauses:
        for atom in session.dependencies.reached(session.status_atoms(clause)):
            if atom in passages:
                found[passages[atom]].add(clause)
    return found


def _compared(protocol: Protocol) -> dict[str, set[tuple[str, str, str]]]:
    """Find with which parameters each clause compares what, as its evidence says.

    Returns:
        (parameter, kind, attribute) by clause; kind and attribute are empty where something
        is compared that no record says, such as a sum.
    """
    shape = tuple((kind, 1) for kind in protocol.vocabulary.kinds if kind != PATIENT)
    session = Session(protocol, shape, protocol.default_readings(), traced=False)
    found: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for clause, evidence in session.all_evidence():
        terms = [(str(t.name), bool(t.arguments)) for t in evidence.arguments if _is_name(t)]
        parameters = [n for n, composed in terms if not composed and n in protocol.parameters]
        if len(terms) > 2 and (terms[0][0], terms[1][0]) in protocol.vocabulary.attributes:
            found[clause].update((p, terms[0][0], terms[1][0]) for p in parameters)
        else:
            found[clause].update((p, "", "") for p in parameters)
    return found


def _is_name(term: Symbol) -> bool:
    return term.type == SymbolType.Function


def _decimal(value: Fraction) -> str:
    """Write an exact value of a scale, whose resolution is a decimal number."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    whole = abs(int(value * 10**places))
    digits = str(whole).zfill(places + 1)
    text = digits if not places else f"{digits[:-places]}.{digits[-places:]}"
    return f"-{text}" if value < 0 else text
