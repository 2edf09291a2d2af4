"""The atoms of a ground program by signature, with their arguments as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import clingo
from clingo import Symbol

Signature: TypeAlias = tuple[str, int]


class Atom(NamedTuple):
    """An atom: its arguments as clingo writes them, separated by commas, and its literal."""

    text: str
    literal: int


class Atoms:
    """The atoms of a program.

    Args:
        control: the program, of which the atoms are read once it is asked for them.
        known: atoms that are known already; without a program, these are all.
    """

    def __init__(
        self,
        control: clingo.Control | None,
        known: Mapping[Signature, Sequence[Atom]] | None = None,
    ) -> None:
        self._control = control
        self._known = dict(known or {})

    def of(self, name: str, arity: int) -> Sequence[Atom]:
        """Give the atoms ``name/arity``."""
        signature = (name, arity)
        if signature not in self._known:
            assert self._control is not None, signature
            found = list(self._control.symbolic_atoms.by_signature(name, arity))
            texts = arguments_of([atom.symbol for atom in found])
            self._known[signature] = [
                Atom(text, atom.literal) for text, atom in zip(texts, found, strict=True)
            ]
        return self._known[signature]

    def table(self, signatures: Sequence[Signature]) -> dict[Signature, Sequence[Atom]]:
        """Give the atoms of some signatures."""
        return {signature: self.of(*signature) for signature in signatures}


def arguments_of(symbols: Sequence[Symbol]) -> list[str]:
    """Give the arguments of atoms of one signature as text, as clingo writes them.

    The text of all at once is split, which is much faster than asking for that of each.
    """
    if not symbols or not symbols[0].arguments:
        return [""] * len(symbols)
    between = f"),{symbols[0].name}("
    start = len(between) - 1
    found = str(clingo.Function("f", symbols))[start + 1 : -2].split(between)
    if len(found) == len(symbols):
        return found
    return [str(symbol)[start - 1 : -1] for symbol in symbols]  # some string looks like that


def terms(text: str) -> list[Symbol]:
    """Give the arguments that a text holds as terms."""
    return clingo.parse_term(f"f({text})").arguments
