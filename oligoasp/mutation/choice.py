"""Cases in one program, of which the solver picks one: what it learns of one serves for all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from oligoasp.verify.whole import WholeSession


class Choice:
    """Several records, of which exactly one is the patient while the choice is in force.

    Records differ little from each other. So what most of them say is demanded unless one
    of the others is picked, and only what a record says otherwise is demanded for itself.

    Args:
        session: the program.
        records: what each record says, as literals.
        allowed: by literal, the records with which alone it may hold.
    """

    def __init__(
        self,
        session: WholeSession,
        records: Sequence[Collection[int]],
        allowed: Mapping[int, Collection[int]],
    ) -> None:
        said = [frozenset(record) for record in records]
        times = Counter(literal for record in said for literal in record)
        usual = frozenset(literal for literal, n in times.items() if 2 * n > len(said))
        lacking: dict[int, list[int]] = defaultdict(list)
        with session.adding() as backend:
            self.force: int = backend.add_atom()
            picked: list[int] = [backend.add_atom() for _ in said]
            backend.add_rule([self.force], choice=True)
            backend.add_rule(picked, [self.force], choice=True)
            backend.add_rule([], [self.force, *(-one for one in picked)])
            backend.add_weight_rule([], 2, [(one, 1) for one in picked])
            for one, record in zip(picked, said, strict=True):
                for literal in sorted(usual - record):
                    lacking[literal].append(one)
                for literal in sorted(record - usual):
                    backend.add_rule([], [one, -literal])
            for literal in sorted(usual):
                backend.add_rule([], [self.force, -literal, *(-one for one in lacking[literal])])
            for literal, some in allowed.items():
                backend.add_rule([], [self.force, literal, *(-picked[place] for place in some)])
        self.picked = {literal: place for place, literal in enumerate(picked)}
