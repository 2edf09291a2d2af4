"""Regions of a scale: which numbers no rule can tell apart.

Rules compare an attribute only with the protocol's parameters. So between two limits
all values are alike, and one representative stands for them (see the design, "a few
representatives stand for all patients").
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from oligoasp.protocol.model import Protocol

BEYOND = 1 << 62
"""More than the code of any number."""


class Regions:
    """The regions into which the limits of a scale cut it.

    Args:
        limits: codes of the parameters on the scale, ascending, even.
        discrete: only whole steps occur.
        counted: rules add numbers up, so every whole number up to one step beyond the
            last limit is a region of its own.
    """

    def __init__(self, limits: Sequence[int], *, discrete: bool = False, counted: bool = False):
        if counted and limits:
            self.limits: tuple[int, ...] = tuple(range(2, limits[-1] + 4, 2))
        else:
            self.limits = tuple(limits)
        self._counted = counted
        self._step = 2 if discrete else 1
        self.representatives: tuple[int, ...] = self._representatives()

    def _representatives(self) -> tuple[int, ...]:
        if self._counted or not self.limits:
            return self.limits or (0,)
        found = {self.limits[0] - self._step}
        for limit, following in zip(self.limits, (*self.limits[1:], None), strict=True):
            found.add(limit)
            if following is None or limit + self._step < following:
                found.add(limit + self._step)
        return tuple(sorted(found))

    def representative(self, code: int) -> int:
        """Give the representative of the region that a code lies in."""
        if not self.limits:
            return 0
        position = bisect_right(self.limits, code)
        if position == 0:
            return self.limits[0] if self._counted else self.limits[0] - self._step
        limit = self.limits[position - 1]
        if code == limit or self._counted:
            return limit
        return limit + self._step

    def between(self, low: int | None, high: int | None) -> tuple[int, ...]:
        """Give the representatives of all codes from ``low`` to ``high`` (None: unbounded)."""
        least = self.representatives[0] if low is None else self.representative(low)
        most = self.representatives[-1] if high is None else self.representative(high)
        return tuple(r for r in self.representatives if least <= r <= most)


class EveryCode(Regions):
    """Tells all codes apart: what is known of a number whatever the limits will be.

    What lies between two codes is given by these two.
    """

    def __init__(self) -> None:
        super().__init__(())

    def representative(self, code: int) -> int:
        """Give the code itself."""
        return code

    def between(self, low: int | None, high: int | None) -> tuple[int, ...]:
        """Give the least and the most code, or numbers beyond all codes (None: unbounded)."""
        return (-BEYOND if low is None else low, BEYOND if high is None else high)


def regions_of(protocol: Protocol) -> dict[str, Regions]:
    """Give the regions of every scale of a protocol."""
    return {
        name: Regions(protocol.limits.get(name, ()), discrete=scale.discrete, counted=scale.counted)
        for name, scale in protocol.vocabulary.scales.items()
    }
