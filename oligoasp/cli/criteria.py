"""`oligoasp criteria`: the clauses of a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from oligoasp.cli import options

if TYPE_CHECKING:
    from oligoasp.protocol.model import Clause, Protocol


@click.command(
    "criteria",
    epilog="""\b
Example:
  oligoasp criteria
  oligoasp criteria I8 E4.b

\b
Exit codes: 0 done, 2 no such clause.""",
)
@click.argument("clauses", metavar="[CLAUSE...]", nargs=-1)
@options.format_option
@options.protocol_option
@options.amendments_option
def command(
    clauses: tuple[str, ...], form: str, protocol: str, amendments: tuple[str, ...]
) -> None:
    """List the criteria: words, numbers, readings, notes.

    Every clause with its exact text, its numbers with unit and source, and the
    readings of ambiguous passages with their options. CLAUSE is an id, or the
    beginning of several: I8 stands for I8.1, I8.2 and so on.
    """
    from oligoasp.render import criteria  # noqa: PLC0415 - loads the protocol modules

    loaded = options.load(protocol, amendments)
    chosen = _chosen(loaded, clauses)
    if form == options.JSON:
        from oligoasp.render.json import indented  # noqa: PLC0415 - only for this form

        click.echo(indented(criteria.data(loaded, chosen)))
    else:
        options.show(criteria.document(loaded, chosen, whole=not clauses), form)


def _chosen(protocol: Protocol, names: tuple[str, ...]) -> list[Clause]:
    """Choose clauses by ids or beginnings of ids.

    Raises:
        click.UsageError: a name fits no clause.
    """
    wanted: set[str] = set()
    for name in names:
        fitting = {clause for clause in protocol.clauses if _fits(clause, name)}
        if not fitting:
            raise options.unknown("clause", name, protocol.clauses, options.CRITERIA)
        wanted |= fitting
    return [c for c in protocol.clauses.values() if not names or c.id in wanted]


def _fits(clause: str, name: str) -> bool:
    """Tell whether a name is an id or begins it: I1 begins I1.a and I8.5 begins I8.5c, not I10."""
    rest = clause.casefold().removeprefix(name.casefold())
    if len(rest) == len(clause):
        return False
    return not rest or not (name[-1:].isdigit() and rest[0].isdigit())
