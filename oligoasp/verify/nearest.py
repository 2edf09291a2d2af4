"""Canonical points of the patient space: whoever is nearest to the protocol's typical patient.

Going through what is usual in a fixed order (as few entries as can be, then attribute by
attribute), each is kept unless what is asked for and what was kept before forbid it; then
what is unusual is as near to the usual as it can be. So the answer depends on nothing but
the question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Entity, Pair, Value
from oligoasp.verify.whole import WholeSession

ABOVE_ALL = 30000
"""A preference above all that are typical; the solver knows 32,767 levels."""

ABOVE_NEAREST = 20000
"""A preference above all that say what is near to the usual."""


@dataclass(frozen=True, slots=True)
class Person:
    """A point of the space: who is there, what each attribute is, and what is violated."""

    entities: tuple[Entity, ...]
    values: Mapping[Pair, Value]
    violated: frozenset[str]
    unusual: tuple[Pair, ...]


class Nearest:
    """Finds whoever is nearest to the typical patient.

    Args:
        protocol: the protocol.
        session: a session of the whole space.

    Attributes:
        typical: what the protocol's files say is typical of an attribute.
        regions: the regions of each scale.
        usual: the usual value of each attribute of the patient and of every entry.
        pins: all atoms that together say who the patient is.
    """

    def __init__(self, protocol: Protocol, session: WholeSession) -> None:
        self.session = session
        self._vocabulary = protocol.vocabulary
        self.regions: dict[str, Regions] = regions_of(protocol)
        self.typical = protocol.typical
        self.usual = {
            pair: self._usual_value(pair, list(values)) for pair, values in session.has.items()
        }
        self.pins = [
            *session.present.values(),
            *(literal for values in session.has.values() for literal in values.values()),
        ]
        self._wishes: dict[int, int] = {}
        entities = {entity: number for number, entity in enumerate(session.entities())}
        names = {name: number for number, name in enumerate(self._vocabulary.attributes)}
        rare = {(kind, name) for kind, name, _, _ in protocol.asked_if}
        self._order = sorted(
            session.has,
            key=lambda pair: (
                (pair[0][0], pair[1]) in rare,
                entities[pair[0]],
                self._rank(pair),
                names[pair[0][0], pair[1]],
            ),
        )

    def person(
        self, assumptions: Sequence[int], unused: Collection[tuple[str, str]] = ()
    ) -> Person | None:
        """Give the person nearest to the typical patient who fulfils assumptions.

        Args:
            assumptions: what the person has to fulfil.
            unused: attributes, by kind, that do not matter to the question: they are left out.
        """
        session = self.session
        true = self.holding(assumptions, [*self.pins, *session.violated.values()])
        if true is None:
            return None
        entities = tuple(e for e, literal in session.present.items() if literal in true)
        here = set(entities)
        chosen: dict[Pair, Value] = {}
        for pair in self._order:
            if pair[0] in here and (pair[0][0], pair[1]) not in unused:
                held = next((v for v, lit in session.has[pair].items() if lit in true), None)
                if held is not None:
                    chosen[pair] = held
        return Person(
            entities,
            chosen,
            frozenset(c for c, literal in session.violated.items() if literal in true),
            tuple(pair for pair, value in chosen.items() if value != self.usual[pair]),
        )

    def holding(self, assumptions: Sequence[int], literals: Sequence[int]) -> frozenset[int] | None:
        """Give which literals hold in the person whom `person` gives."""
        return self.session.preferred(assumptions, [self._usually, self._nearly], literals)

    def versatile(
        self, assumptions: Sequence[int], wishes: Sequence[int], literals: Sequence[int]
    ) -> frozenset[int] | None:
        """Give which literals hold in somebody who has what is wished, as far as can be.

        Args:
            assumptions: what has to hold.
            wishes: what is to hold as well, if it can beside those before; then what is usual.
            literals: the literals in question.
        """
        self._wish(wishes)
        forces = [*self.known_wishes(wishes), self._usually]
        return self.session.preferred(assumptions, forces, literals)

    def known_wishes(self, literals: Iterable[int]) -> list[int]:
        """Give assumptions that put wishes in force, of those made for some literals before."""
        return [self._wishes[literal] for literal in literals if literal in self._wishes]

    def prepare(self, wishes: Iterable[int]) -> None:
        """Make what will be asked with: the next question after anything new takes long.

        Args:
            wishes: what people will be asked for as far as it can be.
        """
        _ = self._usually, self._nearly
        self._wish(wishes)

    def _wish(self, wishes: Iterable[int]) -> None:
        new = [wish for wish in dict.fromkeys(wishes) if wish not in self._wishes]
        if new:
            levels = range(ABOVE_ALL - len(self._wishes), 0, -1)
            wished = [([wish], above) for wish, above in zip(new, levels, strict=False)]
            self._wishes |= zip(new, self.session.prefer_apart(wished), strict=True)

    @cached_property
    def _usually(self) -> int:
        """The atom that makes the solver prefer what is usual."""
        session = self.session
        atoms = session.any_of([self._odd(pair) for pair in self._order])
        odd = dict(zip(self._order, atoms, strict=True))
        counted = [-odd[pair] for pair in self._order if self._scale_is_counted(pair)]
        absent = [-literal for e, literal in reversed(session.present.items()) if e[0] != PATIENT]
        usual = [-odd[pair] for pair in self._order if not self._scale_is_counted(pair)]
        return session.prefer([*counted, *absent, *usual], ABOVE_NEAREST)

    @cached_property
    def _nearly(self) -> int:
        """The atom that makes the solver prefer what is near to the usual."""
        return self.session.prefer(
            self.session.has[pair][value]
            for pair in self._order
            for value in self._nearest(pair)
            if value != self.usual[pair]
        )

    def _odd(self, pair: Pair) -> list[int]:
        return [lit for value, lit in self.session.has[pair].items() if value != self.usual[pair]]

    def _nearest(self, pair: Pair) -> list[Value]:
        """Give the values of an attribute, those first that are nearest to what is usual."""
        usual, values = self.usual[pair], list(self.session.has[pair])
        if isinstance(usual, int):
            numbers = [value for value in values if isinstance(value, int)]
            at = usual
            return [*sorted(numbers, key=lambda value: (value < 0 <= at, abs(value - at)))]
        return values

    def _usual_value(self, pair: Pair, values: list[Value]) -> Value:
        usual = self.typical.get((pair[0][0], pair[1]))
        attribute = self._vocabulary.attributes[pair[0][0], pair[1]]
        if attribute.type == "number" and usual is not None:
            scale = self._vocabulary.scales[attribute.of]
            return self.regions[attribute.of].representative(scale.code(Fraction(usual)))
        return usual if usual in values else values[0]

    def _rank(self, pair: Pair) -> int:
        """Give a place in the order: what is recorded at all stands before what it says."""
        attribute = self._vocabulary.attributes[pair[0][0], pair[1]]
        return 0 if attribute.origin.form == "recorded" else 1

    def _scale_is_counted(self, pair: Pair) -> bool:
        attribute = self._vocabulary.attributes[pair[0][0], pair[1]]
        return attribute.type == "number" and self._vocabulary.scales[attribute.of].counted
