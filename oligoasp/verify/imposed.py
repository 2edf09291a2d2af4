"""What the calendar makes impossible, imposed on the patients of a ground program.

Whether a gap reaches a threshold is an atom, so all that the calendar rules out is that some
literals hold together. Every record fulfils these constraints, so deciding needs none of them.
They are many and all alike, and are told to the solver as they are: writing them as facts and
grounding them took twice as long.
"""

from __future__ import annotations

from collections.abc import Mapping

from clingo.backend import Backend

from oligoasp.record.facts import Entity, Pair, Value
from oligoasp.verify.gaps import Bound, Gap, Gaps, Together


def impose(
    gaps: Gaps,
    backend: Backend,
    has: Mapping[Pair, Mapping[Value, int]],
    present: Mapping[Entity, int],
) -> None:
    """Rule out what no calendar has.

    Args:
        gaps: the bounds on gaps.
        backend: takes the constraints.
        has: the atom of every value of every attribute.
        present: the atom that says that an entry is there.
    """
    _Imposing(gaps, backend, has, present).all()


class _Imposing:
    def __init__(
        self,
        gaps: Gaps,
        backend: Backend,
        has: Mapping[Pair, Mapping[Value, int]],
        present: Mapping[Entity, int],
    ) -> None:
        self._gaps, self._backend = gaps, backend
        self._has, self._present = has, present
        self._reached: dict[Gap, list[int]] = {
            gap: [backend.add_atom() for _ in days] for gap, days in gaps.thresholds.items()
        }

    def all(self) -> None:
        """Write all constraints."""
        rule = self._backend.add_rule
        for steps in filter(None, self._reached.values()):
            rule(steps, [], choice=True)
        self._uses()
        self._latest()
        for bound, kinds in self._gaps.same:
            some = self._backend.add_atom()
            for (kind, _), atom in self._present.items():
                if kind in kinds:
                    rule([some], [atom])
            for steps in self._against(bound):
                rule([], [-some, *steps])
        for together in self._gaps.never:
            rule([], self._literals(together))

    def _literals(self, together: Together) -> list[int]:
        return [
            self._reached[gap][number] * (1 if reached else -1) for gap, number, reached in together
        ]

    def _against(self, bound: Bound) -> list[list[int]]:
        """Give the ways in which a bound is not kept."""
        return [self._literals(together) for together in self._gaps.against(bound)]

    def _uses(self) -> None:
        """Rule out codes that never go together, and bounds that codes exclude."""
        rule = self._backend.add_rule
        against = {
            shape: {
                codes: [way for bound in bounds for way in self._against(bound)]
                for codes, bounds in rows.items()
            }
            for shape, rows in self._gaps.implied.items()
        }
        for shape, kind, attributes in self._gaps.uses:
            for entity in self._present:
                if entity[0] != kind or any((entity, a) not in self._has for a in attributes):
                    continue
                values = [self._has[entity, attribute] for attribute in attributes]
                for codes in sorted(self._gaps.clashes.get(shape, ())):
                    rule([], [of[code] for of, code in zip(values, codes, strict=True)])
                for codes, ways in against.get(shape, {}).items():
                    body = [of[code] for of, code in zip(values, codes, strict=True)]
                    for steps in ways:
                        rule([], body + steps)

    def _latest(self) -> None:
        """Bind an anchor to the latest of its dates: to the code that stands first of all."""
        rule = self._backend.add_rule
        for shape, order in self._gaps.nearest.items():
            pairs = [
                (entity, attribute)
                for used, kind, (attribute, *_) in self._gaps.uses
                if used == shape
                for entity in self._present
                if entity[0] == kind and (entity, attribute) in self._has
            ]
            closer: list[int] = []  # holds if somebody has a code before this one
            for code, bound in order:
                holding = [self._has[pair][code] for pair in pairs]
                for steps in self._against(bound) if bound is not None else ():
                    for atom in holding:
                        rule([], [atom, *(-c for c in closer), *steps])
                atom = self._backend.add_atom()
                for literal in [*closer, *holding]:
                    rule([atom], [literal])
                closer = [atom]
