"""What atoms mean: digests of what they follow from, by which two programs are compared."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from oligoasp.batch.local_rules import LocalRules

TRUE, FALSE = b"true", b"false"


class Meanings:
    """Digests that atoms of two programs share if they follow from the same.

    Args:
        rules: the ground rules.
        false: atoms about attributes that are taken to be false; what they settle is left out.
    """

    def __init__(self, rules: LocalRules, false: Collection[int] = ()) -> None:
        self._rules = rules
        self._known: dict[int, bytes] = dict.fromkeys(false, FALSE)

    def of(self, atom: int) -> bytes:
        """Give the digest of an atom.

        Raises:
            NoTraitsError: the atom depends on itself, or on a choice of its own.
        """
        self._rules.entries(atom)
        stack = [atom]
        while stack:
            below = [b for b in self._rules.below(stack[-1]) if b not in self._known]
            stack += below
            if not below:
                last = stack.pop()
                if last not in self._known:
                    self._known[last] = self._digest(last)
        return self._known[atom]

    def literal(self, literal: int) -> bytes:
        """Give the digest of a literal, of whose atom the digest is known."""
        known = self._known[abs(literal)]
        if known in (TRUE, FALSE):
            return TRUE if (known == TRUE) == (literal > 0) else FALSE
        return (b"+" if literal > 0 else b"-") + known

    def bodies(self, atom: int) -> dict[frozenset[bytes], tuple[int, ...]]:
        """Give the bodies of the rules of an atom that can hold, by the digests of their literals.

        The digests of what is below the atom are known.
        """
        found = {}
        for body in self._rules.bodies.get(atom, ()):
            digests = frozenset(map(self.literal, body))
            if FALSE not in digests:
                found[digests - {TRUE}] = body
        return found

    def sums(self, atom: int) -> list[tuple[int, list[tuple[bytes, int]]]]:
        """Give the bounds and the weights of the sums that an atom follows from.

        Whether a bound can be reached depends on how many entries there are, so a sum is never
        left out.
        """
        return sorted(
            (
                bound,
                sorted(
                    (digest, weight)
                    for digest, weight in ((self.literal(lit), weight) for lit, weight in weights)
                    if digest != FALSE
                ),
            )
            for bound, weights in self._rules.sums.get(atom, ())
        )

    def _digest(self, atom: int) -> bytes:
        said: object = self._rules.about.get(atom) or self._rules.entity.get(atom)
        if said is None:
            bodies, sums = self.bodies(atom), self.sums(atom)
            if frozenset() in bodies:
                return TRUE
            if not bodies and not sums:
                return FALSE
            said = sorted(b"".join(sorted(body)) for body in bodies), sums
        return blake2b(repr(said).encode(), digest_size=16).digest()
