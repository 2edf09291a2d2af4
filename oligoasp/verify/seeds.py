"""Seeds: eligible patients of the small space, and the crowd that is made up around them.

Whatever somebody of the crowd shows is possible, and need not be asked of the solver. So the
seeds are people around whom much is possible: whoever is nearest to the typical patient, and
cases of those whom the text means to admit.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from oligoasp.solver.ground import Index
from oligoasp.verify.crowd import CircularError, Crowd, Seed, neighbours
from oligoasp.verify.space import Question
from oligoasp.verify.spaces import Spaces, intended


class Seeds(NamedTuple):
    """Eligible patients of a small space: the open atoms that hold of each.

    Attributes:
        groups: intents, each in one group, with somebody who is a case of all of a group.
        ordinary: whoever is nearest to the typical patient.
        others: by intent of the ordinary one, whoever is nearest and no case of it.
    """

    groups: list[tuple[list[str], frozenset[int]]]
    ordinary: frozenset[int]
    others: dict[str, frozenset[int]]


class Surroundings:
    """The seeds of the small space and the crowd around them.

    Args:
        spaces: the spaces.
    """

    def __init__(self, spaces: Spaces) -> None:
        self._spaces = spaces

    @cached_property
    def index(self) -> Index:
        """The ground rules of the small space."""
        return Index(self._spaces.small.session.rules)

    @cached_property
    def seeds(self) -> Seeds | None:
        """Eligible patients of the small space; None if there are none."""
        small = self._spaces.small
        intents = intended(small)
        question = Question(eligible=True, readings=self._spaces.chosen)
        eligible = small.assume(question) or []
        open_atoms = self.index.chosen
        wanted = [*open_atoms, *intents.values()]
        ordinary = small.nearest.holding(eligible, wanted)
        if ordinary is None:
            return None
        groups = []
        left = dict(intents)
        while left:
            first, literal = next(iter(left.items()))
            found = small.nearest.versatile([*eligible, literal], list(left.values()), wanted)
            group = [i for i, lit in left.items() if found is not None and lit in found]
            if found is not None:
                groups.append((group, found & open_atoms))
            for intent in group or [first]:
                del left[intent]
        others: dict[str, frozenset[int]] = {}
        cases = {i: literal for i, literal in intents.items() if literal in ordinary}
        nobody = small.nearest.holding([*eligible, *(-lit for lit in cases.values())], wanted)
        for intent, literal in cases.items():
            found = nobody or small.nearest.holding([*eligible, -literal], wanted)
            if found is not None:
                others[intent] = found & open_atoms
        return Seeds(groups, ordinary & open_atoms, others)

    @cached_property
    def _made_up(self) -> tuple[Crowd, dict[frozenset[int], int]]:
        """The crowd, and of each seed the bits of those who are or adjoin it."""
        seeds, small = self.seeds, self._spaces.small
        session = small.session
        if seeds is not None:
            found = [seeds.ordinary, *seeds.others.values(), *(true for _, true in seeds.groups)]
            distinct = list(dict.fromkeys(found))
            around = [Seed(true, session.has, small.nearest.usual) for true in distinct]
            number, groups, chosen = neighbours(around, session.has, session.present)
            chosen |= {
                literal: (1 << number) - 1 if self._spaces.all_chosen[name] == option else 0
                for (name, option), literal in session.reading.items()
            }
            try:
                crowd = Crowd(self.index, number, chosen)
                for literal in (session.eligible, *session.violated.values()):
                    crowd.holding(literal)
                for literal in intended(small).values():
                    crowd.holding(literal)
            except CircularError:
                pass
            else:
                return crowd, dict(zip(distinct, groups, strict=True))
        return Crowd(self.index, 0, {}), {}

    @property
    def adjoining(self) -> dict[frozenset[int], int]:
        """The bits of whoever of the crowd is or adjoins each seed."""
        return self._made_up[1]

    @property
    def circular(self) -> bool:
        """Whether rules derive atoms from each other, so that no crowd can be evaluated."""
        return self.seeds is not None and not self.crowd.everyone

    @property
    def crowd(self) -> Crowd:
        """Patients of the small space around eligible ones; nobody if they cannot be evaluated."""
        return self._made_up[0]

    def seen(self, question: Question) -> int:
        """Give the bits of those of the crowd who are like that."""
        small, crowd = self._spaces.small, self.crowd
        assumptions = small.assume(question)
        if assumptions is None or question.free or question.readings != self._spaces.chosen:
            return 0
        found = crowd.possible
        for literal in assumptions[len(small.readings(question.readings)) :]:
            found &= crowd.holding(literal)
        return found
