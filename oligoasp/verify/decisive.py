"""Which other readings of the text decide about somebody, and in which direction.

The crowd shows what it can, and the solver is asked about the rest: in the second small space,
to which the other readings are added, and in the second whole one for what is not found there.
All of that takes as long as everything else that is found out about a protocol, so it can be
begun first.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from oligoasp.solver.ahead import Ahead, Apart, begin
from oligoasp.solver.ground import Index
from oligoasp.solver.program import all_read
from oligoasp.verify.alternatives import Alternatives, Reading, Turns, Worlds
from oligoasp.verify.seeds import Surroundings
from oligoasp.verify.space import Space
from oligoasp.verify.spaces import Spaces, intended, intents


class Turned(NamedTuple):
    """What depends on readings.

    Attributes:
        turns: in which directions each decides.
        upset: of each reading, the intents of whom the crowd has nobody eligible under it.
    """

    turns: Turns
    upset: dict[Reading, list[str]]


class Decisive:
    """Finds out what depends on readings.

    Args:
        spaces: the spaces.
        around: the crowd of the small one.
        directions: whether to find out in which directions each reading decides, or only
            whether it decides about somebody.
    """

    def __init__(self, spaces: Spaces, around: Surroundings, *, directions: bool) -> None:
        self._spaces = spaces
        self._around = around
        self._directions = directions
        self._ahead: Ahead[Turned] | Apart[Turned] | None = None

    def begin(self) -> None:
        """Begin to find out, beside whatever is asked meanwhile."""
        _ = self._spaces.small, self._around.crowd  # what both need, so that it is found out once
        _ = self._spaces.whole  # made meanwhile
        all_read()
        # What is added to the small space makes all that is asked of it later take longer.
        self._ahead = begin(
            apart=lambda: self.what_turns(self._spaces.small),
            beside=lambda: self.what_turns(self._spaces.second_small),
        )

    def others(self, name: str) -> list[str]:
        """Give the options of a passage besides the chosen one."""
        chosen = self._spaces.all_chosen[name]
        return [o for o in self._spaces.protocol.ambiguities[name].options if o != chosen]

    @cached_property
    def turns(self) -> Turns:
        """In which directions each reading decides: true where it admits someone more.

        Where directions are not asked for, one of them does.
        """
        known = self._turned.turns
        names = self._spaces.protocol.ambiguities
        others = {(name, option) for name in names for option in self.others(name)}
        if not others - known.keys() or self._spaces.alone:
            return known
        found = self._whole_worlds.turning(
            self._spaces.second_whole.readings(self._spaces.chosen),
            both=self._directions,
            known={key: {True, False} for key in known},
        )
        return {**found, **known}

    @property
    def upset(self) -> dict[Reading, list[str]]:
        """Of each reading, the intents of whom the crowd has nobody eligible under it."""
        return self._turned.upset

    def turning(self, key: Reading, *, gains: bool) -> tuple[Space, list[int]]:
        """Ask for somebody whose verdict turns on a reading, in one direction.

        Returns:
            The smallest space in which there is somebody, and the assumptions.
        """
        space, worlds = self._spaces.second_small, self._worlds
        turns = [*space.readings(self._spaces.chosen), worlds.turn(key, gains=gains)]
        if not space.exists(turns):
            space, worlds = self._spaces.second_whole, self._whole_worlds
            turns = [*space.readings(self._spaces.chosen), worlds.turn(key, gains=gains)]
        return space, turns

    def alternatives(self, space: Space) -> Alternatives:
        """Give what writes other readings in a space."""
        session = space.session
        small = space is self._spaces.small
        index = self._around.index if small else Index(session.rules)
        outcomes = [session.eligible, *intended(space).values()]
        return Alternatives(index, session.reading, self._spaces.all_chosen, outcomes)

    @cached_property
    def _worlds(self) -> Worlds:
        """Every other reading of the text, in the second small space."""
        space = self._spaces.second_small
        return Worlds(space.session, self.alternatives(space))

    @cached_property
    def _whole_worlds(self) -> Worlds:
        """Every other reading of the text, in the second whole space."""
        if self._spaces.alone:
            return self._worlds
        space = self._spaces.second_whole
        return Worlds(space.session, self.alternatives(space))

    @cached_property
    def _turned(self) -> Turned:
        if self._ahead is not None:
            return self._ahead.result()
        return self.what_turns(self._spaces.second_small)

    def what_turns(self, space: Space) -> Turned:
        """Find out what depends on readings, adding them to a space."""
        small = self._spaces.small
        rules = self.alternatives(small)
        turns, upset = self._seen(rules)
        worlds = self._worlds if space is not small else Worlds(space.session, rules)
        readings = space.readings(self._spaces.chosen)
        turns = worlds.turning(readings, both=self._directions, known=turns)
        return Turned(turns, upset)

    def _seen(self, rules: Alternatives) -> Turned:
        """Give what the crowd shows of that."""
        small, everyone = self._spaces.small, self._around.crowd
        turns: Turns = {}
        upset: dict[Reading, list[str]] = {}
        cases = intended(small)
        here = everyone.possible & everyone.holding(small.session.eligible)
        for key, (cone, constraints) in rules.cones.items():
            crowd = everyone.under(rules.options(key), cone, constraints)
            there = crowd.possible & crowd.holding(small.session.eligible)
            for gains, mask in ((False, here & ~there & crowd.possible), (True, there & ~here)):
                if mask:
                    turns.setdefault(key, set()).add(gains)
            shut = [
                intent
                for intent in intents(small)
                if intent not in cases or not there & crowd.holding(cases[intent])
            ]
            if shut:
                upset[key] = shut
        return Turned(turns, upset)
