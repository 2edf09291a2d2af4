"""`oligoasp criteria`: the clauses of a protocol."""

from __future__ import annotations

from pathlib import Path
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
  oligoasp criteria --ti ti.csv --amendment five_metastases

\b
Exit codes: 0 done, 2 no such clause, or a file that cannot be written.""",
)
@click.argument("clauses", metavar="[CLAUSE...]", nargs=-1)
@click.option(
    "--ti",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the criteria as CDISC SDTM dataset TI (.csv) instead, those of every version "
    "that is amended.",
)
@options.format_option
@options.protocol_option
@options.amendments_option
def command(
    clauses: tuple[str, ...],
    ti: Path | None,
    form: str,
    protocol: str,
    amendments: tuple[str, ...],
) -> None:
    """List the criteria: words, numbers, readings, notes.

    Every clause with its exact text, its numbers with unit and source, and the
    readings of ambiguous passages with their options. CLAUSE is an id, or the
    beginning of several: I8 stands for I8.1, I8.2 and so on.
    """
    from oligoasp.render import criteria  # noqa: PLC0415 - loads the protocol modules

    if ti is not None and clauses:
        raise click.UsageError("--ti has all criteria; name no clause")
    loaded = options.load(protocol, amendments, draft=True)
    if ti is not None:
        _write_ti(ti, loaded)
        return
    chosen = _chosen(loaded, clauses)
    if form == options.JSON:
        from oligoasp.render.json import indented  # noqa: PLC0415 - only for this form

        click.echo(indented(criteria.data(loaded, chosen)))
    else:
        options.show(criteria.document(loaded, chosen, whole=not clauses), form)


def _write_ti(path: Path, protocol: Protocol) -> None:
    """Write the dataset TI, and say what it cannot hold.

    Raises:
        click.UsageError: it cannot be written there.
    """
    from oligoasp.cdisc.criteria import criteria_versions, cut_criteria  # noqa: PLC0415
    from oligoasp.cdisc.ti import write_ti  # noqa: PLC0415
    from oligoasp.whole import written_whole  # noqa: PLC0415

    versions = criteria_versions(protocol)
    try:
        with written_whole(path) as draft:
            write_ti(draft, protocol.id, versions)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise click.UsageError(f"`{path}`: {reason}") from None
    names = ", ".join(version.version for version in versions)
    number = sum(len(version.criteria) for version in versions)
    click.echo(f"wrote {number} criteria (version {names}) to {path}", err=True)
    if cut := cut_criteria(versions):
        click.echo(
            f"note: IETEST is cut to 200 characters for {', '.join(cut)}; the full text belongs in "
            "the metadata of the study (Define-XML), see `oligoasp criteria`",
            err=True,
        )


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
