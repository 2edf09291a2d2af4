"""The patient spaces of one run: a small one that is asked first, the whole one, and seconds.

Whatever is possible with few entries is possible with many, since entries may be absent. So
a question first goes to a small space, and to the whole one only if nobody there will do. A
second of each is there for what is added to it, since that makes all that is asked of it later
take longer. Each is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from oligoasp.protocol.model import Protocol
from oligoasp.solver.ahead import Ahead
from oligoasp.solver.program import text
from oligoasp.verify.gaps import Gaps
from oligoasp.verify.space import FEW, Space, shape_of
from oligoasp.verify.whole import WholeSession, with_calendar


class Spaces:
    """The small space and the whole one, in this order.

    Args:
        protocol: the protocol.
        chosen: options other than the defaults, by ambiguity.
        most: how many entries there may be of the kinds that may have several.

    Attributes:
        all_chosen: how every ambiguous passage is read.
        alone: whether the small space is the whole one.
    """

    def __init__(self, protocol: Protocol, chosen: Mapping[str, str], most: int) -> None:
        self.protocol = protocol
        self.chosen = dict(chosen)
        self.all_chosen = {**protocol.default_readings(), **chosen}
        self._most = most
        self._few = min(FEW, most)
        self.alone = self._few == most

    def __iter__(self) -> Iterator[Space]:
        yield self.small
        if not self.alone:
            yield self.whole

    @cached_property
    def _begun(self) -> Ahead[Space] | None:
        """The whole space in the making: grounding takes no turn at Python, so it is for free."""
        return None if self.alone else Ahead(lambda: self._space_of(self._most))

    @cached_property
    def _calendar(self) -> Gaps:
        return Gaps(self.protocol)

    @cached_property
    def whole(self) -> Space:
        """The whole space."""
        return self.small if self._begun is None else self._begun.result()

    @cached_property
    def small(self) -> Space:
        """A small space, in which whatever is possible is possible in the whole one too."""
        _ = self._begun, self._calendar  # that is what the other space needs next
        return self._space_of(self._few, traced=True)

    @cached_property
    def second_small(self) -> Space:
        """Another small space."""
        return self._space_of(self._few, traced=True)

    @cached_property
    def second_whole(self) -> Space:
        """Another whole space."""
        return self.second_small if self.alone else self._space_of(self._most, traced=True)

    def _space_of(self, most: int, *, traced: bool = False) -> Space:
        shape = shape_of(self.protocol, most)
        protocol = with_calendar(self.protocol)
        session = WholeSession(protocol, shape, lambda: self._calendar, traced=traced)
        space = Space(self.protocol, most, session)
        wishes = intended(space).values() if most == self._few else None
        space.prepare(self.all_chosen, wishes)
        if most != self._few:
            # The first question takes long, whatever it is; nobody is waiting yet.
            space.exists([space.session.nobody])
        return space


def intents(space: Space) -> dict[str, tuple[str, str]]:
    """Give whom the text means to admit: clause and words of each intent."""
    rows = [tuple(map(text, row)) for row in space.session.facts("intent", 3)]
    return {row[0]: (row[1], row[2]) for row in rows}


def intended(space: Space) -> dict[str, int]:
    """Give the atom of each intent of which somebody in a space can be a case."""
    literals = {i: space.session.named("intended", i) for i in intents(space)}
    return {intent: literal for intent, literal in literals.items() if literal is not None}
