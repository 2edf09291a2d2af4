"""Ground programs: grounded from rules, or loaded from where they are kept, which is faster.

What is loaded has the same rules with the same numbers in the same order, so that the solver
answers in the same way.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import clingo

from oligoasp import cache
from oligoasp.protocol.files import keep_later, rules_of
from oligoasp.solver.atoms import Atoms, Signature
from oligoasp.solver.program import GroundRules, load_control

if TYPE_CHECKING:
    from oligoasp.solver.edit import Edit

_RULES = ".aspif"


class Ground(NamedTuple):
    """A ground program, its atoms, and its rules if they are kept."""

    control: clingo.Control
    atoms: Atoms
    rules: GroundRules | None


def ground(
    files: Sequence[Path],
    extra: str,
    options: Sequence[str],
    edit: Edit | None,
    *,
    traced: bool,
    kept: Sequence[Signature] = (),
) -> Ground:
    """Load and ground a program.

    Args:
        files: the files of the program, in any order.
        extra: facts to add, as program text.
        options: command-line options for clingo.
        edit: what amendments change in the rules.
        traced: whether to keep the ground rules.
        kept: the signatures that will be asked for, if the program is worth keeping on disk.

    Raises:
        ProgramError: a file is missing, does not parse or cannot be grounded.
    """
    if not kept or edit is not None:
        return _grounded(files, extra, options, edit, traced=traced)
    key = cache.key("program", (rules_of(tuple(files)), extra, options, kept))
    found = _loaded(key, options, traced=traced)
    if found is None:
        wanted = cache.wanted()
        found = _grounded(files, extra, options, edit, traced=traced or wanted)
        if wanted and found.rules is not None and found.rules.all:
            # What is added to the program from now on is no part of what is kept.
            own = found.rules
            as_it_is = GroundRules(own.plain, own.weighted, own.places)
            keep_later(tuple(files), partial(_keep, key, as_it_is, found.atoms, kept))
    return found if traced else found._replace(rules=None)


def _grounded(
    files: Sequence[Path], extra: str, options: Sequence[str], edit: Edit | None, *, traced: bool
) -> Ground:
    rules = GroundRules() if traced else None
    control = load_control(files, extra, options, rules, edit)
    return Ground(control, Atoms(control), rules)


def _keep(
    key: cache.Key, rules: GroundRules, atoms: Atoms, signatures: Sequence[Signature]
) -> None:
    path = cache.place(key, _RULES)
    if path is not None:
        text = rules.aspif().encode()
        cache.write(path, text)
        trace = pickle.dumps((rules.plain, rules.weighted, rules.places))
        cache.put(key, (crc32(text), atoms.table(signatures), trace))


def _loaded(key: cache.Key, options: Sequence[str], *, traced: bool) -> Ground | None:
    """Load a program from where it is kept, if it is."""
    kept, path = cache.get(key), cache.place(key, _RULES)
    if kept is None or path is None:
        return None
    check, atoms, trace = kept
    try:
        if crc32(path.read_bytes()) != check:
            return None
        cache.used(path)
        control = clingo.Control(list(options))
        control.load_aspif([str(path)])
    except (OSError, RuntimeError):
        return None
    return Ground(
        control, Atoms(None, atoms), GroundRules(*pickle.loads(trace)) if traced else None
    )
